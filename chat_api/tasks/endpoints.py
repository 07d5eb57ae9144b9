"""Tasks over REST."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response, status

from chat_api.auth.dependencies import CurrentUser
from chat_api.requests import IdempotencyKey, SeenVersion, etag
from chat_api.tasks.due import day_of
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.query import TaskQuery, TaskSort
from chat_api.tasks.repeating import occurrence_to_do
from chat_api.tasks.schemas import ListName, ReminderView, Tag, TakenBackView, TaskCreate, TaskUpdate, TaskView
from chat_api.tasks.service import TaskService, TaskWithReminders
from contracts.base import Identifier, Instant

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])
undo_router = APIRouter(prefix="/api/v1/undo", tags=["tasks"])


def task_service(request: Request) -> TaskService:
    """The application's task service."""
    service: TaskService = request.app.state.services.tasks
    return service


Service = Annotated[TaskService, Depends(task_service)]


def task_view(found: TaskWithReminders) -> TaskView:
    """A task as it is answered."""
    task = found.task
    day, next_due = day_of(task), found.next_due
    fields = task.model_dump() | {
        "due_at": None if day else task.due_at,
        "due_on": day,
        "list": found.list_name,
        "subtasks": found.parts,
        "open_subtasks": found.open_parts,
        "occurrence": occurrence_to_do(task),
        "next_due_at": None if next_due is None or next_due.all_day else next_due.at,
        "next_due_on": None if next_due is None else next_due.day(ZoneInfo(task.timezone)),
        "reminders": [ReminderView.model_validate(row) for row in found.reminders],
    }
    return TaskView.model_validate(fields)


@router.get("")
async def list_tasks(
    *,
    user: CurrentUser,
    service: Service,
    request: Request,
    response: Response,
    status: TaskStatus | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Text in title or notes, upper or lower case.")] = None,
    tag: Annotated[Tag | None, Query()] = None,
    priority: Annotated[int | None, Query(ge=1, le=4)] = None,
    list_name: Annotated[ListName | None, Query(alias="list", description="The name of a list.")] = None,
    parent_id: Annotated[Identifier | None, Query(description="Only the subtasks of this task.")] = None,
    due_after: Annotated[Instant | None, Query(description="Due at this instant or later.")] = None,
    due_before: Annotated[Instant | None, Query(description="Due before this instant.")] = None,
    sort: TaskSort = TaskSort.DUE,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    cursor: Annotated[
        str | None, Query(max_length=2000, description="From the Link header of the page before.")
    ] = None,
) -> list[TaskView]:
    """The user's tasks, the next due one first unless `sort` says otherwise; with `updated`, the last changed one.

    A `Link` header with `rel="next"` leads to the next page, if there is one (RFC 8288).
    """
    query = TaskQuery(
        status=status,
        text=q,
        tag=tag,
        priority=priority,
        list_name=list_name,
        parent_id=parent_id,
        due_after=due_after,
        due_before=due_before,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    page = await service.page(user.id, query)
    if page.next_cursor is not None:
        following = request.url.include_query_params(cursor=page.next_cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return [task_view(found) for found in page.items]


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_task(
    body: TaskCreate, user: CurrentUser, service: Service, response: Response, idempotency_key: IdempotencyKey = None
) -> TaskView:
    """Add a task. With an `Idempotency-Key`, a repetition answers the task that the first one added."""
    return _answer(response, await service.create(user.id, body, request_key=idempotency_key))


@router.get("/{task_id}")
async def get_task(task_id: str, user: CurrentUser, service: Service, response: Response) -> TaskView:
    """One task; its `ETag` can be sent as `If-Match` with a change."""
    return _answer(response, await service.get(user.id, task_id))


@router.patch("/{task_id}")
async def update_task(
    *, task_id: str, body: TaskUpdate, user: CurrentUser, service: Service, response: Response, seen: SeenVersion
) -> TaskView:
    """Change what is sent and leave the rest. 412 when `If-Match` names a version that is not the current one."""
    return _answer(response, await service.update(user.id, task_id, body, seen=seen))


@router.delete("/{task_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_task(task_id: str, user: CurrentUser, service: Service, seen: SeenVersion) -> None:
    """Remove a task; its reminders will not fire."""
    await service.delete(user.id, task_id, seen=seen)


@router.post("/{task_id}/skip")
async def skip_occurrence(
    task_id: str, user: CurrentUser, service: Service, response: Response, seen: SeenVersion
) -> TaskView:
    """Leave out the coming occurrence of a recurring task; it counts as neither done nor missed."""
    return _answer(response, await service.skip(user.id, task_id, seen=seen))


@undo_router.post("")
async def take_back(user: CurrentUser, service: Service) -> TakenBackView:
    """Take the user's last change back, whichever way it was made; again: the one before."""
    taken = await service.undo(user.id)
    return TakenBackView(said=taken.said, tasks=[task_view(found) for found in taken.tasks])


def _answer(response: Response, found: TaskWithReminders) -> TaskView:
    response.headers["ETag"] = etag(found.task.version)
    return task_view(found)
