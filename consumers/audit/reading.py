"""Reads a user's record for those who ask: what was tampered with is logged, and handed out as nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consumers.audit.chain import Entry, Head, chain_of
from consumers.audit.key import AuditKey
from consumers.audit.sealing import Tampered
from consumers.audit.trail import Trail
from consumers.audit.words import Words, has_words
from servicekit.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """A user's chain as it was when it was opened."""

    chain: str
    count: int | None
    """How many entries there are; None when the head was tampered with, and with it all may be."""
    _key: bytes
    _trail: Trail
    _words: Words | None

    async def entries(self, first: int, last: int) -> list[tuple[int, Entry | None]]:
        """Those from `first` to `last` with their numbers; None for one that was tampered with.

        Raises:
            SidecarError: the store is away.
        """
        raws = await self._trail.raw_entries(self.chain, first, last)
        return [(number, self._entry(number, raw)) for number, raw in enumerate(raws, first)]

    def _entry(self, number: int, raw: bytes | None) -> Entry | None:
        try:
            entry = Entry.unseal(self._key, self.chain, number, raw)
            return entry.model_copy(update={"content": self._shown(entry.content)})
        except Tampered as error:
            log.error("the audit trail was tampered with", chain=self.chain, number=number, reason=str(error))
            return None

    def _shown(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._words is None and has_words(content):
            raise Tampered("has words whose key was removed or altered")
        return (self._words or Words(self.chain, None)).show(content)


async def open_record(trail: Trail, audit_key: AuditKey, user_id: str) -> Record | None:
    """A user's record; None when there is none.

    Raises:
        SidecarError: the store is away, or there is no key.
    """
    key, chain = await audit_key.get(), chain_of(user_id)
    raw_head = await trail.raw_head(chain)
    if raw_head is None:
        return None
    count = words = None
    raw_words = await trail.raw_words(chain)
    try:
        if raw_words is not None:
            words = Words.unseal(key, chain, raw_words)
    except Tampered as error:
        log.error("the audit trail was tampered with", chain=chain, reason=f"the key to its words {error}")
    try:
        count = Head.unseal(key, chain, raw_head).count
    except Tampered as error:
        log.error("the audit trail was tampered with", chain=chain, reason=f"the head {error}")
    return Record(chain, count, key, trail, words)
