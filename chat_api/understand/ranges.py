"""What narrows and orders a list of tasks: "this week", "in the next 3 days", "overdue", "sorted by priority"."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from chat_api.understand.asking import LIST_HEADS
from chat_api.understand.dates import read_day
from chat_api.understand.facts import Context, Day
from chat_api.understand.intents import match
from chat_api.understand.model import Order
from chat_api.understand.phrases import phrases
from chat_api.understand.quantities import duration
from chat_api.understand.text import Kind, Tokens

_WEEK: Final = 7
_SATURDAY: Final = 5
_LEADS: Final = frozenset({"for", "in", "during", "over", "within", "on", "the", "due", "of", "from", "by"})
_ORDER_NOUNS: Final[tuple[tuple[tuple[str, ...], Order], ...]] = tuple(
    (words, order)
    for order, lines in (
        (Order.PRIORITY, ("priority", "importance", "urgency", "prio", "how important they are",
                          "how urgent they are")),
        (Order.DUE, ("due date", "due time", "due", "date", "deadline", "time", "day", "when they are due",
                     "when they're due", "due dates", "dates", "deadlines")),
        (Order.TITLE, ("name", "title", "names", "alphabet", "text", "titles", "letter", "alphabetical order")),
        (Order.CREATED, ("created", "creation date", "age", "creation", "when i added them", "date added",
                         "date created",
                         "when they were created", "creation time", "when they were added", "added date")),
        (Order.UPDATED, ("last change", "last changed", "changed", "updated", "last update", "last updated",
                         "when they were changed", "date changed", "modified", "recency")),
    )
    for line in lines
    for words in phrases(line)
)  # fmt: skip
_BY: Final = phrases(
    "by", "sorted by", "ordered by", "sort by", "order by", "arranged by", "ranked by", "grouped by", "in order of",
    "sorted according to", "and sort them by", "and sort by", "sort them by", "listed by", "in the order of",
)  # fmt: skip
_ORDERS: Final[tuple[tuple[tuple[str, ...], Order], ...]] = tuple(
    (words, order)
    for order, lines in (
        (Order.TITLE, ("alphabetically", "in alphabetical order", "sorted alphabetically", "from a to z", "a - z")),
        (Order.PRIORITY, ("most important first", "most urgent first", "highest priority first", "important ones first",
                          "urgent ones first", "important first", "urgent first", "top priority first")),
        (Order.DUE, ("soonest first", "earliest first", "chronologically", "in chronological order")),
        (Order.CREATED, ("oldest first", "in the order i added them")),
        (Order.UPDATED, ("last changed first", "latest changes first", "recently changed first")),
    )
    for line in lines
    for words in phrases(line)
)  # fmt: skip
_SORTING: Final = frozenset({"sort", "order", "arrange", "rank", "sorted"})
_STARTS: Final = _SORTING | {"this", "next", "the", "rest", "coming", "later", "past", "due", "until", "between", "all"}
_ONE: Final = {"week": relativedelta(weeks=1), "month": relativedelta(months=1), "year": relativedelta(years=1)}
_OVERDUE: Final = (("overdue",), ("past", "due"), ("over", "due"), ("past", "their", "due", "date"), ("late", "tasks"))


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed to and ordered by, and the message without the words that said so."""

    rest: Tokens
    due_from: date | None = None
    due_until: date | None = None
    overdue: bool = False
    order: Order | None = None
    sorting: bool = False
    taken: tuple[tuple[int, int, str], ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return bool(self.taken) or self.overdue


def may_list(tokens: Tokens, start: int) -> bool:
    """Whether the first words can begin a question for tasks."""
    return tokens.word(start) in _STARTS or bool(match(tokens, start, LIST_HEADS))


def narrow(tokens: Tokens, start: int, context: Context) -> Narrowed:
    """Look for a range, an order and "overdue", each once."""
    taken: list[tuple[int, int, str]] = []
    due_from = due_until = None
    order = None
    ranged = False
    place = start
    while place < len(tokens):
        found = None if ranged else _range(tokens, place, context)
        if found is not None:
            (due_from, due_until), end = found
            first = place
            while first > start and tokens.word(first - 1) in _LEADS:
                first -= 1
            taken.append((first, end, "date"))
            ranged, place = True, end
            continue
        ordered = _order(tokens, place) if order is None and place > start else None
        if ordered is not None:
            order, end = ordered
            taken.append((place, end, "order"))
            place = end
            continue
        place += 1
    sorting = order is not None and tokens.word(start) in _SORTING
    if sorting:
        end = start + 1
        taken.append((start, end, "order"))
    late = next(
        ((at, at + len(words)) for words in _OVERDUE for at in range(start, len(tokens)) if tokens.phrase(at, words)),
        None,
    )
    if late is not None and late[1] - late[0] > 1:
        taken.append((*late, "date"))
    overdue = late is not None
    rest = tokens.without(*((first, end) for first, end, _ in taken)) if taken else tokens
    return Narrowed(rest, due_from, due_until, overdue, order, sorting, tuple(taken))


def _order(tokens: Tokens, place: int) -> tuple[Order, int] | None:
    plain = _longest(tokens, place, _ORDERS)
    if plain is not None:
        return plain
    length = match(tokens, place, _BY)
    place += length
    while length and tokens.word(place) in {"their", "the"}:
        place += 1
    found = _longest(tokens, place, _ORDER_NOUNS) if length else None
    closes = found is not None and (
        found[1] >= len(tokens)
        or tokens[found[1]].kind is Kind.SYMBOL
        or tokens.word(found[1]) in {"please", "and", "for"}
    )
    return found if closes else None


def _longest(tokens: Tokens, place: int, table: tuple[tuple[tuple[str, ...], Order], ...]) -> tuple[Order, int] | None:
    found = [(len(words), order) for words, order in table if tokens.phrase(place, words)]
    if not found:
        return None
    length, order = max(found, key=lambda pair: pair[0])
    return order, place + length


def _range(tokens: Tokens, place: int, context: Context) -> tuple[tuple[date | None, date | None], int] | None:
    try:
        return (
            _calendar(tokens, place, context.today)
            or _coming(tokens, place, context.today)
            or _bound(tokens, place, context)
        )
    except (OverflowError, ValueError):
        return None


def _calendar(tokens: Tokens, place: int, today: date) -> tuple[tuple[date | None, date | None], int] | None:
    """ "this week", "next month", "the weekend", "the rest of the week"."""
    lead, unit, end = tokens.word(place), tokens.word(place + 1), place + 2
    rest = False
    if lead == "rest" and unit == "of" and tokens.word(place + 2) in {"the", "this"}:
        lead, unit, end, rest = "this", tokens.word(place + 3), place + 4, True
    elif lead == "later" and unit == "this":
        lead, unit, end, rest = "this", tokens.word(place + 2), place + 3, True
    elif lead == "weekend":
        lead, unit, end = "this", "weekend", place + 1
    if lead not in {"this", "next", "coming", "the"} or (lead == "the" and unit != "weekend"):
        return None
    if lead == "next" and unit == "next":
        return None
    unit = unit.removesuffix("'s")
    if (
        lead == "next"
        and tokens.word(place - 1) == "the"
        and tokens.word(place - 2) in {"in", "within", "over", "during"}
    ):
        # "in the next week": from now on
        length = _ONE.get(unit)
        return None if length is None else ((today, today + length), end)
    ahead = 1 if lead == "next" else 0
    monday = today - timedelta(days=today.weekday()) + timedelta(days=_WEEK * ahead)
    match unit:
        case "week":
            first, last = monday, monday + timedelta(days=_WEEK - 1)
        case "weekend":
            first, last = monday + timedelta(days=_SATURDAY), monday + timedelta(days=_WEEK - 1)
        case "month":
            first = today.replace(day=1) + relativedelta(months=ahead)
            last = first + relativedelta(months=1) - timedelta(days=1)
        case "year":
            first = today.replace(month=1, day=1) + relativedelta(years=ahead)
            last = first + relativedelta(years=1) - timedelta(days=1)
        case _:
            return None
    return (today if rest else first, last), end


def _coming(tokens: Tokens, place: int, today: date) -> tuple[tuple[date | None, date | None], int] | None:
    """ "the next 3 days", "within a week", "the next couple of weeks"."""
    word = tokens.word(place)
    if word not in {"next", "within", "coming", "following"}:
        return None
    first = place + 1
    if word == "within" and tokens.word(first) in {"the", "next"}:
        first += 2 if tokens.word(first + 1) == "next" else 1
    length = duration(tokens, first)
    if length is None or length[0].seconds or length[0] == type(length[0])():
        return None
    return (today, length[0].after(today)), length[1]


def _bound(tokens: Tokens, place: int, context: Context) -> tuple[tuple[date | None, date | None], int] | None:
    """ "until friday", "by friday", "between monday and friday"."""
    word = tokens.word(place)
    if word not in {"until", "till", "by", "between", "from"}:
        return None
    if tokens.phrase(place, ("up", "to")):
        place += 1
    first = read_day(tokens, place + 1, context)
    if first is None or not isinstance(first.facts[0], Day) or len(first.facts) > 1:
        return None
    day = first.facts[0].date
    if word in {"until", "till", "by"}:
        return (None, day), first.end
    joins = {"and", "to", "until", "till", "through", "-"}
    if tokens.word(first.end) not in joins:
        return None
    last = read_day(tokens, first.end + 1, context)
    if last is None or not isinstance(last.facts[0], Day):
        return None
    until = last.facts[0].date
    if until < day <= until + timedelta(days=_WEEK):
        # "between monday and friday"
        until += timedelta(days=_WEEK)
    return ((day, until), last.end) if until >= day else None
