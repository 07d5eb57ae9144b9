"""The phrases of a conversation: help, greetings, thanks, answers, and what is said to a reminder that has fired."""

from typing import Final

from chat_api.understand.phrases import phrases, words

HELP: Final = phrases(
    "help", "?", "help me", "help please", "what can you do", "what can i say", "how does this work", "how do you work",
    "how does it work", "commands", "usage", "what do you do", "how do i use this", "how can you help", "who are you",
    "/help", "h", "/ help", "what can you do for me", "i need help", "how do i use you", "what are you",
    "how can i use this", "how to use this", "what can i do", "what can i ask", "what can i ask you", "instructions",
    "manual", "what do i say", "what should i say", "how do i use it", "how does it all work",
)  # fmt: skip
# "how do i add a task?"
HELP_STARTS: Final = phrases("how do i", "how can i", "how to", "how should i", "how would i")
HELP_VERBS: Final = frozenset(
    {"add", "set", "create", "delete", "remove", "use", "change", "complete", "make", "list", "see", "snooze", "undo",
     "mark", "edit", "reschedule", "search", "repeat", "tag"}
)  # fmt: skip
HELP_NOUNS: Final = frozenset({"task", "tasks", "reminder", "reminders", "todo", "todos", "list", "this", "you", "tag"})
# Said to a reminder that has fired.
ACKNOWLEDGEMENTS: Final = phrases(
    "got it", "ok got it", "dismiss", "dismiss it", "dismiss that", "dismiss this", "dismissed", "stop", "noted",
    "understood", "ack", "acknowledge", "acknowledged", "acknowledge it", "roger", "roger that", "will do", "on it",
    "i'm on it", "gotcha", "i got it", "i see", "seen", "stop it", "stop ringing", "silence", "shut up", "be quiet",
    "turn it off", "turn off", "copy that", "i know", "okay thanks got it", "thanks got it", "ok thanks got it",
    "got it thanks", "ok stop", "quiet", "mute", "mute it", "okay got it", "i heard you", "alright",
)  # fmt: skip
SNOOZE: Final = phrases(
    "snooze", "snoozing", "hit snooze", "remind me again", "remind me about it again", "remind me of it again",
    "ask me again", "tell me again", "ping me again", "try again", "remind me once more", "snooze for",
    "remind me about that again", "wake me again", "wake me up again", "nudge me again", "alert me again",
    "bother me again", "come back", "not now , remind me", "not now remind me",
)  # fmt: skip
# Snoozes only when nothing but a time follows.
SNOOZE_ALONE: Final = phrases(
    "later", "not now", "not yet", "remind me later", "maybe later", "do it later", "i'll do it later",
    "remind me about it", "remind me of it", "remind me about that", "give me a minute",
    "remind me a bit later", "a bit later", "in a bit", "in a while", "can't right now",
)  # fmt: skip
MORE_TIME: Final = phrases("give me", "i need", "need", "just", "gimme", "wait", "for")
UNDO: Final = phrases(
    "undo", "undo that", "undo it", "undo this", "undo last", "undo the last", "undo last change",
    "undo the last change",
    "undo my last change", "undo the last thing", "undo last action", "undo the last action", "undo my last action",
    "undo the last one", "undo the change", "undo what i did", "undo what you did", "undo what i just did",
    "undo what you just did", "revert", "revert that", "revert it", "revert this", "revert the last change", "go back",
    "revert last change", "take that back", "take it back", "ctrl z", "ctrl + z", "ctrl - z", "cmd z", "cmd + z",
    "roll back", "roll that back", "reverse that", "put it back", "put that back", "change it back", "change that back",
    "that was wrong", "that's wrong", "i didn't mean that", "i did not mean that", "that was a mistake",
    "i didn't mean to do that", "bring it back", "step back", "un - do", "scratch that", "strike that", "my mistake",
)  # fmt: skip
# What people say around these.
AROUND: Final = phrases(
    "oops", "whoops", "sorry", "no", "wait", "ah", "oh", "damn", "ok", "okay", "actually", "can you", "could you",
    "please", "just", "hey", "thanks", "thank you", "yes", "yep", "yeah", "now", "cool", "great", "k", "👍",
)  # fmt: skip
GREETINGS: Final = frozenset(
    words(
    """
    hi hello hey hiya yo good morning afternoon evening day there howdy greetings sup hallo ciao bye goodbye night
    how are you what's up nice to meet today doing is it going
    """
)
)  # fmt: skip
GREETING_STARTS: Final = frozenset(
    words(
        """
    hi hello hey hiya yo good howdy greetings sup hallo ciao bye goodbye how
    """
    )
)
THANKS: Final = frozenset(
    {"thanks", "thank", "thx", "ty", "cheers", "cool", "great", "nice", "perfect", "awesome", "lol", "ok", "okay",
     "yes", "no", "yeah", "yep", "nope", "sure", "k", "wow", "super", "fine", "good"}
)  # fmt: skip
THANKS_REST: Final = THANKS | frozenset(
    {"you", "so", "much", "very", "a", "lot", "that", "was", "job", "work", "it", "is", "all", "for", "the", "help",
     "works", "got"}
)  # fmt: skip
STOP_ANSWERS: Final = phrases(
    "never mind", "nevermind", "cancel", "cancel that", "cancel it", "no", "stop", "forget it", "skip", "leave it",
    "nothing",
    "no thanks", "nope", "nah", "don't", "none", "abort", "quit", "no thank you",
)  # fmt: skip
YES_ANSWERS: Final = phrases(
    "yes", "y", "yes please", "yep", "yeah", "sure", "ok", "okay", "do it", "add it", "yes , add it"
)
