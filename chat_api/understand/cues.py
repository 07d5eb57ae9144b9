"""The phrases by which a message says what it wants. Adding one is adding a line (and an example to the tests)."""

from typing import Final

from chat_api.understand.model import IntentName


def _words(text: str) -> list[str]:
    return text.split()


def _phrases(*lines: str) -> tuple[tuple[str, ...], ...]:
    """Phrases as words, longest first, so that the longest wins."""
    return tuple(sorted((tuple(line.split()) for line in lines), key=len, reverse=True))


# Said before the point, and left out.
POLITE: Final = _phrases(
    "please", "pls", "plz", "hey", "ok", "okay", "so", "and", "also", "can you", "could you", "would you", "will you",
    "can u", "could u", "can you please", "could you please", "would you please", "i want you to", "i need you to",
    "i'd like you to", "i would like you to", "just", "oh", "hi", "hello", "yo", "assistant", "can i", "could i",
)  # fmt: skip

# Adds a task, and asks for a reminder.
REMIND: Final = _phrases(
    "remind me", "remind us", "reminder", "reminders", "set a reminder", "set reminder", "set me a reminder",
    "set up a reminder", "create a reminder", "create reminder", "add a reminder", "add reminder", "new reminder",
    "make a reminder", "make me a reminder", "give me a reminder", "schedule a reminder", "i need a reminder",
    "send me a reminder", "wake me", "wake me up", "wake us up", "ping me", "ping us", "alert me", "notify me",
    "nudge me", "poke me", "buzz me", "message me", "text me", "warn me", "set an alarm", "set alarm", "set my alarm",
    "alarm", "an alarm", "set a timer", "set timer", "start a timer", "timer", "give me a nudge", "remid me",
    "remimd me", "reming me", "remind", "i want to be reminded", "i need to be reminded", "don't let me forget",
    "dont let me forget", "let me know", "give me a heads up",
)  # fmt: skip
# These ask for a reminder wherever they stand: "dentist friday 3pm, remind me an hour before".
REMIND_ANYWHERE: Final = _phrases(
    "please remind me", "and remind me", "remind me", "ping me", "alert me", "notify me", "nudge me", "wake me up",
    "with a reminder", "and set a reminder", "remind us",
)  # fmt: skip
ALARM_WORDS: Final = frozenset({"alarm"})
WAKE_WORDS: Final = frozenset({"wake"})

# Adds a task.
ADD: Final = _phrases(
    "add", "add a task", "add task", "add a new task", "add a todo", "add todo", "add an item", "add to my list",
    "add to the list", "create a task", "create task", "create a new task", "create a todo", "new task", "new todo",
    "make a task", "make a todo", "todo", "to do :", "to - do :", "task :", "note :", "note to self", "don't forget",
    "dont forget", "do not forget", "remember", "i need to", "i have to", "i must", "i should", "i've got to",
    "i got to", "i gotta", "gotta", "need to", "have to", "we need to", "we have to", "i want to", "i'd like to",
    "i would like to", "schedule", "put", "jot down", "write down", "must",
)  # fmt: skip
# Adds a task if a time was said.
ADD_WITH_TIME: Final = _phrases(
    "i have a", "i have an", "i have my", "i've got a", "i've got an", "i got a", "we have a", "there is a",
    "there's a", "i have", "we have", "my", "there's",
)  # fmt: skip
# Left out at the end of a title.
ADD_ENDINGS: Final = _phrases(
    "to my list", "to the list", "on my list", "on the list", "to my todo list", "to my to - do list", "to my tasks",
    "to my todos", "on my todo list", "to my shopping list", "as a task", "as a todo", "to the todo list", "please",
    "thanks", "thank you", "pls", "to list",
)  # fmt: skip
# Left out at the start of a title, after a cue.
TITLE_LEADS: Final = frozenset(
    {"to", "that", "about", "of", "for", "me", ":", ",", "-", "\u2013", "\u2014", ".", "please", "and", "is", "!",
     "?", ";", "called", "saying", ")", "(", "up", "titled", "named", "then"}
)  # fmt: skip
TITLE_TRAILS: Final = frozenset(
    {",", ".", ";", ":", "-", "\u2013", "\u2014", "!", "?", "and", "at", "on", "by", "for", "in", "is", "the", "(",
     "to", "&", "from", "please", "every", "due", "|", "then", "of"}
)  # fmt: skip

HEADS: Final[tuple[tuple[IntentName, tuple[tuple[str, ...], ...]], ...]] = (
    (IntentName.REOPEN, _phrases(
        "reopen", "re - open", "undo complete", "undo completing", "undo completion of", "undo completed", "uncomplete",
        "un - complete", "undo", "untick", "uncheck", "reactivate", "restore", "unfinish",
    )),
    (IntentName.COMPLETE, _phrases(
        "complete", "completed", "done with", "i'm done with", "im done with", "i am done with", "finished",
        "i finished", "i've finished", "ive finished", "i have finished", "i completed", "i've completed",
        "i've done", "i did",
        "i have done", "done :", "done -", "check off", "tick off", "tick", "cross off", "cross out", "close",
        "mark off", "finish task", "finished with", "done", "i just finished", "i just did",
    )),
    (IntentName.DELETE, _phrases(
        "delete", "remove", "cancel", "erase", "discard", "get rid of", "forget about", "forget", "scrap", "trash",
        "drop task", "drop the task", "drop reminder", "drop the reminder", "stop reminding me to", "never mind about",
        "stop reminding me about", "stop reminding me", "don't remind me to", "dont remind me to",
        "do not remind me to",
        "don't remind me about", "unschedule", "nevermind about", "i don't need to", "i no longer need to",
    )),
    (IntentName.CHANGE, _phrases(
        "move", "reschedule", "re - schedule", "change", "postpone", "push", "push back", "delay", "shift",
        "bring forward", "snooze", "rename", "defer", "update", "set", "make", "edit", "put off", "modify",
    )),
)  # fmt: skip
# These verbs change a task even when no new time or name was said.
ALWAYS_CHANGE: Final = frozenset({"reschedule", "postpone", "snooze", "rename", "defer", "re"})
# These take the time without a "to": "reschedule dentist friday", "move dentist tomorrow".
CHANGE_WITHOUT_TO: Final = ALWAYS_CHANGE | frozenset({"move", "push", "delay", "shift", "bring", "put"})
CHANGE_JOINS: Final = frozenset({"to", "until", "till", "for", "→", "by", "from", "into", "on", "at", "back"})

# "mark milk as done", "set milk to done", "milk is done"
DONE_ENDINGS: Final = _phrases(
    "as done", "as complete", "as completed", "as finished", "done", "is done", "are done", "to done", "complete",
    "completed", "off", "is complete", "is finished", "finished", "as ticked", "off my list", "off the list",
    "has been done",
)  # fmt: skip
UNDONE_ENDINGS: Final = _phrases(
    "as not done", "as undone", "as incomplete", "as open", "as not complete", "as not completed", "as pending",
    "not done", "is not done", "isn't done", "as todo", "as to do", "as unfinished", "undone", "incomplete",
)  # fmt: skip
MARKS: Final = frozenset({"mark", "set", "tick", "check", "cross", "flag"})
STATE_ENDINGS: Final = _phrases("is done", "are done", "done", "is finished", "is complete", "is completed")

LIST_HEADS: Final = _phrases(
    "list", "show", "show me", "display", "view", "see", "give me", "tell me", "what do i have", "what do we have",
    "what have i", "what's", "whats", "what is", "what are", "which", "what should i", "what did i", "what else",
    "what needs", "what must i", "what tasks", "what todos", "what reminders", "what am i", "do i have", "how many",
    "any", "anything", "my tasks", "my todos", "my list", "my reminders", "my todo list", "my agenda", "tasks", "todos",
    "todo list", "to - do list", "agenda", "reminders", "all tasks", "open tasks", "upcoming", "overdue", "pending",
    "is there anything", "are there any", "what's on", "what can i", "everything", "my day", "what was", "find",
    "search", "all", "my to - do list", "my schedule", "schedule", "what will i", "what do i need", "when is", "when's",
    "what", "read",
)  # fmt: skip
# A message is a list only when nothing else is left over.
LIST_WORDS: Final = frozenset(
    _words(
    """
    a all am and any anything are as at been by completed completing coming current currently day did do doing done
    due else everything find finish finished for from going have i in is it item items left list lists many me mine
    my need needs next of on open out outstanding overdue pending plan planned plans please reminder reminders
    remain remaining s schedule scheduled agenda should show so still task tasks that the there thing things this to
    todo todos up upcoming view was week we what what's whats which will with you ? ! . , - : must be still tell
    month year today's tomorrow's later soon now priority high everything
    """
)
)  # fmt: skip
LIST_NOUNS: Final = frozenset(
    _words(
    """
    task tasks todo todos list reminders reminder agenda due overdue schedule scheduled have do everything all
    upcoming things items plan planned plans next left open pending anything do
    """
)
)  # fmt: skip

HELP: Final = _phrases(
    "help", "?", "help me", "help please", "what can you do", "what can i say", "how does this work", "how do you work",
    "how does it work", "commands", "usage", "what do you do", "how do i use this", "how can you help", "who are you",
    "/help", "h", "/ help", "what can you do for me", "i need help", "how do i use you", "what are you",
)  # fmt: skip
GREETINGS: Final = frozenset(
    _words(
    """
    hi hello hey hiya yo good morning afternoon evening day there howdy greetings sup hallo ciao bye goodbye night
    how are you what's up nice to meet today doing is it going
    """
)
)  # fmt: skip
GREETING_STARTS: Final = frozenset(
    _words(
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

QUESTIONS: Final = frozenset(
    _words(
    """
    what what's whats who who's whose when where why how which is are was were do does did can could will would
    should has am isn't aren't don't doesn't may shall
    """
)
)  # fmt: skip
STATEMENTS: Final = frozenset(
    _words(
    """
    i i'm im i've i'd he she it it's its they they're we we're you you're this that that's there there's he's she's
    everyone someone somebody nobody nothing because but if since although
    """
)
)  # fmt: skip
FINITE: Final = frozenset(
    _words(
        """
    is are was were has had isn't wasn't aren't were will would does did seems looks
    """
    )
)

# Words that start a task in quick-add.
VERBS: Final = frozenset(
    _words(
        """
    accept adjust add answer apply apologise apologize arrange ask assemble attend back bake be bill block book
    borrow bring brush build buy calculate calibrate call cancel celebrate change charge chase check choose clean
    clear climb close code collect compare compile complete compose confirm connect consider contact continue cook
    copy correct create cut cycle dance debug decide declutter decorate defrost deliver deploy descale describe
    design develop discuss dispose do donate download draft draw drink drive drop dry dust eat edit email e-mail
    empty enrol enroll exercise explain explore fax feed fetch file fill find finish fix fold follow forward freeze
    fry gather get give go google grab grill grow hand hang harvest have help hire hoover host hug improve inform
    inspect install invite invoice iron jog join journal keep knit label launch lead learn leave lend let list
    listen load lock log look lubricate mail maintain make manage mark measure meditate meet memorise memorize mend
    merge message mop move mow name negotiate note notify oil open order organise organize pack paint park patch pay
    peel phone photograph pick ping plan plant play polish post practise practice praise prepare present print
    proofread prune publish pull purchase push put raise read rearrange record recycle redeem refactor refill refund
    register rehearse release renew rent repair repay replace reply report repot request research reserve reset
    resolve respond rest restart restock return review revise rewrite ride rinse run save scan schedule scrub search
    see sell send service set sew shave ship shop shovel shower sign sing skype slack sleep slice smile solve sort
    speak spend stand start steam stop stretch study submit subscribe sweep swim swap switch take talk teach tell
    test text thank think throw tidy top touch track trade train transfer translate treat trim try turn tweet type
    unblock uninstall unpack unplug unsubscribe update upgrade upload use vacuum vacation verify view visit
    volunteer vote wait wake walk wash watch water wax weigh whatsapp wipe withdraw work wrap write
    """
    )
)
NOUNS: Final = frozenset(
    _words(
        """
    milk eggs bread butter cheese coffee tea sugar flour rice pasta groceries shopping laundry dishes bins bin trash
    rubbish recycling rent bill bills invoice taxes tax dentist doctor haircut gym yoga meeting standup appointment
    call lunch dinner breakfast brunch party birthday passport visa insurance homework essay report presentation
    slides medication meds pills vitamins vet dog cat plants garden car tyres tires oil flight train tickets ticket
    hotel holiday gift present presents flowers cake pizza wine beer batteries toothpaste shampoo soap paper ink
    interview exam deadline workout run swim meditation prescription package parcel library books book review
    renewal payment subscription budget newsletter blog website demo sprint retro
    """
    )
)
ARTICLES: Final = frozenset(["a", "an", "the", "my", "our", "new", "some", "more"])

# Left out of the words that name a task.
TARGET_LEADS: Final = frozenset(
    _words(
    """
    the my a an task tasks todo item reminder reminders to for about that : , - of with entry number no nr from
    called off alarm it up #
    """
)
)  # fmt: skip
TARGET_TRAILS: Final = frozenset(
    _words(
        """
    task todo item reminder one please thanks , . ! ? : - from my the list off to entry alarm
    """
    )
)
STOP_ANSWERS: Final = _phrases(
    "never mind", "nevermind", "cancel", "cancel that", "cancel it", "no", "stop", "forget it", "skip", "leave it",
    "nothing",
    "no thanks", "nope", "nah", "don't", "none", "abort", "quit", "no thank you",
)  # fmt: skip
YES_ANSWERS: Final = _phrases(
    "yes", "y", "yes please", "yep", "yeah", "sure", "ok", "okay", "do it", "add it", "yes , add it"
)
