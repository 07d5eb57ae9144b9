"""Whether what reads like a deletion is a thing to do: "cancel the gym by friday", "trash night every thursday"."""

from typing import Final

from chat_api.understand.facts import Offset
from chat_api.understand.intents import Head
from chat_api.understand.scan import Scan
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import NOT_MADE

# What is to be done until then is a thing to do.
_DEADLINES: Final = frozenset({"by", "before", "within"})
# These are taken off the list rather than done.
_HELD: Final = frozenset(
    {"meeting", "call", "appointment", "reminder", "reminders", "task", "tasks", "alarm", "timer", "everything", "all",
     "anything", "todo", "todos", "event"}
)  # fmt: skip
_NOUNS_TOO: Final = frozenset({"trash", "bin", "bins"})


def is_to_do(tokens: Tokens, head: Head, scanned: Scan) -> bool:
    """Whether it has a deadline, or is a noun that repeats."""
    until = _until(tokens, head, scanned)
    if until is not None and not scanned.facts.part:
        words = {tokens.word(at) for at in range(head.body, head.stop)}
        plain = head.body == head.start + 1 and tokens.word(head.start) not in {"forget", "scratch", "scrap"}
        return plain and not words & _HELD and tokens.word(until - 1) not in NOT_MADE
    return scanned.facts.rule is not None and head.body - head.start == 1 and tokens.word(head.start) in _NOUNS_TOO


def _until(tokens: Tokens, head: Head, scanned: Scan) -> int | None:
    """Where the deadline begins: "by friday", "in 3 days", the "before" of "before it renews on may 3"."""
    for found in scanned.found:
        if tokens.word(found.start) in _DEADLINES or isinstance(found.facts[0], Offset):
            return found.start
    clause = next((at for at in range(head.body + 1, head.stop) if tokens.word(at) == "before"), None)
    return clause if clause is not None and any(found.start > clause for found in scanned.found) else None
