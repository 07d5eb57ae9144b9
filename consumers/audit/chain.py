"""The chain: its entries, its head, and how one entry is added. Pure.

    entry 1 ◀── entry 2 ◀── … ◀── entry n ◀── head (n, seal of entry n)

Each entry holds the seal of the one before, the head the number of entries and the seal of the last. All are sealed
with the same key, so that without it an entry can be neither altered, removed, moved nor inserted, nor the end cut off.

Each user has a chain; one more, the register, says whose chains there are, so that a whole one cannot go either.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeVar

from pydantic import Field, ValidationError

from consumers.audit.sealing import Tampered, canonical, seal, unseal
from contracts.base import Contract, Instant

Model = TypeVar("Model", bound=Contract)

REGISTER: Final = "register"
_ENTRY: Final = "todo.audit.entry.v1"
_HEAD: Final = "todo.audit.head.v1"
_MARK: Final = "todo.audit.mark.v1"
_NOTHING: Final = ""


def chain_of(user_id: str) -> str:
    """The name of a user's chain."""
    return f"user:{user_id}"


def head_key(chain: str) -> str:
    """Where a chain's head is stored."""
    return f"head:{chain}"


def entry_key(chain: str, number: int) -> str:
    """Where an entry is stored; numbers begin at 1."""
    return f"entry:{chain}:{number}"


def mark_key(chain: str, event_id: str) -> str:
    """Where it is stored that an event is recorded already. The event's id may be of any length and kind."""
    return f"mark:{chain}:{hashlib.sha256(event_id.encode()).hexdigest()}"


class Head(Contract):
    """Where a chain ends."""

    chain: str
    count: int = Field(ge=0)
    last: str = Field(description="The seal of the last entry.")

    @classmethod
    def empty(cls, chain: str) -> Self:
        """Of a chain without entries."""
        return cls(chain=chain, count=0, last=_NOTHING)

    @classmethod
    def unseal(cls, key: bytes, chain: str, raw: bytes | None) -> Self:
        """Read it.

        Raises:
            Tampered: it is not this chain's head as it was stored, or is missing.
        """
        if raw is None:
            raise Tampered("is missing")
        head = _model(cls, unseal(key, _HEAD, raw)[0])
        if head.chain != chain:
            raise Tampered(f"is the one of {head.chain}")
        return head

    def seal(self, key: bytes) -> bytes:
        """As it is stored."""
        return seal(key, _HEAD, self.model_dump(mode="json"))[0]


class Entry(Contract):
    """What is recorded at one place of a chain. `content` is as it was written, whatever later versions make of it."""

    chain: str
    number: int = Field(ge=1)
    previous: str = Field(description="The seal of the entry before.")
    recorded_at: Instant
    content: Mapping[str, Any]
    seal: str = Field(default=_NOTHING, exclude=True)

    @classmethod
    def unseal(cls, key: bytes, chain: str, number: int, raw: bytes | None) -> Self:
        """Read it.

        Raises:
            Tampered: it is not what was stored at this place, or is missing.
        """
        if raw is None:
            raise Tampered("is missing")
        document, mac = unseal(key, _ENTRY, raw)
        entry = _model(cls, {**document, "seal": mac})
        if entry.chain != chain:
            raise Tampered(f"was moved here: it is one of {entry.chain}")
        if entry.number != number:
            raise Tampered(f"was moved here: it is entry {entry.number}")
        return entry

    @property
    def event_id(self) -> str | None:
        """The id of the event in it; an entry of the register has none."""
        found = self.content.get("id")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Addition:
    """An entry that is to be stored, and the head after it."""

    number: int
    entry: bytes
    head: Head


def add(key: bytes, head: Head, content: Mapping[str, Any], now: datetime) -> Addition:
    """The next entry after `head`; `now` is when it is recorded."""
    number = head.count + 1
    document = {
        "chain": head.chain,
        "number": number,
        "previous": head.last,
        "recorded_at": now.astimezone(UTC).isoformat(),
        "content": dict(content),
    }
    raw, mac = seal(key, _ENTRY, document)
    return Addition(number, raw, Head(chain=head.chain, count=number, last=mac))


def mark(key: bytes, chain: str, event_id: str, number: int) -> bytes:
    """What says that an event is recorded at a place."""
    return seal(key, _MARK, {"chain": chain, "event_id": event_id, "number": number})[0]


def is_mark(key: bytes, chain: str, event_id: str, raw: bytes, number: int | None = None) -> bool:
    """Whether it says that of this event, at this place if `number` is given. Anybody can write something there."""
    try:
        document, _ = unseal(key, _MARK, raw)
    except Tampered:
        return False
    said = document.pop("number", None)
    fits = canonical(document) == canonical({"chain": chain, "event_id": event_id})
    return fits and (number is None or said == number)


def _model(kind: type[Model], document: Mapping[str, Any]) -> Model:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise Tampered("is of an unknown kind") from error
