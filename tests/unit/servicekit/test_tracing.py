"""One trace id across processes."""

import pytest

from servicekit import tracing


def test_a_trace_is_continued() -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    with tracing.span("work", f"00-{trace_id}-b7ad6b7169203331-01"):
        assert tracing.current_trace_id() == trace_id
        assert trace_id in (tracing.current_traceparent() or "")


@pytest.mark.parametrize("traceparent", [None, "", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_without_a_valid_one_a_new_trace_starts(traceparent: str | None) -> None:
    with tracing.span("work", traceparent):
        assert len(tracing.current_trace_id() or "") == 32


def test_outside_of_a_span_there_is_none() -> None:
    assert tracing.current_trace_id() is None
