"""What the edge counts. Routes are patterns such as /api/v1/tasks/{task_id}, never paths as they were asked for."""

from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from servicekit import metrics

REGISTRY: Final = CollectorRegistry(auto_describe=True)

REQUESTS: Final = Counter("todo_http_requests", "Answered requests.", ["method", "route", "status"], registry=REGISTRY)
REQUEST_SECONDS: Final = Histogram(
    "todo_http_request_seconds",
    "Seconds until a request was answered, without streams.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=REGISTRY,
)
IN_FLIGHT: Final = Gauge(
    "todo_requests_in_flight", "Requests that are worked on, without streams and the page's files.", registry=REGISTRY
)
WAITING: Final = Gauge("todo_requests_waiting", "Requests that wait until fewer are worked on.", registry=REGISTRY)
SHED: Final = Counter(
    "todo_requests_shed",
    "Requests refused because too many were there: the line was full, or they had waited in it too long.",
    ["reason"],
    registry=REGISTRY,
)
STREAMS: Final = Gauge("todo_streams_open", "Pages that listen for their user's reminders.", registry=REGISTRY)

LAG: Final = metrics.lag(REGISTRY, "inbox", "stream")
RECEIVED: Final = Counter(
    "todo_reminders_received", "Fired reminders, by what the inbox made of them.", ["outcome"], registry=REGISTRY
)
PENDING: Final = Gauge("todo_reminders_pending", "Reminders that users wait for.", registry=REGISTRY)
DUE: Final = Gauge("todo_reminders_due", "Those of them whose time has come.", registry=REGISTRY)
LATEST: Final = Gauge(
    "todo_reminders_due_oldest_seconds", "Seconds since the first of those was due; 0 without any.", registry=REGISTRY
)

OUTBOX: Final = Gauge("todo_outbox_events", "Events that wait to be published.", registry=REGISTRY)
OUTBOX_AGE: Final = Gauge(
    "todo_outbox_oldest_seconds", "Seconds for which the first of them has waited; 0 without any.", registry=REGISTRY
)
OUTBOX_WAIT: Final = Histogram(
    "todo_outbox_wait_seconds",
    "Seconds that a published event had waited.",
    buckets=metrics.LAG_BUCKETS,
    registry=REGISTRY,
)
UNPUBLISHED: Final = Counter(
    "todo_outbox_failures", "Attempts to publish an event that failed; it stays in the outbox.", registry=REGISTRY
)

FALLBACKS: Final = Counter(
    "todo_conversation_fallbacks",
    "Answers without what they should have had: the language model, or the memory of the conversation.",
    ["missing"],
    registry=REGISTRY,
)

for _missing in ("language model", "memory"):
    FALLBACKS.labels(_missing)  # from the start, so that the first of a kind is an increase, too
for _reason in ("full", "waited"):
    SHED.labels(_reason)

_STREAMING: Final = frozenset({"/api/v1/events"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(scope: Any, status: int, seconds: float) -> str:
    """Count an exchange that is over, and say by which route; `scope` is ASGI's, after the application routed it."""
    route = route_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, status or 499).inc()  # 499: nobody waited for the answer
    if route not in _STREAMING:
        REQUEST_SECONDS.labels(route).observe(seconds)
    return route


def route_of(scope: Any) -> str:
    """The pattern that the path matched."""
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str):
        return route
    # A mount, such as the page's files, sets no route.
    return "/static" if scope.get("app_root_path", "") != scope.get("root_path", "") else "unmatched"
