"""The topics and their events as an AsyncAPI 3 document, made from the types in `contracts.events`. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts import names
from contracts.events import CLOUD_EVENT_CONTENT_TYPE, EVENT_TYPES, Event, EventBody, Replayed

VERSION: Final = "1.0.0"

_TOPICS: Final = {
    names.TASK_EVENTS: (
        "What users did: a task as it is after each change, with its reminders; responses to reminders; the end of an "
        "account."
    ),
    names.TASK_UPDATES: "What workers did: the next occurrence of a recurring task that was done.",
    names.REMINDERS: "What became of reminders: scheduled, fired, snoozed, acknowledged, missed, cancelled.",
    names.NOTIFICATIONS: "What users are to hear of wherever they are, one event for each attempt.",
    names.DEAD_LETTERS: "Messages that no retry can help, for an operator to look at and replay.",
}
# Who publishes and who subscribes, by app-id. A test compares it with what the services really do.
# The scheduler service publishes to all of them besides: it replays dead letters.
SENDERS: Final[Mapping[str, Sequence[str]]] = {
    names.TASK_EVENTS: (names.CHAT_API,),
    names.TASK_UPDATES: (names.RECURRING,),
    names.REMINDERS: (names.REMINDER_ACTOR,),
    names.NOTIFICATIONS: (names.CHAT_API,),
    names.DEAD_LETTERS: (
        names.CHAT_API,
        names.REMINDER_ACTOR,
        names.SCHEDULER,
        names.NOTIFICATION,
        names.RECURRING,
        names.AUDIT,
    ),
}
RECEIVERS: Final[Mapping[str, Sequence[str]]] = {
    names.TASK_EVENTS: (names.REMINDER_ACTOR, names.RECURRING, names.AUDIT),
    names.TASK_UPDATES: (names.CHAT_API, names.AUDIT),
    names.REMINDERS: (names.CHAT_API, names.AUDIT),
    names.NOTIFICATIONS: (names.NOTIFICATION,),
    names.DEAD_LETTERS: (names.SCHEDULER,),
}
_REFERENCE: Final = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The whole document (AsyncAPI 3.0.0), with JSON Schema 2020-12 bodies."""
    schemas: dict[str, Any] = {}
    for body in EVENT_TYPES:
        schemas |= _schemas(body)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Todo assistant events",
            "version": VERSION,
            "description": (
                "CloudEvents 1.0 in structured JSON, delivered at least once through Dapr pub/sub. The type has the "
                "version of the body. Ids are deterministic: a repeated event has the id of the first. "
                "Events of one task have one partition key, and stay in order where the broker keeps order."
            ),
        },
        "defaultContentType": CLOUD_EVENT_CONTENT_TYPE,
        "channels": {topic: _channel(topic) for topic in topics()},
        "operations": _operations(),
        "components": {
            "messages": {body.__name__: _message(body) for body in EVENT_TYPES},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def topics() -> list[str]:
    """The topics that have events, in the order of their names."""
    return sorted({body.TOPIC for body in EVENT_TYPES if body is not Replayed})


def events_on(topic: str) -> list[type[Event]]:
    """What may be on a topic. Whatever has a reader may be replayed to it."""
    return [body for body in EVENT_TYPES if topic == body.TOPIC or (body is Replayed and topic in RECEIVERS)]


def _channel(topic: str) -> dict[str, Any]:
    return {
        "address": topic,
        "description": _TOPICS.get(topic, ""),
        "messages": {body.__name__: {"$ref": f"#/components/messages/{body.__name__}"} for body in events_on(topic)},
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for action, parties in (("send", SENDERS), ("receive", RECEIVERS)):
        for topic, app_ids in parties.items():
            for app_id in app_ids:
                operations[f"{app_id}.{action}.{topic}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{topic}"},
                    "title": f"{app_id} {action}s {topic}",
                }
    return dict(sorted(operations.items()))


def _message(body: type[EventBody]) -> dict[str, Any]:
    summary = (body.__doc__ or "").strip().split("\n", maxsplit=1)[0]
    return {
        "name": body.TYPE,
        "title": body.__name__,
        "summary": summary,
        "contentType": CLOUD_EVENT_CONTENT_TYPE,
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "time", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "description": "The same for the same fact, however often it is published."},
                "source": {"type": "string", "description": "The app-id of the publisher."},
                "type": {"const": body.TYPE},
                "subject": {"type": "string"},
                "time": {"type": "string", "format": "date-time"},
                "datacontenttype": {"const": "application/json"},
                "traceparent": {"type": "string", "description": "W3C trace context of what caused it."},
                "baggage": {"type": "string", "description": "W3C baggage that goes along with it."},
                "data": {"$ref": _REFERENCE.format(model=body.__name__)},
            },
        },
    }


def _schemas(body: type[EventBody]) -> dict[str, Any]:
    schema = body.model_json_schema(ref_template=_REFERENCE)
    parts: dict[str, Any] = schema.pop("$defs", {})
    return parts | {body.__name__: schema}
