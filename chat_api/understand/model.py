"""What a message was understood to mean: the types that the rest of the chat API works with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class IntentName(StrEnum):
    """What the person wants done."""

    ADD = "add"
    LIST = "list"
    SEARCH = "search"
    COMPLETE = "complete"
    REOPEN = "reopen"
    DELETE = "delete"
    CHANGE = "change"
    SNOOZE = "snooze"
    ACKNOWLEDGE = "acknowledge"
    UNDO = "undo"
    SKIP = "skip"
    LISTS = "lists"
    ADD_LIST = "add_list"
    RENAME_LIST = "rename_list"
    DELETE_LIST = "delete_list"
    HISTORY = "history"
    CLOSE_ACCOUNT = "close_account"
    DIGEST = "digest"
    QUIET = "quiet"
    EMAIL = "email"
    HELP = "help"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """Which occurrences of a recurring task a change is for."""

    THIS = "this"
    SERIES = "series"


class Order(StrEnum):
    """What a list is to be ordered by."""

    DUE = "due"
    CREATED = "created"
    PRIORITY = "priority"
    TITLE = "title"
    UPDATED = "updated"


class Need(StrEnum):
    """What has to be asked before anything is done."""

    TIME = "time"
    TITLE = "title"
    DATE_VALID = "valid_date"
    MERIDIEM = "meridiem"
    TARGET = "target"
    RECURRENCE_SUPPORTED = "recurrence"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """Where something was recognised: ``[start, end)`` in the original text."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message, understood. See each field; absent things are None or empty.

    Attributes:
        title: the task's words in their original case, without cue words and recognised spans.
        target: the words that name an existing task (complete, reopen, delete, change, snooze), or those to search
            for. A snooze without any is about the reminder that fired last.
        target_index: a 1-based position in the list the person was shown; -1 is its last.
        due: an aware datetime in the person's zone, or a plain date when only a day was given. For a snooze, when
            to remind again.
        remind_at: aware instants; empty means at ``due``.
        remind_before: how long before ``due`` to remind, while ``due`` is still asked for.
        rrule: the value of an RFC 5545 RRULE; ``due`` is then its first occurrence.
        priority: 1 (highest) to 4.
        tags: lower-case, without ``#`` or ``@``.
        wants_reminder: the person asked to be reminded, woken, alerted…
        needs: what is missing or wrong; nothing may be done before it is answered.
        question: the sentence that asks for it; also set when the intent is unknown.
        choices: answers worth offering; each is understood by `continue_with`.
        remarks: sentences that tell the person what was assumed.
        spans: what was recognised, in order of appearance.
        from_completion: ``rrule`` counts from the day the task is done, not by the calendar.
        refers_back: the task is the one last spoken of ("it", "that one"), unless ``target`` names it.
        shift: how much later (negative: earlier) than now planned it should be; for a change.
        list_name: the name of the list it is in, is to go to, or that is asked for, as it was written.
        parent: the words that name the task it becomes a part of. A position among them is in ``target_index``; for
            "it", ``refers_back`` is set too.
        scope: whether a change is for one occurrence of a recurring task or for all; None when it was not said.
        new_title: what a task, or the list in ``list_name``, is to be called from now on; ``title`` says the same.
        notes: a note to keep with the task, as it was written; on a change it comes to those that are there.
        time_only: only a time of day was said: a change keeps the task's own day. ``due`` is its next such time.
        digest_at: when the daily digest is to come; local.
        quiet: when quiet hours are to begin and end; local. An end before the beginning is the next day's.
        off: the digest, the quiet hours or mails are to be switched off.
        due_from, due_until: the first and the last day (included) of a range that a list is about; None is without
            a bound. A list of one day has it in ``due``. For a skip, these and ``due`` tell which occurrence is meant.
        overdue: a list of what is overdue.
        order: what a list is to be ordered by.
    """

    intent: IntentName
    title: str | None = None
    target: str | None = None
    target_index: int | None = None
    due: datetime | date | None = None
    remind_at: tuple[datetime, ...] = ()
    rrule: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()
    wants_reminder: bool = False
    needs: Need | None = None
    question: str | None = None
    choices: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    remind_before: tuple[timedelta, ...] = ()
    from_completion: bool = False
    refers_back: bool = False
    shift: timedelta | None = None
    list_name: str | None = None
    parent: str | None = None
    scope: Scope | None = None
    new_title: str | None = None
    notes: str | None = None
    time_only: bool = False
    digest_at: time | None = None
    quiet: tuple[time, time] | None = None
    off: bool = False
    due_from: date | None = None
    due_until: date | None = None
    overdue: bool = False
    order: Order | None = None
