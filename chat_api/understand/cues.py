"""The phrases by which a message says what it wants. Adding one is adding a line (and an example to the tests)."""

from typing import Final

from chat_api.understand.model import IntentName


def _words(text: str) -> list[str]:
    return text.split()


def _phrases(*lines: str) -> tuple[tuple[str, ...], ...]:
    """Phrases as words, longest first, so that the longest wins."""
    return tuple(sorted((tuple(line.split()) for line in lines), key=len, reverse=True))


phrases: Final = _phrases

# Said before the point, and left out.
POLITE: Final = _phrases(
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
REMIND: Final = _phrases(
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
    "get me to", "let me not forget", "set me an alarm", "set me a timer", "start timer",
)  # fmt: skip
# These ask for a reminder wherever they stand: "dentist friday 3pm, remind me an hour before".
REMIND_ANYWHERE: Final = _phrases(
    "please remind me", "and remind me", "remind me", "ping me", "alert me", "notify me", "nudge me", "wake me up",
    "with a reminder", "and set a reminder", "remind us", "and ping me", "and alert me", "and notify me",
    "and warn me", "warn me",
)  # fmt: skip
# "make" and "don't" would say something else otherwise.
ADD_FIRST: Final = _phrases(
    "make sure to", "make sure i", "make sure that i", "make sure we", "make sure that we", "make sure", "be sure to",
)  # fmt: skip
# A reminder that is not wanted.
DELETE_FIRST: Final = _phrases(
    "don't remind me", "do not remind me", "stop reminding me", "delete", "remove", "cancel", "stop reminding",
    "no need to remind me", "change", "move", "reschedule", "push", "postpone", "rename", "mark", "undo", "set the",
)  # fmt: skip
ALARM_WORDS: Final = frozenset({"alarm"})
WAKE_WORDS: Final = frozenset({"wake"})

# Adds a task.
ADD: Final = _phrases(
    "add", "add a task", "add task", "add a new task", "add a todo", "add todo", "add an item", "add to my list",
    "add to the list", "create a task", "create task", "create a new task", "create a todo", "new task", "new todo",
    "make a task", "make a todo", "todo", "to do :", "to - do :", "task :", "note :", "note to self", "don't forget",
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
ADD_WITH_TIME: Final = _phrases(
    "i have a", "i have an", "i have my", "i've got a", "i've got an", "i got a", "we have a", "there is a",
    "there's a", "i have", "we have", "my", "there's", "i've a", "i've an", "we've got a", "we've a", "got a", "got an",
    "i've got", "we've got", "i'm having a", "there will be a", "there is an", "i am having a", "i'm going to",
    "i'm meeting", "have a", "have an", "we're having", "we're having a", "i'm having", "we are having", "i am having",
    "we are having a", "we're going to", "we are going to", "i am going to", "we're meeting", "i am meeting",
    "we are meeting", "i'm seeing", "i've booked", "we've booked", "i booked", "we booked", "i've been invited to",
    "there are", "i've an appointment with", "i'm due",
)  # fmt: skip
# Left out at the end of a title.
ADD_ENDINGS: Final = _phrases(
    "to my list", "to the list", "on my list", "on the list", "to my todo list", "to my to - do list", "to my tasks",
    "to my todos", "on my todo list", "to my shopping list", "as a task", "as a todo", "to the todo list", "please",
    "thanks", "thank you", "to list", "to todo", "to my calendar", "on my calendar", "in my calendar",
    "to the calendar",
    "so i don't forget", "ok", "thx", "if possible", "or else", "for me",
)  # fmt: skip
# Left out at the start of a title, after a cue.
TITLE_LEADS: Final = frozenset(
    {"to", "that", "about", "of", "for", "me", ":", ",", "-", "\u2013", "\u2014", ".", "please", "and", "is", "!",
     "?", ";", "called", "saying", ")", "(", "up", "titled", "named", "then"}
)  # fmt: skip
TITLE_TRAILS: Final = frozenset(
    {",", ".", ";", ":", "-", "\u2013", "\u2014", "!", "?", "and", "at", "on", "by", "for", "in", "is", "the", "(",
     "to", "&", "from", "please", "every", "due", "|", "then", "of", ">", "\u2192"}
)  # fmt: skip

HEADS: Final[tuple[tuple[IntentName, tuple[tuple[str, ...], ...]], ...]] = (
    (IntentName.REOPEN, _phrases(
        "reopen", "re - open", "undo complete", "undo completing", "undo completion of", "undo completed", "uncomplete",
        "un - complete", "undo", "untick", "uncheck", "reactivate", "restore", "unfinish", "not done with",
        "i'm not done with", "i am not done with", "i didn't finish", "i did not finish", "i haven't finished",
        "i have not finished", "oops i didn't finish", "i haven't done", "i didn't do", "un - tick", "un - check",
        "bring back", "put back",
    )),
    (IntentName.COMPLETE, _phrases(
        "complete", "completed", "done with", "i'm done with", "i am done with", "finished",
        "i finished", "i've finished", "i have finished", "i completed", "i've completed",
        "i've done", "i did",
        "i have done", "done :", "done -", "check off", "tick off", "tick", "cross off", "cross out", "close",
        "mark off", "finish task", "finished with", "done", "i just finished", "i just did", "all done with",
        "just finished", "just did", "did", "i'm finished with", "i am finished with", "i already did", "already did",
        "i've already done", "already done", "i already finished", "strike off", "strike", "check",
    )),
    (IntentName.DELETE, _phrases(
        "no need to remind me about", "no need to remind me to", "scratch", "kill", "clear", "bin", "drop", "drop the",
        "don't remind me of", "do not remind me about", "no longer need", "i no longer need", "i don't need",
        "we don't need", "we don't need to", "we no longer need",
        "delete", "remove", "cancel", "erase", "discard", "get rid of", "forget about", "forget", "scrap", "trash",
        "drop task", "drop the task", "drop reminder", "drop the reminder", "stop reminding me to", "never mind about",
        "stop reminding me about", "stop reminding me", "don't remind me to",
        "do not remind me to",
        "don't remind me about", "unschedule", "nevermind about", "i don't need to", "i no longer need to",
    )),
    (IntentName.CHANGE, _phrases(
        "move", "reschedule", "re - schedule", "change", "postpone", "push", "push back", "delay", "shift",
        "bring forward", "rename", "defer", "update", "set", "make", "edit", "put off", "modify", "bring", "pull",
        "pull forward", "bump",
    )),
)  # fmt: skip
# These verbs change a task even when no new time or name was said.
# What nobody makes: "make groceries friday" moves them.
NOT_MADE: Final = frozenset(
    _words(
        """
    groceries shopping dentist doctor haircut gym yoga standup laundry dishes bins rent vet swimming swim workout
    training practice homework lesson lessons class deadline checkup interview exam flight pilates football soccer
    tennis piano rehearsal physio therapy
    """
    )
)
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
DONE_ENDINGS: Final = _phrases(
    "as done", "as complete", "as completed", "as finished", "done", "is done", "are done", "to done", "complete",
    "completed", "off", "is complete", "is finished", "finished", "as ticked", "off my list", "off the list",
    "has been done", "to complete", "to completed", "to finished", "as closed",
)  # fmt: skip
UNDONE_ENDINGS: Final = _phrases(
    "as not done", "as undone", "as incomplete", "as open", "as not complete", "as not completed", "as pending",
    "not done", "is not done", "isn't done", "as todo", "as to do", "as unfinished", "undone", "incomplete",
    "aren't done", "are not done", "not done yet", "isn't done yet", "isn't finished", "is not finished",
    "to not done", "to open", "to undone", "isn't complete", "is not done yet",
)  # fmt: skip
OFF_ENDINGS: Final = _phrases("off my list", "off the list", "off list", "off my todo list", "off my to - do list")
MARKS: Final = frozenset({"mark", "set", "tick", "check", "cross", "flag"})
STATE_ENDINGS: Final = _phrases(
    "is done", "are done", "done", "is finished", "is complete", "is completed", "are finished", "are complete",
    "all done", "has been done", "is all done", "'s done", "got done", "finished", "is already done",
)  # fmt: skip

LIST_HEADS: Final = _phrases(
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
    _words(
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
    _words(
    """
    task tasks todo todos list reminders reminder agenda due overdue schedule scheduled have do everything all
    upcoming things items plan planned plans next left open pending anything do free busy stuff got what's happening
    """
)
)  # fmt: skip

HELP: Final = _phrases(
    "help", "?", "help me", "help please", "what can you do", "what can i say", "how does this work", "how do you work",
    "how does it work", "commands", "usage", "what do you do", "how do i use this", "how can you help", "who are you",
    "/help", "h", "/ help", "what can you do for me", "i need help", "how do i use you", "what are you",
    "how can i use this", "how to use this", "what can i do", "what can i ask", "what can i ask you", "instructions",
    "manual", "what do i say", "what should i say", "how do i use it", "how does it all work",
)  # fmt: skip
# "how do i add a task?"
HELP_STARTS: Final = _phrases("how do i", "how can i", "how to", "how should i", "how would i")
HELP_VERBS: Final = frozenset(
    {"add", "set", "create", "delete", "remove", "use", "change", "complete", "make", "list", "see", "snooze", "undo",
     "mark", "edit", "reschedule", "search", "repeat", "tag"}
)  # fmt: skip
HELP_NOUNS: Final = frozenset({"task", "tasks", "reminder", "reminders", "todo", "todos", "list", "this", "you", "tag"})

# Said to a reminder that has fired.
ACKNOWLEDGEMENTS: Final = _phrases(
    "got it", "ok got it", "dismiss", "dismiss it", "dismiss that", "dismiss this", "dismissed", "stop", "noted",
    "understood", "ack", "acknowledge", "acknowledged", "acknowledge it", "roger", "roger that", "will do", "on it",
    "i'm on it", "gotcha", "i got it", "i see", "seen", "stop it", "stop ringing", "silence", "shut up", "be quiet",
    "turn it off", "turn off", "copy that", "i know", "okay thanks got it", "thanks got it", "ok thanks got it",
    "got it thanks", "ok stop", "quiet", "mute", "mute it", "okay got it", "i heard you", "alright",
)  # fmt: skip
SNOOZE: Final = _phrases(
    "snooze", "snoozing", "hit snooze", "remind me again", "remind me about it again", "remind me of it again",
    "ask me again", "tell me again", "ping me again", "try again", "remind me once more", "snooze for",
    "remind me about that again", "wake me again", "wake me up again", "nudge me again", "alert me again",
    "bother me again", "come back", "not now , remind me", "not now remind me",
)  # fmt: skip
# Snoozes only when nothing but a time follows.
SNOOZE_ALONE: Final = _phrases(
    "later", "not now", "not yet", "remind me later", "maybe later", "do it later", "i'll do it later",
    "remind me about it", "remind me of it", "remind me about that", "give me a minute",
    "remind me a bit later", "a bit later", "in a bit", "in a while", "can't right now",
)  # fmt: skip
MORE_TIME: Final = _phrases("give me", "i need", "need", "just", "gimme", "wait", "for")
UNDO: Final = _phrases(
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
AROUND: Final = _phrases(
    "oops", "whoops", "sorry", "no", "wait", "ah", "oh", "damn", "ok", "okay", "actually", "can you", "could you",
    "please", "just", "hey", "thanks", "thank you", "yes", "yep", "yeah", "now", "cool", "great", "k", "👍",
)  # fmt: skip

# These ask for tasks by their words.
SEARCH_HEADS: Final = _phrases(
    "search", "search for", "search my tasks for", "search tasks for", "search my list for", "search the list for",
    "search in my tasks for", "do a search for", "search all tasks for", "search my todos for", "look through",
)  # fmt: skip
# These too, unless what follows is a thing to do.
SEARCH_SOFT: Final = _phrases("find", "find me", "look for", "find all", "can you find", "lookup")
SEARCH_ABOUT: Final = _phrases(
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
SEARCH_WHEN: Final = _phrases(
    "when is", "when's", "when are", "where is", "where's", "when do i have", "what time is", "what day is",
    "when did i plan", "which day is",
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
    admit amend annotate approve archive assign audit audition avoid backup bathe bet bleed blend boil brainstorm
    brief bump burn bury carry carve cash catch chart chat cheer chill chop chuck circulate cite claim clamp clip
    coach comb congratulate convert count cover craft cram debrief delegate deposit deworm dig dine disable
    discharge discuss dismantle ditch divide dm donate drain dress dye enable enter escalate estimate evaluate
    examine exchange expense export extend facetime facilitate fasten fertilize film finalise finalize fit flip
    flush forecast format frame glue grade grease greet grind groom grout handle heat hide hike hold identify
    import inflate insulate insure interview investigate jot jump kick knead laminate level lift link live lower
    marinate mix monitor mount msg nap nip nudge observe offer onboard outline overhaul pair pass patch perform
    pester pickle pitch place plug pop pour pray preheat preorder prep prioritise prioritize process promise
    propose protect prove pump quit quiz rake rate reach reapply rebook reboot recharge recheck reclaim reconcile
    reconnect recruit redact redo refresh reheat rehome reinstall relax remember remit remortgage render reorder
    reorganize resend resign resit resize retrieve rewatch ring roast rotate sand scoop scrape seal season settle
    sharpen shortlist shred shut sit sketch ski skip smoke snap soak sow spot spray squeeze stack stamp staple stay
    stick store strip summarise summarize support surf swot sync tackle tag taste thaw tie tighten toast toss
    transcribe transplant tune tutor unclog unload unlock vaccinate warm weed whisk wire wish worm zip
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
# What has to be done by then: the midnight of a day is the one at its end.
DEADLINES: Final = frozenset(
    {
        "by",
        "before",
        "until",
        "till",
        "due",
        "deadline",
        "deadlines",
        "submit",
        "closes",
        "close",
        "ends",
        "expires",
        "latest",
    }
)
# What has its time: behind a weekday they are that day's.
APPOINTMENTS: Final = frozenset(
    _words(
        """
    lunch dinner breakfast brunch gym yoga dentist doctor haircut swimming football soccer tennis pilates physio therapy
    rehearsal interview exam flight vet orthodontist optician checkup shift drinks rugby cricket hockey piano ballet
    """
    )
)
ARTICLES: Final = frozenset(["a", "an", "the", "my", "our", "new", "some", "more"])

# The task spoken of before.
REFERENCES: Final = frozenset({"it", "that", "this", "that's", "it's"})
# Left out of the words that name a task.
TARGET_LEADS: Final = frozenset(
    _words(
    """
    the my a an task tasks todo item reminder reminders to for about that : , - of with entry number no nr from
    called off alarm it up # this one
    """
)
)  # fmt: skip
TARGET_TRAILS: Final = frozenset(
    _words(
        """
    task todo item reminder one please thanks , . ! ? : - from my the list off to entry alarm anymore
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
# Pasts that are not made with "ed", and could not be a task's first word.
PAST_FORMS: Final[dict[str, str]] = {
    "paid": "pay", "bought": "buy", "sent": "send", "took": "take", "wrote": "write", "brought": "bring",
    "made": "make",
    "got": "get", "went": "go", "met": "meet", "gave": "give", "told": "tell", "sold": "sell", "spoke": "speak",
    "found": "find", "drank": "drink", "ate": "eat", "fed": "feed", "left": "leave", "rang": "ring", "did": "do",
    "swept": "sweep", "threw": "throw", "built": "build", "chose": "choose", "taught": "teach",
}  # fmt: skip
