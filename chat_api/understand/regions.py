"""Days that are others in other countries: mother's day, labour day, thanksgiving, bank holidays.

Where a person lives is taken from the time zone. Names are written without apostrophes. Adding a day is adding a line.
"""

from collections.abc import Callable
from datetime import date, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from chat_api.understand.almanac import nth_weekday
from chat_api.understand.facts import Rule
from chat_api.understand.words import WEEKDAY_CODES

_Year = Callable[[int], date | None]

_CANADA: Final = frozenset(
    {"America/Toronto", "America/Vancouver", "America/Montreal", "America/Edmonton", "America/Winnipeg",
     "America/Halifax", "America/Regina", "America/St_Johns", "America/Moncton", "America/Whitehorse",
     "America/Iqaluit", "America/Goose_Bay", "America/Glace_Bay", "America/Thunder_Bay"}
)  # fmt: skip
_BRITAIN: Final = ("Europe/London", "Europe/Belfast", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man")
_ZONES: Final[dict[str, str]] = {
    **dict.fromkeys(_CANADA, "CA"),
    **dict.fromkeys(_BRITAIN, "GB"),
    "Europe/Dublin": "IE", "Pacific/Auckland": "NZ", "Pacific/Chatham": "NZ", "Asia/Kolkata": "IN",
    "Asia/Calcutta": "IN", "Europe/Paris": "FR", "Europe/Berlin": "DE", "Europe/Vienna": "AT", "Europe/Rome": "IT",
    "Europe/Madrid": "ES", "Europe/Lisbon": "PT", "America/Mexico_City": "MX", "America/Sao_Paulo": "BR",
    "Europe/Warsaw": "PL", "Europe/Zurich": "CH", "Europe/Amsterdam": "NL", "Europe/Brussels": "BE",
    "Africa/Johannesburg": "ZA", "Asia/Manila": "PH", "Asia/Karachi": "PK", "Africa/Lagos": "NG",
}  # fmt: skip
# (countries, names, month, weekday code in it or day)
_DAYS: Final[tuple[tuple[str, str, int, str], ...]] = (
    ("CA", "thanksgiving, thanksgiving day", 10, "2MO"),
    ("NZ", "labour day", 10, "4MO"),
    ("AU", "labour day", 10, "1MO"),
    ("GB IE FR DE AT IT ES PT PL CH NL BE MX BR IN ZA PH PK NG EU", "labour day", 5, "1"),
    ("AU NZ", "fathers day", 9, "1SU"),
    ("IT ES PT", "fathers day", 3, "19"),
    ("FR", "mothers day", 5, "-1SU"),
    ("ES PT", "mothers day", 5, "1SU"),
    ("PL", "mothers day", 5, "26"),
    ("MX", "mothers day", 5, "10"),
    ("IN", "independence day", 8, "15"),
    ("PK", "independence day", 8, "14"),
    ("MX", "independence day", 9, "16"),
    ("BR", "independence day", 9, "7"),
    ("PH", "independence day", 6, "12"),
    ("NG", "independence day", 10, "1"),
    ("PL", "independence day", 11, "11"),
    ("IN", "republic day", 1, "26"),
    ("IT", "republic day", 6, "2"),
    ("CA", "family day", 2, "3MO"),
    ("DE", "unity day", 10, "3"),
    ("BR", "valentines day", 6, "12"),
)
# (countries, names, days from Easter)
_EASTER: Final[tuple[tuple[str, str, int], ...]] = (
    ("GB IE", "mothers day", -21),
    ("DE", "fathers day", 39),
)


def _by_code(month: int, code: str) -> tuple[_Year, Rule]:
    if code.isdigit():
        return lambda year: date(year, month, int(code)), Rule("YEARLY", months=(month,), month_days=(int(code),))
    weekday, position = WEEKDAY_CODES.index(code[-2:]), int(code[:-2])
    rule = Rule("YEARLY", months=(month,), weekdays=(code,))
    return lambda year: nth_weekday(date(year, month, 1), weekday, position), rule


def _from_easter(shift: int) -> tuple[_Year, None]:
    return lambda year: easter(year) + timedelta(days=shift), None


def _table() -> dict[tuple[str, str], tuple[_Year, Rule | None]]:
    found: dict[tuple[str, str], tuple[_Year, Rule | None]] = {}
    for countries, names, month, code in _DAYS:
        found |= {(country, name): _by_code(month, code) for country in countries.split() for name in names.split(", ")}
    for countries, names, shift in _EASTER:
        found |= {(country, name): _from_easter(shift) for country in countries.split() for name in names.split(", ")}
    return found


_TABLE: Final = _table()


def country_of(zone: tzinfo) -> str:
    """The country of a zone as far as days differ by it; "US" where nothing is known, "EU" elsewhere in Europe."""
    key = (zone.key if isinstance(zone, ZoneInfo) else None) or ""
    if key.startswith("Australia/"):
        return "AU"
    return _ZONES.get(key, "EU" if key.startswith("Europe/") else "US")


def day_in_region(name: str, zone: tzinfo) -> tuple[_Year, Rule | None] | None:
    """The day of this name in the zone's country, with its yearly rule if there is one; None: it is the common one."""
    return _TABLE.get((country_of(zone), name))
