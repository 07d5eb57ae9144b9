"""The phrases by which a message says what it wants. Adding one is adding a line (and an example to the tests)."""

from typing import Final

from chat_api.understand.model import IntentName
from chat_api.understand.phrases import phrases, words

# Said before the point, and left out.
POLITE: Final = phrases(
    "please", "hey", "ok", "okay", "so", "and", "also", "can you", "could you", "would you", "will you",
    "can u", "could u", "can you please", "could you please", "would you please", "i want you to", "i need you to",
    "i'd like you to", "i would like you to", "just", "oh", "hi", "hello", "yo", "assistant", "can i", "could i",
    "yes", "yep", "yeah", "kindly", "hi there", "hey there", "hello there", "can you kindly", "could you kindly",
    "would you kindly", "would you be so kind to", "do me a favor and", "do me a favour and", "good morning",
    "good evening", "good afternoon", "i was wondering if you could", "is it possible to", "would it be possible to",
    "would you be able to", "are you able to", "be a dear and", "quick one", "btw", "omg", "ugh", "lol", "argh",
    "alright", "uh", "um", "er", "erm", "hmm", "hm", "well", "ffs", "right so", "ok so",
)  # fmt: skip
# Adds a task, and asks for a reminder.
REMIND: Final = phrases(
    "remind me", "remind us", "reminder", "reminders", "set a reminder", "set reminder", "set me a reminder",
    "set up a reminder", "create a reminder", "create reminder", "add a reminder", "add reminder", "new reminder",
    "make a reminder", "make me a reminder", "remindme", "reminding me", "get a reminder",
    "i get a reminder", "set me up a reminder", "make sure to remind me", "make sure you remind me",
    "be sure to remind me", "drop a reminder", "drop me a reminder", "have a reminder", "put a reminder",
    "put in a reminder", "make sure i'm reminded", "mind reminding me",
    "set a recurring reminder", "set a repeating reminder", "i'd like to be reminded", "i would like to be reminded",
    "set up a recurring reminder", "give me a shout", "hit me up", "tell me to", "i want a reminder",
    "give me a reminder", "schedule a reminder", "i need a reminder",
    "send me a reminder", "wake me", "wake me up", "wake us up", "ping me", "ping us", "alert me", "notify me",
    "nudge me", "poke me", "buzz me", "message me", "text me", "warn me", "set an alarm", "set alarm", "set my alarm",
    "alarm", "an alarm", "set a timer", "set timer", "start a timer", "timer", "give me a nudge", "remind",
    "i want to be reminded", "i need to be reminded", "don't let me forget",
    "let me know", "give me a heads up", "remember me", "don't let me forget about", "do not let me forget",
    "don't let us forget", "make sure i don't forget", "make sure i remember", "make sure that i don't forget",
    "help me remember", "i want reminding", "i'd like a reminder", "i would like a reminder", "can i get a reminder",
    "please set a reminder", "leave me a reminder", "give me a ring", "jog my memory", "send a reminder",
    "remember to remind me", "don't forget to remind me",
    "ring me to", "ring me for",
    "reminder to self", "reminder to self :", "reminder to myself", "reminder for me", "reminder for myself",
    "get me to", "let me not forget", "set me an alarm", "set me a timer", "start timer",
)  # fmt: skip
# These ask for a reminder wherever they stand: "dentist friday 3pm, remind me an hour before".
REMIND_ANYWHERE: Final = phrases(
    "please remind me", "and remind me", "remind me", "ping me", "alert me", "notify me", "nudge me", "wake me up",
    "with a reminder", "and set a reminder", "remind us", "and ping me", "and alert me", "and notify me",
    "and warn me", "warn me", "can you remind me", "could you remind me", "can you please remind me",
)  # fmt: skip
# "make" and "don't" would say something else otherwise.
ADD_FIRST: Final = phrases(
    "make sure to", "make sure i", "make sure that i", "make sure we", "make sure that we", "make sure", "be sure to",
)  # fmt: skip
# A reminder that is not wanted.
DELETE_FIRST: Final = phrases(
    "don't remind me", "do not remind me", "stop reminding me", "delete", "remove", "cancel", "stop reminding",
    "no need to remind me", "change", "move", "reschedule", "push", "postpone", "rename", "mark", "undo", "set the",
)  # fmt: skip
ALARM_WORDS: Final = frozenset({"alarm"})
WAKE_WORDS: Final = frozenset({"wake"})
# Adds a task.
ADD: Final = phrases(
    "add", "add a task", "add task", "add a new task", "add a todo", "add todo", "add an item", "add to my list",
    "add to the list", "create a task", "create task", "create a new task", "create a todo", "new task", "new todo",
    "make a task", "make a todo", "todo", "to do :", "to - do :", "task :", "note :",
    "to do -", "to - do -", "todo -", "task -", "note -", "to do list :", "todo list :", "note to self", "don't forget",
    "do not forget", "remember", "i need to", "i have to", "i must", "i should", "i've got to",
    "i got to", "i gotta", "gotta", "need to", "have to", "we need to", "we have to", "i want to", "i'd like to",
    "i would like to", "schedule", "schedule a", "schedule an", "put", "jot down", "write down", "must", "we should",
    "we must", "we gotta", "we got to", "i ought to", "i'm supposed to", "i am supposed to", "i must not forget to",
    "i mustn't forget to", "i can't forget to", "i better", "i'd better", "got to", "need", "i need",
    "i'll need to", "i will need to", "i wanna", "wanna", "let's", "i've to", "must remember to", "note to self to",
    "make a note to", "note down", "add reminder to", "remember to", "i must remember to", "i need to remember to",
    "i have to remember to", "i should remember to", "need to remember to", "have to remember to", "i must remember",
    "i mustn't forget", "i must not forget", "must not forget to", "mustn't forget to", "mustn't forget",
    "i can't forget", "can't forget to", "not to forget to", "not to forget :", "i shouldn't forget to",
    "i gotta remember to",
    "gotta remember to", "we must remember to", "we mustn't forget to", "try to remember to", "i am going to need to",
    "i'm gonna", "gonna", "i've got to remember to", "i really need to", "i really have to", "i really must",
    "i really should", "really need to", "we have got to", "i have got to", "do remember to", "please remember to",
    "make a task to", "add a task to", "add a todo to", "create a todo to", "add an entry", "add an entry to",
    "new task to", "create a task for", "add a task for", "i have to go", "make note to", "make a note that i need to",
    "i need to make sure to", "i need to make sure i", "we need to make sure to", "better", "had better",
)  # fmt: skip
# Adds a task if a time was said.
ADD_WITH_TIME: Final = phrases(
    "i have a", "i have an", "i have my", "i've got a", "i've got an", "i got a", "we have a", "there is a",
    "there's a", "i have", "we have", "my", "there's", "i've a", "i've an", "we've got a", "we've a", "got a", "got an",
    "i've got", "we've got", "i'm having a", "there will be a", "there is an", "i am having a", "i'm going to",
    "i'm meeting", "have a", "have an", "we're having", "we're having a", "i'm having", "we are having", "i am having",
    "we are having a", "we're going to", "we are going to", "i am going to", "we're meeting", "i am meeting",
    "we are meeting", "i'm seeing", "i've booked", "we've booked", "i booked", "we booked", "i've been invited to",
    "there are", "i've an appointment with", "i'm due", "i will", "i'll", "we will", "we'll",
)  # fmt: skip
# Left out at the end of a title.
ADD_ENDINGS: Final = phrases(
    "to my list", "to the list", "on my list", "on the list", "to my todo list", "to my to - do list", "to my tasks",
    "to my todos", "on my todo list", "to my shopping list", "as a task", "as a todo", "to the todo list", "please",
    "thanks", "thank you", "to list", "to todo", "to my calendar", "on my calendar", "in my calendar",
    "to the calendar",
    "so i don't forget", "ok", "thx", "if possible", "or else", "for me",
)  # fmt: skip
# Left out at the start of a title, after a cue.
TITLE_LEADS: Final = frozenset(
    {"to", "that", "about", "of", "for", "me", ":", ",", "-", "\u2013", "\u2014", ".", "please", "and", "is", "!",
     "?", ";", "|", "called", "saying", ")", "(", "up", "titled", "named", "then"}
)  # fmt: skip
TITLE_TRAILS: Final = frozenset(
    {",", ".", ";", ":", "-", "\u2013", "\u2014", "!", "?", "and", "at", "on", "by", "for", "in", "is", "the", "(",
     "to", "&", "from", "please", "every", "due", "|", "then", "of", ">", "\u2192"}
)  # fmt: skip
HEADS: Final[tuple[tuple[IntentName, tuple[tuple[str, ...], ...]], ...]] = (
    (IntentName.REOPEN, phrases(
        "reopen", "re - open", "undo complete", "undo completing", "undo completion of", "undo completed", "uncomplete",
        "un - complete", "undo", "untick", "uncheck", "reactivate", "restore", "unfinish", "not done with",
        "i'm not done with", "i am not done with", "i didn't finish", "i did not finish", "i haven't finished",
        "i have not finished", "oops i didn't finish", "i haven't done", "i didn't do", "un - tick", "un - check",
        "bring back", "put back",
    )),
    (IntentName.COMPLETE, phrases(
        "complete", "completed", "done with", "i'm done with", "i am done with", "finished",
        "i finished", "i've finished", "i have finished", "i completed", "i've completed",
        "i've done", "i did",
        "i have done", "done :", "done -", "check off", "tick off", "tick", "cross off", "cross out", "close",
        "mark off", "finish task", "finished with", "done", "i just finished", "i just did", "all done with",
        "just finished", "just did", "did", "i'm finished with", "i am finished with", "i already did", "already did",
        "i've already done", "already done", "i already finished", "strike off", "strike", "check",
    )),
    (IntentName.DELETE, phrases(
        "no need to remind me about", "no need to remind me to", "scratch", "kill", "clear", "bin", "drop", "drop the",
        "don't remind me of", "do not remind me about", "no longer need", "i no longer need", "i don't need",
        "we don't need", "we don't need to", "we no longer need",
        "delete", "remove", "cancel", "erase", "discard", "get rid of", "forget about", "forget", "scrap", "trash",
        "drop task", "drop the task", "drop reminder", "drop the reminder", "stop reminding me to", "never mind about",
        "stop reminding me about", "stop reminding me", "don't remind me to",
        "do not remind me to",
        "don't remind me about", "unschedule", "nevermind about", "i don't need to", "i no longer need to",
    )),
    (IntentName.CHANGE, phrases(
        "move", "reschedule", "re - schedule", "change", "postpone", "push", "push back", "delay", "shift",
        "bring forward", "rename", "defer", "update", "set", "make", "edit", "put off", "modify", "bring", "pull",
        "pull forward", "bump",
    )),
)  # fmt: skip
# These verbs change a task even when no new time or name was said.
ALWAYS_CHANGE: Final = frozenset({"reschedule", "postpone", "rename", "defer", "re"})
# These take the time without a "to": "reschedule dentist friday", "move dentist tomorrow".
CHANGE_WITHOUT_TO: Final = ALWAYS_CHANGE | frozenset({"move", "push", "delay", "shift", "bring", "put", "bump"})
# These move a task by a length of time.
SHIFTING: Final = frozenset(
    {"postpone", "push", "delay", "defer", "shift", "move", "bring", "pull", "put", "bump", "reschedule", "make"}
)
EARLIER_WORDS: Final = frozenset({"earlier", "sooner", "forward", "up", "bring", "pull"})
LATER_WORDS: Final = frozenset({"later", "back", "out", "more"})
CHANGE_JOINS: Final = frozenset({"to", "until", "till", "for", "→", "by", "from", "into", "on", "at", "back"})
# "mark milk as done", "set milk to done", "milk is done"
DONE_ENDINGS: Final = phrases(
    "as done", "as complete", "as completed", "as finished", "done", "is done", "are done", "to done", "complete",
    "completed", "off", "is complete", "is finished", "finished", "as ticked", "off my list", "off the list",
    "has been done", "to complete", "to completed", "to finished", "as closed",
)  # fmt: skip
UNDONE_ENDINGS: Final = phrases(
    "as not done", "as undone", "as incomplete", "as open", "as not complete", "as not completed", "as pending",
    "not done", "is not done", "isn't done", "as todo", "as to do", "as unfinished", "undone", "incomplete",
    "aren't done", "are not done", "not done yet", "isn't done yet", "isn't finished", "is not finished",
    "to not done", "to open", "to undone", "isn't complete", "is not done yet",
)  # fmt: skip
OFF_ENDINGS: Final = phrases("off my list", "off the list", "off list", "off my todo list", "off my to - do list")
MARKS: Final = frozenset({"mark", "set", "tick", "check", "cross", "flag"})
STATE_ENDINGS: Final = phrases(
    "is done", "are done", "done", "is finished", "is complete", "is completed", "are finished", "are complete",
    "all done", "has been done", "is all done", "'s done", "got done", "finished", "is already done",
)  # fmt: skip
# The task spoken of before.
REFERENCES: Final = frozenset({"it", "that", "this", "that's", "it's"})
# Left out of the words that name a task.
TARGET_LEADS: Final = frozenset(
    words(
    """
    the my a an task tasks todo item reminder reminders to for about that : , - of with entry number no nr from
    called off alarm it up # this one
    """
)
)  # fmt: skip
TARGET_TRAILS: Final = frozenset(
    words(
        """
    task todo item reminder one please thanks , . ! ? : - from my the list off to entry alarm anymore
    """
    )
)
