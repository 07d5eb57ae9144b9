"""The assistant: understands a message, carries it out, says what it did with the exact time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chat_api.assistant.conversation import Conversation, Conversations, Turn
from chat_api.assistant.matching import matches
from chat_api.errors import Invalid, NotFound
from chat_api.inbox.service import InboxService
from chat_api.preferences.service import Chosen, PreferencesService
from chat_api.tasks.due import day_of, day_reminder
from chat_api.tasks.models import Task, TaskStatus
from chat_api.tasks.query import TaskQuery
from chat_api.tasks.recurrence import is_by_days, next_occurrence
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from chat_api.understand import IntentName, Understanding, continue_with, describe_day, describe_instant, understand

_SNOOZE = timedelta(minutes=10)
_SHOWN_AT_MOST = 20
_CHOICES_AT_MOST = 5
_QUESTIONS_AT_MOST = 6

HELP = (
    "Tell me what to do and when, and I will remind you. For example:\n"
    "• remind me in 20 minutes to check the oven\n"
    "• call mum tomorrow at 5pm\n"
    "• every other Tuesday at 9: bins\n"
    "• what do I have today?\n"
    "• move the dentist to Friday 3pm\n"
    "• done with milk, or: delete 2\n"
    "• snooze 10 minutes\n"
    "• undo"
)
_NOT_UNDERSTOOD = "I did not understand that. Tell me what to do and when, or write “help”."


@dataclass(frozen=True, slots=True)
class Said:
    """A reply and the tasks it is about."""

    reply: str
    tasks: Sequence[TaskWithReminders] = ()
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    """One message in its setting."""

    user_id: str
    text: str
    now: datetime
    zone: ZoneInfo
    preferences: Chosen
    key: str | None = None

    def when(self, instant: datetime) -> str:
        return describe_instant(instant, now=self.now, zone=self.zone)


class Assistant:
    """Answers messages."""

    def __init__(
        self, tasks: TaskService, inbox: InboxService, preferences: PreferencesService, conversations: Conversations
    ) -> None:
        self._tasks = tasks
        self._preferences = preferences
        self._inbox = inbox
        self._conversations = conversations

    async def answer(
        self, user_id: str, message: str, *, zone: ZoneInfo, conversation_id: str, request_key: str | None = None
    ) -> Said:
        """Carry out a message, or ask back. Never raises for what the message says.

        A repetition with the same `request_key` adds no second task.
        """
        preferences = await self._preferences.know_zone(user_id, zone)
        request = _Request(user_id, message, datetime.now(UTC), zone, preferences, request_key)
        conversation, etag = await self._conversations.load(user_id, conversation_id)
        understood, chosen = _interpret(request, conversation)
        after = Conversation(shown=conversation.shown, last=conversation.last)
        try:
            said = await self._act(request, understood, chosen, conversation, after)
        except Invalid as error:
            said = Said(f"I can't do that: {error.message}.")
        except NotFound:
            said = Said("That task is gone.")
        if len(said.tasks) == 1:
            after.last = said.tasks[0].task.id
        if after != conversation:
            await self._conversations.save(user_id, conversation_id, after, etag)
        return said

    async def _act(
        self,
        request: _Request,
        understood: Understanding,
        chosen: str | None,
        before: Conversation,
        after: Conversation,
    ) -> Said:
        if understood.needs is not None:
            _ask(request, before, after)
            return Said(understood.question or _NOT_UNDERSTOOD, choices=understood.choices)
        match understood.intent:
            case IntentName.ADD:
                said = await self._add(request, understood, after)
            case IntentName.LIST | IntentName.SEARCH:
                said = await self._list(request, understood, after)
            case IntentName.COMPLETE | IntentName.REOPEN | IntentName.DELETE | IntentName.CHANGE:
                said = await self._with_target(request, understood, chosen, before, after)
            case IntentName.SNOOZE:
                said = await self._snooze(request, understood)
            case IntentName.ACKNOWLEDGE:
                said = await self._acknowledge(request)
            case IntentName.UNDO:
                said = await self._undo(request)
            case IntentName.HELP:
                said = Said(understood.question or HELP)
            case _:
                said = Said(understood.question or _NOT_UNDERSTOOD, choices=understood.choices)
        return said

    async def _add(self, request: _Request, understood: Understanding, after: Conversation) -> Said:
        wish = TaskCreate(
            title=(understood.title or request.text)[:500],
            priority=understood.priority,
            tags=list(understood.tags),
            **_due(request, understood),
            reminders=list(understood.remind_at) or None,
            recurrence=understood.rrule,
            from_completion=understood.from_completion,
            timezone=request.zone.key,
        )
        added = await self._tasks.create(request.user_id, wish, request_key=request.key)
        title = added.task.title
        if not added.reminders:
            due = _due_words(request, added.task)
            return _said([f"Added “{title}”{due and f', due {due}'}."], understood, added)
        times = _enumerate([request.when(reminder.due_at) for reminder in added.reminders])
        sentences = [f"OK, I will remind you: “{title}”, {times}."]
        if wish.due_on is not None and not wish.reminders:
            sentences.append(f"You gave no time, so I took {added.reminders[0].due_at.astimezone(request.zone):%H:%M}.")
        elif wish.due_at is not None and all(reminder.due_at != wish.due_at for reminder in added.reminders):
            sentences.append(f"It is due {request.when(wish.due_at)}.")
        if added.task.recurrence:
            when = "when you have done this one" if added.task.from_completion else "each time"
            sentences.append(f"It repeats, and I will set the next one {when}.")
        return _said(sentences, understood, added)

    async def _list(self, request: _Request, understood: Understanding, after: Conversation) -> Said:
        first, last = _day(understood.due, request.zone)
        query = TaskQuery(
            status=TaskStatus.OPEN,
            text=understood.target if understood.intent is IntentName.SEARCH else None,
            tag=understood.tags[0] if understood.tags else None,
            priority=understood.priority,
            due_after=first,
            due_before=last,
        )
        found = (await self._tasks.page(request.user_id, query)).items
        if not found:
            narrowed = query != TaskQuery(status=TaskStatus.OPEN)
            return Said("I find no open task like that." if narrowed else "Nothing to do. Enjoy!")
        after.shown = [item.task.id for item in found[:_SHOWN_AT_MOST]]
        lines = [f"{number}. {_line(request, item.task)}" for number, item in enumerate(found[:_SHOWN_AT_MOST], 1)]
        if len(found) > _SHOWN_AT_MOST:
            lines.append(f"… and {len(found) - _SHOWN_AT_MOST} more.")
        return Said("\n".join(lines), found[:_SHOWN_AT_MOST])

    async def _snooze(self, request: _Request, understood: Understanding) -> Said:
        item = await self._inbox.last_open(request.user_id)
        if item is None or item.id is None:
            return Said("No reminder is waiting for you.")
        until = _instant(request, understood.due) or request.now + _SNOOZE
        snoozed = await self._inbox.snooze(request.user_id, item.id, until)
        return Said(f"OK, again {request.when(until)}: “{item.title}”.", [snoozed])

    async def _acknowledge(self, request: _Request) -> Said:
        item = await self._inbox.last_open(request.user_id)
        if item is None or item.id is None:
            return Said("You're welcome. No reminder is waiting for you.")
        await self._inbox.acknowledge(request.user_id, item.id)
        return Said(f"OK, “{item.title}” is off your screen. The task stays until you say that it is done.")

    async def _undo(self, request: _Request) -> Said:
        try:
            taken = await self._tasks.undo(request.user_id)
        except NotFound as error:
            return Said(str(error))
        return Said(taken.said, taken.tasks)

    async def _with_target(
        self,
        request: _Request,
        understood: Understanding,
        chosen: str | None,
        before: Conversation,
        after: Conversation,
    ) -> Said:
        wanted_status = TaskStatus.COMPLETED if understood.intent is IntentName.REOPEN else TaskStatus.OPEN
        candidates = await self._tasks.list(request.user_id, status=wanted_status)
        found = _find([item.task for item in candidates], understood, chosen, before)
        if not found:
            state = "completed" if wanted_status is TaskStatus.COMPLETED else "open"
            return Said(f"I find no {state} task like “{understood.target or request.text}”.")
        if len(found) > 1:
            after.choices = {_line(request, task): task.id for task in found[:_CHOICES_AT_MOST]}
            _ask(request, before, after)
            return Said("Which one do you mean?", choices=list(after.choices))
        target = next(item for item in candidates if item.task.id == found[0].id)
        return await self._change(request, understood, target, after)

    async def _change(
        self, request: _Request, understood: Understanding, target: TaskWithReminders, after: Conversation
    ) -> Said:
        user_id, task, title = request.user_id, target.task, target.task.title
        match understood.intent:
            case IntentName.COMPLETE:
                done = await self._tasks.update(user_id, task.id, TaskUpdate(status=TaskStatus.COMPLETED))
                ending = ""
                if done.task.status == TaskStatus.OPEN and done.task.due_at is not None:
                    ending = f" The next one is {_due_words(request, done.task)}."
                return Said(f"Done: “{title}”.{ending}", [done])
            case IntentName.REOPEN:
                reopened = await self._tasks.update(user_id, task.id, TaskUpdate(status=TaskStatus.OPEN))
                return Said(f"“{title}” is open again.", [reopened])
            case IntentName.DELETE:
                await self._tasks.delete(user_id, task.id)
                return Said(f"Deleted “{title}”. Its reminders will not fire.")
            case _:
                wish = _changes(request, understood, task)
                if not wish.model_fields_set:
                    return Said(f"What should change about “{title}”? Give me a new time, for example.")
                changed = await self._tasks.update(user_id, task.id, wish)
                return _said([_changed(request, changed)], understood, changed)


def _interpret(request: _Request, conversation: Conversation) -> tuple[Understanding, str | None]:
    """What the message means after what was asked, and the task id when it picks an offered one."""
    if not conversation.pending:
        return understand(request.text, now=request.now, zone=request.zone), None
    first, *answers = conversation.pending
    understood = understand(first.text, now=first.now, zone=ZoneInfo(first.timezone))
    for turn in answers:
        understood = continue_with(understood, turn.text, now=turn.now, zone=ZoneInfo(turn.timezone))
    labels = list(conversation.choices)
    picked = request.text if request.text in conversation.choices else None
    if picked is None and request.text.isdecimal() and 1 <= int(request.text[:4]) <= len(labels):
        picked = labels[int(request.text[:4]) - 1]
    if picked is not None:
        return replace(understood, needs=None), conversation.choices[picked]
    return continue_with(understood, request.text, now=request.now, zone=request.zone), None


def _ask(request: _Request, before: Conversation, after: Conversation) -> None:
    """Remember the message, so that the answer to the question continues it; after many questions, start anew."""
    turn = Turn(text=request.text, now=request.now, timezone=request.zone.key)
    after.pending = [*before.pending, turn] if len(before.pending) < _QUESTIONS_AT_MOST else [turn]


def _find(tasks: Sequence[Task], understood: Understanding, chosen: str | None, before: Conversation) -> Sequence[Task]:
    if chosen is not None:
        return [task for task in tasks if task.id == chosen]
    if understood.target_index is not None:
        order = before.shown or [task.id for task in tasks]
        position = understood.target_index - 1 if understood.target_index > 0 else len(order) + understood.target_index
        return [task for task in tasks if 0 <= position < len(order) and task.id == order[position]]
    if understood.target is None and understood.refers_back:
        return [task for task in tasks if task.id == before.last]
    return matches(understood.target or understood.title or "", tasks)


def _changes(request: _Request, understood: Understanding, task: Task) -> TaskUpdate:
    fields: dict[str, object] = {}
    fields |= _due(request, understood)
    if understood.shift is not None and task.due_at is not None:
        day = day_of(task)
        whole = day is not None and understood.shift % timedelta(days=1) == timedelta(0)
        fields |= {"due_on": day + understood.shift} if day and whole else {"due_at": task.due_at + understood.shift}
    if understood.rrule is not None:
        fields |= {
            "recurrence": understood.rrule,
            "from_completion": understood.from_completion,
            "timezone": request.zone.key,
        }
    if understood.remind_at:
        fields["reminders"] = list(understood.remind_at)
    if understood.priority is not None:
        fields["priority"] = understood.priority
    if understood.tags:
        fields["tags"] = list(understood.tags)
    return TaskUpdate.model_validate(fields)


def _changed(request: _Request, changed: TaskWithReminders) -> str:
    title = changed.task.title
    waiting = [reminder.due_at for reminder in changed.reminders if reminder.due_at > request.now]
    if waiting:
        return f"Changed. I will remind you: “{title}”, {_enumerate([request.when(due) for due in waiting])}."
    if changed.task.due_at:
        return f"Changed. “{title}” is due {_due_words(request, changed.task)}."
    return f"Changed “{title}”."


def _due(request: _Request, understood: Understanding) -> dict[str, Any]:
    """The due instant or day, as a task's fields. One by days begins on its first day that is to ring."""
    due, rule = understood.due, understood.rrule
    if due is None:
        return {}
    if isinstance(due, datetime):
        return {"due_at": due}
    if rule is None:
        return {"due_on": due}
    at = datetime.combine(due, request.preferences.all_day_at, tzinfo=request.zone)
    if at <= request.now:
        at = next_occurrence(rule, start=at, after=request.now, zone=request.zone) or at
    return {"due_on": at.astimezone(request.zone).date()} if is_by_days(rule) else {"due_at": at}


def _instant(request: _Request, due: datetime | date | None) -> datetime | None:
    """An instant as it is; of a day, the hour of all-day reminders, or the next full hour."""
    if due is None or isinstance(due, datetime):
        return due
    return day_reminder(due, request.preferences.all_day_at, request.zone, request.now)


def _day(due: datetime | date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Where the local day begins and ends; nothing for no day."""
    if due is None:
        return None, None
    day = due.astimezone(zone).date() if isinstance(due, datetime) else due
    first, last = (datetime.combine(day + timedelta(days=days), time(), tzinfo=zone) for days in (0, 1))
    return first, last


def _due_words(request: _Request, task: Task) -> str:
    """When it is due, as the reply says it; nothing when it is not."""
    day = day_of(task)
    if day is not None:
        return describe_day(day, now=request.now, zone=request.zone)
    return request.when(task.due_at) if task.due_at else ""


def _line(request: _Request, task: Task) -> str:
    due = _due_words(request, task)
    return f"{task.title} — {due}" if due else task.title


def _enumerate(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def _said(sentences: list[str], understood: Understanding, task: TaskWithReminders) -> Said:
    return Said(" ".join([*sentences, *understood.remarks]), [task])
