"""The JSON document: everything that a user has put in, in one versioned form."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chat_api.preferences.schemas import WallClock
from chat_api.tasks.lists import MAX_LISTS
from chat_api.tasks.schemas import ListName, Zone
from chat_api.tasks.whole import WholeTask


class ExportedPreferences(BaseModel):
    """What the user has chosen; null: off, or not known."""

    model_config = ConfigDict(extra="forbid")

    timezone: Zone | None = None
    digest_at: WallClock | None = None
    quiet_from: WallClock | None = None
    quiet_until: WallClock | None = None
    all_day_at: WallClock = time(9)


class Export(BaseModel):
    """Everything of a user. Instants are in UTC; what a task's wall clock shows follows from its `timezone`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["todo-assistant"] = "todo-assistant"
    version: Literal[1] = 1
    exported_at: datetime | None = None
    preferences: ExportedPreferences = Field(default_factory=ExportedPreferences)
    lists: list[ListName] = Field(
        default_factory=list, max_length=MAX_LISTS, description="All of them, those without tasks too."
    )
    tasks: Sequence[WholeTask] = Field(default_factory=list, description="The oldest first; subtasks in their task.")
