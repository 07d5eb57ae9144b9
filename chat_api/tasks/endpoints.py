"""Tasks over REST."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from chat_api.auth.dependencies import CurrentUser
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import ReminderView, TaskCreate, TaskUpdate, TaskView
from chat_api.tasks.service import TaskService, TaskWithReminders

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])


def task_service(request: Request) -> TaskService:
    """The application's task service."""
    service: TaskService = request.app.state.services.tasks
    return service


Service = Annotated[TaskService, Depends(task_service)]


def task_view(found: TaskWithReminders) -> TaskView:
    """A task as it is answered."""
    fields = found.task.model_dump(exclude={"reminders"})
    return TaskView(**fields, reminders=[ReminderView.model_validate(row) for row in found.reminders])


@router.get("")
async def list_tasks(user: CurrentUser, service: Service, status: TaskStatus | None = None) -> list[TaskView]:
    """The user's tasks, the next due one first."""
    return [task_view(found) for found in await service.list(user.id, status=status)]


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_task(body: TaskCreate, user: CurrentUser, service: Service) -> TaskView:
    """Add a task."""
    return task_view(await service.create(user.id, body))


@router.get("/{task_id}")
async def get_task(task_id: str, user: CurrentUser, service: Service) -> TaskView:
    """One task."""
    return task_view(await service.get(user.id, task_id))


@router.patch("/{task_id}")
async def update_task(task_id: str, body: TaskUpdate, user: CurrentUser, service: Service) -> TaskView:
    """Change what is sent and leave the rest."""
    return task_view(await service.update(user.id, task_id, body))


@router.delete("/{task_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_task(task_id: str, user: CurrentUser, service: Service) -> None:
    """Remove a task; its reminders will not fire."""
    await service.delete(user.id, task_id)
