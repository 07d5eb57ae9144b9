"""Lists of tasks: filters, orders, pages."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from chat_api.errors import Invalid
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.query import TaskQuery, TaskSort
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.conftest import ALICE, BOB

NOW = datetime.now(UTC).replace(microsecond=0)


def in_hours(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.fixture(autouse=True)
async def _some_tasks(tasks: TaskService) -> None:
    for title, fields in {
        "buy milk": {"tags": ["home", "shop"], "priority": 2},
        "Call mum": {"due_at": in_hours(2), "priority": 1},
        "100% done_ report": {"due_at": in_hours(1), "tags": ["work"], "notes": "ask Milka"},
        "a\\b": {"due_at": in_hours(3)},
        "zoo": {},
    }.items():
        await tasks.create(ALICE, TaskCreate.model_validate({"title": title, **fields}))
    await tasks.create(BOB, TaskCreate(title="bob's milk", tags=["home"]))


async def titles(tasks: TaskService, **fields: object) -> list[str]:
    page = await tasks.page(ALICE, TaskQuery(**fields))  # type: ignore[arg-type]
    return [item.task.title for item in page.items]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["100% done_ report", "Call mum", "a\\b", "buy milk", "zoo"]),
        ({"text": "MILK"}, ["100% done_ report", "buy milk"]),
        ({"text": "100%"}, ["100% done_ report"]),
        ({"text": "e_"}, ["100% done_ report"]),
        ({"text": "%"}, ["100% done_ report"]),
        ({"text": "\\"}, ["a\\b"]),
        ({"text": "' OR 1=1 --"}, []),
        ({"tag": "home"}, ["buy milk"]),
        ({"tag": "hom"}, []),
        ({"tag": "%"}, []),
        ({"priority": 1}, ["Call mum"]),
        ({"due_after": in_hours(2)}, ["Call mum", "a\\b"]),
        ({"due_before": in_hours(2)}, ["100% done_ report"]),
        ({"due_after": in_hours(1.5), "due_before": in_hours(2.5)}, ["Call mum"]),
        ({"sort": TaskSort.TITLE}, ["100% done_ report", "a\\b", "buy milk", "Call mum", "zoo"]),
        ({"sort": TaskSort.PRIORITY}, ["Call mum", "buy milk", "100% done_ report", "a\\b", "zoo"]),
        ({"sort": TaskSort.CREATED}, ["buy milk", "Call mum", "100% done_ report", "a\\b", "zoo"]),
    ],
)
async def test_filters_and_orders(tasks: TaskService, fields: dict[str, object], expected: list[str]) -> None:
    assert await titles(tasks, **fields) == expected


async def test_the_last_changed_comes_first(tasks: TaskService) -> None:
    wanted = ["zoo", "buy milk", "Call mum"]
    by_title = {item.task.title: item.task.id for item in await tasks.list(ALICE)}
    for title in reversed(wanted):
        await tasks.update(ALICE, by_title[title], TaskUpdate(status=TaskStatus.COMPLETED))
    assert await titles(tasks, sort=TaskSort.UPDATED, status=TaskStatus.COMPLETED) == wanted


async def test_a_task_tells_how_many_subtasks_it_has(tasks: TaskService) -> None:
    whole = (await tasks.create(ALICE, TaskCreate(title="trip"))).task.id
    parts = [await tasks.create(ALICE, TaskCreate(title=title, parent_id=whole)) for title in ("socks", "tent")]
    await tasks.update(ALICE, parts[0].task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    found = await tasks.get(ALICE, whole)
    assert (found.parts, found.open_parts) == (2, 1)
    part = await tasks.get(ALICE, parts[1].task.id)
    assert (part.parts, part.open_parts) == (0, 0)


@pytest.mark.parametrize("sort", list(TaskSort))
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_pages_join_to_the_whole_list(tasks: TaskService, sort: TaskSort, limit: int) -> None:
    whole = await titles(tasks, sort=sort)
    joined: list[str] = []
    cursor: str | None = None
    while True:
        page = await tasks.page(ALICE, TaskQuery(sort=sort, limit=limit, cursor=cursor))
        joined += [item.task.title for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.items) == limit
    assert joined == whole


async def test_a_page_is_not_disturbed_by_a_change_before_it(tasks: TaskService) -> None:
    first = await tasks.page(ALICE, TaskQuery(sort=TaskSort.TITLE, limit=2))
    await tasks.update(ALICE, first.items[0].task.id, TaskUpdate(title="000"))
    await tasks.create(ALICE, TaskCreate(title="001"))
    rest = await titles(tasks, sort=TaskSort.TITLE, cursor=first.next_cursor)
    assert rest == ["buy milk", "Call mum", "zoo"]


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "position",
    [
        '["due", "2026-11-24T17:00:00", "id"]',
        '["due", "tomorrow", "id"]',
        '["due", null, null]',
        '["due"]',
        "{}",
        '["due", "2026-11-24T17:00:00Z", "\\ud800"]',
    ],
)
async def test_a_position_that_is_none_is_refused(tasks: TaskService, position: str) -> None:
    with pytest.raises(Invalid):
        await tasks.page(ALICE, TaskQuery(sort=TaskSort.DUE, cursor=cursor_of(position)))


@pytest.mark.parametrize("cursor", ["", "x", "bm9uc2Vuc2U", "W10", "WyJ0aXRsZSIsIHt9LCB7fV0", "é"])
async def test_a_forged_cursor_is_refused(tasks: TaskService, cursor: str) -> None:
    with pytest.raises(Invalid):
        await tasks.page(ALICE, TaskQuery(sort=TaskSort.TITLE, cursor=cursor))


async def test_a_cursor_of_another_order_is_refused(tasks: TaskService) -> None:
    page = await tasks.page(ALICE, TaskQuery(sort=TaskSort.TITLE, limit=1))
    with pytest.raises(Invalid):
        await tasks.page(ALICE, TaskQuery(sort=TaskSort.DUE, cursor=page.next_cursor))
