"""What a language model may call: the assistant's commands, with their arguments checked as strictly as a request's.

The schema that the model gets is made from the same classes. It is a hint to the model and no more: what comes back is
validated here, and what it names (a task's number, a time, a rule) in `meaning`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from servicekit.conversation import Tool

_ARGUMENTS_AT_MOST = 8000


class BadCall(Exception):
    """A call that is not carried out. The text says why in words of ours, never with the model's or the user's."""


def _one_line(value: str) -> str:
    spelled = " ".join(value.split())
    if not spelled or not spelled.isprintable():
        raise ValueError("it must be one line that can be read")
    return spelled


Title = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_one_line)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_one_line)]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
Number = Annotated[int, Field(ge=1, le=1000)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
LocalTime = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$")]
LocalDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]

_WHEN = "The person's own words for the time in English, such as: tomorrow at 5pm; in 2 hours; every monday at 9."
_DUE = "The local time as YYYY-MM-DDTHH:MM without an offset, or YYYY-MM-DD for a whole day."
_TASK = "The task's number in the list of open tasks."


class Arguments(BaseModel):
    """The arguments of one tool; its description is the class's docstring."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    NAME: ClassVar[str]


class _Details(Arguments):
    when: Phrase | None = Field(default=None, description=_WHEN)
    due: LocalTime | None = Field(default=None, description=_DUE)
    recurrence: Phrase | None = Field(
        default=None, description="An RFC 5545 RRULE, if `when` does not say how it repeats. Needs `due` or `when`."
    )
    remind_before_minutes: list[Annotated[int, Field(ge=0, le=525_600)]] | None = Field(
        default=None, max_length=5, description="Remind so many minutes before it is due, instead of when it is due."
    )
    priority: Annotated[int, Field(ge=1, le=4)] | None = Field(
        default=None, description="1 is the highest, 4 the lowest."
    )
    tags: list[Name] | None = Field(default=None, max_length=10)
    list_name: Name | None = Field(default=None, description="The name of a list, such as groceries.")
    notes: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None


class AddTask(_Details):
    """Add a task or a reminder. Call it once for each task."""

    NAME: ClassVar = "add_task"
    title: Title = Field(description="What to do, in the person's own words, without the time.")
    part_of: Number | None = Field(default=None, description="The number of the open task that it is a part of.")


class ChangeTask(_Details):
    """Change an open task: move it, rename it, or give it other details. What is left out stays."""

    NAME: ClassVar = "change_task"
    task: Number = Field(description=_TASK)
    title: Title | None = Field(default=None, description="Its new title.")
    later_by_minutes: Annotated[int, Field(ge=-525_600, le=525_600)] | None = Field(
        default=None, description="Move it by so many minutes from when it is due now; negative is earlier."
    )
    scope: Literal["this", "series"] | None = Field(
        default=None, description="For a repeating task, only if the person said it: this occurrence or all of them."
    )


class _OnTask(Arguments):
    task: Number = Field(description=_TASK)


class CompleteTask(_OnTask):
    """The person has done an open task."""

    NAME: ClassVar = "complete_task"


class DeleteTask(_OnTask):
    """Delete an open task, only if the person asks for that."""

    NAME: ClassVar = "delete_task"


class SkipOccurrence(_OnTask):
    """Leave out the next occurrence of a repeating task."""

    NAME: ClassVar = "skip_occurrence"


class ReopenTask(Arguments):
    """Make a completed task open again."""

    NAME: ClassVar = "reopen_task"
    title: Title = Field(description="The words that name it; completed tasks have no number.")


class ShowTasks(Arguments):
    """Show open tasks, all or some. Use it for every question about what there is to do."""

    NAME: ClassVar = "show_tasks"
    text: Phrase | None = Field(default=None, description="Only tasks with these words.")
    day: LocalDay | None = Field(default=None, description="Only tasks due on this day: YYYY-MM-DD.")
    until: LocalDay | None = Field(default=None, description="With `day`: the last day of a range.")
    overdue: bool | None = Field(default=None, description="Only tasks that are overdue.")
    tag: Name | None = None
    priority: Annotated[int, Field(ge=1, le=4)] | None = None
    list_name: Name | None = None
    order: Literal["due", "created", "priority", "title"] | None = None


class ShowLists(Arguments):
    """Show the names of the person's lists."""

    NAME: ClassVar = "show_lists"


class CreateList(Arguments):
    """Make a list of tasks, empty. A task that is added with a list's name makes it by itself."""

    NAME: ClassVar = "create_list"
    name: Name = Field(description="The name of the new list, such as camping.")


class RenameList(Arguments):
    """Give a list another name."""

    NAME: ClassVar = "rename_list"
    name: Name = Field(description="Its name now.")
    new_name: Name = Field(description="What it is to be called.")


class DeleteList(Arguments):
    """Delete a list, only if the person asks for that. Its tasks stay, in no list."""

    NAME: ClassVar = "delete_list"
    name: Name = Field(description="Its name.")


class ShowActivity(Arguments):
    """Show what has happened: what was added, changed, done or deleted, and which reminders came."""

    NAME: ClassVar = "show_activity"
    text: Phrase | None = Field(default=None, description="Only about tasks with these words.")


class Snooze(Arguments):
    """Say the reminder that came last once more, later."""

    NAME: ClassVar = "snooze_reminder"
    when: Phrase | None = Field(default=None, description=_WHEN)
    minutes: Annotated[int, Field(ge=1, le=525_600)] | None = Field(default=None, description="In so many minutes.")


class Acknowledge(Arguments):
    """The person has seen the reminder that came last; the task stays open."""

    NAME: ClassVar = "acknowledge_reminder"


class Undo(Arguments):
    """Take back the last change."""

    NAME: ClassVar = "undo"


class SetDigest(Arguments):
    """Set the time of the daily digest; without a time it is switched off."""

    NAME: ClassVar = "set_daily_digest"
    at: Clock | None = Field(default=None, description="HH:MM, local time.")


class SetQuietHours(Arguments):
    """Set the quiet hours; without times they are switched off."""

    NAME: ClassVar = "set_quiet_hours"
    begin: Clock | None = Field(default=None, description="HH:MM, local time.")
    end: Clock | None = Field(default=None, description="HH:MM, local time.")


class SetEmail(Arguments):
    """Send all reminders by e-mail from now on, or stop doing so."""

    NAME: ClassVar = "set_email_reminders"
    on: bool = Field(description="False stops them.")


class ShowHelp(Arguments):
    """Show what the assistant can do."""

    NAME: ClassVar = "show_help"


class Ask(Arguments):
    """Ask the person one short question when it is not clear what they want. Call nothing else with it."""

    NAME: ClassVar = "ask"
    question: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    choices: list[Name] | None = Field(default=None, max_length=5, description="Answers to choose from.")


class Reply(Arguments):
    """Say something when there is nothing to do, as in small talk. It changes nothing, so never claim that it did."""

    NAME: ClassVar = "reply"
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


_CLASSES: tuple[type[Arguments], ...] = (
    AddTask, ChangeTask, CompleteTask, DeleteTask, SkipOccurrence, ReopenTask, ShowTasks, ShowLists, CreateList,
    RenameList, DeleteList, ShowActivity, Snooze, Acknowledge, Undo, SetDigest, SetQuietHours, SetEmail, ShowHelp, Ask,
    Reply,
)  # fmt: skip
_BY_NAME: Mapping[str, type[Arguments]] = {one.NAME: one for one in _CLASSES}


def checked(name: str, arguments: str) -> Arguments:
    """The arguments of a call.

    Raises:
        BadCall: there is no such tool, or they are not what it takes.
    """
    found = _BY_NAME.get(name)
    if found is None:
        raise BadCall("unknown tool")
    if len(arguments) > _ARGUMENTS_AT_MOST:
        raise BadCall("arguments too long")
    try:
        return found.model_validate_json(arguments or "{}")
    except ValidationError as error:
        raise BadCall(f"malformed arguments of {name}: {error.errors()[0]['type']}") from error


def offered() -> list[Tool]:
    """All tools, as the model gets them."""
    return [Tool(one.NAME, one.__doc__ or "", _schema(one)) for one in _CLASSES]


def _schema(arguments: type[Arguments]) -> dict[str, Any]:
    """A schema that every vendor reads: objects, types, enums, descriptions; what may be left out is not `required`."""
    full = arguments.model_json_schema()
    properties = {name: _plain(one) for name, one in full.get("properties", {}).items()}
    return {"type": "object", "properties": properties, "required": full.get("required", [])}


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    merged = {**schema, **(kinds[0] if kinds else {})}
    plain = {key: merged[key] for key in ("type", "description", "enum") if key in merged}
    if "items" in merged:
        plain["items"] = _plain(merged["items"])
    return plain
