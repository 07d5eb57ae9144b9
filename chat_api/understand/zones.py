"""Clock times of another place: "5pm EST", "17:00 UTC", "9am GMT+2".

Standard and summer names stand for their fixed offset; those without a season (ET, PT…) follow the clocks
there. A name that the person's own zone uses means the person's own clocks. A name with several meanings (IST, CST)
is the one of the person's part of the world; where that does not decide, the likeliest is taken and said.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from chat_api.understand.facts import Context, Elsewhere, Found, Rule
from chat_api.understand.local import PASSED_TODAY
from chat_api.understand.model import Need
from chat_api.understand.places import WITHOUT_TIME, ZONES_OF_PLACES
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, WEEKDAY_CODES

if TYPE_CHECKING:
    from chat_api.understand.timing import Timing

# Hours east of Greenwich.
_FIXED: Final[dict[str, float]] = {
    "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "nst": -3.5, "ndt": -2.5, "adt": -3, "brt": -3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11,
    "acst": 9.5, "acdt": 10.5, "awst": 8, "nzst": 12, "nzdt": 13, "pkt": 5, "wib": 7, "sast": 2, "cat": 2, "eat": 3,
    "wat": 1, "npt": 5.75,
}  # fmt: skip
# Words of their own, unless written in capitals.
_ALSO_WORDS: Final = frozenset({"west", "cat", "eat", "wat", "et", "pt", "ct", "mt", "hst"})
_SEASONLESS: Final = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}  # fmt: skip
# (zones it is the name in, hours, what to call it); the first is the likeliest.
_AMBIGUOUS: Final[dict[str, tuple[tuple[tuple[str, ...], float, str], ...]]] = {
    "ist": (
        (("Asia/",), 5.5, "Indian time"),
        (("Asia/Jerusalem", "Asia/Tel_Aviv", "Israel"), 2, "Israeli time"),
        (("Europe/Dublin", "Eire"), 1, "Irish time"),
    ),
    "cst": (
        (("America/", "US/", "Canada/"), -6, "US Central time"),
        (("Asia/", "PRC", "ROC"), 8, "China time"),
        (("America/Havana", "Cuba"), -5, "Cuban time"),
    ),
    "bst": ((("Europe/", "GB"), 1, "British Summer Time"), (("Asia/Dhaka",), 6, "Bangladesh time")),
    "ast": ((("America/", "Atlantic/", "Canada/"), -4, "Atlantic time"), (("Asia/",), 3, "Arabian time")),
    "gst": ((("Asia/",), 4, "Gulf time"), (("Atlantic/South_Georgia",), -2, "South Georgia time")),
}
_MOST_HOURS: Final = 14
_MONTHS_TO_ASK: Final = (1, 7)
_THERE: Final = "It would fall on other days here. On which days and at what time, by your clocks, should it repeat?"


def read_zone(tokens: Tokens, index: int, context: Context) -> Found | None:
    """The zone named at this place; asked only right behind a clock time."""
    opened = tokens.word(index) == "("
    place = index + 1 if opened else index
    word = tokens.word(place)
    if place >= len(tokens) or (
        word in _ALSO_WORDS and not tokens[place].text.isupper() and word not in {"est", "mst"}
    ):
        return None
    meaning = _meaning(word, context.zone, context.now.year)
    if meaning is None:
        return _of_place(tokens, index, place)
    end = place + 1
    if word in {"utc", "gmt"}:
        meaning, end = _with_offset(tokens, end) or (meaning, end)
    if opened:
        if tokens.word(end) != ")":
            return None
        end += 1
    elif tokens.word(end) == "time":
        end += 1
    return Found(index, end, (meaning,))


def _of_place(tokens: Tokens, index: int, place: int) -> Found | None:
    """ "london time", "eastern standard time", "2pm eastern"."""
    for length in (2, 1):
        name = tuple(tokens.word(at) for at in range(place, place + length))
        zone = ZONES_OF_PLACES.get(name)
        if zone is None:
            continue
        end = place + length
        end += 1 if tokens.word(end) in {"standard", "daylight", "local", "summer"} else 0
        timed = tokens.word(end) == "time"
        if not timed and (name not in WITHOUT_TIME or tokens.word(end) not in BOUNDARIES):
            return None
        end += 1 if timed else 0
        if place > index:
            closed = tokens.word(end) == ")"
            return Found(index, end + 1, (Elsewhere(ZoneInfo(zone)),)) if closed else None
        return Found(index, end, (Elsewhere(ZoneInfo(zone)),))
    return None


def _meaning(word: str, own: tzinfo, year: int) -> Elsewhere | None:
    if word not in _FIXED and word not in _SEASONLESS and word not in _AMBIGUOUS:
        return None
    if word.upper() in _own_names(own, year):
        return Elsewhere(own)
    if word in _SEASONLESS:
        return Elsewhere(ZoneInfo(_SEASONLESS[word]))
    if word in _FIXED:
        return Elsewhere(_offset(_FIXED[word]))
    key = own.key if isinstance(own, ZoneInfo) else ""
    meanings = _AMBIGUOUS[word]
    here = [
        one for one in meanings if any(key == name or (name.endswith("/") and key.startswith(name)) for name in one[0])
    ]
    exact = [one for one in here if key in one[0]]
    if here:
        return Elsewhere(_offset((exact or here)[0][1]))
    return Elsewhere(_offset(meanings[0][1]), f"I took {word.upper()} for {meanings[0][2]}.")


@lru_cache(maxsize=256)
def _own_names(own: tzinfo, year: int) -> frozenset[str]:
    """What the person's own zone is called in winter and in summer."""
    return frozenset(datetime(year, month, 1, tzinfo=own).tzname() or "" for month in _MONTHS_TO_ASK)


def _offset(hours: float) -> tzinfo:
    return timezone(timedelta(hours=hours))


def _with_offset(tokens: Tokens, end: int) -> tuple[Elsewhere, int] | None:
    """The +2 or -3:30 of "UTC+2"."""
    hours = tokens.number(end + 1)
    if tokens.word(end) not in {"+", "-", "\u2212"} or not tokens.glued(end) or hours is None or hours > _MOST_HOURS:
        return None
    minutes, stop = 0, end + 2
    if tokens.word(stop) == ":" and tokens.glued(stop) and (tokens.number(stop + 1) or 60) < 60:  # noqa: PLR2004
        minutes, stop = tokens.number(stop + 1) or 0, stop + 2
    elif tokens.word(stop) == ":" and tokens.glued(stop) and tokens.number(stop + 1) == 0:
        stop += 2
    sign = 1 if tokens.word(end) == "+" else -1
    return Elsewhere(_offset(sign * (hours + minutes / 60))), stop


def brought_home(timing: "Timing", elsewhere: Elsewhere, context: Context) -> "Timing":
    """What was resolved by the clocks elsewhere, on the person's own.

    A recurrence keeps the hour that its first occurrence has here; where that is on another day, its days move along.
    """
    remarks = (elsewhere.remark, *timing.remarks) if elsewhere.remark else timing.remarks
    if not isinstance(timing.due, datetime):
        return replace(timing, remarks=remarks)
    due = timing.due.astimezone(UTC).astimezone(context.zone)
    if due.date() == context.today:
        # It had passed on the day it is there.
        remarks = tuple(remark for remark in remarks if remark != PASSED_TODAY)
    home = replace(
        timing,
        due=due,
        remind_at=tuple(instant.astimezone(UTC).astimezone(context.zone) for instant in timing.remind_at),
        remarks=remarks,
    )
    if timing.rrule is None or elsewhere.zone == context.zone:
        return home
    rule = _moved(Rule.from_text(timing.rrule), timing.due, due)
    if rule is None:
        return replace(home, rrule=None, due=None, needs=Need.RECURRENCE_SUPPORTED, question=_THERE)
    return replace(home, rrule=rule.to_text())


def _moved(rule: Rule, there: datetime, here: datetime) -> Rule | None:
    """The rule by the clocks here; None when its days cannot move along."""
    shift = (here.date() - there.date()).days
    if rule.within_day:
        return rule if not rule.hours else None
    if len(rule.hours) > 1:
        return None
    if shift and (rule.months or rule.month_days or rule.positions or rule.freq not in {"DAILY", "WEEKLY"}):
        return None
    if shift and any(day not in WEEKDAY_CODES for day in rule.weekdays):
        return None
    days = (
        tuple(WEEKDAY_CODES[(WEEKDAY_CODES.index(day) + shift) % 7] for day in rule.weekdays)
        if shift
        else rule.weekdays
    )
    ordered = tuple(sorted(days, key=WEEKDAY_CODES.index)) if shift else days
    return replace(rule, weekdays=ordered, hours=(here.hour,), minutes=(here.minute,))
