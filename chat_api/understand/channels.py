"""Whether reminders go by e-mail: "email me my reminders", "stop emailing me".

A message is this only as a whole: "email me the report tomorrow" and "stop the newsletter emails" are tasks.
"""

import re
from typing import Final

from chat_api.understand.model import IntentName, Understanding
from chat_api.understand.parts import spans_of
from chat_api.understand.text import Kind, Tokens

_MAIL: Final = r"(?:e ?)?mail"
_WHAT: Final = r"(?:reminders|notifications|alerts)"
_ALL: Final = r"(?:(?:all )?(?:of )?(?:my|the|any|your) |all )?"
_ON: Final = re.compile(
    rf"(?:{_MAIL} (?:me )?{_ALL}{_WHAT}(?: to me)?"
    rf"|(?:send|deliver|give|get) (?:me )?{_ALL}{_WHAT} (?:to me )?(?:by|via|through|over|as|in an?|to my) {_MAIL}s?"
    rf"|remind me (?:by|via|through|over) {_MAIL}"
    rf"|(?:turn|switch) on {_ALL}{_MAIL}s?(?: {_WHAT})?|(?:turn|switch) {_ALL}{_MAIL}s?(?: {_WHAT})? (?:back )?on"
    rf"|(?:enable|activate|resume|start) {_ALL}{_MAIL} {_WHAT}|{_MAIL} {_WHAT} on"
    rf"|start {_MAIL}ing me(?: {_ALL}{_WHAT})?"
    rf"|i (?:want|would like|d like|need) (?:to (?:get|receive|have) )?{_ALL}{_WHAT} (?:by|via|through|over) {_MAIL})"
)
_OFF: Final = re.compile(
    rf"(?:(?:stop|quit|no more) {_MAIL}ing(?: me)?(?: {_ALL}{_WHAT})?"
    rf"|(?:do not|dont|don't|never) {_MAIL} me(?: {_ALL}{_WHAT})?"
    rf"|(?:stop|do not|dont|don't)(?: send| sending)?(?: me)? {_ALL}"
    rf"(?:{_WHAT} (?:by|via|through|over) {_MAIL}|{_MAIL}s)"
    rf"|(?:stop|no more|no|end|disable|deactivate|pause) {_ALL}{_MAIL} {_WHAT}|no more {_MAIL}s"
    rf"|(?:turn|switch) off {_ALL}{_MAIL}s?(?: {_WHAT})?|(?:turn|switch) {_ALL}{_MAIL}s?(?: {_WHAT})? off"
    rf"|{_MAIL} {_WHAT} off|unsubscribe (?:me )?from {_ALL}{_MAIL}s?(?: {_WHAT})?)"
)
_AROUND: Final = re.compile(
    r"^(?:please|from now on|again) | (?:please|from now on|again|any ?more|now|too|as well|thanks)$"
)


def read_channel(tokens: Tokens, start: int) -> Understanding | None:
    """Reminders by e-mail, or none; None for anything else."""
    words = [tokens[at].lower for at in range(start, len(tokens)) if tokens[at].kind is not Kind.SYMBOL]
    text = " ".join(words).replace("\u2019", "'").replace("e-mail", "email")
    if "mail" not in text:
        return None
    while (shorter := _AROUND.sub("", text)) != text:
        text = shorter
    off = _OFF.fullmatch(text) is not None
    if not off and _ON.fullmatch(text) is None:
        return None
    return Understanding(IntentName.EMAIL, off=off, spans=spans_of(tokens, (), (start, len(tokens))))
