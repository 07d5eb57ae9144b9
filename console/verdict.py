"""Why it did, or did not, ring: a verdict in plain words from the evidence. Pure."""

from datetime import datetime, timedelta
from typing import Final

from console.evidence import Evidence
from contracts.base import occurrence_key
from contracts.console import Mood, Verdict
from contracts.operations import InboxFact, ReminderRow
from contracts.reminders import ReminderStatus

_GRACE: Final = timedelta(seconds=5)
_WAITING: Final = frozenset({"pending", "scheduled"})
_LATE: Final = timedelta(seconds=60)


def judge(evidence: Evidence) -> Verdict:
    """The verdict."""
    if not evidence.asked("facts"):
        return Verdict(
            mood=Mood.BAD,
            headline="It cannot be told: chat-api does not answer.",
            because=(evidence.unasked["facts"],),
            advice="Look at chat-api and its sidecar first (todo-ops status).",
        )
    reminder = evidence.facts.reminder
    if reminder is None:
        return _unknown(evidence)
    if reminder.status == "cancelled" or (reminder.status in _WAITING and reminder.task_status != "open"):
        return _off(evidence, reminder)
    match reminder.status:
        case "skipped":
            return Verdict(
                mood=Mood.OFF,
                headline="It was left out: its time had passed already when the task was set or moved.",
                because=(f"It would have been due at {_at(reminder.due_at)}.",),
            )
        case "fired":
            return _rang(evidence, reminder)
        case _:
            is_due = reminder.due_at + _GRACE < evidence.now
            return _overdue(evidence, reminder) if is_due else _coming(evidence, reminder)


def _unknown(evidence: Evidence) -> Verdict:
    if evidence.actor is None and not evidence.facts.inbox:
        return Verdict(
            mood=Mood.OFF,
            headline="There is no such reminder.",
            because=("chat-api has no row of this id, and its actor has stored nothing.",),
            advice="Is the id complete? todo-ops reminders --search TITLE finds reminders by their words.",
        )
    because = ["chat-api has no row of it any more: its task was deleted."]
    if evidence.actor is not None:
        because.append(f"Its actor is {evidence.actor.status.value}.")
    return Verdict(mood=Mood.OFF, headline="It is gone with its task.", because=tuple(because))


def _off(evidence: Evidence, reminder: ReminderRow) -> Verdict:
    why = "The task was done." if reminder.task_status != "open" else "The user removed or moved it."
    because = [why]
    if evidence.job is not None:
        because.append("It still has a job; when that is triggered, nothing comes of it.")
    return Verdict(mood=Mood.OFF, headline="It does not ring, and is not meant to.", because=tuple(because))


def _rang(evidence: Evidence, reminder: ReminderRow) -> Verdict:
    item = _item_of(evidence, reminder.due_at) or (evidence.facts.inbox[0] if evidence.facts.inbox else None)
    fired_at = reminder.fired_at or (item.fired_at if item else reminder.due_at)
    late = fired_at - reminder.due_at
    because = [f"It was due at {_at(reminder.due_at)} and fired {_after(late)}."]
    if item is None:
        return Verdict(
            mood=Mood.BAD,
            headline="It fired, and there is no item of it in the user's inbox.",
            because=tuple(because),
            advice="The inbox may have been cleared. If not, run the repair sweep.",
        )
    because += _reached(item)
    failed = [one for one in item.deliveries if one.state == "failed"]
    sent = [one for one in item.deliveries if one.state == "sent"]
    seen = item.delivered_at is not None or item.acknowledged_at is not None
    if failed and not sent and not seen:
        said = "; ".join(f"{one.channel}: {one.detail or 'failed'}" for one in failed)
        return Verdict(
            mood=Mood.BAD,
            headline="It fired, and reached the user nowhere outside the inbox.",
            because=(*because, f"What failed: {said}."),
            advice="Check that channel's component (mail server, push service, webhook), then the user's own settings.",
        )
    if not seen and not item.deliveries:
        return Verdict(
            mood=Mood.WAITING,
            headline="It fired into the inbox, and nobody has looked yet.",
            because=(*because, "The user had no page open, and no other channel is set up."),
        )
    headline = "It rang." if late <= _LATE else f"It rang, {_span(late)} late."
    return Verdict(mood=Mood.GOOD if late <= _LATE else Mood.WAITING, headline=headline, because=tuple(because))


def _reached(item: InboxFact) -> list[str]:
    said = []
    if item.quiet:
        said.append("It fell into the user's quiet hours, and so made no sound.")
    if item.delivered_at is not None:
        said.append(f"An open page showed it at {_at(item.delivered_at)}.")
    said += [f"{one.channel.capitalize()}: {one.state} at {_at(one.at)}." for one in item.deliveries]
    if item.acknowledged_at is not None:
        said.append(f"The user saw to it at {_at(item.acknowledged_at)}.")
    return said


def _coming(evidence: Evidence, reminder: ReminderRow) -> Verdict:
    headline = f"It is to ring at {_at(reminder.due_at)}, in {_span(reminder.due_at - evidence.now)}."
    missing = _missing(evidence, reminder)
    if not missing:
        because = [f"Its actor is scheduled, and its job is armed for {_at(reminder.due_at)}."]
        if _has_fired(evidence, reminder):
            because = ["Its job has come and its actor has fired, ahead of time: chat-api has it ready to be shown."]
        if not evidence.asked("job") or not evidence.asked("actor"):
            because = ["Not everything could be asked; what answered is in order."]
        return Verdict(mood=Mood.WAITING, headline=headline, because=tuple(because))
    if evidence.facts.unpublished:
        return Verdict(
            mood=Mood.WAITING,
            headline=headline,
            because=(*missing, "The event that sets it is still in the outbox, and is published in a moment."),
            advice="If it stays there, look at the broker and at chat-api's sidecar.",
        )
    return Verdict(
        mood=Mood.BAD,
        headline=f"{headline} As it is, it will not.",
        because=tuple(missing),
        advice="Run the repair sweep: todo-ops repair. It runs by itself for what is due within ten minutes.",
    )


def _missing(evidence: Evidence, reminder: ReminderRow) -> list[str]:
    """What has to be there for it to ring, and is not."""
    said: list[str] = []
    actor, job = evidence.actor, evidence.job
    if evidence.asked("actor"):
        if actor is None:
            said.append("Its actor has never heard of it: the event that sets it did not arrive.")
        elif actor.version < reminder.version and actor.due_at != reminder.due_at:
            said.append(f"Its actor knows version {actor.version} of the task, chat-api has {reminder.version}.")
        elif actor.due_at != reminder.due_at:
            said.append(f"Its actor waits for {_at(actor.due_at)}, the user for {_at(reminder.due_at)}.")
        elif actor.status is ReminderStatus.CANCELLED:
            said.append("Its actor takes it for cancelled.")
    if evidence.asked("job") and not _has_fired(evidence, reminder):
        if job is None:
            said.append("It has no job in Dapr's scheduler.")
        elif job.payload_error:
            said.append(f"Its job's payload cannot be read: {job.payload_error}.")
        elif job.due_at != reminder.due_at:
            said.append(f"Its job is armed for {_at(job.due_at)}.")
    return said


def _has_fired(evidence: Evidence, reminder: ReminderRow) -> bool:
    """Whether its actor has fired for the due time that it has now."""
    actor = evidence.actor
    return actor is not None and actor.last_fired == occurrence_key(reminder.due_at)


def _overdue(evidence: Evidence, reminder: ReminderRow) -> Verdict:
    late = _span(evidence.now - reminder.due_at)
    actor, job = evidence.actor, evidence.job
    if _has_fired(evidence, reminder):
        return Verdict(
            mood=Mood.BAD,
            headline=f"It fired, but chat-api has not heard of it: overdue by {late}.",
            because=("Its actor fired this occurrence; the announcement on the topic reminders did not arrive.",),
            advice="Look at the topic reminders and its dead letters; the repair sweep announces it again.",
        )
    if actor is not None and actor.status is ReminderStatus.FIRING:
        return Verdict(
            mood=Mood.BAD,
            headline=f"It is trying to ring and cannot: overdue by {late}.",
            because=(f"{actor.attempts} attempts to announce it failed; the last: {actor.last_error or 'no reason'}.",),
            advice="The broker, or reminder-actor's way to it, is away. It rings by itself once that is back.",
        )
    missing = _missing(evidence, reminder)
    if evidence.facts.unpublished:
        missing.append("The event that sets it is still in the outbox.")
    if not missing and job is not None:
        return Verdict(
            mood=Mood.BAD,
            headline=f"Its job is armed and was not done: overdue by {late}.",
            because=(
                "Actor and job are as they should be. The job is triggered every three seconds until that succeeds.",
            ),
            advice="Is the scheduler service ready, and connected to Dapr's scheduler (todo-ops status)? "
            "Its log says why a trigger failed.",
        )
    return Verdict(
        mood=Mood.BAD,
        headline=f"It did not ring: overdue by {late}.",
        because=tuple(missing or ["Nothing says why."]),
        advice="The repair sweep sees to it within half a minute; todo-ops repair runs it now.",
    )


def _item_of(evidence: Evidence, due_at: datetime) -> InboxFact | None:
    occurrence = occurrence_key(due_at)
    return next((item for item in evidence.facts.inbox if item.occurrence == occurrence), None)


def _at(instant: datetime | None) -> str:
    return "an unknown time" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def _after(late: timedelta) -> str:
    seconds = late.total_seconds()
    if seconds < -1:
        return f"{_span(-late)} before that, by an operator's hand"
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms later"
    return f"{_span(late)} later"


def _span(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            rest = seconds % size * (24 if unit == "d" else 60) // size
            below = {"d": "h", "h": "min", "min": "s"}[unit]
            return f"{seconds // size} {unit}{f' {rest} {below}' if rest else ''}"
    return f"{seconds} s"
