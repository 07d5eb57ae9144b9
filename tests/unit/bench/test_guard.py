"""When the guard fails."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench import guard
from chat_api.understand import understand

BASELINE = {"reminder fired / unit": 0.4, "chat message / unit": 0.2}


def test_what_costs_what_it_did_is_no_regression() -> None:
    assert not guard.regressions({"reminder fired / unit": 0.45, "chat message / unit": 0.1}, BASELINE)


def test_what_became_dearer_is_named_with_both_figures() -> None:
    (sentence,) = guard.regressions({"reminder fired / unit": 0.9, "chat message / unit": 0.2}, BASELINE)
    assert sentence == "reminder fired / unit: 0.900, 2.2 times its baseline 0.400"


def test_what_the_baseline_does_not_know_fails() -> None:
    (sentence,) = guard.regressions({"something new": 1.0}, BASELINE)
    assert "not in the baseline" in sentence


def test_the_committed_baseline_has_what_is_measured_of_the_system() -> None:
    names = set(guard.baseline())
    assert {"reminder set / unit", "reminder fired / unit", "chat message / unit", "message understood / unit"} <= names
    assert all(value > 0 for value in guard.baseline().values())


def test_a_planted_slow_down_of_understanding_is_found() -> None:
    """Ratios of processor time, so that a busy machine is no slow-down; four times the work is one."""

    def slow(text: str, **arguments: Any) -> object:
        for _ in range(3):
            understand(text, **arguments)
        return understand(text, **arguments)

    as_it_is, planted = guard.understood(), guard.understood(slow)
    assert guard.regressions({"understood": planted}, {"understood": as_it_is})


@pytest.mark.parametrize("share", [0.5, 1.0, 1.4])
def test_within_the_tolerance(share: float) -> None:
    found = {name: value * share for name, value in BASELINE.items()}
    assert not guard.regressions(found, BASELINE)


def rounds(*fired: float) -> Iterator[dict[str, float]]:
    return ({"reminder fired / unit": value, "chat message / unit": 0.2} for value in fired)


def test_a_round_that_others_made_dear_is_repeated_and_the_least_counts() -> None:
    found = rounds(1.2, 0.5, 0.3)
    assert guard.measured(BASELINE, found.__next__)["reminder fired / unit"] == 0.5
    assert next(found)["reminder fired / unit"] == 0.3  # there was no third round


def test_what_is_dear_each_time_is_a_regression() -> None:
    found = rounds(1.2, 0.9, 1.0)
    assert guard.regressions(guard.measured(BASELINE, found.__next__), BASELINE)


def test_a_new_baseline_is_the_least_of_three_rounds() -> None:
    assert guard.measured({}, rounds(0.5, 0.4, 0.6).__next__)["reminder fired / unit"] == 0.4
