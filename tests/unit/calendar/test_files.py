"""Files of holidays: what is read, what is written, what is refused, and the judge's word."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import chinese_calendar
import icalendar
import pytest

from yunwei.base.calendar.facts import CalendarFile, DayEntry
from yunwei.base.calendar.rules.checks import missing_year
from yunwei.base.calendar.rules.reading import read_file
from yunwei.base.calendar.rules.writing import write_csv, write_ics, write_json
from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.errors import Invalid

NOW = datetime(2026, 11, 27, tzinfo=UTC)
HOLIDAY, MAKEUP = DayKind.STATUTORY_HOLIDAY, DayKind.MAKEUP_WORKDAY


@pytest.fixture(scope="module")
def shipped() -> CalendarFile:
    return read_file(files("yunwei.base.calendar").joinpath("china.json").read_text("utf-8"))


def test_the_shipped_days_are_those_of_the_judge(shipped: CalendarFile) -> None:
    calendar = Calendar(
        special={each.day: each.kind for year in shipped.years for each in year.days},
        years=frozenset(year.year for year in shipped.years),
    )
    assert calendar.years == {2024, 2025, 2026}
    first, last = date(2024, 1, 1), date(2026, 12, 31)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        is_holiday, name = chinese_calendar.get_holiday_detail(day)
        assert calendar.is_rest_day(day) is is_holiday, day
        assert (calendar.kind_of(day) is HOLIDAY) is (is_holiday and name is not None), day
        assert (calendar.kind_of(day) is MAKEUP) is (not is_holiday and day.weekday() > 4), day


def test_json_and_csv_give_back_what_was_written(shipped: CalendarFile) -> None:
    assert read_file(write_json(shipped)) == shipped
    days = [year.days for year in read_file(write_csv(shipped)).years]
    assert days == [year.days for year in shipped.years]


def test_a_real_reader_understands_the_ics(shipped: CalendarFile) -> None:
    text = write_ics(shipped, now=NOW)
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert {event.decoded("DTSTART") for event in events} == {
        each.day for year in shipped.years for each in year.days
    }
    assert str(events[0]["SUMMARY"]) == "元旦（休）"
    read = read_file(text)
    assert [(e.day, e.kind, e.name) for y in read.years for e in y.days] == [
        (e.day, e.kind, e.name) for y in shipped.years for e in y.days
    ]


HOLIDAY_CN = {
    "year": 2027,
    "papers": ["https://www.gov.cn/zhengce/zhengceku/x.htm"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
        {"name": "元旦", "date": "2026-12-31", "isOffDay": True},
    ],
}
SUBSCRIBED = """BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20270101\r
DTEND;VALUE=DATE:20270103\r
SUMMARY:元旦 假期 第1天/共2天\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20270109\r
SUMMARY:元旦\r
  补班\r
END:VEVENT\r
END:VCALENDAR\r
"""
TABLE = "\ufeffdate,kind,name\r\n2027-01-01,法定节假日,元旦\r\n2027-01-04,workday,\r\n,,\r\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(HOLIDAY_CN), [("2027-01-01", HOLIDAY), ("2027-01-03", MAKEUP)]),
        (
            SUBSCRIBED,
            [("2027-01-01", HOLIDAY), ("2027-01-02", HOLIDAY), ("2027-01-09", MAKEUP)],
        ),
        (TABLE, [("2027-01-01", HOLIDAY)]),
    ],
    ids=["holiday-cn", "ics", "csv"],
)
def test_what_others_publish_is_read(text: str, expected: list[tuple[str, DayKind]]) -> None:
    (year,) = read_file(text).years
    assert year.year == 2027
    assert year.days == tuple(
        DayEntry(day=date.fromisoformat(day), kind=kind, name="元旦") for day, kind in expected
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the first line of a CSV"),
        ("{", "this is not JSON"),
        ("[]", "expected year and days"),
        ('{"years": 3}', "expected year and days"),
        ('{"year": "2027", "days": []}', "expected year and days"),
        ('{"year": 2027, "days": []}', "2027 has no holiday"),
        ('{"year": 1999, "days": []}', "between 2000 and 2100"),
        ("date,kind\n2027-13-01,holiday", "this is not a day"),
        ("date,kind\n2027-01-01,feast", "there is no such kind of day"),
        ("date,kind\n2027-01-01,holiday\n2027-01-04,makeup_workday", "no Saturday or Sunday"),
        ("date,kind\n2027-01-01,holiday\n2027-01-01,holiday", "stands there twice"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "the file names no day"),
        (f"date,kind\n2027-01-01,holiday,{'x' * 101}", "at most 100 characters"),
        ("date,kind\n" + "x" * 600_000, "the file is too long"),
    ],
)
def test_what_is_no_calendar_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read_file(text)


@pytest.mark.parametrize(
    ("today", "known", "expected"),
    [
        ("2026-11-30", {2026}, None),
        ("2026-12-01", {2026}, 2027),
        ("2026-12-31", {2026, 2027}, None),
        ("2027-01-01", {2026}, 2027),
        ("2027-12-01", set(), 2027),
    ],
)
def test_a_missing_year_is_told_from_december(
    today: str, known: set[int], expected: int | None
) -> None:
    assert missing_year(date.fromisoformat(today), known) == expected
