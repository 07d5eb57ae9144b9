"""The trail in the Dapr state store: each event is one transaction over entry, mark and head, or none of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from consumers.audit.chain import REGISTER, Addition, Head, add, chain_of, entry_key, head_key, is_mark, mark, mark_key
from consumers.audit.sealing import Tampered
from consumers.audit.words import Words, words_key
from contracts.events import AccountClosed
from contracts.names import AUDIT_STORE
from servicekit.errors import SidecarConflict
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar
from servicekit.state import Put, Stored

log = get_logger(__name__)

Unsealed = TypeVar("Unsealed")

_ENDS: Final = 10_000  # chains whose end a process remembers


@dataclass(frozen=True, slots=True)
class _Found:
    """What is stored before an event is recorded; each as it was read, or nothing."""

    head: Stored | None
    register: Stored | None
    mark: Stored | None
    words: Stored | None


class Trail:
    """Reads and writes it. All of it raises `SidecarError` when the store is away."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self._beginning = asyncio.Lock()
        # How many entries this process has seen, those used last behind.
        self._ends: OrderedDict[str, int] = OrderedDict()

    async def record_content(self, key: bytes, user_id: str, event_id: str, content: Mapping[str, Any]) -> int | None:
        """Add what an event of this id says to the user's chain; its number, or None when it is there already.

        Raises:
            Tampered: it cannot be added to what is stored now. Nothing was changed.
            SidecarConflict: another process was faster; try again.
        """
        chain = chain_of(user_id)
        found = await self._look(chain, event_id)
        if found.head is not None:
            return await self._add(key, user_id, event_id, content, found)
        # The register is everybody's: within a process, one at a time begins a chain.
        async with self._beginning:
            return await self._add(key, user_id, event_id, content, await self._look(chain, event_id))

    async def _add(
        self, key: bytes, user_id: str, event_id: str, content: Mapping[str, Any], found: _Found
    ) -> int | None:
        chain = chain_of(user_id)
        if found.mark is not None:
            if is_mark(key, chain, event_id, found.mark.value):
                return None
            log.error("a mark in the audit trail is forged: the event is recorded all the same", event_id=event_id)
        now = datetime.now(UTC)
        words = _words(key, chain, found.words)
        head = _head(key, chain, found.head)
        additions = [(add(key, head, words.hide(content), now), found.head)]
        if found.head is None:
            register = _head(key, REGISTER, found.register)
            additions.append((add(key, register, {"user_id": user_id}, now), found.register))
        number = additions[0][0].number
        changes = [one for addition, replaced in additions for one in _puts(key, addition, replaced)]
        changes.append(Put(mark_key(chain, event_id), mark(key, chain, event_id, number)))
        if content.get("type") == AccountClosed.TYPE:
            words = words.erased()
            changes.append(_put_words(key, words, found.words))
        elif found.words is None:
            changes.append(_put_words(key, words, None))
        try:
            for addition, _ in additions:
                await self._require_end(addition)
            await self._sidecar.transact(AUDIT_STORE, changes)
        except SidecarConflict:
            again = await self._look(chain, event_id)
            if (again.head, again.register) == (found.head, found.register):
                raise Tampered(f"has entries behind its end, from number {number} on") from None
            raise
        for addition, _ in additions:
            self._remember(addition.head)
        return number

    async def _require_end(self, addition: Addition) -> None:
        """That a chain ends where its head says. Not every store refuses to write over an entry (Redis does not).

        Raises:
            SidecarConflict: it does not, or not any more.
        """
        chain = addition.head.chain
        seen = self._ends.get(chain)
        if seen is None:
            goes_on = await self.raw_entries(chain, addition.number, addition.number) != [None]
        else:
            goes_on = seen >= addition.number
        if goes_on:
            raise SidecarConflict(f"{chain} goes on behind entry {addition.number - 1}")

    def _remember(self, head: Head) -> None:
        self._ends[head.chain] = head.count
        self._ends.move_to_end(head.chain)
        if len(self._ends) > _ENDS:
            self._ends.popitem(last=False)

    async def raw_head(self, chain: str) -> bytes | None:
        """A chain's head as it is stored."""
        found = (await self._sidecar.read_states(AUDIT_STORE, [head_key(chain)])).get(head_key(chain))
        return None if found is None else found.value

    async def raw_words(self, chain: str) -> bytes | None:
        """The key to a chain's words as it is stored."""
        (found,) = await self._values([words_key(chain)])
        return found

    async def raw_entries(self, chain: str, first: int, last: int) -> list[bytes | None]:
        """The entries from `first` to `last` as they are stored; None for each that is missing."""
        return await self._values([entry_key(chain, number) for number in range(first, last + 1)])

    async def raw_marks(self, chain: str, event_ids: Sequence[str]) -> list[bytes | None]:
        """The marks of these events as they are stored, in this order."""
        return await self._values([mark_key(chain, event_id) for event_id in event_ids])

    async def _values(self, keys: Sequence[str]) -> list[bytes | None]:
        found = await self._sidecar.read_states(AUDIT_STORE, keys) if keys else {}
        return [found[key].value if key in found else None for key in keys]

    async def _look(self, chain: str, event_id: str) -> _Found:
        keys = (head_key(chain), head_key(REGISTER), mark_key(chain, event_id), words_key(chain))
        found = await self._sidecar.read_states(AUDIT_STORE, keys)
        return _Found(*(found.get(one) for one in keys))


def _head(key: bytes, chain: str, stored: Stored | None) -> Head:
    return Head.empty(chain) if stored is None else _opened(Head.unseal, key, chain, stored, "the head")


def _words(key: bytes, chain: str, stored: Stored | None) -> Words:
    return Words.new(chain) if stored is None else _opened(Words.unseal, key, chain, stored, "the key to its words")


def _opened(
    unseal: Callable[[bytes, str, bytes], Unsealed], key: bytes, chain: str, stored: Stored, what: str
) -> Unsealed:
    try:
        return unseal(key, chain, stored.value)
    except Tampered as error:
        raise Tampered(f"{chain}: {what} {error}") from error


def _put_words(key: bytes, words: Words, replaced: Stored | None) -> Put:
    return _over(replaced, words_key(words.chain), words.seal(key))


def _puts(key: bytes, addition: Addition, replaced: Stored | None) -> list[Put]:
    """The entry where nothing may be yet, and the head over the one that was read."""
    head = addition.head
    return [
        _over(replaced, head_key(head.chain), head.seal(key)),
        Put(entry_key(head.chain, addition.number), addition.entry, create=True),
    ]


def _over(replaced: Stored | None, key: str, value: bytes) -> Put:
    """A value over the one that was read, or where nothing may be yet."""
    return Put(key, value, etag=None if replaced is None else replaced.etag, create=replaced is None)
