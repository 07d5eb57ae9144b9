"""A checked tool call as the same `Understanding` that the offline grammar makes of a sentence. Pure.

Times are resolved by the grammar from the words that the model passes on; a time the model worked out itself counts
where there are no such words, on the wall clock of the person's zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chat_api.assistant import tools
from chat_api.assistant.conversation import Command, Turn
from chat_api.assistant.tools import BadCall
from chat_api.tasks.schemas import normal_tag
from chat_api.understand import IntentName, Need, Order, Scope, Understanding, continue_with, understand
from chat_api.understand.local import to_instant
from contracts import recurrence

_YEARS_AHEAD = 100
_DAYS = len("2026-11-24")
# Calls that say nothing beyond their name and, at most, a task.
_BARE: dict[type[tools.Arguments], IntentName] = {
    tools.CompleteTask: IntentName.COMPLETE,
    tools.DeleteTask: IntentName.DELETE,
    tools.SkipOccurrence: IntentName.SKIP,
    tools.ShowLists: IntentName.LISTS,
    tools.Acknowledge: IntentName.ACKNOWLEDGE,
    tools.Undo: IntentName.UNDO,
    tools.ShowHelp: IntentName.HELP,
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A task in the list that the model was given; its number is its place there, from 1."""

    task_id: str
    title: str


@dataclass(frozen=True, slots=True)
class _Clock:
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def command_of(
    name: str, arguments: str, given: Sequence[Numbered], *, now: datetime, zone: ZoneInfo
) -> tuple[Command, Understanding]:
    """A call as a command, and what it means.

    Raises:
        BadCall: it is none, it names a task that was not given, or a time or rule that cannot be.
    """
    call = tools.checked(name, arguments)
    number = getattr(call, "task", None) or getattr(call, "part_of", None)
    if number is not None and number > len(given):
        raise BadCall("a task number that was not given")
    target = given[number - 1] if number is not None else None
    command = Command(
        tool=name,
        arguments=arguments,
        now=now,
        timezone=zone.key,
        task_id=target.task_id if target else None,
        title=target.title if target else None,
    )
    return command, meaning_of(command)


def meaning_of(command: Command) -> Understanding:
    """What it means; the same each time, also when it is read back from the conversation.

    Raises:
        BadCall: a time or rule that cannot be.
    """
    call, title = tools.checked(command.tool, command.arguments), command.title
    clock = _Clock(command.now, ZoneInfo(command.timezone))
    match call:
        case tools.AddTask():
            base = Understanding(IntentName.ADD, title=call.title, parent=title if call.part_of else None)
            meaning = _detailed(base, call, clock)
        case tools.ChangeTask():
            meaning = _change(call, title, clock)
        case tools.ReopenTask():
            meaning = Understanding(IntentName.REOPEN, target=call.title)
        case tools.ShowTasks():
            meaning = _shown(call, clock)
        case tools.CreateList() | tools.RenameList() | tools.DeleteList():
            meaning = _of_list(call)
        case tools.Snooze():
            meaning = _snoozed(call, clock)
        case tools.SetDigest():
            at = time.fromisoformat(call.at) if call.at else None
            meaning = Understanding(IntentName.DIGEST, digest_at=at, off=at is None)
        case tools.SetQuietHours():
            meaning = _quiet(call)
        case _:
            meaning = _plain(call, title)
    return meaning


def _plain(call: tools.Arguments, title: str | None) -> Understanding:
    """Of a call that says little beyond its name."""
    if isinstance(call, tools.SetEmail):
        return Understanding(IntentName.EMAIL, off=not call.on)
    if isinstance(call, tools.ShowActivity):
        return Understanding(IntentName.HISTORY, target=call.text)
    intent = _BARE.get(type(call))
    if intent is None:
        raise BadCall("no command")
    return Understanding(intent, target=title)


def _of_list(call: tools.CreateList | tools.RenameList | tools.DeleteList) -> Understanding:
    if isinstance(call, tools.RenameList):
        return Understanding(IntentName.RENAME_LIST, list_name=call.name, new_title=call.new_name)
    intent = IntentName.ADD_LIST if isinstance(call, tools.CreateList) else IntentName.DELETE_LIST
    return Understanding(intent, list_name=call.name)


def first_meaning(turn: Turn) -> Understanding:
    """What a message that was asked about meant: to the model if it was the model that read it, else to the grammar."""
    if turn.command is not None:
        return meaning_of(turn.command)
    return understand(turn.text, now=turn.now, zone=ZoneInfo(turn.timezone))


def _change(call: tools.ChangeTask, title: str | None, clock: _Clock) -> Understanding:
    base = Understanding(
        IntentName.CHANGE,
        target=title,
        new_title=call.title,
        scope=Scope(call.scope) if call.scope else None,
        shift=timedelta(minutes=call.later_by_minutes) if call.later_by_minutes else None,
    )
    return _detailed(base, call, clock)


def _shown(call: tools.ShowTasks, clock: _Clock) -> Understanding:
    first = _iso_day(call.day, clock) if call.day else None
    last = _iso_day(call.until, clock) if call.until else first
    if first is not None and last is not None and last < first:
        raise BadCall("a range of days that ends before it begins")
    return Understanding(
        IntentName.SEARCH if call.text else IntentName.LIST,
        target=call.text,
        due_from=first,
        due_until=last,
        overdue=bool(call.overdue),
        tags=_tags([call.tag] if call.tag else None),
        priority=call.priority,
        list_name=call.list_name,
        order=Order(call.order) if call.order else None,
    )


def _snoozed(call: tools.Snooze, clock: _Clock) -> Understanding:
    if call.when is not None:
        read = understand(f"snooze until {call.when}", now=clock.now, zone=clock.zone)
        if read.intent is IntentName.SNOOZE and read.target is None and (read.due or read.needs):
            return read
        if call.minutes is None:
            raise BadCall("words for a time that are not understood")
    due = clock.now + timedelta(minutes=call.minutes) if call.minutes else None
    return Understanding(IntentName.SNOOZE, due=due.astimezone(clock.zone) if due else None)


def _quiet(call: tools.SetQuietHours) -> Understanding:
    if call.begin is None and call.end is None:
        return Understanding(IntentName.QUIET, off=True)
    if call.begin is None or call.end is None or call.begin == call.end:
        raise BadCall("quiet hours without a begin and an end")
    return Understanding(IntentName.QUIET, quiet=(time.fromisoformat(call.begin), time.fromisoformat(call.end)))


def _detailed(base: Understanding, call: tools.AddTask | tools.ChangeTask, clock: _Clock) -> Understanding:
    """With when it is due, how it repeats, and the plain details."""
    timed = _from_words(base, call.when, clock) if call.when else None
    if timed is None and call.due is not None:
        timed = _from_iso(base, call.due, clock)
    if timed is None and call.when is not None:
        raise BadCall("words for a time that are not understood")
    timed = timed or base
    if call.recurrence is not None and timed.rrule is None and timed.needs is None:
        timed = _repeating(timed, call.recurrence, clock)
    if call.remind_before_minutes is not None and timed.needs is None:
        timed = _reminded(timed, call.remind_before_minutes, clock)
    return replace(
        timed,
        priority=call.priority or timed.priority,
        tags=_tags(call.tags) or timed.tags,
        list_name=call.list_name,
        notes=call.notes,
    )


def _from_words(base: Understanding, words: str, clock: _Clock) -> Understanding | None:
    """The grammar's reading of a phrase of time; None when it is none."""
    if base.intent is IntentName.CHANGE:
        read = understand(f"move 1 to {words}", now=clock.now, zone=clock.zone)
        if read.intent is not IntentName.CHANGE or read.target_index != 1 or not (read.due or read.shift or read.needs):
            return None
        return replace(
            read,
            target=base.target,
            target_index=None,
            new_title=base.new_title,
            scope=base.scope or read.scope,
            spans=(),
        )
    asked = replace(base, needs=Need.TIME, question="When?", wants_reminder=True)
    read = continue_with(asked, words, now=clock.now, zone=clock.zone)
    if read is asked or read.intent is not base.intent or read.title != base.title or not (read.due or read.needs):
        return None
    return read


def _from_iso(base: Understanding, due: str, clock: _Clock) -> Understanding:
    """The wall clock of the person's zone; a time that the clocks skip moves on by the gap."""
    if len(due) == _DAYS:
        day = _iso_day(due, clock)
        if day < clock.today:
            raise BadCall("a day that has passed")
        return replace(base, due=day, shift=None)
    try:
        naive = datetime.fromisoformat(due)
        instant, skipped = to_instant(naive, clock.zone)
    except (ValueError, OverflowError) as error:
        raise BadCall("a time that does not exist") from error
    _bounded(instant.date(), clock)
    if instant <= clock.now:
        raise BadCall("a time that has passed")
    remark = f"The clocks skip {naive:%H:%M} that day, so I took {instant:%H:%M}."
    return replace(base, due=instant, shift=None, remarks=(remark,) if skipped else ())


def _iso_day(value: str, clock: _Clock) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise BadCall("a day that does not exist") from error
    _bounded(day, clock)
    return day


def _bounded(day: date, clock: _Clock) -> None:
    if abs(day.year - clock.today.year) > _YEARS_AHEAD:
        raise BadCall("a day beyond the calendar")


def _repeating(base: Understanding, rule: str, clock: _Clock) -> Understanding:
    """With a rule, and due at its first occurrence from the due time on."""
    due = base.due
    if due is None:
        raise BadCall("a recurrence without its first time")
    all_day = not isinstance(due, datetime)
    start = due if isinstance(due, datetime) else datetime.combine(due, time(), tzinfo=clock.zone)
    try:
        spelled = recurrence.validate(rule, start=start, zone=clock.zone, all_day=all_day)
        first = recurrence.next_occurrence(spelled, start=start, after=start - timedelta(seconds=1), zone=clock.zone)
    except (ValueError, OverflowError) as error:
        raise BadCall("a recurrence rule that is not valid") from error
    if first is None:
        raise BadCall("a recurrence rule that never matches")
    local = first.astimezone(clock.zone)
    return replace(base, rrule=spelled, due=local.date() if all_day else local)


def _reminded(base: Understanding, minutes: Sequence[int], clock: _Clock) -> Understanding:
    """With reminders before it is due; those that would have passed are left out, and said so."""
    if not isinstance(base.due, datetime):
        if base.due is None and base.shift is None:
            raise BadCall("a reminder before a time that is not known")
        return base
    due = base.due.astimezone(UTC)
    instants = {(due - timedelta(minutes=one)).astimezone(clock.zone) for one in minutes}
    coming = sorted(instant for instant in instants if instant > clock.now)
    late = "The earlier reminder would be in the past, so I remind you when it is due."
    remarks = base.remarks if len(coming) == len(instants) else (*base.remarks, late)
    return replace(base, remind_at=tuple(coming), remarks=remarks)


def _tags(values: Sequence[str] | None) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(normal_tag(one) for one in values or ()))
    except ValueError as error:
        raise BadCall("a tag that cannot be") from error
