"""What the record holds of one reminder, for operators who ask why it did or did not ring."""

from typing import Final

from consumers.audit.chain import Entry
from consumers.audit.key import AuditKey
from consumers.audit.reading import open_record
from consumers.audit.trail import Trail
from contracts.audit import DAMAGED
from contracts.operations import AskHistory, History, HistoryEntry

_BATCH: Final = 200
_LOOK: Final = 4000  # entries at most: a user's record has no end


class HistoryReader:
    """Answers `AskHistory`."""

    def __init__(self, trail: Trail, key: AuditKey) -> None:
        self._trail = trail
        self._key = key

    async def find(self, request: AskHistory) -> History:
        """The entries about a reminder or its task, the newest first; without either, all of them.

        Raises:
            SidecarError: the store is away, or there is no key.
        """
        record = await open_record(self._trail, self._key, request.user_id)
        if record is None:
            return History(entries=())
        if record.count is None:
            return History(entries=(HistoryEntry(number=0, type=DAMAGED),))
        last = record.count
        found: list[HistoryEntry] = []
        end = max(0, last - _LOOK)
        while last > end and len(found) < request.limit:
            first = max(end + 1, last - _BATCH + 1)
            for number, stored in reversed(await record.entries(first, last)):
                entry = HistoryEntry(number=number, type=DAMAGED) if stored is None else _describe(stored)
                if _concerns(entry, request) and len(found) < request.limit:
                    found.append(entry)
            last = first - 1
        return History(entries=tuple(found), complete=last == 0)


def _describe(entry: Entry) -> HistoryEntry:
    content = entry.content
    data = content.get("data")
    return HistoryEntry(
        number=entry.number,
        event_id=entry.event_id or "",
        type=str(content.get("type", "")),
        at=content.get("time"),
        recorded_at=entry.recorded_at,
        source=str(content.get("source", "")),
        traceparent=content.get("traceparent"),
        data=data if isinstance(data, dict) else {},
    )


def _concerns(entry: HistoryEntry, request: AskHistory) -> bool:
    if request.reminder_id is None and request.task_id is None:
        return True
    if entry.type == DAMAGED:
        return True
    data = entry.data
    if "reminder_id" in data:
        return bool(data["reminder_id"] == request.reminder_id)
    return request.task_id is not None and data.get("task_id") == request.task_id
