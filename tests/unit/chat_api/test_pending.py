"""What the repair sweep is told that users wait for."""

from datetime import timedelta

from chat_api.database import Database
from chat_api.inbox.intake import Intake
from chat_api.inbox.pending import pending
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.reminders import ListPending
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, BOB
from tests.unit.chat_api.test_inbox import a_task, announcement
from tests.unit.chat_api.test_tasks import soon


async def waited_for(database: Database, after: str = "") -> list[str]:
    page = await pending(database, ListPending(due_before=soon(2), after=after))
    return [reminder.reminder_id for reminder in page.reminders]


async def test_what_still_waits(tasks: TaskService, database: Database) -> None:
    due = soon(1)
    waiting = await tasks.create(ALICE, TaskCreate(title="waiting", due_at=due))
    await tasks.create(BOB, TaskCreate(title="far", due_at=soon(48)))
    done = await tasks.create(BOB, TaskCreate(title="done", due_at=due))
    await tasks.update(BOB, done.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    assert await waited_for(database) == [waiting.reminders[0].id]
    assert await waited_for(database, after=waiting.reminders[0].id) == []


async def test_what_lies_ready_for_its_due_time_needs_no_repair(
    tasks: TaskService, inbox: HearingInbox, database: Database
) -> None:
    intake: Intake = inbox.intake
    ready = await a_task(tasks, due_at=soon(1))
    await intake.handle(announcement(ready, ahead=True))
    assert await waited_for(database) == []
    moved = await tasks.update(ALICE, ready.task.id, TaskUpdate(due_at=soon(1) + timedelta(minutes=1)))
    assert await waited_for(database) == [moved.reminders[0].id]
