"""Takes everything of a user out, and files in. All through the commands that people have."""

import asyncio
from zoneinfo import ZoneInfo

from chat_api.errors import Invalid
from chat_api.portability.calendar_writing import write_tasks
from chat_api.portability.collecting import all_tasks, document, whole_tasks
from chat_api.portability.document import ExportedPreferences
from chat_api.portability.reader import FileReader
from chat_api.portability.schemas import ImportResult, RefusedItem
from chat_api.preferences.schemas import PreferencesUpdate
from chat_api.preferences.service import Chosen, PreferencesService
from chat_api.tasks.adopting import TaskAdoption
from chat_api.tasks.lists import ListService
from chat_api.tasks.service import TaskService

_AT_ONCE = 200  # tasks to a transaction: what is taken back at once, and how long others wait
_DEFAULTS = ExportedPreferences()


class PortabilityService:
    """Export and import."""

    def __init__(
        self,
        tasks: TaskService,
        lists: ListService,
        preferences: PreferencesService,
        adoption: TaskAdoption,
        reader: FileReader,
    ) -> None:
        self._tasks = tasks
        self._lists = lists
        self._preferences = preferences
        self._adoption = adoption
        self._reader = reader

    async def export_json(self, user_id: str) -> bytes:
        """Everything of the user's, as JSON."""
        chosen = await self._preferences.get(user_id)
        lists = [found.name for found in await self._lists.all(user_id)]
        found = [one async for one in all_tasks(self._tasks, user_id)]
        written = await asyncio.to_thread(lambda: document(found, lists, chosen).model_dump_json(indent=2))
        return written.encode()

    async def export_calendar(self, user_id: str) -> bytes:
        """The user's tasks, as iCalendar."""
        found = [one async for one in all_tasks(self._tasks, user_id)]
        return await asyncio.to_thread(lambda: write_tasks(whole_tasks(found)))

    async def import_file(self, user_id: str, raw: bytes, kind: str) -> ImportResult:
        """Add what a file ("json" or "ics") holds and the user has not; the same file again adds nothing.

        Raises:
            Invalid: the file cannot be read.
        """
        chosen = await self._preferences.get(user_id)
        read = await self._reader.read(raw, kind, ZoneInfo(chosen.timezone or "UTC"))
        refused = [RefusedItem(item=item, reason=reason) for item, reason in read.refused]
        if read.preferences is not None:
            await self._choose(user_id, chosen, read.preferences)
        for name in read.lists:
            try:
                await self._lists.add(user_id, name)
            except Invalid as error:
                refused.append(RefusedItem(item=name, reason=str(error)))
        added = already_there = 0
        for first in range(0, len(read.tasks), _AT_ONCE):
            done = await self._adoption.adopt(user_id, read.tasks[first : first + _AT_ONCE])
            added += done.added
            already_there += done.already_there
            refused += [RefusedItem(item=item, reason=reason) for item, reason in done.refused]
        return ImportResult(added=added, already_there=already_there, refused=refused)

    async def _choose(self, user_id: str, chosen: Chosen, wanted: ExportedPreferences) -> None:
        """Take over what the user has not chosen here."""
        changes = {
            name: getattr(wanted, name)
            for name in ("timezone", "digest_at", "all_day_at")
            if getattr(chosen, name) == getattr(_DEFAULTS, name) and getattr(wanted, name) != getattr(_DEFAULTS, name)
        }
        if chosen.quiet_from is None and wanted.quiet_from is not None and wanted.quiet_until is not None:
            changes |= {"quiet_from": wanted.quiet_from, "quiet_until": wanted.quiet_until}
        if "digest_at" in changes and chosen.timezone is None and wanted.timezone is None:
            del changes["digest_at"]
        if changes:
            await self._preferences.update(user_id, PreferencesUpdate(**changes))
