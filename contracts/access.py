"""Who may call whom, and use which topic. The component sets and the chart say the same; tests compare."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts import names
from contracts.asyncapi import RECEIVERS, SENDERS

_REPORTERS: Final = (
    names.AUDIT,
    names.CHAT_API,
    names.NOTIFICATION,
    names.RECURRING,
    names.REMINDER_ACTOR,
    names.SCHEDULER,
)

CALLERS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    names.AUDIT: {
        names.CHAT_API: (names.ACTIVITY_METHOD,),
        names.CONSOLE: (names.RECORD_ACTION_METHOD, names.HISTORY_METHOD),
    },
    names.CHAT_API: {
        names.CONSOLE: (
            names.FIND_REMINDERS_METHOD,
            names.REMINDER_FACTS_METHOD,
            names.MOVE_REMINDER_METHOD,
            names.WORKLOAD_METHOD,
            names.EXPORT_ROWS_METHOD,
            names.IMPORT_ROWS_METHOD,
        ),
        names.NOTIFICATION: (
            names.PUSH_TARGETS_METHOD,
            names.DROP_PUSH_METHOD,
            names.POSTPONE_METHOD,
            names.RECORD_DELIVERIES_METHOD,
        ),
        names.SCHEDULER: (names.PENDING_METHOD,),
    },
    names.CONSOLE: {
        **dict.fromkeys(_REPORTERS, (names.REPORT_METHOD,)),
        # todo-ops, through the console's own sidecar.
        names.CONSOLE: (
            names.OVERVIEW_METHOD,
            names.REMINDERS_METHOD,
            names.INSPECT_METHOD,
            names.ACT_METHOD,
            names.INVITE_METHOD,
        ),
    },
    names.NOTIFICATION: {
        names.CHAT_API: (
            names.PUSH_KEY_METHOD,
            names.PUSH_CHECK_METHOD,
            names.CHANNELS_METHOD,
            names.SEND_CODE_METHOD,
            names.WEBHOOK_CHECK_METHOD,
        )
    },
    names.RECURRING: {},
    names.REMINDER_ACTOR: {
        names.CONSOLE: (names.ACTOR_STATES_METHOD, names.FIRE_METHOD, names.RESTORE_ACTORS_METHOD),
        names.SCHEDULER: (names.HOST_AGAIN_METHOD,),
    },
    names.SCHEDULER: {
        names.CONSOLE: (
            names.JOBS_METHOD,
            names.SCHEDULE_METHOD,  # what is imported
            names.SWEEP_METHOD,
            names.LETTERS_METHOD,
            names.LETTER_METHOD,
            names.REPLAY_METHOD,
        ),
        names.REMINDER_ACTOR: (names.SCHEDULE_METHOD, names.CANCEL_METHOD),
    },
}
"""By callee and caller: the methods that may be called. Calls of actors are no service invocation, and not here."""

OPERATORS: Final = frozenset({names.CONSOLE})
"""Who may call what is for operators. The services check it themselves, too: on one machine there is no mTLS."""

APPS: Final = tuple(sorted(CALLERS))


def publishable(app_id: str) -> frozenset[str]:
    """The topics to which an app may publish. The scheduler service replays dead letters to all that have a reader."""
    own = frozenset(topic for topic, apps in SENDERS.items() if app_id in apps)
    return own | frozenset(RECEIVERS) if app_id == names.SCHEDULER else own


def subscribable(app_id: str) -> frozenset[str]:
    """The topics that an app may read."""
    return frozenset(topic for topic, apps in RECEIVERS.items() if app_id in apps)
