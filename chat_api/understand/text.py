"""Text to tokens, in one pass. What is quoted, an address or a run of more than 8 digits is opaque: never parsed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar, cast

from chat_api.understand.spelling import DIGIT_WORDS, spelled
from chat_api.understand.words import MONTHS, NUMBERS

MAX_CHARACTERS: Final = 500
# What 500 characters of language never come to; the rest of such a text is kept, but not read.
MAX_TOKENS: Final = 160
MAX_DIGITS: Final = 8
_DAY_DIGITS: Final = 2

_QUOTES: Final = {
    '"': '"',
    "\u201c": "\u201d",  # double, raised
    "\u201e": "\u201c",  # double, German
    "\u00ab": "\u00bb",  # guillemets
    "\u2018": "\u2019",  # single, raised
    "'": "'",
    "`": "`",
}
_APOSTROPHE: Final = "\u2019"
_APOSTROPHES: Final = "'\u2019"
# Quotation marks, dashes, dots and arrows: beyond ASCII, but no letters.
_SYMBOLS: Final = frozenset("\u201c\u201d\u00ab\u00bb\u201e\u2018\u2019\u2013\u2014\u2026\u00b7\u2022\u2212\u2192")
_DIGITS: Final = frozenset("0123456789")
_LAST_ASCII: Final = 127
_FILLERS: Final = frozenset({"um", "umm", "uh", "uhh", "uhm", "erm"})
_BEFORE_LIKE: Final = frozenset({"at", "in", "by", "around", "for"})
_AFTER_LIKE: Final = NUMBERS.keys() | {"half", "quarter", "noon", "midnight", "a", "an"}


Read = TypeVar("Read")


class Kind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    SYMBOL = "symbol"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. ``lower`` is how it is read; ``glued``: nothing between it and the token before."""

    text: str
    lower: str
    kind: Kind
    start: int
    end: int
    glued: bool


class Tokens:
    """The tokens of a message; reading outside of it gives nothing instead of an error."""

    def __init__(self, source: str, items: Sequence[Token]) -> None:
        self.source = source
        self._items = tuple(items)
        self._words = tuple("" if item.kind is Kind.OPAQUE else item.lower for item in items)
        # Asked for at every place by every reader: looking it up must cost next to nothing.
        self._word_at = dict(enumerate(self._words))
        self._number_at = {at: int(item.text) for at, item in enumerate(items) if item.kind is Kind.NUMBER}
        self._remembered: dict[tuple[Callable[[Tokens, int], object], int], object] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Token:
        return self._items[index]

    def __iter__(self) -> Iterator[Token]:
        return iter(self._items)

    def word(self, index: int) -> str:
        """How the token is read, in lower case; empty outside the message and for opaque tokens."""
        return self._word_at.get(index, "")

    def number(self, index: int) -> int | None:
        """The value of a token made of digits."""
        return self._number_at.get(index)

    def digits(self, index: int) -> int:
        """How many digits the number at this place is written with; 0 when it is none."""
        return len(self._items[index].text) if index in self._number_at else 0

    def glued(self, index: int) -> bool:
        """Whether there is a token here that touches the one before."""
        return 0 <= index < len(self._items) and self._items[index].glued

    def phrase(self, index: int, words: Sequence[str]) -> bool:
        """Whether exactly these words stand here."""
        if self._word_at.get(index) != words[0]:
            return False
        return self._words[index : index + len(words)] == tuple(words)

    def without(self, *ranges: tuple[int, int]) -> "Tokens":
        """The message without the tokens of these ranges ``[start, end)``; those that stay keep their place in it."""
        out = {index for start, end in ranges for index in range(start, end)}
        return Tokens(self.source, [item for index, item in enumerate(self._items) if index not in out])

    def written(self, start: int, end: int) -> str:
        """The tokens ``[start, end)`` as they were written; empty for none."""
        return self.source[self._items[start].start : self._items[end - 1].end] if start < end else ""

    def remembered(self, reader: Callable[["Tokens", int], Read], index: int) -> Read:
        """What this reader reads at this place; it is asked once, however many ask for it."""
        key = (reader, index)
        if key not in self._remembered:
            self._remembered[key] = reader(self, index)
        return cast(Read, self._remembered[key])


def tokenize(text: str) -> Tokens:
    """Cut the first `MAX_CHARACTERS` of a text into tokens. Linear in the length."""
    capped = text[:MAX_CHARACTERS]
    items: list[Token] = []
    position = 0
    while position < len(capped):
        if capped[position].isspace():
            position += 1
            continue
        if len(items) == MAX_TOKENS:
            end, kind = len(capped.rstrip()), Kind.OPAQUE
        else:
            end, kind = _next(capped, position, after_digits=_touches_number(items, position))
        piece = capped[position:end]
        glued = bool(items) and items[-1].end == position
        items.append(Token(piece, spelled(piece.lower().replace(_APOSTROPHE, "'")), kind, position, end, glued))
        position = end
    return Tokens(capped, _without_fillers(items))


def _without_fillers(items: list[Token]) -> list[Token]:
    """Without the "um" of dictation, and the "like" of "at like half 8"."""

    def word(at: int) -> str:
        return items[at].lower if 0 <= at < len(items) else ""

    def fills(at: int) -> bool:
        if items[at].text in _FILLERS:
            return True
        number = at + 1 < len(items) and items[at + 1].kind is Kind.NUMBER
        return word(at) == "like" and word(at - 1) in _BEFORE_LIKE and (number or word(at + 1) in _AFTER_LIKE)

    kept = [item for at, item in enumerate(items) if not fills(at)]
    return kept or items


def _touches_number(items: list[Token], position: int) -> bool:
    return bool(items) and items[-1].end == position and items[-1].kind is Kind.NUMBER


def _next(text: str, start: int, *, after_digits: bool) -> tuple[int, Kind]:
    opaque = _quoted_end(text, start) or _address_end(text, start)
    if opaque:
        return opaque, Kind.OPAQUE
    if text[start] in _DIGITS:
        word_end = _run(text, start, digits=True, letters=True)
        if not after_digits and text[start:word_end].lower() in DIGIT_WORDS:
            return word_end, Kind.WORD
        end = _run(text, start, digits=True, letters=False)
        return end, Kind.NUMBER if end - start <= MAX_DIGITS else Kind.OPAQUE
    if _is_letter(text[start]):
        month_end = _month_end(text, start)
        if month_end:
            return month_end, Kind.WORD
        # "2h30m" is 2 h 30 m, but "B12" and "p1" are one word.
        return _run(text, start, digits=not after_digits, letters=True), Kind.WORD
    return start + 1, Kind.SYMBOL


def _month_end(text: str, start: int) -> int:
    """Where the month of "June5", "feb13" ends; 0 where no day is glued to one."""
    end = _run(text, start, digits=False, letters=True)
    stop = _run(text, end, digits=True, letters=True)
    day = text[end:stop]
    glued = 0 < len(day) <= _DAY_DIGITS and all(character in _DIGITS for character in day)
    return end if glued and text[start:end].lower() in MONTHS else 0


def _run(text: str, start: int, *, digits: bool, letters: bool) -> int:
    end = start
    while end < len(text):
        character = text[end]
        inside_word = letters and (_is_letter(character) or character == "_" or _joins(text, end))
        if not (inside_word or (digits and character in _DIGITS)):
            break
        end += 1
    return end


def _is_letter(character: str) -> bool:
    if ord(character) <= _LAST_ASCII:
        return character.isalpha()
    return not character.isspace() and character not in _SYMBOLS


def _joins(text: str, index: int) -> bool:
    """An apostrophe between two letters belongs to the word."""
    return text[index] in _APOSTROPHES and text[index - 1].isalpha() and text[index + 1 : index + 2].isalpha()


def _quoted_end(text: str, start: int) -> int:
    closing = _QUOTES.get(text[start])
    if closing is None or (start and text[start - 1].isalnum()):
        return 0
    end = text.find(closing, start + 1)
    if closing in _APOSTROPHES:
        while end != -1 and text[end + 1 : end + 2].isalnum():
            end = text.find(closing, end + 1)
    return end + 1 if end > start + 1 else 0


def _address_end(text: str, start: int) -> int:
    """The end of a web or mail address that starts here, else 0. Looked for only where a chunk begins."""
    if start and not text[start - 1].isspace():
        return 0
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    chunk = text[start:end].rstrip(".,;:!?)")
    at = chunk.find("@", 1)
    is_mail = at > 0 and chunk[at - 1].isalnum() and "." in chunk[at:]
    is_web = "://" in chunk or chunk.lower().startswith("www.")
    return start + len(chunk) if is_mail or is_web else 0
