"""The table of other calendars' days: nothing slipped while it was written down."""

import itertools
from datetime import timedelta

import pytest

from chat_api.understand.moons import days_of_moons

TABLE = days_of_moons()
# How far apart two such days may be: a lunar year, or a solar one with a month more.
SHORTEST, LONGEST = timedelta(days=350), timedelta(days=386)


@pytest.mark.parametrize("names", TABLE)
def test_the_days_are_a_year_apart(names: str) -> None:
    days = sorted(TABLE[names].values())
    assert len(days) >= 20
    steps = [later - day for day, later in itertools.pairwise(days)]
    # One that comes twice in a year is listed once: then two lunar years lie between.
    assert all(SHORTEST <= step <= LONGEST or step > 2 * SHORTEST for step in steps), steps
    assert sum(step > LONGEST for step in steps) <= 4
