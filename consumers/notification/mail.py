"""What a mail says. Pure.

Dapr's SMTP binding sends one HTML part and no header of ours beyond the subject, so what mail programs show of the
text alone must read well, and how to end the mails stands in the text.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.channels import EmailTarget
from contracts.events import NotificationWanted

MAX_SUBJECT: Final = 200  # characters

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; color: #1f2426; max-width: 36em; margin: 1.5em">
{body}
</body>
</html>
"""
_SMALL: Final = ' style="font-size: 85%; color: #5b6366"'


@dataclass(frozen=True, slots=True)
class Mail:
    """What is handed to the mail binding."""

    subject: str
    html: str


def reminder(event: NotificationWanted, target: EmailTarget) -> Mail:
    """The mail about an inbox item."""
    title = one_line(event.title)
    parts = [f'<h1 style="font-size: 130%">{escape(title)}</h1>']
    if event.kind == "reminder":
        parts.append(f"<p>Due {escape(local_time(event.due_at, target.timezone))}.</p>")
    parts += [f"<p>{escape(line)}</p>" for line in event.body.splitlines() if line.strip()]
    if target.page_url:
        parts.append(f"<p>{_link(target.page_url, 'Open your tasks')}</p>")
    ending = "You get this because you asked your todo assistant to send reminders to this address. "
    ending += (
        f"{_link(target.unsubscribe_url, 'Stop these mails')}, or write"
        if target.unsubscribe_url
        else "To end it, write"
    )
    parts.append(f"<hr><p{_SMALL}>{ending} “stop emailing me” in the chat.</p>")
    subject = title if event.kind != "reminder" else f"Reminder: {title}"
    return Mail(one_line(subject), _PAGE.format(title=escape(title), body="\n".join(parts)))


def code(digits: str) -> Mail:
    """The mail that proves that an address is the user's."""
    body = (
        "<p>Somebody, hopefully you, wants reminders of their todo assistant sent to this address. "
        "To confirm it, enter this code in the settings:</p>\n"
        f'<p style="font-size: 150%; letter-spacing: 0.1em">{escape(digits)}</p>\n'
        f"<p{_SMALL}>It is good for 15 minutes. If it was not you, there is nothing to do: "
        "without the code nothing more is sent here.</p>"
    )
    return Mail(f"Your code is {digits}", _PAGE.format(title="Your code", body=body))


def one_line(text: str) -> str:
    """The text as a header may have it: one line, no control characters, not too long."""
    spaced = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    joined = " ".join(spaced.split()) or "(no title)"
    return joined if len(joined) <= MAX_SUBJECT else joined[: MAX_SUBJECT - 1] + "…"


def local_time(at: datetime, zone: str) -> str:
    """An instant as it reads on the user's clock."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local, zone = at, "UTC"
    return f"{local:%A}, {local.day} {local:%B %Y} at {local:%H:%M} ({zone})"


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'
