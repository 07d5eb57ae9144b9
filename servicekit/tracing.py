"""Where a reminder has been: W3C trace context and OpenTelemetry spans.

Within one chain of work the trace id is the correlation id. It crosses processes as ``traceparent``: an HTTP header,
gRPC metadata, the CloudEvents attribute, a field of the calls to actors. Over the wait until a reminder is due no trace
goes on: the firing is a trace of its own that **links** to the one that scheduled it, whose id its log lines and events
carry on as W3C ``baggage``, so that one id still finds the whole story.

Spans are exported over OTLP when an endpoint is configured, in the background: what cannot be sent is dropped, and no
request waits. They hold ids and names of ours; never what people wrote, and so no exception's text.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import baggage, context, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from servicekit.settings import ServiceSettings

_TRACEPARENT: Final = "traceparent"
_BAGGAGE: Final = "baggage"
_ORIGIN: Final = "origin_trace_id"
_EXPORT_TIMEOUT: Final = 5.0  # seconds for one batch, repetitions included
_LAST_WORDS: Final = 2.0  # seconds that a service which ends gives to what it has not sent
_propagator = TraceContextTextMapPropagator()
_baggage_propagator = W3CBaggagePropagator()
_tracer = trace.get_tracer("todo")
_provider: TracerProvider | None = None


def configure(service: str, settings: ServiceSettings) -> None:
    """Make spans real for this process; ids flow and are logged even where nothing collects spans.

    Sampling and batching are OpenTelemetry's own settings (``OTEL_TRACES_SAMPLER``, ``OTEL_BSP_*``).
    """
    global _provider  # noqa: PLW0603 - OpenTelemetry's own is global, too, and cannot be replaced
    _provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}), shutdown_on_exit=False)
    if settings.traces_endpoint:
        # Not needed by most processes, and not small.
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        exporter = OTLPSpanExporter(endpoint=settings.traces_endpoint, timeout=_EXPORT_TIMEOUT)
        _provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(_provider)


def shut_down() -> None:
    """Send what was not sent yet, for two seconds at most: a collector that is away must not keep a service."""
    if _provider is not None:
        sending = threading.Thread(target=_provider.shutdown, name="last-spans", daemon=True)
        sending.start()
        sending.join(_LAST_WORDS)


def current_trace_id() -> str | None:
    """The 32 hex digits of the running trace, or nothing outside of one."""
    span_context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span_context.trace_id) if span_context.is_valid else None


def origin_trace_id() -> str | None:
    """The trace that scheduled what this one is about, where that was another."""
    origin = baggage.get_baggage(_ORIGIN)
    return origin if isinstance(origin, str) else None


def current_traceparent() -> str | None:
    """The running span as a W3C ``traceparent``, to hand to another process."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get(_TRACEPARENT)


def current_baggage() -> str | None:
    """What goes along with it as W3C ``baggage``."""
    carrier: dict[str, str] = {}
    _baggage_propagator.inject(carrier)
    return carrier.get(_BAGGAGE)


@contextmanager
def span(
    name: str,
    traceparent: str | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    baggage: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> Iterator[Span]:
    """Run a block in a span that continues ``traceparent``; a missing or malformed one starts a new trace."""
    with _running(name, _context(traceparent, baggage), kind, attributes) as started:
        yield started


@contextmanager
def continuing(traceparent: str | None, baggage: str | None = None) -> Iterator[None]:
    """Run a block as a part of ``traceparent`` without a span of its own: what it hands on belongs there."""
    before = context.attach(_context(traceparent, baggage))
    try:
        yield
    finally:
        context.detach(before)


@contextmanager
def span_of_its_own(
    name: str,
    caused_by: str | None,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    attributes: Mapping[str, str] | None = None,
) -> Iterator[Span]:
    """Run a block in a new trace that links to the span that caused it, a ``traceparent`` from before a long wait."""
    cause = _span_context(caused_by)
    parent, links = Context(), []
    if cause is not None:
        parent = baggage.set_baggage(_ORIGIN, trace.format_trace_id(cause.trace_id), parent)
        links.append(Link(cause, {"todo.link": "scheduled by"}))
    with _running(name, parent, kind, attributes, links) as started:
        yield started


@contextmanager
def _running(
    name: str,
    parent: Context,
    kind: SpanKind,
    attributes: Mapping[str, str] | None,
    links: list[Link] | None = None,
) -> Iterator[Span]:
    before = context.attach(parent)  # for the baggage
    try:
        with _tracer.start_as_current_span(
            name,
            context=parent,
            kind=kind,
            attributes=attributes,
            links=links,
            # An exception's text may hold what somebody wrote.
            record_exception=False,
            set_status_on_exception=False,
        ) as started:
            try:
                yield started
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                started.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
    finally:
        context.detach(before)


def _context(traceparent: str | None, carried: str | None) -> Context:
    found = _propagator.extract({_TRACEPARENT: traceparent}) if traceparent else context.get_current()
    return _baggage_propagator.extract({_BAGGAGE: carried}, found) if carried else found


def _span_context(traceparent: str | None) -> SpanContext | None:
    if not traceparent:
        return None
    found = trace.get_current_span(_propagator.extract({_TRACEPARENT: traceparent})).get_span_context()
    return found if found.is_valid else None
