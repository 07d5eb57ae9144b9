"""Lists and finds tasks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chat_api.assistant.exchange import Exchange, Request, Said, Services
from chat_api.tasks.due import start_of
from chat_api.tasks.models import TaskStatus, name_key
from chat_api.tasks.query import TaskQuery, TaskSort
from chat_api.tasks.service import TaskWithReminders
from chat_api.understand import IntentName, Understanding

_SHOWN_AT_MOST = 20


async def show(services: Services, exchange: Exchange, understood: Understanding) -> Said:
    """The open tasks that are asked for, numbered, so that they can be spoken of by number."""
    request = exchange.request
    if understood.list_name is not None:
        names = [name_key(one.name) for one in await services.lists.all(request.user_id)]
        if name_key(understood.list_name) not in names:
            return Said(f"You have no list called “{understood.list_name}”.")
    query = _query(request, understood)
    found = (await services.tasks.page(request.user_id, query)).items
    if understood.overdue:
        found = [item for item in found if _is_overdue(item, request)]
    if not found:
        narrowed = query != TaskQuery(status=TaskStatus.OPEN)
        return Said("I find no open task like that." if narrowed else "Nothing to do. Enjoy!")
    shown = found[:_SHOWN_AT_MOST]
    exchange.after.shown = [item.task.id for item in shown]
    titles = {item.task.id: item.task.title for item in found}
    lines = []
    for number, item in enumerate(shown, 1):
        whole = titles.get(item.task.parent_id or "")
        lines.append(f"{number}. {request.line(item.task)}{f' (part of “{whole}”)' if whole else ''}")
    if len(found) > _SHOWN_AT_MOST:
        lines.append(f"… and {len(found) - _SHOWN_AT_MOST} more.")
    return Said("\n".join(lines), shown)


async def show_lists(services: Services, request: Request) -> Said:
    """The names of the lists."""
    found = await services.lists.all(request.user_id)
    if not found:
        return Said("You have no lists yet. Say, for example: add milk to the groceries list.")
    return Said("\n".join(f"• {one.name}: {one.open_tasks} to do" for one in found))


def _query(request: Request, understood: Understanding) -> TaskQuery:
    first, last = _range(understood, request.zone)
    return TaskQuery(
        status=TaskStatus.OPEN,
        text=understood.target if understood.intent is IntentName.SEARCH else None,
        tag=understood.tags[0] if understood.tags else None,
        priority=understood.priority,
        list_name=understood.list_name,
        due_after=first,
        due_before=request.now if understood.overdue else last,
        sort=TaskSort(understood.order) if understood.order else TaskSort.DUE,
    )


def _is_overdue(item: TaskWithReminders, request: Request) -> bool:
    """A day is overdue when it is over."""
    due_at = item.task.due_at
    today = request.now.astimezone(ZoneInfo(item.task.timezone)).date()
    return due_at is not None and (not item.task.all_day or due_at < start_of(today, ZoneInfo(item.task.timezone)))


def _range(understood: Understanding, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Where the local days that are asked for begin and end."""
    first: date | None = understood.due_from
    last: date | None = understood.due_until
    if understood.due is not None:
        due = understood.due
        first = last = due.astimezone(zone).date() if isinstance(due, datetime) else due
    begin = None if first is None else start_of(first, zone)
    return begin, None if last is None else start_of(last + timedelta(days=1), zone)
