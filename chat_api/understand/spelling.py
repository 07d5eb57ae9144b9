"""Chat spelling and slips of the finger: how a word is read. Titles keep the word as it was written.

A slip is one letter left out, doubled, added or swapped inside a long word of time; the first and the last letter are
right. What was generated from the words is looked up, so that a word costs one dictionary access.
"""

from typing import Final

# Said for each other, word by word.
ALIASES: Final[dict[str, str]] = {
    alias: word
    for word, aliases in {
        "tomorrow": "tmrw tmr tmw tmrrw tmmrw tmorrow tomorow tommorow tommorrow tomorro tomo 2moro 2morow 2morrow "
        "2mrw 2mro tomorrw tomoz tmoro",
        "night": "nite",
        "nights": "nites",
        "through": "thru",
        "tonight": "tonite 2nite 2night tonigh tonihgt tnite tnight",
        "today": "2day tday",
        "next": "nxt",
        "week": "wk",
        "weeks": "wks",
        "weekend": "wkend wknd",
        "weekday": "wkday",
        "weekdays": "wkdays",
        "every": "evry evey evrey eveyr ev",
        "everyday": "evryday",
        "remind": "rmnd rmind remid remimd reming remnd remin remaind reming",
        "reminder": "rmndr remider reminer",
        "before": "b4 befor",
        "morning": "mornin mornng morn",
        "evening": "evenin",
        "afternoon": "arvo afternon",
        "you": "u ya",
        "what's": "whats wats wat's",
        "what": "wat wot",
        "don't": "dont",
        "isn't": "isnt",
        "i'm": "im",
        "i've": "ive",
        "it's": "its",
        "that's": "thats",
        "didn't": "didnt",
        "please": "pls plz plse",
        "monday": "munday mondy",
        "tuesday": "teusday tusday",
        "wednesday": "wendesday wensday wednsday wendsday",
        "thursday": "thrusday thurday",
        "friday": "firday fryday",
        "saturday": "saterday satuday",
        "february": "febuary",
        "snooze": "snoooze snoze",
        "appointment": "appt",
    }.items()
    for alias in aliases.split()
}
# A digit in front belongs to these words: "2moro".
DIGIT_WORDS: Final = frozenset(alias for alias in ALIASES if alias[0].isdigit())

_LONG: Final[tuple[str, ...]] = (
    "tomorrow", "tonight", "yesterday", "morning", "afternoon", "evening", "midnight", "weekend", "weekday",
    "weekdays", "fortnight", "everyday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "january", "february", "august", "september", "october", "november", "december", "minute", "minutes",
    "hours", "months", "month", "reminder", "within", "before", "between", "every", "today", "daily", "weekly", "april",
)  # fmt: skip
_FOR_EXCHANGE: Final = 7
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
# Words of their own.
_REAL: Final = frozenset({
    "remainder", "reminders", "mourning", "moaning", "eventing", "horus", "hoars", "hoods", "mouths", "monthly",
    "monday's", "sundry", "sundae", "fortnite", "minuter", "moth", "eery", "toady", "dally",
})  # fmt: skip


def slips_of(word: str) -> set[str]:
    """What the word may come out as."""
    inside = range(1, len(word) - 1)
    found = {word[:at] + word[at + 1 :] for at in inside}
    found |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in inside if at + 1 < len(word) - 1}
    found |= {word[:at] + word[at] + word[at:] for at in range(len(word))}
    if len(word) >= _FOR_EXCHANGE:
        found |= {word[:at] + letter + word[at + 1 :] for at in inside for letter in _LETTERS}
        found |= {word[:at] + letter + word[at:] for at in inside for letter in _LETTERS}
    return found


_SLIPS: Final[dict[str, str]] = {
    slip: word for word in _LONG for slip in slips_of(word) if slip not in _REAL and slip not in _LONG
}


def spelled(word: str) -> str:
    """The word that is meant by a lower-case word."""
    return ALIASES.get(word) or _SLIPS.get(word, word)
