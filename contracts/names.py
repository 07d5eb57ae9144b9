"""The names that two parties must spell alike: app-ids, topics, components, jobs and calls."""

from typing import Final

# Dapr app-ids
CHAT_API: Final = "chat-api"
REMINDER_ACTOR: Final = "reminder-actor"
SCHEDULER: Final = "scheduler"
NOTIFICATION: Final = "notification"
RECURRING: Final = "recurring"
AUDIT: Final = "audit"
CONSOLE: Final = "console"

# Dapr components; every set under components/ defines them under these names
PUBSUB: Final = "pubsub"
ACTOR_STATE_STORE: Final = "statestore"
CONVERSATION_STORE: Final = "conversations"
DELIVERY_STORE: Final = "deliveries"
DEAD_LETTER_STORE: Final = "deadletters"
AUDIT_STORE: Final = "audit-trail"
SECRET_STORE: Final = "secretstore"  # noqa: S105 - a component's name
LANGUAGE_MODEL: Final = "language-model"  # in none of the sets: components/optional

# Topics
TASK_EVENTS: Final = "task-events"
TASK_UPDATES: Final = "task-updates"
REMINDERS: Final = "reminders"
NOTIFICATIONS: Final = "notifications"
DEAD_LETTERS: Final = "dead-letters"

# The actor type; its id is the reminder's id
REMINDER_ACTOR_TYPE: Final = "ReminderActor"

# The secret that signs for the push services, and the prefix of the output bindings that lead to them
VAPID_SECRET: Final = "vapid-private-key"  # noqa: S105 - a secret's name
PUSH_BINDING_PREFIX: Final = "push-"

# The output bindings of the other channels (components/optional), and the secret that webhooks' own are derived from
EMAIL_BINDING: Final = "email"
WEBHOOK_BINDING_PREFIX: Final = "webhook-"
WEBHOOK_SECRET: Final = "webhook-signing-key"  # noqa: S105 - a secret's name

# The secret that seals the audit trail
AUDIT_SECRET: Final = "audit-key"  # noqa: S105 - a secret's name

# Dapr jobs
REMINDER_JOB_PREFIX: Final = "reminder-"
REPAIR_JOB: Final = "repair-sweep"

# gRPC methods reached by service invocation in proxy mode (`dapr-app-id` names the callee)
SCHEDULE_METHOD: Final = "/todo.scheduler.v1.Jobs/Schedule"
CANCEL_METHOD: Final = "/todo.scheduler.v1.Jobs/Cancel"
LETTERS_METHOD: Final = "/todo.scheduler.v1.DeadLetters/List"
LETTER_METHOD: Final = "/todo.scheduler.v1.DeadLetters/Show"
REPLAY_METHOD: Final = "/todo.scheduler.v1.DeadLetters/Replay"
HOST_AGAIN_METHOD: Final = "/todo.reminders.v1.Hosting/HostAgain"
PENDING_METHOD: Final = "/todo.chat.v1.Reminders/ListPending"
PUSH_TARGETS_METHOD: Final = "/todo.chat.v1.PushTargets/List"
DROP_PUSH_METHOD: Final = "/todo.chat.v1.PushTargets/Drop"
POSTPONE_METHOD: Final = "/todo.chat.v1.Notifications/Postpone"
RECORD_DELIVERIES_METHOD: Final = "/todo.chat.v1.Notifications/Record"
CHANNELS_METHOD: Final = "/todo.notification.v1.Channels/List"
SEND_CODE_METHOD: Final = "/todo.notification.v1.Email/SendCode"
WEBHOOK_CHECK_METHOD: Final = "/todo.notification.v1.Webhook/Check"
PUSH_KEY_METHOD: Final = "/todo.notification.v1.Push/Key"
PUSH_CHECK_METHOD: Final = "/todo.notification.v1.Push/Check"
ACTIVITY_METHOD: Final = "/todo.audit.v1.Activity/List"

# What the console asks the owners of the state; nobody else may
FIND_REMINDERS_METHOD: Final = "/todo.chat.v1.Operations/FindReminders"
REMINDER_FACTS_METHOD: Final = "/todo.chat.v1.Operations/DescribeReminder"
MOVE_REMINDER_METHOD: Final = "/todo.chat.v1.Operations/MoveReminder"
WORKLOAD_METHOD: Final = "/todo.chat.v1.Operations/Workload"
EXPORT_ROWS_METHOD: Final = "/todo.chat.v1.Operations/ExportRows"
IMPORT_ROWS_METHOD: Final = "/todo.chat.v1.Operations/ImportRows"
ACTOR_STATES_METHOD: Final = "/todo.reminders.v1.Operations/States"
FIRE_METHOD: Final = "/todo.reminders.v1.Operations/Fire"
RESTORE_ACTORS_METHOD: Final = "/todo.reminders.v1.Operations/Restore"
JOBS_METHOD: Final = "/todo.scheduler.v1.Operations/Jobs"
SWEEP_METHOD: Final = "/todo.scheduler.v1.Operations/Sweep"
RECORD_ACTION_METHOD: Final = "/todo.audit.v1.Operations/Record"
HISTORY_METHOD: Final = "/todo.audit.v1.Operations/History"

# What each replica of a service tells the console, and what operators ask of that
REPORT_METHOD: Final = "/todo.console.v1.Replicas/Report"
OVERVIEW_METHOD: Final = "/todo.console.v1.Operators/Overview"
REMINDERS_METHOD: Final = "/todo.console.v1.Operators/Reminders"
INSPECT_METHOD: Final = "/todo.console.v1.Operators/Inspect"
ACT_METHOD: Final = "/todo.console.v1.Operators/Act"
INVITE_METHOD: Final = "/todo.console.v1.Operators/Invite"


def reminder_job(reminder_id: str) -> str:
    """The name of the one-shot job that fires this reminder."""
    return f"{REMINDER_JOB_PREFIX}{reminder_id}"


def push_binding(host: str, port: int | None = None) -> str:
    """The output binding that leads to a push service. Its name says where: the set's components are the allow list."""
    return f"{PUSH_BINDING_PREFIX}{host}{f'-{port}' if port else ''}"


def webhook_binding(host: str, port: int | None = None) -> str:
    """The output binding that leads to a webhook's host; named and allowed as `push_binding`."""
    return f"{WEBHOOK_BINDING_PREFIX}{host}{f'-{port}' if port else ''}"
