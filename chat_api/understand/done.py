"""What is said to be done: "it's done", "called mum", "i already paid the rent"."""

from typing import Final

from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Understanding
from chat_api.understand.parts import spans_of
from chat_api.understand.scan import Scan
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.titles import Target, target_of
from chat_api.understand.vocabulary import PAST_FORMS, VERBS

_IT: Final = (
    "it's",
    "it is",
    "that's",
    "that is",
    "this is",
    "that one is",
    "this one is",
    "that one's",
    "it has been",
)
_DONE: Final = ("done", "finished", "complete", "completed", "sorted", "all done", "already done", "done now")
_IT_IS_DONE: Final = tuple(
    sorted(
        {
            *(tuple(f"{it} {done}".split()) for it in _IT for done in _DONE),
            *(
                tuple(text.split())
                for text in (
                    "i've done that", "i've done it", "i did that", "i did it", "did it", "did that", "i have done it",
                    "done that", "done it", "i've done this", "i finished it", "i finished that", "finished it",
                    "already did it", "i already did it", "i already did that", "i've already done it", "just did it",
                    "all done", "i'm done", "i am done", "that one done", "i just did it", "i've finished it",
                )
            ),
        },
        key=len,
        reverse=True,
    )
)  # fmt: skip
_IT_IS_NOT_DONE: Final = tuple(
    tuple(f"{it} {done}".split())
    for it in ("it's not", "that's not", "it is not", "it isn't", "that isn't", "that is not", "this isn't")
    for done in ("done yet", "done", "finished yet", "finished", "complete")
)
_SAYERS: Final = tuple(
    tuple(text.split())
    for text in (
        "i've already", "i have already", "i already", "i've just", "i have just", "i just", "i've", "i have",
        "already", "just", "i",
    )
)  # fmt: skip
_CHECKS: Final = frozenset({"✅", "✔", "✓", "☑", "👍"})


def read_done(tokens: Tokens, start: int, scanned: Scan) -> Understanding | None:
    """A completion that is told, not commanded."""
    length = match(tokens, start, _IT_IS_DONE)
    if length and all(_passes(tokens, at) for at in range(start + length, len(tokens))):
        spans = spans_of(tokens, (), (start, start + length))
        return Target(refers_back=True).fill(Understanding(IntentName.COMPLETE, spans=spans))
    undone = match(tokens, start, _IT_IS_NOT_DONE)
    if undone and all(_passes(tokens, at) for at in range(start + undone, len(tokens))):
        spans = spans_of(tokens, (), (start, start + undone))
        return Target(refers_back=True).fill(Understanding(IntentName.REOPEN, spans=spans))
    return _in_past_tense(tokens, start, scanned)


def _passes(tokens: Tokens, at: int) -> bool:
    return (
        tokens[at].kind is Kind.SYMBOL
        or tokens.word(at) in {"thanks", "now", "already", "please", "yet", "after", "all"} | _CHECKS
    )


def _in_past_tense(tokens: Tokens, start: int, scanned: Scan) -> Understanding | None:
    """ "called mum" is a task "call mum" that is done, unless a time to come is named."""
    said = match(tokens, start, _SAYERS)
    verb = tokens.word(start + said)
    base = PAST_FORMS.get(verb) or _regular(verb)
    body = start + said + 1
    if (
        base in {None, "finish", "complete"}
        or body >= len(tokens)
        or scanned.facts.any_time
        or tokens.word(body) in {"to", "up", "by", "off"}
    ):
        return None
    if said == 0 and not _told(tokens, body):
        return None
    kept = [at for at in range(body, len(tokens)) if tokens.word(at) not in _CHECKS | {".", "!", "already", "done"}]
    rest = target_of(tokens, kept)
    words = rest.words if rest.words is None or base == "do" else f"{base} {rest.words}"
    if not rest.named:
        return None
    spans = spans_of(tokens, (), (start, body))
    return Target(words, rest.position, rest.refers_back).fill(Understanding(IntentName.COMPLETE, spans=spans))


def _told(tokens: Tokens, body: int) -> bool:
    """Whether a past without a subject tells something: "paid the rent", but "fixed deposit renewal" is a thing."""
    if tokens.word(len(tokens) - 1) == "?":
        return False
    ticked = any(tokens.word(at) in _CHECKS for at in range(body, len(tokens)))
    return (
        ticked
        or "already" in {tokens.word(body), tokens.word(len(tokens) - 1)}
        or tokens.word(body) in {"the", "my", "our", "it", "that", "all"}
    )


def _regular(verb: str) -> str | None:
    """The verb that tasks begin with, of its regular past."""
    if not verb.endswith("ed") or verb in VERBS:
        return None
    for stem in (verb[:-2], verb[:-1], verb[:-3] + "y" if verb.endswith("ied") else "", verb[:-3]):
        if stem in VERBS:
            return stem
    return None
