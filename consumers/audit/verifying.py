"""Verifies the whole trail: the register first, then the chain of each user in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from consumers.audit.chain import REGISTER, Entry, Head, chain_of, is_mark
from consumers.audit.sealing import Tampered
from consumers.audit.trail import Trail
from consumers.audit.walking import Broken, Walk
from consumers.audit.words import Words, has_words
from contracts.events import AccountClosed

_BATCH: Final = 100


@dataclass
class Report:
    """What a verification found."""

    heads: dict[str, Head] = field(default_factory=dict)
    """The heads of the chains that are as they were recorded."""
    entries: int = 0
    broken: list[Broken] = field(default_factory=list)


class Verifier:
    """Compares what is stored with what was sealed. `known` are the heads that an earlier verification found."""

    def __init__(self, trail: Trail, key: bytes, known: Mapping[str, Head] | None = None) -> None:
        self._trail = trail
        self._key = key
        self._known = dict(known or {})

    async def everything(self) -> Report:
        """The register and all chains.

        Raises:
            SidecarError: the store is away: nothing is known.
        """
        report = Report()
        users = await self._register(report)
        users |= {chain.removeprefix(chain_of("")) for chain in self._known if chain != REGISTER}
        for user_id in sorted(users):
            await self._collect(report, chain_of(user_id))
        return report

    async def user(self, user_id: str) -> Report:
        """One user's chain, and the register.

        Raises:
            SidecarError: the store is away: nothing is known.
        """
        report, chain = Report(), chain_of(user_id)
        # First the chain: should the user's very first event come meanwhile, both have it.
        there = await self._is_there(chain)
        users = await self._register(report)
        if there or user_id in users or chain in self._known:
            await self._collect(report, chain)
            if user_id not in users:
                report.broken.append(Broken(chain, None, "is not in the register"))
        return report

    async def _register(self, report: Report) -> set[str]:
        """The users in it. A user who is in it twice had a record that is gone."""
        users: set[str] = set()
        if REGISTER not in self._known and not await self._is_there(REGISTER):
            return users
        for entry in await self._collect(report, REGISTER):
            user_id = str(entry.content.get("user_id"))
            if user_id in users:
                reason = f"begins anew with entry {entry.number} of the register: there was another before"
                report.broken.append(Broken(chain_of(user_id), None, reason))
            users.add(user_id)
        return users

    async def _is_there(self, chain: str) -> bool:
        """Whether anything of a chain is."""
        return await self._trail.raw_head(chain) is not None or await self._trail.raw_entries(chain, 1, 1) != [None]

    async def _collect(self, report: Report, chain: str) -> list[Entry]:
        """Walk one chain; what is found goes into the report. The register's entries up to where it is broken."""
        kept: list[Entry] = []
        try:
            report.heads[chain] = await self._walk(report, chain, kept)
        except Broken as broken:
            report.broken.append(broken)
        return kept

    async def _walk(self, report: Report, chain: str, kept: list[Entry]) -> Head:
        walk = Walk(self._key, chain, self._known.get(chain))
        words, has_ended = None, False
        while True:
            raw_head = await self._trail.raw_head(chain)
            head = walk.until(raw_head)
            while walk.number < head.count:
                last = min(walk.number + _BATCH, head.count)
                raws = await self._trail.raw_entries(chain, walk.number + 1, last)
                batch: list[Entry] = []
                for raw in raws:
                    batch.append(entry := walk.step(raw))
                    report.entries += 1
                    if chain == REGISTER:
                        kept.append(entry)
                await self._marks(chain, batch)
                if chain != REGISTER:
                    words = await self._words(chain, batch)
                    has_ended |= any(entry.content.get("type") == AccountClosed.TYPE for entry in batch)
            (following,) = await self._trail.raw_entries(chain, head.count + 1, head.count + 1)
            # The service may have recorded something meanwhile: then the head has moved, and the walk goes on.
            if following is None or raw_head == await self._trail.raw_head(chain):
                walk.finish(head, following)
                if words is not None and (words.secret is None) != has_ended:
                    reason = "is still there after the account's end" if has_ended else "was erased before that"
                    raise Broken(chain, None, f"is whole, but the key to its words {reason}")
                return head

    async def _words(self, chain: str, entries: Sequence[Entry]) -> Words | None:
        """That what people wrote can be read with the key that is stored, or was erased; it is read after the entries.

        None for a record of before there were such keys.
        """
        raw = await self._trail.raw_words(chain)
        first = next((entry.number for entry in entries if has_words(entry.content)), None)
        if raw is None and first is None:
            return None
        try:
            words = Words.unseal(self._key, chain, raw)
        except Tampered as error:
            raise Broken(chain, first, f"is whole, but the key to its words {error}") from error
        for entry in entries:
            try:
                words.show(entry.content)
            except Tampered as error:
                raise Broken(chain, entry.number, str(error)) from error
        return words

    async def _marks(self, chain: str, entries: Sequence[Entry]) -> None:
        """Without its mark, an event that is delivered again would be recorded again."""
        events = {entry.event_id: entry.number for entry in entries if entry.event_id is not None}
        raws = await self._trail.raw_marks(chain, list(events))
        for (event_id, number), raw in zip(events.items(), raws, strict=True):
            if raw is None or not is_mark(self._key, chain, event_id, raw, number):
                state = "is missing" if raw is None else "was altered"
                raise Broken(chain, number, f"is whole, but the mark of its event {state}")


def save_heads(path: Path, heads: Mapping[str, Head]) -> None:
    """Write heads down, to be kept where those who can write the store cannot."""
    path.write_text(json.dumps({chain: head.model_dump() for chain, head in sorted(heads.items())}, indent=1) + "\n")


def load_heads(path: Path) -> dict[str, Head]:
    """Read them again.

    Raises:
        ValueError: the file is not what `save_heads` writes, or cannot be read.
    """
    try:
        document = json.loads(path.read_text())
        return {str(chain): Head.model_validate(head) for chain, head in document.items()}
    except (OSError, AttributeError, ValidationError, ValueError) as error:
        raise ValueError(f"{path} does not hold the heads of an earlier check: {error}") from error
