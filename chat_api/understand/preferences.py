"""What the assistant itself is to do: the daily digest ("send me a digest every day at 8"), quiet hours.

A message is one of these only if every word of it is accounted for: "send a summary to the team at 9" is a task.
"""

from dataclasses import replace
from datetime import time
from typing import Final

from chat_api.understand.bare_clocks import bare_answer
from chat_api.understand.clock_ranges import range_end
from chat_api.understand.clocks import single_clock
from chat_api.understand.facts import Clock, Context, Facts, Invalid
from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Need, Understanding
from chat_api.understand.parts import left_of, spans_of
from chat_api.understand.phrases import phrases
from chat_api.understand.scan import scan
from chat_api.understand.talk import YES_ANSWERS
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.words import PARTS_OF_DAY, WEEKDAY_PLURALS, WEEKDAYS

_DIGEST: Final = frozenset({"digest", "digests"})
# These are a digest only when they come daily and to "me": other summaries are work.
_SUMMARIES: Final = frozenset({"summary", "overview", "briefing", "recap", "rundown"})
_DAILY: Final = frozenset({"daily", "morning", "evening", "every", "each"})
_DIGEST_ON: Final = phrases(
    "send me", "give me", "show me", "i want", "i would like", "i'd like", "turn on", "switch on", "enable", "start",
    "activate", "set", "set up", "get me", "i want to get", "i would like to get", "i'd like to get", "resume",
    "start sending me", "i need", "change", "move", "make", "reschedule", "shift", "have", "let", "email me", "push",
    "i want to receive", "i'd like to receive", "i would like to receive", "sign me up for", "subscribe me to", "get",
    "schedule", "put", "bring me", "add", "i'd love", "update", "receive", "can i get", "can i have", "restart",
    "text me",
    "turn back on", "postpone", "deliver", "message me",
)  # fmt: skip
_OFF: Final = phrases(
    "stop", "turn off", "switch off", "disable", "cancel", "no", "no more", "end", "don't send me", "do not send me",
    "stop sending me", "unsubscribe me from", "unsubscribe from", "unsubscribe", "pause", "deactivate", "get rid of",
    "i don't want", "i do not want", "i don't need", "delete", "remove", "drop", "clear", "kill", "without", "mute",
    "i no longer want", "i no longer need", "quit", "scrap", "don't give me", "forget", "don't show me", "lift",
    "stop the", "no longer send me", "i don't want any", "stop giving me", "suspend",
)  # fmt: skip
_DIGEST_WORDS: Final = frozenset(
    {"a", "an", "the", "my", "daily", "digest", "digests", "morning", "evening", "every", "each", "day", "days", "of",
     "at", "to", "for", "with", "please", "me", "in", "on", "be", "come", "sent", "instead", "now", "tasks", "task",
     "todos", "todo", "summary", "overview", "briefing", "recap", "rundown", "time", "by", "around", "from", "anymore",
     "any", "more", "longer", "everyday", "it", "reminders", "again", "what's", "due", "earlier", "later", "back",
     "and", "mornings", "weekday", "weekdays", "weekend", "agenda", "should", "arrive", "is", "as", "receive", "get",
     "sending", "email", "emails", "this", "that", "up", "o'clock", "until", "about", "your", "sharp", "thanks",
     "deliver"}
)  # fmt: skip
_ASK_DIGEST: Final = "At what time should the daily digest come? For example at 8:00."
_DIGEST_CHOICES: Final = ("8:00", "7:00", "19:00")
_SUGGESTED: Final = time(8)
_DIGEST_EVERY_DAY: Final = "The digest comes every day."

_QUIET: Final = phrases(
    "quiet hours", "quiet hour", "quiet time", "quiet times", "silent hours", "silence hours", "do not disturb", "dnd",
    "don't disturb", "night mode", "do - not - disturb", "do not disturb mode", "silent time", "quiet period",
)  # fmt: skip
# These ask for quiet only with the hours behind them.
_QUIETEN: Final = phrases(
    "be quiet", "keep quiet", "stay quiet", "stay silent", "be silent", "don't disturb me", "do not disturb me",
    "don't bother me", "do not bother me", "don't remind me", "do not remind me", "don't notify me",
    "do not notify me", "no reminders", "no notifications", "no alerts", "mute reminders", "mute notifications",
    "mute me", "mute", "mute everything", "silence reminders", "silence notifications", "no sound", "no sounds",
    "don't ring", "don't make a sound", "mute all reminders", "mute all notifications", "no pings", "don't ping me",
    "do not ping me", "don't alert me", "leave me alone", "hold reminders", "hold notifications", "silence", "quiet",
    "don't make any noise", "no noise", "hush", "leave me in peace", "don't wake me", "no reminders please",
)  # fmt: skip
_QUIET_ON: Final = phrases(
    "set", "set up", "set my", "change", "move", "make", "turn on", "switch on", "enable", "i want", "i'd like",
    "i would like", "start", "add", "use", "activate", "have", "schedule", "my", "give me", "update", "put", "shift",
    "let", "adjust", "create", "i need", "define", "keep", "extend",
)  # fmt: skip
_QUIET_WORDS: Final = frozenset(
    {"from", "to", "between", "and", "until", "till", "the", "my", "every", "day", "night", "each", "daily", "at", "a",
     "please", "be", "are", "is", "should", "on", "for", "of", "in", "-", "\u2013", "set", "nightly", "everyday",
     "as", "start", "end", "starting", "ending", "begin", "run", "go", "last", "me", "any", "more", "now", "instead",
     "anymore", "off", "again", "mode", "hours", "o'clock", "morning", "evening", "all", "over", "nights", "days",
     "weekdays", "weekends", "weekend", "through", "thanks", "up", "some", "always"}
)  # fmt: skip
_SWITCHING: Final = frozenset({"turn", "switch"})
_BEFORE_QUIET: Final = frozenset({"the", "my", "daily", "any", "some", "our", "on", "off", "of"})
_RANGE_JOINS: Final = frozenset({"-", "\u2013", "\u2014", "to", "until", "till", "and", "through", "til", "up"})
_ASK_QUIET: Final = "From when to when should I be quiet? For example from 22:00 to 7:00."
_QUIET_CHOICES: Final = ("from 22:00 to 7:00", "from 23:00 to 8:00")
_QUIET_EVERY_DAY: Final = "Quiet hours hold every day."
# From when to when, and where in the message.
_Hours = tuple[tuple[time, time], tuple[int, int]]
_NOON: Final = 12
_HALF_DAY: Final = 12 * 60
_DAY: Final = 24 * 60


def read_preference(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """A wish about the digest or the quiet hours; None for anything else."""
    return _quiet(tokens, start) or _digest(tokens, start, context)


def _digest(tokens: Tokens, first: int, context: Context) -> Understanding | None:
    words = {tokens.word(at) for at in range(first, len(tokens))}
    named = bool(words & _DIGEST)
    if not named and not (words & _SUMMARIES and words & _DAILY):
        return None
    start = next(iter(left_of(tokens, first, scan(tokens, first, context).found)), first)
    start = start if match(tokens, start, _DIGEST_ON) else first
    off, on = match(tokens, start, _OFF), match(tokens, start, _DIGEST_ON)
    body = start + (max(off, on) or int(tokens.word(start) in _SWITCHING))
    switched = _switched(tokens, start)
    if not named and not (off or switched is not None or {"me", "my"} & words):
        return None
    if body == start and switched is None and not _opens(tokens, start):
        return None
    scanned = scan(tokens, first, context)
    places = [at for at in left_of(tokens, first, scanned.found) if not start <= at < body]
    left = [at for at in places if tokens[at].kind is not Kind.SYMBOL]
    bare = bare_answer(tokens, left[-1]) if left and not scanned.facts.clocks else None
    if bare is not None:
        scanned.facts.clocks += [fact for fact in bare.facts if isinstance(fact, Clock)]
        left = left[:-1]
    if any(tokens.word(at) not in _DIGEST_WORDS | {"on", "off"} for at in left):
        return None
    base = Understanding(IntentName.DIGEST, spans=spans_of(tokens, scanned.found, (start, body)))
    if off > on or switched is False:
        return replace(base, off=True)
    return _digest_at(base, scanned.facts, evening="evening" in words)


def _opens(tokens: Tokens, start: int) -> bool:
    """ "daily digest at 8", "the digest should come at 7", "my digest at 9"."""
    place = start
    while tokens.word(place) in {"the", "my", "a", "daily", "morning", "evening", "every", "day"}:
        place += 1
    return tokens.word(place) in _DIGEST | _SUMMARIES


def _switched(tokens: Tokens, start: int) -> bool | None:
    """ "digest off", "turn the digest on at 8"; None when it is neither."""
    nouns = _DIGEST | _SUMMARIES | {"hours", "hour", "time", "disturb", "dnd", "mode"}
    for at in range(start, len(tokens)):
        behind = tokens.word(at - 1) in nouns or (at == start + 1 and tokens.word(start) in _SWITCHING)
        if tokens.word(at) in {"on", "off"} and behind:
            return tokens.word(at) == "on"
    return None


def _digest_at(base: Understanding, facts: Facts, *, evening: bool = False) -> Understanding:
    """The time of the digest, or the question for it. A bare 8 is in the morning."""
    rule = facts.rule
    remarks = (_DIGEST_EVERY_DAY,) if rule is not None and (rule.weekdays or rule.freq != "DAILY") else ()
    part = facts.part.name if facts.part is not None else rule.part if rule is not None else None
    part = part or ("evening" if evening and facts.clocks else None)
    if facts.invalid is not None:
        return replace(_ask_digest(base), question=f"{facts.invalid.reason} {_ASK_DIGEST}")
    if facts.clocks:
        return replace(base, digest_at=_digest_clock(facts.clocks[0], part), remarks=remarks)
    if part is not None:
        return replace(base, digest_at=time(PARTS_OF_DAY[part][0]), remarks=remarks)
    return replace(_ask_digest(base), remarks=remarks)


def _digest_clock(clock: Clock, part: str | None) -> time:
    hour = clock.hour
    if clock.ambiguous and part not in {None, "morning"}:
        hour = hour % _NOON + _NOON
    return time(hour, clock.minute)


def _ask_digest(base: Understanding) -> Understanding:
    return replace(base, needs=Need.TIME, question=_ASK_DIGEST, choices=_DIGEST_CHOICES)


def _quiet(tokens: Tokens, start: int) -> Understanding | None:
    places = range(start, len(tokens))
    named = next(((at, at + size) for at in places if (size := match(tokens, at, _QUIET))), None)
    if named is not None:
        return _quiet_named(tokens, start, named, read_hours(tokens, named[1]))
    length = match(tokens, start, _QUIETEN)
    if not length:
        return None
    hours = read_hours(tokens, start + length)
    if hours is None:
        return _ask_quiet(_about_quiet(tokens, start)) if _half_said(tokens, start, start + length) else None
    fits = _rest_fits(tokens, start + length, hours[1])
    return replace(_about_quiet(tokens, start), quiet=hours[0]) if fits else None


def _about_quiet(tokens: Tokens, start: int) -> Understanding:
    some = WEEKDAYS.keys() | WEEKDAY_PLURALS.keys() | {"weekdays", "weekends", "weekend"}
    remarks = (_QUIET_EVERY_DAY,) if any(token.lower in some for token in tokens) else ()
    return Understanding(IntentName.QUIET, spans=spans_of(tokens, (), (start, len(tokens))), remarks=remarks)


def _quiet_named(tokens: Tokens, start: int, named: tuple[int, int], hours: _Hours | None) -> Understanding | None:
    off, on = match(tokens, start, _OFF), match(tokens, start, _QUIET_ON)
    body = start + (max(off, on) or int(tokens.word(start) in _SWITCHING))
    first, end = named
    if any(tokens.word(at) not in _BEFORE_QUIET for at in range(body, first)):
        return None
    if not _rest_fits(tokens, end, hours[1] if hours is not None else (end, end)):
        return None
    base = _about_quiet(tokens, start)
    if (off and off >= on) or _switched(tokens, start) is False:
        return replace(base, off=True, remarks=())
    return replace(base, quiet=hours[0]) if hours is not None else _ask_quiet(base)


def _ask_quiet(base: Understanding) -> Understanding:
    return replace(base, needs=Need.TIME, question=_ASK_QUIET, choices=_QUIET_CHOICES)


def _half_said(tokens: Tokens, start: int, body: int) -> bool:
    """ "no reminders after 10pm", "don't disturb me at night": quiet hours without their other end."""
    if tokens.word(start) not in {"no", "don't", "do"}:
        return False
    if tokens.phrase(body, ("at", "night")) or tokens.phrase(body, ("during", "the", "night")):
        return body + 3 >= len(tokens)
    found = _clock(tokens, body + 1) if tokens.word(body) in {"after", "before", "until", "from"} else None
    return found is not None and all(tokens[at].kind is Kind.SYMBOL for at in range(found[1], len(tokens)))


def _rest_fits(tokens: Tokens, first: int, hours: tuple[int, int]) -> bool:
    """Whether nothing else is said."""
    words = _QUIET_WORDS | WEEKDAYS.keys() | WEEKDAY_PLURALS.keys()
    return all(
        hours[0] <= at < hours[1] or tokens.word(at) in words or (tokens[at].kind is Kind.SYMBOL)
        for at in range(first, len(tokens))
    )


def read_hours(tokens: Tokens, start: int) -> _Hours | None:
    """From when to when, and where that stands; "10 to 7" lies over the night."""
    for at in range(start, len(tokens)):
        first = _clock(tokens, at)
        if first is None:
            continue
        clock, end = first
        if tokens.word(end) not in _RANGE_JOINS:
            continue
        end += 1
        while tokens.word(end) in {"to", "the", "ends", "end", "at", "until"}:
            end += 1
        last = _clock(tokens, end)
        if last is not None:
            return _resolved(clock, last[0]), (at, last[1])
    return None


def _clock(tokens: Tokens, at: int) -> tuple[Clock, int] | None:
    # "10 to 7" is no time here.
    bare = bare_answer(tokens, at) if tokens.number(at) is not None and tokens.word(at + 1) == "to" else None
    found = bare or single_clock(tokens, at) or range_end(tokens, at) or bare_answer(tokens, at)
    if found is None or isinstance(found.facts[0], Invalid) or not isinstance(found.facts[0], Clock):
        return None
    clock, end = found.facts[0], found.end
    for words, half in ((("in", "the", "morning"), 0), (("in", "the", "evening"), 1), (("at", "night"), 1)):
        if tokens.phrase(end, words):
            end += len(words)
            if clock.ambiguous:
                clock = Clock(clock.hour % _NOON + half * _NOON, clock.minute)
    if clock.ambiguous and tokens[at].text.startswith("0"):
        clock = replace(clock, ambiguous=False)
    return clock, end


def _resolved(first: Clock, last: Clock) -> tuple[time, time]:
    """Decide about am and pm: quiet hours begin in the evening if they may, and are the shorter of what is possible."""
    if first.ambiguous and last.ambiguous and first.hour != _NOON:
        begins = [(first.hour + _NOON) * 60 + first.minute]
    else:
        begins = _minutes(first)
    begin, length = min(
        ((begin, (end - begin) % _DAY or _DAY) for begin in begins for end in _minutes(last)), key=lambda pair: pair[1]
    )
    end = (begin + length) % _DAY
    return time(begin // 60, begin % 60), time(end // 60, end % 60)


def _minutes(clock: Clock) -> list[int]:
    early = clock.hour * 60 + clock.minute
    return [early % _HALF_DAY, early % _HALF_DAY + _HALF_DAY] if clock.ambiguous else [early]


def answered(question: Understanding, tokens: Tokens, context: Context) -> Understanding | None:
    """A preference with the time that was asked for."""
    if question.intent is IntentName.QUIET:
        hours = read_hours(tokens, 0)
        return None if hours is None else replace(question, quiet=hours[0], needs=None, question=None, choices=())
    if match(tokens, 0, YES_ANSWERS):
        return replace(question, digest_at=_SUGGESTED, needs=None, question=None, choices=())
    facts = scan(tokens, 0, context, asked=True).facts
    if not (facts.clocks or facts.part or facts.invalid or (facts.rule and facts.rule.part)):
        return None
    return _digest_at(replace(question, needs=None, question=None, choices=()), facts)
