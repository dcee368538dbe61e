"""Working days in China, and local days in UTC."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei_sim.world import calendar

INSTANTS = st.integers(min_value=1_700_000_000, max_value=1_850_000_000)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),  # a Monday like any other
        ("2026-11-22", False),  # a Sunday like any other
        ("2026-02-17", False),  # Spring Festival
        ("2026-02-14", True),  # a Saturday worked for it
        ("2026-10-07", False),  # the last day of National Day
        ("2026-10-10", True),  # the Saturday after, worked
        ("2026-09-20", True),  # a Sunday worked before
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2027-02-06", False),
        ("2027-02-09", True),
    ],
)
def test_holidays_and_make_up_days(day: str, works: bool) -> None:
    assert calendar.is_workday(date.fromisoformat(day).toordinal()) is works


@pytest.mark.parametrize(("year", "days_off", "made_up"), [(2025, 28, 5), (2026, 33, 6)])
def test_the_year_has_the_days_of_its_notice(year: int, days_off: int, made_up: int) -> None:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    assert sum(first <= day <= last for day in calendar.DAYS_OFF) == days_off
    assert sum(first <= day <= last for day in calendar.MAKE_UP_WORKDAYS) == made_up


def test_only_weekend_days_are_made_up() -> None:
    assert all(calendar.weekday(day) >= 5 for day in calendar.MAKE_UP_WORKDAYS)
    assert not calendar.MAKE_UP_WORKDAYS & calendar.DAYS_OFF


@given(INSTANTS)
def test_local_days_are_those_of_shanghai(at_s: int) -> None:
    day = calendar.day_of(at_s)
    assert calendar.local_time(at_s).date().toordinal() == day
    assert calendar.start_of(day) <= at_s < calendar.start_of(day + 1)


@given(INSTANTS)
def test_printed_times_are_utc(at_s: int) -> None:
    moment = datetime.strptime(calendar.iso_utc(at_s), "%Y-%m-%dT%H:%M:%S%z")
    assert int(moment.timestamp()) == at_s
    assert moment.utcoffset() == timedelta(0)
