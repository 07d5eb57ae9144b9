"""Words by what they do in a sentence: what a task begins with, what is a thing, what is talk."""

from typing import Final

from chat_api.understand.phrases import words
from chat_api.understand.spelling import slips_of

# What nobody makes: "make groceries friday" moves them.
NOT_MADE: Final = frozenset(
    words(
        """
    groceries shopping dentist doctor haircut gym yoga standup laundry dishes bins rent vet swimming swim workout
    training practice homework lesson lessons class deadline checkup interview exam flight pilates football soccer
    tennis piano rehearsal physio therapy
    """
    )
)
QUESTIONS: Final = frozenset(
    words(
    """
    what what's whats who who's whose when where why how which is are was were do does did can could will would
    should has am isn't aren't don't doesn't may shall
    """
)
)  # fmt: skip
STATEMENTS: Final = frozenset(
    words(
    """
    i i'm im i've i'd he she it it's its they they're we we're you you're this that that's there there's he's she's
    everyone someone somebody nobody nothing because but if since although
    """
)
)  # fmt: skip
FINITE: Final = frozenset(
    words(
        """
    is are was were has had isn't wasn't aren't were will would does did seems looks
    """
    )
)
# Words that start a task in quick-add.
VERBS: Final = frozenset(
    words(
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
    words(
        """
    milk eggs bread butter cheese coffee tea sugar flour rice pasta groceries shopping laundry dishes bins bin trash
    rubbish recycling rent bill bills invoice taxes tax dentist doctor haircut gym yoga meeting standup appointment
    call lunch dinner breakfast brunch party birthday passport visa insurance homework essay report presentation
    slides medication meds pills vitamins vet dog cat plants garden car tyres tires oil flight train tickets ticket
    hotel holiday gift present presents flowers cake pizza wine beer batteries toothpaste shampoo soap paper ink
    interview exam deadline workout run swim meditation prescription package parcel library books book review
    renewal payment subscription budget newsletter blog website demo sprint retro trip prep
    """
    )
)
# What has to be done by then: the midnight of a day is the one at its end.
DEADLINES: Final = frozenset(
    {"by", "before", "until", "till", "due", "deadline", "deadlines", "submit", "closes", "close", "ends", "expires",
     "latest"}
)  # fmt: skip
# What has its time: behind a weekday they are that day's.
APPOINTMENTS: Final = frozenset(
    words(
        """
    lunch dinner breakfast brunch gym yoga dentist doctor haircut swimming football soccer tennis pilates physio therapy
    rehearsal interview exam flight vet orthodontist optician checkup shift drinks rugby cricket hockey piano ballet
    """
    )
)
ARTICLES: Final = frozenset(["a", "an", "the", "my", "our", "new", "some", "more"])
# Pasts that are not made with "ed", and could not be a task's first word.
PAST_FORMS: Final[dict[str, str]] = {
    "paid": "pay", "bought": "buy", "sent": "send", "took": "take", "wrote": "write", "brought": "bring",
    "made": "make",
    "got": "get", "went": "go", "met": "meet", "gave": "give", "told": "tell", "sold": "sell", "spoke": "speak",
    "found": "find", "drank": "drink", "ate": "eat", "fed": "feed", "left": "leave", "rang": "ring", "did": "do",
    "swept": "sweep", "threw": "throw", "built": "build", "chose": "choose", "taught": "teach",
}  # fmt: skip

_LONG_VERB: Final = 4
_VERB_SLIPS: Final = frozenset(
    slip for verb in VERBS if len(verb) >= _LONG_VERB for slip in slips_of(verb)
) - QUESTIONS - STATEMENTS - FINITE  # fmt: skip


def like_verb(word: str) -> bool:
    """Whether a word is a verb that starts tasks, or one with a slip of the finger ("wacth the news")."""
    return word in VERBS or word in _VERB_SLIPS
