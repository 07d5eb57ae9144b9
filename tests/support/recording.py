"""A record of what happened, as chat_api sees the audit service."""

from contracts.audit import Activity, ActivityPage, ListActivity
from servicekit.errors import SidecarUnavailable


class FakeRecording:
    """The audit service, as chat_api sees it. Entries by user, the newest first."""

    def __init__(self) -> None:
        self.asked: list[ListActivity] = []
        self.entries: dict[str, tuple[Activity, ...]] = {}
        self.away = False

    async def page(self, request: ListActivity) -> ActivityPage:
        if self.away:
            raise SidecarUnavailable("away")
        self.asked.append(request)
        mine = self.entries.get(request.user_id, (Activity(number=1, kind="created"),))
        page = tuple(one for one in mine if request.before is None or one.number < request.before)
        rest = page[request.limit :]
        return ActivityPage(entries=page[: request.limit], next_before=rest[0].number + 1 if rest else None)
