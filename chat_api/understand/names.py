"""Words of time that are part of a name: "listen to Manic Monday", "watch The Day After Tomorrow".

Where a thing is watched, read, heard or played, what is written like a title is one. A few words in front of a weekday
make a name anywhere ("blue monday", "casual friday").
"""

from typing import Final

from chat_api.understand.facts import Day, Found, Part
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.words import UNITS, WEEKDAYS

NAMING_VERBS: Final = frozenset(
    {"watch", "rewatch", "read", "reread", "listen", "hear", "play", "stream", "download", "see", "sing", "learn",
     "rent", "record", "finish", "start"}
)  # fmt: skip
_BEFORE_WEEKDAY: Final = frozenset(
    {"blue", "manic", "ruby", "bloody", "casual", "taco", "gloomy", "stormy", "lazy", "freaky", "happy", "sweet"}
)
# "date night", "parents evening".
_BEFORE_PART: Final = frozenset(
    {"date", "game", "games", "movie", "film", "quiz", "pizza", "trash", "bin", "wedding", "hen", "stag", "opening",
     "poker", "trivia", "karaoke", "girls", "boys", "guys", "ladies", "lads", "parents", "parents'", "parent's",
     "school", "family", "burns", "teacher", "teachers", "bingo", "comedy", "theme", "info", "information", "fight",
     "party", "ladies'", "fireworks", "gala", "awards", "takeaway", "takeout", "taco", "steak", "sports", "league",
     "curry", "craft", "spa", "talent", "open", "prom", "curriculum", "club"}
)  # fmt: skip
_REACH: Final = 8


def is_name(tokens: Tokens, found: Found, first: int) -> bool:
    """Whether what was recognised is rather a name, or the end of one."""
    if not isinstance(found.facts[0], Day | Part):
        return False
    before = found.start - 1
    part = found.end == found.start + 1 and tokens.word(found.start) in {"night", "evening"}
    named_part = part and tokens.word(before) in _BEFORE_PART
    named_day = tokens.word(found.start) in WEEKDAYS and tokens.word(before) in _BEFORE_WEEKDAY
    # Nothing is both last week and tonight.
    gone = tokens.word(before) in UNITS and tokens.word(before - 1) == "last"
    if (before >= first and (named_part or named_day)) or gone:
        return True
    if tokens.word(found.end) in {"at", "@"} or tokens.number(found.end) is not None:
        # "watch Arsenal Sunday at 4pm"
        return False
    if tokens.word(first) not in NAMING_VERBS or not _capital(tokens, found.start):
        return False
    place = before
    while place > first and place > before - _REACH and _capital(tokens, place):
        place -= 1
    # All from the verb on is written with capitals; after a word without one, it is a day.
    return place == first or (place == first + 1 and tokens.word(place) in {"to", "the"})


def _capital(tokens: Tokens, place: int) -> bool:
    """Whether a word is written like one of a title's."""
    return 0 <= place < len(tokens) and tokens[place].kind is Kind.WORD and tokens[place].text[:1].isupper()
