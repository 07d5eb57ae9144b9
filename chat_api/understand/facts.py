"""What can be recognised in a message. A reader looks at one place and returns a `Found` or None."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from chat_api.understand.text import Tokens


@dataclass(frozen=True, slots=True)
class Context:
    """When and where a message is read. ``now`` is local and aware."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """The local date."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: calendar months and days, and exact seconds."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __add__(self, other: "Duration") -> "Duration":
        return Duration(self.months + other.months, self.days + other.days, self.seconds + other.seconds)

    def rough(self) -> timedelta:
        """As a plain length, a month for 30 days."""
        return timedelta(days=30 * self.months + self.days, seconds=self.seconds)

    def after(self, day: date) -> date:
        """The day this many months and days later.

        Raises:
            OverflowError, ValueError: beyond the calendar.
        """
        return day + relativedelta(months=self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. ``ambiguous``: 1 to 12 without am, pm or a 24-hour spelling; ``exact``: with am or pm."""

    hour: int
    minute: int = 0
    second: int = 0
    ambiguous: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day; ``this`` ties it to today ("this evening", "tonight")."""

    name: str
    this: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day.

    ``past_meant``: it was named such that a day gone by is what was said, not a next one.
    ``by_name``: only its weekday or "tomorrow" was said; a full date of the same day is the same said better.
    ``of_week``: a week was said; a weekday said elsewhere is the one in it.
    """

    date: date
    past_meant: bool = False
    today_named: bool = False
    by_name: bool = False
    of_week: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """An exact instant, written out with its offset."""

    instant: datetime


@dataclass(frozen=True, slots=True)
class Offset:
    """From now on: "in 20 seconds". Days and longer without seconds mean a day, not an instant."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Before:
    """Remind this long before it is due. ``of_day``: whole days before something that is named."""

    duration: Duration
    of_day: bool = False


@dataclass(frozen=True, slots=True)
class Invalid:
    """Something that looks like a date or time and cannot be one; ``reason`` is a sentence.

    ``guess``: what was meant, most likely; it is asked about.
    """

    reason: str
    guess: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence, before its times of day and its end are known."""

    freq: str
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    count: int | None = None
    until: str | None = None
    part: str | None = None
    from_completion: bool = False

    @property
    def within_day(self) -> bool:
        """Whether it repeats within a day (hourly, every 5 minutes)."""
        return self.freq in {"HOURLY", "MINUTELY"}

    def to_text(self) -> str:
        """The value of the RRULE property (RFC 5545, 3.3.10)."""
        lists: tuple[tuple[str, tuple[object, ...]], ...] = (
            ("BYMONTH", self.months),
            ("BYMONTHDAY", self.month_days),
            ("BYDAY", self.weekdays),
            ("BYHOUR", self.hours),
            ("BYMINUTE", self.minutes),
            ("BYSETPOS", self.positions),
        )
        parts = [f"FREQ={self.freq}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until}")
        parts += [f"{name}={','.join(map(str, values))}" for name, values in lists if values]
        return ";".join(parts)

    @classmethod
    def from_text(cls, text: str) -> "Rule":
        """Read what `to_text` wrote."""
        parts = dict(piece.split("=", 1) for piece in text.split(";"))

        def numbers(name: str) -> tuple[int, ...]:
            return tuple(int(value) for value in parts.get(name, "").split(",") if value)

        return cls(
            freq=parts["FREQ"],
            interval=int(parts.get("INTERVAL", "1")),
            months=numbers("BYMONTH"),
            month_days=numbers("BYMONTHDAY"),
            weekdays=tuple(value for value in parts.get("BYDAY", "").split(",") if value),
            positions=numbers("BYSETPOS"),
            hours=numbers("BYHOUR"),
            minutes=numbers("BYMINUTE"),
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
            until=parts.get("UNTIL"),
        )


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A recurrence that no rule can express; ``reason`` is a sentence. ``instead`` holds if times of day are named.

    ``hours``: what to take with ``instead`` where none is named.
    """

    reason: str
    instead: Rule | None = None
    hours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Starts:
    """The first day of a recurrence."""

    date: date


@dataclass(frozen=True, slots=True)
class Ends:
    """The end of a recurrence: a last day, a length, a number of times, or a time of its first day."""

    until: date | None = None
    lasting: Duration | None = None
    count: int | None = None
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A label, lower-case."""

    name: str


@dataclass(frozen=True, slots=True)
class Priority:
    """1 (highest) to 4."""

    level: int


@dataclass(frozen=True, slots=True)
class ListName:
    """A list of tasks, as it was written. ``origin``: the task is moved away from it."""

    name: str
    origin: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A clock time is one of another zone; ``remark`` says so when the name could mean several."""

    zone: tzinfo
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Holidays:
    """A recurrence is to leave out holidays, which nobody here knows."""


@dataclass(frozen=True, slots=True)
class Without:
    """A recurrence leaves out these weekdays, or these months."""

    weekdays: tuple[str, ...] = ()
    months: tuple[int, ...] = ()


Fact = (
    Clock | Part | Day | Moment | Offset | Before | Invalid | Rule | Unsupported | Starts | Ends | Tag | Priority
    | ListName | Elsewhere | Holidays | Without
)  # fmt: skip


class Evidence(StrEnum):
    """What a recognition needs around it to count."""

    NONE = "none"
    """It stands by itself."""
    PLACE = "place"
    """A connector before it, another time beside it, or the edge of the message."""
    NEIGHBOUR = "neighbour"
    """Another time beside it."""
    CONNECTOR = "connector"
    """A connector before it or another time beside it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Facts recognised in the tokens ``[start, end)``."""

    start: int
    end: int
    facts: tuple[Fact, ...]
    evidence: Evidence = Evidence.NONE

    def needing(self, evidence: Evidence) -> "Found":
        """The same, counted only with this evidence."""
        return replace(self, evidence=evidence)


Reader = Callable[[Tokens, int, Context], Found | None]


@dataclass(slots=True)
class Facts:
    """All that counts in one message, sorted by what it is."""

    clocks: list[Clock] = field(default_factory=list)
    part: Part | None = None
    day: Day | None = None
    moment: Moment | None = None
    offset: Offset | None = None
    befores: list[Before] = field(default_factory=list)
    invalid: Invalid | None = None
    rule: Rule | None = None
    unsupported: Unsupported | None = None
    starts: Starts | None = None
    ends: Ends | None = None
    tags: list[str] = field(default_factory=list)
    priority: int | None = None
    list_name: str | None = None
    elsewhere: Elsewhere | None = None
    holidays: Holidays | None = None
    without: Without | None = None
    # "submit it by friday midnight": the midnight at the end of that day
    midnight_ends: bool = False

    @property
    def any_time(self) -> bool:
        """Whether anything about time was said."""
        return bool(
            self.clocks
            or self.part
            or self.day
            or self.moment
            or self.offset
            or self.invalid
            or self.rule
            or self.unsupported
            or self.starts
            or self.ends
        )
