"""Which tasks a list shows, in which order, and where its next page begins. Pure, but for the columns it names."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, TypeAdapter
from sqlalchemy import ColumnElement, String, cast, func, literal, or_, tuple_
from sqlmodel import col, select

from chat_api.database import UtcDateTime, by_code_point
from chat_api.errors import Invalid
from chat_api.tasks.models import Task, TaskKind, TaskList, TaskStatus, name_key

_LAST_DUE = datetime(9999, 12, 31, tzinfo=UTC)
_LAST_PRIORITY = 9


class TaskSort(StrEnum):
    """What a list is ordered by; equal ones by id, which is by age. By change, the last changed comes first."""

    DUE = "due"
    CREATED = "created"
    PRIORITY = "priority"
    TITLE = "title"
    UPDATED = "updated"


# What a cursor holds: the order, the values of the last task seen, its id.
_POSITIONS: dict[TaskSort, TypeAdapter[Any]] = {
    TaskSort.DUE: TypeAdapter(tuple[Literal[TaskSort.DUE], AwareDatetime, str]),
    TaskSort.CREATED: TypeAdapter(tuple[Literal[TaskSort.CREATED], str]),
    TaskSort.PRIORITY: TypeAdapter(tuple[Literal[TaskSort.PRIORITY], int, AwareDatetime, str]),
    TaskSort.TITLE: TypeAdapter(tuple[Literal[TaskSort.TITLE], str, str]),
    TaskSort.UPDATED: TypeAdapter(tuple[Literal[TaskSort.UPDATED], AwareDatetime, str]),
}


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """A list's filters, order and page."""

    status: TaskStatus | None = None
    text: str | None = None
    tag: str | None = None
    priority: int | None = None
    list_name: str | None = None
    parent_id: str | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    sort: TaskSort = TaskSort.DUE
    limit: int = 500
    cursor: str | None = None

    def order(self) -> list[ColumnElement[Any]]:
        """What is sorted by; the last is unique. Tasks without a value come last."""
        columns = self._columns()
        return [column.desc() for column in columns] if self._descends else columns

    @property
    def _descends(self) -> bool:
        return self.sort is TaskSort.UPDATED

    def _columns(self) -> list[ColumnElement[Any]]:
        updated: Any = col(Task.updated_at)
        due: ColumnElement[Any] = func.coalesce(col(Task.due_at), literal(_LAST_DUE, UtcDateTime()))
        first: dict[TaskSort, list[ColumnElement[Any]]] = {
            TaskSort.DUE: [due],
            TaskSort.CREATED: [],
            TaskSort.PRIORITY: [func.coalesce(col(Task.priority), _LAST_PRIORITY), due],
            TaskSort.TITLE: [by_code_point(func.lower(col(Task.title)))],
            TaskSort.UPDATED: [updated],
        }
        # Ids begin with the time of making (chat_api.identifiers), so by id is by age.
        by_age: list[Any] = [col(Task.id)]
        return [*first[self.sort], *by_age]

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filters, and the beginning of the page.

        Raises:
            Invalid: the cursor is not one of this order's.
        """
        wanted: list[ColumnElement[bool]] = [col(Task.kind) == TaskKind.TASK]
        if self.status is not None:
            wanted.append(col(Task.status) == self.status)
        if self.text:
            pattern = f"%{_escaped(self.text)}%"
            wanted.append(or_(col(Task.title).ilike(pattern, escape="\\"), col(Task.notes).ilike(pattern, escape="\\")))
        if self.tag:
            # Tags are a JSON list of strings without quotes in them (chat_api.tasks.schemas.Tag), stored in ASCII.
            wanted.append(cast(col(Task.tags), String).like(f"%{_escaped(json.dumps(self.tag))}%", escape="\\"))
        if self.priority is not None:
            wanted.append(col(Task.priority) == self.priority)
        if self.list_name is not None:
            named = select(TaskList.id).where(
                col(TaskList.user_id) == col(Task.user_id), TaskList.name_key == name_key(self.list_name)
            )
            wanted.append(col(Task.list_id).in_(named))
        if self.parent_id is not None:
            wanted.append(col(Task.parent_id) == self.parent_id)
        if self.due_after is not None:
            wanted.append(col(Task.due_at) >= self.due_after)
        if self.due_before is not None:
            wanted.append(col(Task.due_at) < self.due_before)
        if self.cursor is not None:
            columns = self._columns()
            position = zip(self._position(self.cursor), columns, strict=True)
            values: list[ColumnElement[Any]] = [literal(value, column.type) for value, column in position]
            if self.sort is TaskSort.TITLE:
                values[0] = func.lower(values[0])  # by the database, whose idea of lower case the order is by
            last_seen = tuple_(*values)
            wanted.append(tuple_(*columns) < last_seen if self._descends else tuple_(*columns) > last_seen)
        return wanted

    def cursor_after(self, task: Task) -> str:
        """Where the page after this task begins."""
        values: dict[TaskSort, list[Any]] = {
            TaskSort.DUE: [_text(task.due_at)],
            TaskSort.CREATED: [],
            TaskSort.PRIORITY: [task.priority or _LAST_PRIORITY, _text(task.due_at)],
            TaskSort.TITLE: [task.title],
            TaskSort.UPDATED: [_text(task.updated_at)],
        }
        position = json.dumps([self.sort, *values[self.sort], task.id])
        return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")

    def _position(self, cursor: str) -> Sequence[Any]:
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            position: tuple[Any, ...] = _POSITIONS[self.sort].validate_json(raw)
        except ValueError as error:
            raise Invalid("cursor", "take it from the Link header of the page before, with the same `sort`") from error
        return position[1:]


def _text(due_at: datetime | None) -> str:
    return (due_at or _LAST_DUE).astimezone(UTC).isoformat()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
