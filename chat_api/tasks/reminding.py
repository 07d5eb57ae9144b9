"""The reminder rows of one task when its times change. Pure: rows in, rows out, nothing is stored here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chat_api.errors import Invalid
from chat_api.identifiers import new_id
from chat_api.tasks.due import Due
from chat_api.tasks.models import Reminder, Task, WishStatus
from chat_api.tasks.repository import WAITING
from chat_api.tasks.schemas import MAX_REMINDERS
from contracts.clock import wall_clock

# A request takes a moment to arrive: "now" and a second ago are not the past.
PAST_TOLERANCE = timedelta(seconds=5)
# "An hour before" is an hour of elapsed time; "the day before" is a day on the calendar (as in RFC 5545, 3.3.6).
NOMINAL = timedelta(hours=12)


def new_reminder(task: Task, due_at: datetime) -> Reminder:
    """A row that nobody has heard of yet."""
    return Reminder(id=new_id(), task_id=task.id, user_id=task.user_id, due_at=due_at)


def distinct(times: Iterable[datetime]) -> list[datetime]:
    """In UTC, in order, each once."""
    return sorted({when.astimezone(UTC) for when in times})[:MAX_REMINDERS]


def require_future(times: Iterable[datetime], field: str, now: datetime) -> None:
    """Refuse what has passed.

    Raises:
        Invalid: names `field`.
    """
    for when in times:
        if when < now - PAST_TOLERANCE:
            raise Invalid(field, f"{when.isoformat()} has passed")


def move_due(
    task: Task, reminders: list[Reminder], due: Due | None, first: Sequence[datetime], now: datetime
) -> list[Reminder]:
    """The reminders when the task is due at another time: they keep their distance to it, and end with it.

    `first` are the reminders of a task that was not due at all, or was due in another way (all day or at a time).
    """
    kept = [reminder for reminder in reminders if reminder.status != WishStatus.CANCELLED and not reminder.snoozed]
    ended = [reminder for reminder in reminders if reminder.snoozed] + (kept if due is None else [])
    for reminder in ended:
        reminder.status = WishStatus.CANCELLED
    if due is None:
        return reminders
    before = Due.of(task)
    if before is None:
        return replace(task, reminders, [*(reminder.due_at for reminder in kept), *first], now)
    if before.all_day != due.all_day:
        return replace(task, reminders, first, now)
    shift(kept, before.at, due.at, ZoneInfo(task.timezone), now, all_day=due.all_day)
    return reminders


def replace(task: Task, reminders: list[Reminder], times: Sequence[datetime], now: datetime) -> list[Reminder]:
    """The reminders when they are to be at `times`. Rows are reused, so that ids stay; surplus ones are cancelled.

    Raises:
        Invalid: a new one has passed.
    """
    wanted = distinct(times)
    kept = {row.due_at for row in reminders if row.status != WishStatus.CANCELLED} & set(wanted)
    added = [when for when in wanted if when not in kept]
    require_future(added, "reminders", now)
    free = [row for row in reminders if row.status == WishStatus.CANCELLED or row.due_at not in kept]
    new: list[Reminder] = []
    for due_at in added:
        if free:
            rearm(free.pop(0), due_at)
        else:
            new.append(new_reminder(task, due_at))
    for row in free:
        row.status = WishStatus.CANCELLED
    return [*reminders, *new]


def shift(
    reminders: Iterable[Reminder], old: datetime, new: datetime, zone: ZoneInfo, now: datetime, *, all_day: bool = False
) -> None:
    """Move them along with a due time that moves from `old` to `new`; both are aware."""
    moved = [reminder for reminder in reminders if reminder.status != WishStatus.CANCELLED]
    for reminder in moved:
        rearm(reminder, shifted(reminder.due_at, old, new, zone, all_day=all_day))
    skip_past(moved, now)


def shifted(when: datetime, old: datetime, new: datetime, zone: ZoneInfo, *, all_day: bool = False) -> datetime:
    """`when` after the instant that it belongs to has moved: a short distance in elapsed time, a long one by the clock.

    What belongs to a whole day is by the clock always: 9:00 of that day, also where the day has no midnight.
    """
    if all_day:
        distance = wall_clock(when, zone) - _midnight(old, zone)
        return (_midnight(new, zone) + distance).replace(tzinfo=zone).astimezone(UTC)
    # Python subtracts by the clock within one zone, so the elapsed time is taken in UTC.
    elapsed = when.astimezone(UTC) - old.astimezone(UTC)
    distance = wall_clock(when, zone) - wall_clock(old, zone)
    # Both, since twelve hours by the clock are eleven of elapsed time over a change, and must not become eleven.
    if max(abs(elapsed), abs(distance)) < NOMINAL:
        return new.astimezone(UTC) + elapsed
    return (wall_clock(new, zone) + distance).replace(tzinfo=zone).astimezone(UTC)


def skip_past(reminders: Iterable[Reminder], now: datetime) -> None:
    """A reminder "an hour before" something that is in half an hour has nothing to say any more."""
    for reminder in reminders:
        if reminder.status in WAITING and reminder.due_at < now - PAST_TOLERANCE:
            reminder.status = WishStatus.SKIPPED


def rearm(reminder: Reminder, due_at: datetime) -> None:
    """It is to ring then, as if it had not rung before."""
    reminder.due_at = due_at
    reminder.status = WishStatus.PENDING
    reminder.fired_at = None
    reminder.snoozed = False


def _midnight(instant: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(wall_clock(instant, zone), time())
