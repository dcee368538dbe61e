"""Which instant a time of day is, around the changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.base.core.wall_clock import day_span, find_zone, instant_at, parse_minute, say_minute

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
ZONES = st.sampled_from(
    ["Europe/Berlin", "Asia/Shanghai", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe"]
).map(ZoneInfo)


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        (SPRING, "01:59", "2026-03-29T00:59"),
        (SPRING, "02:00", "2026-03-29T01:00"),
        (SPRING, "02:30", "2026-03-29T01:00"),  # is skipped: the instant of the change
        (SPRING, "03:00", "2026-03-29T01:00"),
        (SPRING, "24:00", "2026-03-29T22:00"),
        (AUTUMN, "01:59", "2026-10-24T23:59"),
        (AUTUMN, "02:30", "2026-10-25T00:30"),  # comes twice: its first coming
        (AUTUMN, "03:00", "2026-10-25T02:00"),
        (AUTUMN, "24:00", "2026-10-25T23:00"),
    ],
)
def test_a_time_of_day_is_the_first_instant_at_which_the_clock_has_reached_it(
    day: date, wall: str, utc: str
) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert instant_at(day, parse_minute(wall), BERLIN) == expected


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 7, 1), 24)])
def test_days_have_the_hours_that_they_have(day: date, hours: int) -> None:
    assert day_span(day, BERLIN).length == timedelta(hours=hours)


@given(
    day=st.dates(date(2010, 1, 1), date(2035, 1, 1)),
    minutes=st.tuples(st.integers(0, 2880), st.integers(0, 2880)),
    zone=ZONES,
)
def test_what_is_earlier_on_the_wall_is_never_later_in_time(
    day: date, minutes: tuple[int, int], zone: ZoneInfo
) -> None:
    first, last = sorted(minutes)
    assert instant_at(day, first, zone) <= instant_at(day, last, zone)


@given(day=st.dates(date(2010, 1, 1), date(2035, 1, 1)), zone=ZONES)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    assert day_span(day, zone).end == day_span(day + timedelta(days=1), zone).start


@pytest.mark.parametrize("text", ["", "7", "24:01", "12:60", "1:2", "aa:bb", "123:00", "-1:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_minute(text)


def test_times_of_day_are_written_as_read() -> None:
    assert [say_minute(parse_minute(text)) for text in ("8:05", "24:00")] == ["08:05", "24:00"]


@pytest.mark.parametrize("name", ["Mars/Phobos", "../etc/passwd", ""])
def test_an_unknown_zone_is_refused_at_its_field(name: str) -> None:
    with pytest.raises(Invalid) as raised:
        find_zone(name)
    assert raised.value.field == "time_zone"
