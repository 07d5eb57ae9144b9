"""Takes a calendar file apart into its items, line by line, before anything parses them. Pure.

Each item is parsed alone, so that a bad one is refused alone, and a file's size is all the memory that it takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_ITEMS = 5000
_MAX_DEPTH = 4
_MAX_LINES = 2000  # of one item
# What is read; the rest of an item is left out, so that nothing in it can be in the way.
_TODO_PROPERTIES = frozenset(
    {"UID", "SUMMARY", "DESCRIPTION", "STATUS", "COMPLETED", "PERCENT-COMPLETE", "PRIORITY", "CATEGORIES"}
    | {"RELATED-TO", "DTSTART", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"}
    | {"CREATED", "LAST-MODIFIED", "DTSTAMP", "X-TODO-LIST", "X-TODO-PRIORITY", "X-TODO-TIMEZONE"}
    | {"X-TODO-FROM-COMPLETION", "X-TODO-RANG-AT"}
)
_ALARM_PROPERTIES = frozenset(
    {"ACTION", "TRIGGER", "ACKNOWLEDGED", "X-MOZ-LASTACK", "X-APPLE-PROXIMITY", "X-TODO-SNOOZED"}
)
_OTHER_ITEMS = {"VEVENT": "an event", "VJOURNAL": "a journal entry"}


class Unreadable(ValueError):
    """The file as a whole cannot be read. The text says why."""


@dataclass(slots=True)
class Item:
    """A VTODO's lines, its alarms' lines among them, or the title of something that is no task."""

    title: str = ""
    lines: list[str] = field(default_factory=list)
    no_task: str | None = None  # what it is instead
    too_long: bool = False


@dataclass(slots=True)
class Split:
    """A file's items, and what it says about all of them."""

    items: list[Item] = field(default_factory=list)
    product: str = ""
    name: str | None = None
    zones: dict[str, str] = field(default_factory=dict)  # the IANA name that a VTIMEZONE gives for its TZID


def split(raw: bytes) -> Split:
    """The items of a file.

    Raises:
        Unreadable: it is no calendar, is nested too deep, or has too many items.
    """
    splitter = _Splitter()
    for line in _lines(raw):
        splitter.take(line)
    return splitter.end()


class _Splitter:
    def __init__(self) -> None:
        self._found = Split()
        self._open: list[str] = []
        self._item: Item | None = None
        self._zone_id = ""
        self._begun = False

    def take(self, line: str) -> None:
        name, value = _property(line)
        if name == "BEGIN":
            self._begin(value.upper())
        if not self._open:
            if line.strip():
                raise Unreadable("it does not begin as a calendar file (BEGIN:VCALENDAR)")
            return
        kind = self._open[-1]
        if self._item is not None:
            _keep(self._item, kind, name, value, line)
        elif kind == "VCALENDAR":
            self._note_about_all(name, value)
        elif kind == "VTIMEZONE":
            self._note_zone(name, value)
        if name == "END":
            if self._open.pop() != value.upper():
                raise Unreadable(f"END:{value[:30]} ends nothing that has begun")
            if _is_item(kind):
                self._item = None

    def end(self) -> Split:
        if not self._begun:
            raise Unreadable("it does not begin as a calendar file (BEGIN:VCALENDAR)")
        if self._open:
            raise Unreadable("it ends in the middle")
        return self._found

    def _begin(self, kind: str) -> None:
        self._open.append(kind)
        if self._open[0] != "VCALENDAR":
            raise Unreadable("it does not begin as a calendar file (BEGIN:VCALENDAR)")
        self._begun = True
        if len(self._open) > _MAX_DEPTH:
            raise Unreadable("its parts are nested too deep")
        if not _is_item(kind):
            return
        if self._item is not None:
            raise Unreadable("one item begins within another one")
        self._item = Item(no_task=_OTHER_ITEMS.get(kind))
        self._found.items.append(self._item)
        if len(self._found.items) > MAX_ITEMS:
            raise Unreadable(f"it has more than {MAX_ITEMS} items; import it in parts")

    def _note_about_all(self, name: str, value: str) -> None:
        if name == "PRODID":
            self._found.product = value
        elif name == "X-WR-CALNAME":
            self._found.name = value

    def _note_zone(self, name: str, value: str) -> None:
        if name == "TZID":
            self._zone_id = value
        elif name == "X-LIC-LOCATION":
            self._found.zones[self._zone_id] = value


def _is_item(kind: str) -> bool:
    return kind == "VTODO" or kind in _OTHER_ITEMS


def _keep(item: Item, kind: str, name: str, value: str, line: str) -> None:
    if name == "SUMMARY" and kind != "VALARM":
        item.title = value.replace("\\n", " ").replace("\\", "")[:100]
    if item.no_task is not None:
        return
    wanted = {"VTODO": _TODO_PROPERTIES, "VALARM": _ALARM_PROPERTIES}.get(kind, frozenset())
    if name in wanted or (name in {"BEGIN", "END"} and kind in {"VTODO", "VALARM"}):
        if len(item.lines) < _MAX_LINES:
            item.lines.append(line)
        else:
            item.too_long = True


def _lines(raw: bytes) -> Iterator[str]:
    """The unfolded lines, however they end."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("it is not in UTF-8") from error
    pending: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line[:1] in {" ", "\t"} and pending:
            pending.append(line[1:])
            continue
        if pending:
            yield "".join(pending)
        pending = [line]
    if pending:
        yield "".join(pending)


def _property(line: str) -> tuple[str, str]:
    """Its name, and its value as it is written."""
    head, _, value = line.partition(":")
    name = head.partition(";")[0].strip().upper()
    if ";" in head and '"' in head:
        # A quoted parameter may hold a colon; the value of such a property is left to the parser.
        return name, ""
    return name, value.strip()
