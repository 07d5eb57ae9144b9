"""Days with a name: fixed ones, the n-th weekday of a month, those that Easter moves, and those of other calendars.

A name is written here without apostrophes, and read with or without them. Adding a day is adding a line.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from chat_api.understand.almanac import moved_year, nth_weekday, read_year
from chat_api.understand.facts import Context, Day, Evidence, Found, Rule
from chat_api.understand.moons import days_of_moons
from chat_api.understand.regions import day_in_region
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, MONTHS, PART_WORDS, WEEKDAY_CODES

# (names, month, day)
_FIXED: Final = (
    ("new years eve, new year eve, nye, hogmanay, saint sylvester", 12, 31),
    ("new years day, new year day, new years, new year", 1, 1),
    ("twelfth night", 1, 5),
    ("epiphany, three kings day, three kings, dia de reyes", 1, 6),
    ("orthodox christmas", 1, 7),
    ("burns night", 1, 25),
    ("australia day", 1, 26),
    ("national freedom day", 2, 1),
    ("groundhog day, groundhogs day, candlemas", 2, 2),
    ("waitangi day", 2, 6),
    ("valentines day, valentine day, valentines, st valentines day, saint valentines day", 2, 14),
    ("st davids day, saint davids day", 3, 1),
    ("international womens day, womens day", 3, 8),
    ("pi day", 3, 14),
    ("the ides of march, ides of march", 3, 15),
    (
        "st patricks day, saint patricks day, st paddys day, st pattys day, patricks day, st patricks, saint patricks, "
        "st patrick, saint patrick, st paddys, st pattys, saint paddys day, saint pattys day, paddys day",
        3,
        17,
    ),
    ("april fools day, april fools, april fool day", 4, 1),
    ("tax day", 4, 15),
    ("emancipation day", 4, 16),
    ("earth day", 4, 22),
    ("st georges day, saint georges day", 4, 23),
    ("anzac day", 4, 25),
    ("kings day, koningsdag", 4, 27),
    ("may day, international workers day, workers day", 5, 1),
    ("star wars day", 5, 4),
    ("cinco de mayo", 5, 5),
    ("harvey milk day", 5, 22),
    ("st josephs day, saint josephs day", 3, 19),
    ("spring equinox, vernal equinox", 3, 20),
    ("annunciation", 3, 25),
    ("siblings day", 4, 10),
    ("walpurgis night", 4, 30),
    ("europe day", 5, 9),
    ("world environment day", 6, 5),
    ("midsummer day, midsummers day, st johns day, saint johns day", 6, 24),
    ("mandela day", 7, 18),
    ("assumption day, assumption of mary", 8, 15),
    ("summer solstice", 6, 21),
    ("flag day", 6, 14),
    ("juneteenth", 6, 19),
    ("canada day", 7, 1),
    ("independence day", 7, 4),
    ("bastille day", 7, 14),
    ("purple heart day", 8, 7),
    ("womens equality day", 8, 26),
    ("patriot day", 9, 11),
    ("autumn equinox, fall equinox, autumnal equinox", 9, 22),
    ("german unity day", 10, 3),
    ("world teachers day", 10, 5),
    ("bosss day, boss day, bosses day", 10, 16),
    ("halloween, all hallows eve", 10, 31),
    ("republic day", 1, 26),
    ("unity day", 10, 3),
    ("nowruz, navroz, persian new year", 3, 20),
    ("lammas", 8, 1),
    ("michaelmas", 9, 29),
    ("martinmas, st martins day, saint martins day", 11, 11),
    ("national day, swiss national day", 8, 1),
    ("lady day", 3, 25),
    ("all saints, all hallows", 11, 1),
    ("all saints day, all hallows day, world vegan day", 11, 1),
    ("all souls", 11, 2),
    ("all souls day, day of the dead, dia de los muertos", 11, 2),
    ("guy fawkes night, guy fawkes day, guy fawkes, fireworks night, bonfire night", 11, 5),
    ("veterans day, veteran day, remembrance day, armistice day, singles day, poppy day", 11, 11),
    ("international mens day", 11, 19),
    ("st andrews day, saint andrews day", 11, 30),
    ("sinterklaas", 12, 5),
    ("st nicholas day, saint nicholas day, st nicholas, st nick", 12, 6),
    ("st lucys day, saint lucys day, santa lucia", 12, 13),
    ("immaculate conception", 12, 8),
    ("human rights day", 12, 10),
    ("winter solstice", 12, 21),
    ("christmas eve, xmas eve", 12, 24),
    ("christmas day, xmas day, christmas, xmas, x mas", 12, 25),
    ("boxing day, st stephens day, kwanzaa", 12, 26),
)
# (names, month, weekday code in it, days later)
_NTH: Final = (
    ("martin luther king day, martin luther kings day, martin luther king jr day, mlk day", 1, "3MO", 0),
    ("presidents day, president day, george washington day, washingtons birthday", 2, "3MO", 0),
    ("mothers day, mother day", 5, "2SU", 0),
    ("family day", 2, "3MO", 0),
    ("super bowl sunday, super bowl, superbowl, the super bowl", 2, "2SU", 0),
    ("earth hour", 3, "-1SA", 0),
    ("administrative professionals day, secretaries day", 4, "-1SA", -3),
    ("parents day", 7, "4SU", 0),
    ("friendship day", 8, "1SU", 0),
    ("civic holiday", 8, "1MO", 0),
    ("arbor day", 4, "-1FR", 0),
    ("early may bank holiday", 5, "1MO", 0),
    ("spring bank holiday", 5, "-1MO", 0),
    ("memorial day, decoration day", 5, "-1MO", 0),
    ("fathers day, father day", 6, "3SU", 0),
    ("summer bank holiday, august bank holiday", 8, "-1MO", 0),
    ("labor day, labour day", 9, "1MO", 0),
    ("grandparents day, national grandparents day", 9, "1MO", 6),
    ("columbus day, indigenous peoples day", 10, "2MO", 0),
    ("election day", 11, "1MO", 1),
    ("remembrance sunday", 11, "2SU", 0),
    ("canadian thanksgiving day, canadian thanksgiving", 10, "2MO", 0),
    ("thanksgiving day, thanksgiving", 11, "4TH", 0),
    ("black friday", 11, "4TH", 1),
    ("small business saturday", 11, "4TH", 2),
    ("cyber monday", 11, "4TH", 4),
    ("giving tuesday", 11, "4TH", 5),
)
# (names, days from Easter Sunday)
_EASTER: Final = (
    ("rose monday, shrove monday", -48),
    ("shrove tuesday, pancake day, pancake tuesday, mardi gras, fat tuesday", -47),
    ("ash wednesday, lent", -46),
    ("carnival, carnevale, karneval, fasching", -47),
    ("mothering sunday", -21),
    ("palm sunday", -7),
    ("maundy thursday, holy thursday", -3),
    ("good friday, great friday, holy friday", -2),
    ("holy saturday, easter saturday, easter eve", -1),
    ("easter sunday, easter day, easter", 0),
    ("easter monday, easter mon", 1),
    ("ascension day, ascension", 39),
    ("pentecost sunday, pentecost, whit sunday, whitsunday", 49),
    ("whit monday, pentecost monday, whitmonday", 50),
    ("trinity sunday", 56),
    ("corpus christi", 60),
)
# The same of the orthodox churches.
_ORTHODOX: Final = (
    ("clean monday, great lent, orthodox ash monday", -48),
    ("lazarus saturday", -8),
    ("orthodox palm sunday", -7),
    ("orthodox good friday, orthodox great friday", -2),
    ("orthodox easter sunday, orthodox easter, greek easter, pascha", 0),
    ("orthodox easter monday", 1),
    ("orthodox pentecost", 49),
)
# The day, counted back to a weekday: (names, month, day, weekday)
_ON_OR_BEFORE: Final = (
    ("victoria day", 5, 24, 0),
    ("advent sunday, first advent, first sunday of advent, first sunday in advent", 12, 3, 6),
    ("second advent, second sunday of advent", 12, 10, 6),
    ("third advent, third sunday of advent", 12, 17, 6),
    ("fourth advent, fourth sunday of advent", 12, 24, 6),
)
_FURTHER_ON: Final = 8
_SATURDAY: Final = 5
_WEEK: Final = 7
_MIDWEEK: Final = 2
# "black friday deals": about that day, not on it.
_GOODS: Final = frozenset(
    {"deals", "sale", "sales", "list", "shopping", "present", "presents", "card", "cards", "decorations", "menu",
     "gift", "gifts", "costume", "costumes", "recipe", "recipes", "cake", "tree", "planning", "ideas", "budget",
     "movie"}
)  # fmt: skip
_LEADS: Final = frozenset({"next", "this", "coming", "upcoming", "following"})

# The day in a year; None in one that has none.
_Year = Callable[[int], date | None]


def _fixed(month: int, day: int) -> _Year:
    return lambda year: date(year, month, day)


def _nth(month: int, code: str, later: int) -> _Year:
    weekday, position = WEEKDAY_CODES.index(code[-2:]), int(code[:-2])

    def day(year: int) -> date:
        found = nth_weekday(date(year, month, 1), weekday, position)
        return (found or date(year, month, 1)) + timedelta(days=later)

    return day


def _from_easter(shift: int, *, orthodox: bool = False) -> _Year:
    return lambda year: easter(year, EASTER_ORTHODOX if orthodox else EASTER_WESTERN) + timedelta(days=shift)


def _on_or_before(month: int, day: int, weekday: int) -> _Year:
    def latest(year: int) -> date:
        last = date(year, month, day)
        return last - timedelta(days=(last.weekday() - weekday) % _WEEK)

    return latest


def _listed(days: dict[int, date]) -> _Year:
    return days.get


def _named() -> dict[str, list[tuple[tuple[str, ...], _Year, Rule | None]]]:
    """All names by their first word, longest first."""
    lines: list[tuple[str, _Year, Rule | None]] = [
        (names, _fixed(month, day), Rule("YEARLY", months=(month,), month_days=(day,))) for names, month, day in _FIXED
    ]
    lines += [
        (names, _nth(month, code, later), None if later else Rule("YEARLY", months=(month,), weekdays=(code,)))
        for names, month, code, later in _NTH
    ]
    lines += [(names, _from_easter(shift), None) for names, shift in _EASTER]
    lines += [(names, _from_easter(shift, orthodox=True), None) for names, shift in _ORTHODOX]
    lines += [(names, _on_or_before(*latest), None) for names, *latest in _ON_OR_BEFORE]
    lines += [(names, _listed(days), None) for names, days in days_of_moons().items()]
    table: dict[str, list[tuple[tuple[str, ...], _Year, Rule | None]]] = {}
    for names, day, rule in lines:
        for name in names.split(", "):
            words = tuple(name.split())
            table.setdefault(words[0], []).append((words, day, rule))
    for entries in table.values():
        entries.sort(key=lambda entry: len(entry[0]), reverse=True)
    return table


_NAMES: Final = _named()
# The words that a name may begin with.
HOLIDAY_STARTS: Final = frozenset(_NAMES) | _LEADS


def _match(tokens: Tokens, index: int, context: Context) -> tuple[_Year, Rule | None, int] | None:
    """The day that is named here, its rule, and where its name ends; where the user lives it may be another."""
    for words, day, rule in _NAMES.get(_plain(tokens, index), ()):
        end = index
        for word in words:
            if _plain(tokens, end) != word:
                break
            end += 1
            while tokens.word(end) in {"'", "."} and tokens.glued(end) and tokens.word(end + 1):
                # "presidents' day", "st. patrick's day"
                end += 1
        else:
            local = day_in_region(" ".join(words), context.zone)
            return (*(local or (day, rule)), end)
    return None


def _plain(tokens: Tokens, index: int) -> str:
    return tokens.word(index).replace("'", "")


def every_holiday(tokens: Tokens, index: int, context: Context) -> tuple[Rule | None, int] | None:
    """The yearly rule of a holiday, None where no rule can say it, and where its name ends."""
    found = _match(tokens, index, context)
    return None if found is None else found[1:]


def read_holiday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A holiday where no noun follows it: "christmas presents" are no date. A long name may open the message."""
    found = holiday_at(tokens, index, context)
    if found is None:
        return None
    # With "next" or a year there is no doubt.
    sure = tokens.word(index) in _LEADS or tokens.number(found.end - 1) is not None or found.evidence is Evidence.PLACE
    words = found.end - index
    opens = not tokens.word(index - 1) and words > 1
    if tokens.word(index - 1) == "over" and tokens.word(found.end) in BOUNDARIES:
        # "over christmas"
        return Found(index - 1, found.end, found.facts)
    follows = tokens.word(found.end)
    part = follows in PART_WORDS or (follows in {"early", "late"} and tokens.word(found.end + 1) in PART_WORDS)
    if follows in BOUNDARIES or tokens.number(found.end) is not None or part:
        if sure:
            return found.needing(Evidence.NONE)
        alone = not tokens.word(index - 1) and all(
            tokens.word(at) in {"", ".", "!"} for at in (found.end, found.end + 1)
        )
        return found.needing(Evidence.NONE if alone else Evidence.PLACE if words > 1 else Evidence.CONNECTOR)
    # "independence day function on 15 august" has its date further on
    dated = any(tokens.word(at) in MONTHS for at in range(found.end, found.end + _FURTHER_ON))
    return found.needing(Evidence.NONE) if opens and not dated and follows not in _GOODS else None


def holiday_at(tokens: Tokens, index: int, context: Context) -> Found | None:
    """The next day of this name; of the year that follows it, if one does ("easter 2027", "xmas next year")."""
    place = index + 1 if tokens.word(index) in _LEADS else index
    if tokens.word(index) == "the" and tokens.word(index + 1) in _LEADS:
        place = index + 2
    matched = _match(tokens, place, context)
    if matched is None:
        return None
    day, _, end = matched
    year, stop = read_year(tokens, end)
    if year is not None:
        named = day(year)
        return None if named is None else Found(index, stop, (Day(named, past_meant=True),), Evidence.PLACE)
    moved = moved_year(tokens, end, context)
    today, stop = (moved[0].today, moved[1]) if moved is not None else (context.today, end)
    years = (day(today.year), day(today.year + 1))
    coming = next((value for value in years if value is not None and value >= today), None)
    if coming is None:
        return None
    weekend = _weekend_end(tokens, stop)
    if weekend:
        coming, stop = _saturday_of(coming), weekend
    return Found(index, stop, (Day(coming),), Evidence.NONE if moved is None else Evidence.PLACE)


def _weekend_end(tokens: Tokens, place: int) -> int:
    """Where the "weekend" of "labor day weekend" ends, or 0."""
    if tokens.word(place) == "weekend":
        return place + 1
    return place + 3 if tokens.phrase(place, ("week", "-", "end")) else 0


def _saturday_of(day: date) -> date:
    """The Saturday of the weekend that a holiday makes long."""
    ahead = _SATURDAY - day.weekday()
    return day + timedelta(days=ahead - _WEEK if ahead > _SATURDAY - _MIDWEEK else ahead)
