"""All jobs a page at a time, from one list: the runtime has no pages, and hands out all of them or none."""

import asyncio
import bisect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

# A job takes some 0.5 KB. A longer list is not kept: each page of it is taken from a list of its own.
_MOST_KEPT: Final = 100_000
_KEPT_FOR: Final = 60.0  # seconds after the last page


class JobPages:
    """Pages by name. The list that a first page is taken from is kept for those after it, and for nobody else.

    Pages that follow each other are of one moment: jobs made since are not in them. Who comes after another reader has
    begun anew, or after the list was let go of, gets pages of a newer list.
    """

    def __init__(self, list_all: Callable[[], Awaitable[Sequence[Any]]]) -> None:
        self._list_all = list_all
        self._kept: Sequence[Any] | None = None
        self._letting_go: asyncio.TimerHandle | None = None

    async def page(self, after: str, limit: int) -> Sequence[Any]:
        """At most so many of the protocol's jobs with names behind `after`, in order.

        Raises:
            SidecarUnavailable: they cannot be had now.
        """
        jobs = self._kept if after else None
        if jobs is None:
            jobs = sorted(await self._list_all(), key=_name)
        first = bisect.bisect_right(jobs, after, key=_name)
        page = jobs[first : first + limit]
        self._let_go()
        if first + limit < len(jobs) <= _MOST_KEPT:
            self._kept = jobs
            self._letting_go = asyncio.get_running_loop().call_later(_KEPT_FOR, self._let_go)
        return page

    def _let_go(self) -> None:
        self._kept = None
        if self._letting_go is not None:
            self._letting_go.cancel()
            self._letting_go = None


def _name(job: Any) -> str:
    return str(job.name)
