"""The names that two parties must spell alike: app-ids, topics, components, jobs and calls."""

from typing import Final

# Dapr app-ids
CHAT_API: Final = "chat-api"
REMINDER_ACTOR: Final = "reminder-actor"
SCHEDULER: Final = "scheduler"

# Dapr components; every set under components/ defines them under these names
PUBSUB: Final = "pubsub"
ACTOR_STATE_STORE: Final = "statestore"
CONVERSATION_STORE: Final = "conversations"
SECRET_STORE: Final = "secretstore"  # noqa: S105 - a component's name

# Topics
TASK_EVENTS: Final = "task-events"
TASK_UPDATES: Final = "task-updates"
REMINDERS: Final = "reminders"
DEAD_LETTERS: Final = "dead-letters"

# The actor type; its id is the reminder's id
REMINDER_ACTOR_TYPE: Final = "ReminderActor"

# Dapr jobs
REMINDER_JOB_PREFIX: Final = "reminder-"
REPAIR_JOB: Final = "repair-sweep"

# gRPC methods reached by service invocation in proxy mode (`dapr-app-id` names the callee)
SCHEDULE_METHOD: Final = "/todo.scheduler.v1.Jobs/Schedule"
CANCEL_METHOD: Final = "/todo.scheduler.v1.Jobs/Cancel"
PENDING_METHOD: Final = "/todo.chat.v1.Reminders/ListPending"


def reminder_job(reminder_id: str) -> str:
    """The name of the one-shot job that fires this reminder."""
    return f"{REMINDER_JOB_PREFIX}{reminder_id}"
