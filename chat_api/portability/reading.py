"""Reads a file that somebody wants to import. Runs as a process of its own (``reader.py``): hostile files are its work.

A file is bytes on standard input; the answer is one JSON document on standard output.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from chat_api.portability.calendar_reading import read_calendar
from chat_api.portability.calendar_splitting import MAX_ITEMS, Unreadable
from chat_api.portability.document import Export, ExportedPreferences
from chat_api.tasks.whole import WholeTask

_MEMORY = 1 << 30
_ITEM_SECONDS = 0.25  # of processor time


class ReadFile(BaseModel):
    """What a file holds. With ``problem`` it could not be read at all, for that reason."""

    problem: str | None = None
    preferences: ExportedPreferences | None = None
    lists: list[str] = []
    tasks: list[WholeTask] = []
    refused: list[tuple[str, str]] = []


class _TooLong(BaseException):
    """Not an Exception: a library that expects errors must not take this for one of them."""


def read_file(raw: bytes, kind: str, timezone: str) -> ReadFile:
    """What a file of this kind ("json" or "ics") holds; times without a zone are in `timezone`."""
    try:
        if kind == "json":
            return read_json(raw)
        found = read_calendar(raw, ZoneInfo(timezone), bounded=bounded)
        return ReadFile(tasks=found.tasks, refused=found.refused)
    except Unreadable as error:
        return ReadFile(problem=str(error))


def read_json(raw: bytes) -> ReadFile:
    """What an exported JSON document holds. Each task is read alone, so that a bad one is refused alone.

    Raises:
        Unreadable: it is no such document.
    """
    try:
        data: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is not valid JSON") from error
    tasks = data.pop("tasks", []) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(tasks, list) or data.get("format") != "todo-assistant":
        raise Unreadable("it is not an export of this assistant")
    if data.get("version") != 1:
        raise Unreadable("it is of a version that is not known here")
    if sum(1 + _parts(task) for task in tasks) > MAX_ITEMS:
        raise Unreadable(f"it has more than {MAX_ITEMS} tasks; import it in parts")
    try:
        envelope = Export.model_validate(data)
    except ValidationError as error:
        raise Unreadable(_first(error)) from error
    read = ReadFile(preferences=envelope.preferences, lists=envelope.lists)
    for number, task in enumerate(tasks, 1):
        try:
            with bounded():
                whole = WholeTask.model_validate(task)
                for one in (whole, *whole.subtasks):
                    one.series()
            read.tasks.append(whole)
        except ValidationError as error:
            read.refused.append((_title(task) or f"task {number}", _first(error)))
        except ValueError as error:
            read.refused.append((_title(task) or f"task {number}", str(error)))
    return read


def _parts(task: object) -> int:
    parts = task.get("subtasks") if isinstance(task, dict) else None
    return len(parts) if isinstance(parts, list) else 0


def _title(task: object) -> str:
    title = task.get("title") if isinstance(task, dict) else None
    return title.encode(errors="replace").decode()[:100] if isinstance(title, str) else ""


def _first(error: ValidationError) -> str:
    item = error.errors()[0]
    where = ".".join(str(part) for part in item["loc"])
    return f"{where}: {item['msg'].removeprefix('Value error, ')}".removeprefix(": ")


@contextmanager
def bounded() -> Iterator[None]:
    """At most so much processor time for a block.

    Raises:
        ValueError: that was not enough.
    """

    def end(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, _ITEM_SECONDS)
        yield
    except _TooLong:
        raise ValueError("it takes too long to work out") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def main() -> None:
    """Entry point: ``python -m chat_api.portability.reading json|ics <time zone> <seconds>``."""
    kind, timezone, seconds = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    found = read_file(sys.stdin.buffer.read(), kind, timezone)
    sys.stdout.buffer.write(found.model_dump_json().encode())


if __name__ == "__main__":
    main()
