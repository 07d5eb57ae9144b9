"""The phrases that ask for tasks: lists of them, and a search. Adding one is adding a line."""

from typing import Final

from chat_api.understand.phrases import phrases, words

LIST_HEADS: Final = phrases(
    "list", "show", "show me", "display", "view", "see", "give me", "tell me", "what do i have", "what do we have",
    "what have i", "what's", "what is", "what are", "which", "what should i", "what did i", "what else",
    "what needs", "what must i", "what tasks", "what todos", "what reminders", "what am i", "do i have", "how many",
    "any", "anything", "my tasks", "my todos", "my list", "my reminders", "my todo list", "my agenda", "tasks", "todos",
    "todo list", "to - do list", "agenda", "reminders", "all tasks", "open tasks", "upcoming", "overdue", "pending",
    "is there anything", "are there any", "what's on", "what can i", "everything", "my day", "what was", "find",
    "search", "all", "my to - do list", "my schedule", "schedule", "what will i", "what do i need", "when is", "when's",
    "what", "read", "am i free", "are we free", "am i busy", "how does my", "how's my", "what have we", "pull up",
    "open",
    "let me see", "can i see", "what've i", "remind me what", "tell me what", "how much",
)  # fmt: skip
# A message is a list only when nothing else is left over.
LIST_WORDS: Final = frozenset(
    words(
    """
    a all am and any anything are as at been by completed completing coming current currently day did do doing done
    due else everything find finish finished for from going have i in is it item items left list lists many me mine
    my need needs next of on open out outstanding overdue pending plan planned plans please reminder reminders
    remain remaining s schedule scheduled agenda should show so still task tasks that the there thing things this to
    todo todos up upcoming view was week we what what's whats which will with you ? ! . , - : must be still tell
    month year today's tomorrow's later soon now priority high everything free busy look like does got tagged tag
    labelled labeled stuff much yet their full complete whole entire am there's happening planning supposed about or
    weekend next first
    """
)
)  # fmt: skip
LIST_NOUNS: Final = frozenset(
    words(
    """
    task tasks todo todos list reminders reminder agenda due overdue schedule scheduled have do everything all
    upcoming things items plan planned plans next left open pending anything do free busy stuff got what's happening
    """
)
)  # fmt: skip
# These ask for tasks by their words.
SEARCH_HEADS: Final = phrases(
    "search", "search for", "search my tasks for", "search tasks for", "search my list for", "search the list for",
    "search in my tasks for", "do a search for", "search all tasks for", "search my todos for", "look through",
)  # fmt: skip
# These too, unless what follows is a thing to do.
SEARCH_SOFT: Final = phrases("find", "find me", "look for", "find all", "can you find", "lookup")
SEARCH_ABOUT: Final = phrases(
    *(
        f"{lead}{noun} {about}"
        for lead in (
            "show me ",
            "show ",
            "show all ",
            "show me all ",
            "list ",
            "list all ",
            "do i have ",
            "do i have any ",
            "do i have a ",
            "is there a ",
            "is there ",
            "are there any ",
            "any ",
            "what ",
            "which ",
            "where is the ",
            "where's the ",
            "show my ",
            "did i have a ",
            "have i got a ",
            "have i got ",
            "where's my ",
            "is there any ",
            "give me all ",
            "what are my ",
            "",
        )
        for noun in ("tasks", "task", "todos", "todo", "reminders", "reminder", "anything", "everything", "something")
        for about in ("about", "for the", "with the word", "containing", "regarding", "mentioning", "related to")
        if lead or noun in {"tasks", "anything", "everything"}
    )
)
SEARCH_WHEN: Final = phrases(
    "when is", "when's", "when are", "where is", "where's", "when do i have", "what time is", "what day is",
    "when did i plan", "which day is",
)  # fmt: skip
