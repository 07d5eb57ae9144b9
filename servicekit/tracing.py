"""One correlation id from the chat request to the fired reminder: W3C trace context (OpenTelemetry).

The trace id is the correlation id. It crosses processes as ``traceparent``: an HTTP header, gRPC metadata, the
CloudEvents attribute, and a field of the job payload, which carries it over the wait until the reminder is due.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_TRACEPARENT = "traceparent"
_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("todo")


def configure(service: str) -> None:
    """Make spans real for this process. No exporter: ids flow and are logged even where nothing collects them."""
    trace.set_tracer_provider(TracerProvider(resource=Resource.create({SERVICE_NAME: service})))


def current_trace_id() -> str | None:
    """The 32 hex digits of the running trace, or nothing outside of one."""
    span_context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span_context.trace_id) if span_context.is_valid else None


def current_traceparent() -> str | None:
    """The running span as a W3C ``traceparent``, to hand to another process."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get(_TRACEPARENT)


@contextmanager
def span(name: str, traceparent: str | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """Run a block in a span that continues ``traceparent``; a missing or malformed one starts a new trace."""
    parent = _propagator.extract({_TRACEPARENT: traceparent}) if traceparent else context.get_current()
    with _tracer.start_as_current_span(name, context=parent, kind=kind) as started:
        yield started
