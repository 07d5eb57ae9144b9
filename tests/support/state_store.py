"""A state store in memory that keeps what Dapr's keep: ETags, keys that must be new, all changes or none."""

import itertools
from collections.abc import Awaitable, Callable, Sequence

from servicekit.errors import SidecarConflict, SidecarUnavailable
from servicekit.state import Put, Remove, Stored


class StateStore:
    """Stands in for the sidecar's two calls. `raw` is what somebody sees who opens the database."""

    def __init__(self) -> None:
        self.raw: dict[str, bytes] = {}
        self.before_commit: Callable[[], Awaitable[None]] | None = None
        self.lose_answers = 0
        self.overwrites = False
        """Whether it writes over what was to be new, as Redis does."""
        self._etags: dict[str, str] = {}
        self._numbers = itertools.count(1)

    async def read_states(self, store: str, keys: Sequence[str]) -> dict[str, Stored]:
        """Those that are there."""
        return {key: Stored(self.raw[key], self._etags.get(key, "0")) for key in keys if key in self.raw}

    async def transact(self, store: str, changes: Sequence[Put | Remove]) -> None:
        """All or none."""
        if self.before_commit is not None:
            hook, self.before_commit = self.before_commit, None
            await hook()
        for change in changes:
            there = change.key in self.raw
            if isinstance(change, Put) and change.create and there and not self.overwrites:
                raise SidecarConflict(f"{change.key} is there")
            if change.etag is not None and (not there or self._etags.get(change.key, "0") != change.etag):
                raise SidecarConflict(f"{change.key} has changed")
        for change in changes:
            self._etags[change.key] = str(next(self._numbers))
            if isinstance(change, Put):
                self.raw[change.key] = change.value
            else:
                self.raw.pop(change.key, None)
        if self.lose_answers:
            self.lose_answers -= 1
            raise SidecarUnavailable("no answer")
