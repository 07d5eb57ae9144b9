"""Traces across processes, links across a wait, and what spans say."""

import time
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runtime.ports import Ports
from servicekit import tracing
from servicekit.settings import ServiceSettings

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE_ID}-b7ad6b7169203331-01"


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    provider, exporter = trace.get_tracer_provider(), InMemorySpanExporter()
    assert isinstance(provider, TracerProvider)
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    yield exporter
    processor.shutdown()


def test_a_trace_is_continued() -> None:
    with tracing.span("work", TRACEPARENT):
        assert tracing.current_trace_id() == TRACE_ID
        assert TRACE_ID in (tracing.current_traceparent() or "")
        assert tracing.origin_trace_id() is None


@pytest.mark.parametrize("traceparent", [None, "", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_without_a_valid_one_a_new_trace_starts(traceparent: str | None) -> None:
    with tracing.span("work", traceparent):
        assert len(tracing.current_trace_id() or "") == 32
    with tracing.span_of_its_own("work", traceparent):
        assert len(tracing.current_trace_id() or "") == 32
        assert tracing.origin_trace_id() is None


def test_outside_of_a_span_there_is_none() -> None:
    assert tracing.current_trace_id() is None


def test_what_waited_is_a_trace_of_its_own_that_names_where_it_comes_from_in_every_process(
    exported: InMemorySpanExporter,
) -> None:
    with tracing.span("somebody else's work"), tracing.span_of_its_own("fire", TRACEPARENT):
        assert tracing.current_trace_id() != TRACE_ID
        assert tracing.origin_trace_id() == TRACE_ID
        carried = tracing.current_traceparent(), tracing.current_baggage()
    assert tracing.origin_trace_id() is None
    with tracing.span("elsewhere", carried[0], baggage=carried[1]):
        assert tracing.origin_trace_id() == TRACE_ID
    with tracing.span("unrelated"):
        assert tracing.origin_trace_id() is None

    by_name = {one.name: one for one in exported.get_finished_spans()}
    fire, elsewhere = by_name["fire"], by_name["elsewhere"]
    assert fire.parent is None
    (link,) = fire.links
    assert trace.format_trace_id(link.context.trace_id) == TRACE_ID
    assert elsewhere.parent is not None
    assert elsewhere.parent.span_id == fire.context.span_id


def test_a_failure_is_named_and_its_text_is_not(exported: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="zebra"), tracing.span("work"):
        raise ValueError("secretive zebra")
    (span,) = exported.get_finished_spans()
    assert not span.status.is_ok
    assert span.status.description == "ValueError"
    assert "zebra" not in span.to_json()


def test_a_receiver_that_is_away_holds_up_neither_the_work_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing.trace, "set_tracer_provider", lambda _: None)
    monkeypatch.setattr(tracing, "_provider", None)
    away = ServiceSettings(otel_exporter_otlp_endpoint=f"http://127.0.0.1:{Ports().pick()}")
    tracing.configure("test", away)
    provider = tracing._provider
    assert provider is not None
    tracer = provider.get_tracer("test")
    started = time.perf_counter()
    for _ in range(3000):  # more than the queue holds
        tracer.start_span("work").end()
    assert time.perf_counter() - started < 30, "each would take the five seconds of the export's time-out"
    started = time.perf_counter()
    tracing.shut_down()
    assert time.perf_counter() - started < 15, "the exporter's own end takes thirty"


@pytest.mark.parametrize(
    ("variables", "endpoint"),
    [
        ({}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317"}, "http://c:4317"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://t:4317"},
            "https://t:4317",
        ),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_TRACES_EXPORTER": "none"}, ""),
    ],
)
def test_spans_go_where_the_usual_variables_say(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], endpoint: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ServiceSettings().traces_endpoint == endpoint
