"""Going through a chain from its first entry to its head: every place that does not fit is named. Pure."""

from consumers.audit.chain import Entry, Head
from consumers.audit.sealing import Tampered


class Broken(Exception):
    """A chain is not as it was recorded; `number` is the entry, None means its head."""

    def __init__(self, chain: str, number: int | None, reason: str) -> None:
        place = "the head" if number is None else f"entry {number}"
        super().__init__(f"{chain}: {place} {reason}")
        self.chain = chain
        self.number = number
        self.reason = reason


class Walk:
    """One pass over one chain. `known` is its head at an earlier check: all up to there must be as it was then."""

    def __init__(self, key: bytes, chain: str, known: Head | None = None) -> None:
        self.chain = chain
        self.number = 0
        self._key = key
        self._known = known
        self._before = Head.empty(chain).last
        self._events: dict[str, int] = {}

    def until(self, raw_head: bytes | None) -> Head:
        """The head that is stored now.

        Raises:
            Broken: it is missing or altered, or names fewer entries than there were.
        """
        try:
            head = Head.unseal(self._key, self.chain, raw_head)
        except Tampered as error:
            raise Broken(self.chain, None, str(error)) from error
        if head.count < self.number:
            raise Broken(self.chain, None, f"names {head.count} entries, a moment ago there were {self.number}")
        if self._known is not None and head.count < self._known.count:
            reason = f"names {head.count} entries, there were {self._known.count} at the earlier check"
            raise Broken(self.chain, None, reason)
        return head

    def step(self, raw: bytes | None) -> Entry:
        """Take the next entry, as it is stored.

        Raises:
            Broken: it is not what was recorded there.
        """
        number = self.number + 1
        try:
            entry = Entry.unseal(self._key, self.chain, number, raw)
        except Tampered as error:
            raise Broken(self.chain, number, str(error)) from error
        if entry.previous != self._before:
            raise Broken(self.chain, number, f"does not follow the entry {self.number} that is stored")
        if self._known is not None and number == self._known.count and entry.seal != self._known.last:
            raise Broken(self.chain, number, "is another one than at the earlier check")
        event_id = entry.event_id
        if event_id is not None and (first := self._events.setdefault(event_id, number)) != number:
            raise Broken(self.chain, number, f"repeats the event of entry {first}")
        self._before, self.number = entry.seal, number
        return entry

    def finish(self, head: Head, following: bytes | None) -> None:
        """After the last entry; `following` is what is stored at the place behind it.

        Raises:
            Broken: the chain goes on where the head says that it ends, or ends otherwise.
        """
        if head.last != self._before:
            raise Broken(self.chain, None, f"names another last entry than entry {self.number}")
        if following is not None:
            raise Broken(self.chain, self.number + 1, "is behind the end that the head names")
