"""Days of other calendars, which no rule of ours gives: the first day of each, from 2025 to 2035.

Taken from the tables of national calendars and of Umm al-Qura. Those of the Islamic calendar are announced when the
moon is seen, and may come a day later. A year that is not listed has no such day here.
"""

from datetime import date
from typing import Final

# (names, days as YYYYMMDD); names are without apostrophes.
_DAYS: Final = (
    (
        "chinese new year, lunar new year, spring festival",
        "20250129 20260217 20270206 20280126 20290213 20300203 20310123 20320211 20330131 20340219 20350208",
    ),
    (
        "dragon boat festival",
        "20250531 20260619 20270609 20280528 20290616 20300605 20310624 20320612 20330601 20340620 20350610",
    ),
    (
        "mid autumn festival, mid - autumn festival, moon festival",
        "20251006 20260925 20270915 20281003 20290922 20300912 20311001 20320919 20330908 20340927 20350916",
    ),
    (
        "diwali, deepavali",
        "20251020 20261108 20271029 20281017 20291105 20301026 20311114 20321102 20331022 20341110 20351030",
    ),
    (
        "holi",
        "20250314 20260304 20270322 20280311 20290301 20300320 20310309 20320327 20330316 20340305 20350324",
    ),
    (
        "dussehra",
        "20251002 20261020 20271009 20280927 20291016 20301006 20311025 20321014 20331003 20341022 20351011",
    ),
    (
        "raksha bandhan",
        "20250809 20260828 20270817 20280805 20290823 20300813 20310802 20320820 20330810 20340829 20350818",
    ),
    (
        "vesak, vesak day",
        "20250512 20260531 20270520 20280509 20290527 20300516 20310604 20320523 20330513 20340601 20350522",
    ),
    (
        "rosh hashanah, rosh hashana, jewish new year",
        "20250923 20260912 20271002 20280921 20290910 20300928 20310918 20320906 20330924 20340914 20351004",
    ),
    (
        "yom kippur",
        "20251002 20260921 20271011 20280930 20290919 20301007 20310927 20320915 20331003 20340923 20351013",
    ),
    (
        "sukkot",
        "20251007 20260926 20271016 20281005 20290924 20301012 20311002 20320920 20331008 20340928 20351018",
    ),
    (
        "purim",
        "20250314 20260303 20270323 20280312 20290301 20300319 20310309 20320226 20330315 20340305 20350325",
    ),
    (
        "passover, pesach",
        "20250413 20260402 20270422 20280411 20290331 20300418 20310408 20320327 20330414 20340404 20350424",
    ),
    (
        "shavuot",
        "20250602 20260522 20270611 20280531 20290520 20300607 20310528 20320516 20330603 20340524 20350613",
    ),
    (
        "hanukkah, chanukah, hanuka",
        "20251215 20261205 20271225 20281213 20291202 20301221 20311210 20321128 20331217 20341207 20351226",
    ),
    (
        "ramadan",
        "20250301 20260218 20270208 20280128 20290116 20300105 20301226 20311215 20321204 20331123 20341112 20351101",
    ),
    (
        "eid al - fitr, eid al fitr, eid ul - fitr, eid ul fitr",
        "20250330 20260320 20270309 20280226 20290214 20300204 20310124 20320114 20330102 20331223 20341212 20351201",
    ),
    (
        "eid al - adha, eid al adha, eid ul - adha, eid ul adha",
        "20250606 20260527 20270516 20280505 20290424 20300413 20310402 20320322 20330311 20340301 20350218",
    ),
)


def days_of_moons() -> dict[str, dict[int, date]]:
    """Names, separated by commas, and the day in each year that has one."""
    named: dict[str, dict[int, date]] = {}
    for names, listed in _DAYS:
        found = (date.fromisoformat(day) for day in listed.split())
        named[names] = {}
        for day in found:
            named[names].setdefault(day.year, day)
    return named
