"""Backoff: grows, is capped, is never zero."""

from hypothesis import given
from hypothesis import strategies as st

from servicekit.retry import Backoff


@given(attempt=st.integers(min_value=0, max_value=10_000))
def test_a_delay_lies_between_half_the_base_and_the_cap(attempt: int) -> None:
    backoff = Backoff(base=0.2, cap=5.0)
    assert 0.1 <= backoff.delay(attempt) <= 5.0


def test_the_ceiling_doubles_until_the_cap() -> None:
    backoff = Backoff(base=0.5, cap=3.0)
    assert [backoff.ceiling(attempt) for attempt in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
