"""Calendar expressions: when they hold, as text, as JSON and as a sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.calendar import Calendar, DayKind, unknown_years
from yunwei.base.core.calendar_texts import (
    parse_times_text,
    say_times,
    say_times_text,
    times_to_text,
)
from yunwei.base.core.calendar_times import CalendarTimes, Clause, parse_times, times_to_json
from yunwei.base.core.errors import Invalid
from yunwei.base.core.wall_clock import Span

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOLIDAY, MAKEUP = DayKind.STATUTORY_HOLIDAY, DayKind.MAKEUP_WORKDAY
CHINA = Calendar(
    special={date(2026, 9, 20): MAKEUP, date(2026, 10, 10): MAKEUP}
    | {date(2026, 10, day): HOLIDAY for day in range(1, 8)},
    years=frozenset({2026}),
)


def read(text: str) -> CalendarTimes:
    return parse_times_text(text, time_zone="Asia/Shanghai")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        # the Sunday before National Day 2026 on which people work
        ("workday 09:00-18:00", "2026-09-20T09:00", True),
        ("weekend", "2026-09-20T09:00", False),
        ("sun", "2026-09-20T09:00", True),
        ("makeup_workday", "2026-09-20T23:59", True),
        ("ordinary_workday", "2026-09-20T09:00", False),
        # a Thursday off
        ("workday", "2026-10-01T12:00", False),
        ("statutory_holiday", "2026-10-01T00:00", True),
        ("rest_day", "2026-10-03T12:00", True),
        ("weekend", "2026-10-03T12:00", False),
        # hours past midnight belong to the day on which they began
        ("workday 22:00-06:00", "2026-10-01T05:59", True),
        ("workday 22:00-06:00", "2026-10-01T06:00", False),
        ("workday 22:00-06:00", "2026-10-08T05:59", False),
        ("workday night", "2026-10-08T22:00", True),
        ("month_end", "2026-02-28T08:00", True),
        ("month_end", "2026-02-27T08:00", False),
        ("month_end(3)", "2026-02-26T08:00", True),
        ("month_start", "2026-03-01T23:00", True),
        ("month_end night", "2026-03-01T03:00", True),
        ("mon 08:00-08:00", "2026-10-13T07:59", True),
        ("mon 08:00-08:00", "2026-10-13T08:00", False),
        ("sat-mon", "2026-10-12T08:00", True),
        ("mon workday", "2026-10-05T08:00", False),
        ("workday 09:00-12:00; workday 14:00-18:00", "2026-10-08T13:00", False),
        ("workday 09:00-12:00; workday 14:00-18:00", "2026-10-08T14:00", True),
        # a year that nobody has published: not yes, not no, unless the hours say no anyway
        ("workday 09:00-18:00", "2027-01-04T10:00", None),
        ("workday 09:00-18:00", "2027-01-04T20:00", False),
        ("mon 09:00-18:00", "2027-01-04T10:00", True),
        ("workday; daily 09:00-18:00", "2027-01-04T10:00", True),
        ("workday night", "2027-01-01T05:00", True),  # began on a known day
    ],
)
def test_when_it_holds(text: str, when: str, expected: bool | None) -> None:
    assert read(text).holds(at(when), CHINA) is expected


def test_what_is_filled_goes_by_weekdays_and_can_be_told_apart() -> None:
    assert read("workday").holds(at("2027-01-04T10:00"), CHINA.filled()) is True
    assert not CHINA.filled().is_known(date(2027, 1, 4))
    days = [date(2026, 1, 1), date(2027, 5, 1), date(2028, 1, 1)]
    assert unknown_years(CHINA, days) == (2027, 2028)


def test_a_tenants_own_exception_goes_before_the_country() -> None:
    day = date(2026, 10, 1)
    own = CHINA.with_exceptions({day: DayKind.WORKDAY, date(2027, 2, 1): HOLIDAY}, {day: "盘点"})
    assert (own.kind_of(day), own.names[day]) == (DayKind.WORKDAY, "盘点")
    assert own.is_rest_day(date(2027, 2, 1)) is True
    assert own.is_rest_day(date(2027, 2, 2)) is None
    assert CHINA.kind_of(day) is HOLIDAY


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 3), ("2026-10-25", 5), ("2026-07-01", 4)]
)
def test_a_window_over_a_change_of_clocks_loses_and_doubles_nothing(day: str, hours: int) -> None:
    times = parse_times_text("daily 01:00-05:00", time_zone="Europe/Berlin")
    start = at(f"{day}T00:00", BERLIN)
    (span,) = times.spans(Span(start, start + timedelta(hours=20)), CHINA)
    assert span.length == timedelta(hours=hours)
    minutes = (start + timedelta(minutes=number) for number in range(20 * 60))
    held = sum(times.holds(minute, CHINA) is True for minute in minutes)
    assert held == hours * 60


def test_the_next_change_is_the_next_edge() -> None:
    times = read("workday 09:00-18:00")
    walk, seen = at("2026-09-30T12:00"), []
    for _step in range(3):
        walk = times.next_change(walk, CHINA) or walk
        seen.append(walk.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))
    assert seen == ["09-30 18:00", "10-08 09:00", "10-08 18:00"]
    assert read("daily").next_change(walk, CHINA) is None


clauses = st.builds(
    Clause,
    weekdays=st.lists(st.integers(0, 6), unique=True).map(lambda days: tuple(sorted(days))),
    kinds=st.sets(st.sampled_from(DayKind)).map(lambda kinds: tuple(sorted(kinds, key=str))),
    month_start_days=st.integers(0, 28),
    month_end_days=st.integers(0, 28),
    from_minute=st.integers(0, 1440),
    until_minute=st.integers(0, 1440),
)
expressions = st.builds(
    CalendarTimes,
    clauses=st.lists(clauses, min_size=1, max_size=4).map(tuple),
    time_zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
)


def in_order(times: CalendarTimes) -> CalendarTimes:
    """The same with kinds in the order of their declaration, which the text form has."""
    ordered = (
        replace(clause, kinds=tuple(kind for kind in DayKind if kind in clause.kinds))
        for clause in times.clauses
    )
    return replace(times, clauses=tuple(ordered))


@given(expressions)
def test_text_and_json_give_back_what_they_were_made_of(times: CalendarTimes) -> None:
    assert parse_times(times_to_json(times)) == times
    assert parse_times_text(times_to_text(times), time_zone="UTC") == in_order(times)


@given(
    times=expressions,
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)),  # noqa: DTZ001
    minutes=st.integers(0, 6 * 1440),
)
def test_spans_and_instants_agree(times: CalendarTimes, start: datetime, minutes: int) -> None:
    begin = start.replace(tzinfo=UTC)
    spans = times.spans(Span(begin, begin + timedelta(days=6)), CHINA)
    asked = begin + timedelta(minutes=minutes % (6 * 1440))
    assert any(span.holds(asked) for span in spans) == (times.holds(asked, CHINA) is True)
    assert all(a.end < b.start for a, b in pairwise(spans))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "in Asia/Shanghai",
        "holiday",
        "workday,mon",
        "mon tue",
        "25:00-26:00",
        "09:00",
        "month_end(99)",
        "workday in Mars/Phobos",
        "night 09:00-10:00",
    ],
)
def test_what_can_not_be_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(text)
    assert raised.value.field == "times"


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"clauses": [], "time_zone": "UTC"},
        {"clauses": {}, "time_zone": "UTC"},
        {"clauses": [{"kinds": ["feast"]}], "time_zone": "UTC"},
        {"clauses": [{"weekdays": [7]}], "time_zone": "UTC"},
        {"clauses": [{"from_minute": True}], "time_zone": "UTC"},
        {"clauses": [{"from_minute": 1441}], "time_zone": "UTC"},
        {"clauses": [{"hours": 3}], "time_zone": "UTC"},
        {"clauses": [{}], "time_zone": "Nowhere"},
        {"clauses": [{}] * 21, "time_zone": "UTC"},
    ],
)
def test_json_off_its_shape_is_refused(data: object) -> None:
    with pytest.raises(Invalid):
        parse_times(data)


def test_chinese_words_are_read_and_sentences_said() -> None:
    times = read("工作日 夜间；法定节假日；周六、周日 08:00～20:00 月末（3）".replace("～", "~"))
    expected = "workday night; statutory_holiday; sat,sun month_end(3) 08:00-20:00"
    assert times_to_text(times) == f"{expected} in Asia/Shanghai"
    assert say_times(times, "zh-hans") == (
        "工作日（含调休上班） 22:00–次日 06:00；或法定节假日全天；"
        "或周六、周日且为每月最后 3 天 08:00–20:00（Asia/Shanghai 时间）"
    )
    assert say_times(times, "en") == (
        "on workdays (make-up workdays included) from 22:00 to 06:00 of the next day; "
        "or on statutory holidays, all day; "
        "or on Saturday, Sunday that are also the last 3 days of the month from 08:00 to 20:00 "
        "(Asia/Shanghai time)"
    )
    assert say_times(read("daily"), "zh") == "每天全天（Asia/Shanghai 时间）"
    assert say_times_text("workday 9:00-18:00", "zh") == "工作日（含调休上班） 09:00–18:00"
    assert say_times_text("daily in Asia/Tokyo", "en") == "every day, all day (Asia/Tokyo time)"
