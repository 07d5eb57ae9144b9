"""Text to meaning, without any I/O: a small, ordered, linear-time grammar.

`text` cuts a message into tokens; `scan` runs the readers of `labels`, `recurrence`, `dates` and `clocks` over them,
and `sorting` keeps one fact of each kind. Days are read in `numeric` (digits, with `digits` and `dotted`), `written`
(names of months), `periods` with `weeks` and `years`, `ahead`, `named_days` (holidays, with `moons` and `regions`) and
`offsets`, by `almanac`; times in `clocks`, `bare_clocks`, `hundreds`, `clock_ranges` and `day_parts`. A recurrence
begins in `every`, `each_month`, `how_often` or `recurrence`, and goes on in `trailers` and `bounds`; `names` sorts out
what is a title's own words.
`intents` decides which command it is by the phrases of `cues`; `resolve` turns what was found into instants, by
`timing` and `repeating`. Each command has its module: `added`, `listed`, `list_commands`, `changes`, `done`, `fired`
(snooze, acknowledge, undo), `search`, `lists`, `ranges`, `subtasks`, `notes`, `scopes` (skip, one or all of a
series), `preferences`, `records` (the past); `reading` asks them in order, `dialogue` continues a question with its
answer. The vocabulary of time is in `words`, chat spelling in `spelling`; the clocks of other places are in `zones`
and `places`.
"""

from chat_api.understand.dialogue import continue_with
from chat_api.understand.local import describe_day, describe_instant
from chat_api.understand.model import IntentName, Need, Order, Scope, Span, Understanding
from chat_api.understand.reading import understand

__all__ = [
    "IntentName",
    "Need",
    "Order",
    "Scope",
    "Span",
    "Understanding",
    "continue_with",
    "describe_day",
    "describe_instant",
    "understand",
]
