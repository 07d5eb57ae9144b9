"""The vocabulary of time. Adding a word is adding an entry here (and an example to the tests)."""

from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


NUMBERS: Final[dict[str, int]] = {
    word: value
    for value, word in enumerate(
        _words(
            """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty
    """
        )
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "dozen": 12,
}
TENS: Final = frozenset({20, 30, 40, 50, 60, 70, 80, 90})

ORDINALS: Final[dict[str, int]] = {
    word: value
    for value, word in enumerate(
        _words(
            """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    """
        ),
        start=1,
    )
} | {"twenty-first": 21, "thirtieth": 30}
ORDINAL_ENDINGS: Final = frozenset({"st", "nd", "rd", "th"})
LAST: Final = -1

# A number of them without a number: "a couple of hours", "a few minutes".
LOOSE_NUMBERS: Final[dict[str, int]] = {"couple": 2, "pair": 2, "few": 3, "several": 3}

WEEKDAYS: Final[dict[str, int]] = {
    "monday": 0, "mon": 0,
    "tuesday": 1, "tue": 1, "tues": 1,
    "wednesday": 2, "wed": 2, "weds": 2,
    "thursday": 3, "thu": 3, "thur": 3, "thurs": 3,
    "friday": 4, "fri": 4,
    "saturday": 5, "sat": 5,
    "sunday": 6, "sun": 6,
}  # fmt: skip
WEEKDAY_PLURALS: Final[dict[str, int]] = {
    "mondays": 0, "tuesdays": 1, "wednesdays": 2, "thursdays": 3, "fridays": 4, "saturdays": 5, "sundays": 6,
}  # fmt: skip
WEEKDAY_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORKDAYS: Final = ("MO", "TU", "WE", "TH", "FR")
WEEKEND: Final = ("SA", "SU")

MONTHS: Final[dict[str, int]] = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4,
    "may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sep": 9,
    "sept": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12, "dec": 12,
}  # fmt: skip
MONTH_NAMES: Final = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

# Days counted from today.
NAMED_DAYS: Final[dict[str, int]] = {
    "today": 0,
    "tomorrow": 1,
    "overmorrow": 2,
    "yesterday": -1,
}  # fmt: skip

# Units as (months, days, seconds).
UNITS: Final[dict[str, tuple[int, int, int]]] = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), (0, 0, 1)),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), (0, 0, 60)),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), (0, 0, 3600)),
    **dict.fromkeys(("day", "days"), (0, 1, 0)),
    **dict.fromkeys(("week", "weeks", "wk", "wks"), (0, 7, 0)),
    **dict.fromkeys(("fortnight", "fortnights"), (0, 14, 0)),
    **dict.fromkeys(("month", "months", "monthes", "mth", "mths", "mo", "mos"), (1, 0, 0)),
    **dict.fromkeys(("year", "years", "yr", "yrs"), (12, 0, 0)),
}
# Units that count only when they touch their number: "5m", "2h", "3d".
SHORT_UNITS: Final[dict[str, tuple[int, int, int]]] = {
    "s": (0, 0, 1), "m": (0, 0, 60), "h": (0, 0, 3600), "d": (0, 1, 0), "w": (0, 7, 0), "y": (12, 0, 0),
}  # fmt: skip

# Hours as Todoist has them; (hour it starts as a default, hour at which it is over).
PARTS_OF_DAY: Final[dict[str, tuple[int, int]]] = {
    "morning": (9, 12),
    "afternoon": (12, 18),
    "evening": (19, 22),
    "night": (22, 24),
}
PART_WORDS: Final[dict[str, str]] = {
    "morning": "morning", "mornings": "morning", "morn": "morning",
    "afternoon": "afternoon", "afternoons": "afternoon", "arvo": "afternoon",
    "evening": "evening", "evenings": "evening", "eve": "evening", "afternoonish": "afternoon",
    "night": "night", "nights": "night",
}  # fmt: skip
PART_PLURALS: Final = frozenset({"mornings", "afternoons", "evenings", "nights"})
TONIGHT: Final = frozenset({"tonight"})
# Times that are named by what people do then.
NAMED_HOURS: Final[tuple[tuple[tuple[str, ...], int], ...]] = (
    (("end", "of", "the", "day"), 18), (("end", "of", "day"), 18), (("close", "of", "business"), 18), (("eod",), 18),
    (("cob",), 18), (("eob",), 18), (("end", "of", "business"), 18), (("end", "of", "work"), 18),
    (("end", "of", "play"), 18), (("close", "of", "play"), 18), (("end", "of", "the", "work", "day"), 18),
    (("end", "of", "the", "working", "day"), 18), (("end", "of", "the", "business", "day"), 18),
    (("end", "of", "business", "day"), 18), (("end", "of", "work", "day"), 18), (("end", "of", "workday"), 18),
    (("close", "of", "the", "business", "day"), 18), (("cop",), 18),
    (("before", "school"), 8), (("after", "school"), 15), (("after", "breakfast"), 9),
    (("after", "dinner"), 20), (("after", "supper"), 20), (("dinner", "time"), 19), (("tea", "time"), 17),
    (("mid", "night"), 0), (("at", "dawn"), 6), (("the", "crack", "of", "dawn"), 6), (("at", "daybreak"), 6),
    (("at", "sunrise"), 7), (("at", "sunset"), 18), (("at", "sundown"), 18), (("at", "dusk"), 18),
    (("at", "breakfast"), 8), (("breakfast", "time"), 8), (("breakfasttime",), 8), (("at", "dinner"), 19),
    (("at", "lunch"), 12), (("over", "lunch"), 12), (("lunchtime",), 12), (("lunch", "time"), 12),
    (("before", "lunch"), 12), (("after", "lunch"), 13), (("after", "work"), 18), (("dinnertime",), 19),
    (("before", "bed"), 22), (("bedtime",), 22), (("teatime",), 17),
    (("before", "breakfast"), 8), (("before", "work"), 8),
    (("after", "tea"), 18), (("at", "bedtime"), 22), (("at", "brunch"), 11),
    (("at", "lunchtime"), 12), (("at", "suppertime"), 19), (("suppertime",), 19), (("knocking", "off", "time"), 17),
    (("start", "of", "business"), 9),
    (("mid", "day"), 12), (("bed", "time"), 22), (("before", "bedtime"), 22),
)  # fmt: skip
# Words that say which half of the day "at 7" is in.
EVENING_THINGS: Final = frozenset(
    {"night", "evening", "dinner", "supper", "drinks", "party", "concert", "movie", "cinema", "theatre", "pub"}
)
MORNING_THINGS: Final = frozenset({"breakfast", "brekkie", "brekky", "sunrise"})
NOON: Final = frozenset({"noon", "midday", "noontime", "noonish"})

# Bare hours ("at 4") are taken to lie from here to there, both included.
WAKING_FROM: Final = 7
WAKING_UNTIL: Final = 22

# Words that lead to a time and go with it: "on friday", "by 5pm", "due tomorrow".
CONNECTORS: Final = frozenset(
    {"at", "on", "by", "for", "due", "around", "about", "before", "from", "@", "~", "circa", "approximately", "until",
     "till", "til", "the", "starting", "beginning", "sometime", "come", "after", "this", "in", "between", "sharp",
     "during", "towards", "toward", "anytime"}
)  # fmt: skip
# Part of a verb ("hand in", "turn on") where another connector leads to the time.
PARTICLES: Final = frozenset({"in", "on", "by", "around", "come"})
AFTER_PARTICLES: Final = frozenset({"at", "on", "in", "by", "before", "until", "till", "from", "@", "due", "for"})
# After these, a bare number can be an hour.
HOUR_CONNECTORS: Final = frozenset(
    {"at", "@", "by", "around", "about", "from", "until", "till", "before", "after", "~"}
)
# What may follow a bare hour or a bare "the 5th" without making it the start of a noun phrase.
BOUNDARIES: Final = frozenset(
    {"", ",", ".", ";", ":", "!", "?", ")", "-", "\u2013", "to", "and", "then", "at", "on", "for", "in", "by", "please",
     "that", "about", "with", "until", "till", "starting", "every", "each", "this", "next", "#", "@", "remind", "so",
     "from", "sharp", "exactly", "or", "after", "before", "between", "\u2014", "&", "(", "|", "\u2026", "because", "if",
     "when", "since", "w", "via", "per", "while"}
)  # fmt: skip
# Words after which "3:16" is no clock.
NO_CLOCK_AFTER: Final = frozenset(
    {"psalm", "psalms", "genesis", "exodus", "isaiah", "romans", "corinthians", "proverbs", "verse", "ratio",
     "score", "scale", "version", "aspect", "chapter", "section", "room", "seat", "gate", "apt", "flat", "unit",
     "row", "size", "level", "grade", "class", "no", "number", "page", "season", "episode", "part", "vol",
     "platform", "route", "mix", "dilute", "phase", "step", "lesson", "exercise", "act", "scene", "pin", "invoice",
     "ticket", "bus", "line", "exit"}
)  # fmt: skip
BIBLE_NAMES: Final = frozenset({"john", "luke", "mark", "matthew", "acts", "james", "peter", "job", "ruth", "daniel"})

# Zones whose people write the month first in 3/4/2027. Everyone else writes the day first.
MONTH_FIRST_ZONES: Final = frozenset(
    "America/" + name
    for name in _words(
        """
    New_York Chicago Denver Los_Angeles Phoenix Anchorage Detroit Boise Juneau Adak Nome Sitka Menominee Metlakatla
    Yakutat Puerto_Rico
    """
    )
) | {"Pacific/Honolulu", "Pacific/Guam"}
MONTH_FIRST_PREFIXES: Final = ("US/", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/")
