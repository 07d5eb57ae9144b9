"""The table of other calendars' days: nothing slipped while it was written down."""

from collections.abc import Iterable
from datetime import date

import pytest

from chat_api.understand.moons import days_of_moons

TABLE = days_of_moons()
MONTH = 29.530588  # days from one new moon to the next
YEAR = 365.2425
NEW_MOON = date(2000, 1, 6)


def spread(days: Iterable[date], period: float) -> float:
    """How far apart these days lie within a period: 0 when all come at the same place of it."""
    places = sorted((day - NEW_MOON).days % period for day in days)
    gaps = [after - place for place, after in zip(places, [*places[1:], places[0] + period], strict=True)]
    return period - max(gaps)


@pytest.mark.parametrize("names", TABLE)
def test_each_comes_at_the_same_place_of_the_moon_or_of_the_year(names: str) -> None:
    days = TABLE[names].values()
    assert len(days) >= 20
    by_moon, by_year = spread(days, MONTH), spread(days, YEAR)
    # Some days for the time of day, the place on earth, and rules that avoid a day of the week. Those of the moon stay
    # within a month of the year by leap months, or, where there are none, go round all of it.
    assert (by_moon < 4 and (by_year < 30 or by_year > 300)) or by_year < 3


@pytest.mark.parametrize("names", TABLE)
def test_each_year_has_one(names: str) -> None:
    years = sorted(TABLE[names])
    assert len(years) >= years[-1] - years[0] - 1
