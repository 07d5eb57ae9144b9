"""The dead letters in the Dapr state store, numbered in the order of arrival, gone a month after the last change.

State stores list no keys: a head holds the next number. A letter, its message, its number by its id, and the head are
written in one transaction under the head's ETag, so that no number is skipped or given twice, and a letter that arrives
twice is one.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from dapr.clients.grpc._request import TransactionalStateOperation
from dapr.clients.grpc._state import Concurrency, Consistency, StateOptions
from pydantic import Field

from contracts.base import Contract
from contracts.dead_letters import Letter, Letters, LetterStatus, ListLetters
from contracts.names import DEAD_LETTER_STORE
from servicekit.sidecar import Sidecar

_HEAD = "head"
_TTL = {"ttlInSeconds": str(31 * 24 * 3600)}  # a day more than the topic keeps them
_CHUNK = 100
_PARALLELISM = 10
_FIRST_WRITE = StateOptions(concurrency=Concurrency.first_write, consistency=Consistency.strong)


class _Head(Contract):
    next: int = Field(default=1, ge=1)


class LetterArchive:
    """Reads and writes them. All of it raises `SidecarError` when the store is away, or somebody else was faster."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self._lock = asyncio.Lock()

    async def keep(self, letter: Letter, payload: bytes) -> None:
        """Keep a letter, unless it is there; its number is given here."""
        async with self._lock:
            if await self._number(letter.letter_id) is not None:
                return
            head, etag = await self._head()
            numbered = letter.model_copy(update={"number": head.next})
            operations = [
                TransactionalStateOperation(_HEAD, _Head(next=head.next + 1).model_dump_json(), etag=etag),
                _upsert(_letter(head.next), numbered.model_dump_json()),
                _upsert(_payload(head.next), payload),
                _upsert(_index(letter.letter_id), str(head.next)),
            ]
            await self._sidecar.call(
                "keep dead letter", lambda client: client.execute_state_transaction(DEAD_LETTER_STORE, operations)
            )

    async def find(self, letter_id: str) -> tuple[Letter, bytes] | None:
        """A letter and its message."""
        number = await self._number(letter_id)
        if number is None:
            return None
        found = await self._read([_letter(number), _payload(number)])
        if _letter(number) not in found:
            return None
        return Letter.model_validate_json(found[_letter(number)]), found.get(_payload(number), b"")

    async def mark_replayed(self, letter: Letter, now: datetime) -> None:
        """It was handed over."""
        marked = letter.model_copy(update={"status": LetterStatus.REPLAYED, "replayed_at": now})
        await self._sidecar.call(
            "mark dead letter",
            lambda client: client.save_state(
                DEAD_LETTER_STORE, _letter(letter.number), marked.model_dump_json(), state_metadata=_TTL
            ),
        )

    async def page(self, request: ListLetters) -> Letters:
        """The newest that the request asks for. What has expired is at the end, so an empty stretch ends the search."""
        number = request.before if request.before is not None else (await self._head())[0].next
        letters: list[Letter] = []
        while number > 1:
            numbers = range(number - 1, max(0, number - 1 - _CHUNK), -1)
            found = await self._read([_letter(one) for one in numbers])
            if not found:
                break
            for one in numbers:
                number = one
                if (raw := found.get(_letter(one))) is None:
                    continue
                letter = Letter.model_validate_json(raw)
                if _asked_for(letter, request):
                    letters.append(letter)
                if len(letters) == request.limit:
                    return Letters(letters=tuple(letters), next_before=number if number > 1 else None)
        return Letters(letters=tuple(letters))

    async def _head(self) -> tuple[_Head, str]:
        head, etag = await self._read_head()
        if etag is None:
            await self._sidecar.call(
                "begin the dead letters",
                lambda client: client.save_state(
                    DEAD_LETTER_STORE, _HEAD, _Head().model_dump_json(), options=_FIRST_WRITE
                ),
            )
            head, etag = await self._read_head()
        return head, etag or ""

    async def _read_head(self) -> tuple[_Head, str | None]:
        response = await self._sidecar.call(
            "read the dead letters' head", lambda client: client.get_state(DEAD_LETTER_STORE, _HEAD)
        )
        if not response.data:
            return _Head(), None
        return _Head.model_validate_json(response.data), response.etag or None

    async def _number(self, letter_id: str) -> int | None:
        response = await self._sidecar.call(
            "find dead letter", lambda client: client.get_state(DEAD_LETTER_STORE, _index(letter_id))
        )
        return int(response.data) if response.data else None

    async def _read(self, keys: Sequence[str]) -> dict[str, bytes]:
        response = await self._sidecar.call(
            "read dead letters",
            lambda client: client.get_bulk_state(DEAD_LETTER_STORE, list(keys), parallelism=_PARALLELISM),
        )
        return {item.key: bytes(item.data) for item in response.items if item.data}


def _asked_for(letter: Letter, request: ListLetters) -> bool:
    if request.service is not None and letter.service != request.service:
        return False
    return request.include_replayed or letter.status is LetterStatus.WAITING


def _upsert(key: str, data: bytes | str) -> TransactionalStateOperation:
    return TransactionalStateOperation(key, data, metadata=_TTL)


def _letter(number: int) -> str:
    return f"letter-{number}"


def _payload(number: int) -> str:
    return f"payload-{number}"


def _index(letter_id: str) -> str:
    return f"id-{letter_id}"
