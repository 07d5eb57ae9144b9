"""The page behind a mail's "Stop these mails": no log-in, and nothing happens before its button is pressed.

Mail programs and scanners open links by themselves, so a GET must change nothing.
"""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse

from chat_api.channels.endpoints import channel_service
from chat_api.channels.service import ChannelService
from chat_api.errors import NotFound
from chat_api.paths import UNSUBSCRIBE_PATH

router = APIRouter(include_in_schema=False)

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>Todo assistant</title><link rel="stylesheet" href="/static/style.css"></head>
<body><main class="plain"><h1>Todo assistant</h1><p>{text}</p>{form}</main></body>
</html>
"""
_FORM = '<form method="post"><button class="button primary">Stop these mails</button></form>'
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

Token = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get(UNSUBSCRIBE_PATH + "{token}")
async def ask(token: Token) -> HTMLResponse:
    """Ask."""
    return _page("Do you want no more reminders by e-mail?", _FORM)


@router.post(UNSUBSCRIBE_PATH + "{token}")
async def unsubscribe(token: Token, service: Annotated[ChannelService, Depends(channel_service)]) -> HTMLResponse:
    """Do it; also what a mail program does for RFC 8058."""
    try:
        address = await service.unsubscribe(token)
    except NotFound as error:
        return _page(str(error))
    return _page(f"No more reminders go to {address}. You can switch them on again in the settings.")


def _page(text: str, form: str = "") -> HTMLResponse:
    return HTMLResponse(_PAGE.format(text=escape(text), form=form), headers=_HEADERS)
