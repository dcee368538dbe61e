"""Laws of timetables, held against made-up ones: a time that is due is settled once, in order, and
at most one script is started however late somebody looks."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.wall_clock import find_zone
from yunwei.operate.timetables.facts import Due, Missed, OnDays, Rhythm, StartState, Times, Verdict
from yunwei.operate.timetables.rules import check_times, list_due, next_due, settle

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
KNOWN = Calendar(years=frozenset({2025, 2026, 2027, 2028}))
instants = st.integers(0, 500 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


@st.composite
def times(draw: st.DrawFn) -> Times:
    return check_times(
        Times(
            rhythm=draw(st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.MONTHLY])),
            time_zone=draw(st.sampled_from(ZONES)),
            at_minute=draw(st.integers(0, 1439)),
            window_minutes=draw(st.integers(10, 1440)),
            on_days=draw(st.sampled_from(OnDays)),
            weekdays=tuple(draw(st.sets(st.integers(0, 6), min_size=1))),
            month_day=draw(st.integers(1, 31)),
        )
    )


@given(times(), instants, st.integers(0, 90), st.integers(0, 90))
def test_looking_twice_finds_what_looking_once_finds(
    when: Times, after: datetime, first: int, second: int
) -> None:
    middle = after + timedelta(days=first)
    end = middle + timedelta(days=second)
    whole = list(list_due(when, KNOWN, after=after, until=end))
    parts = [
        *list_due(when, KNOWN, after=after, until=middle),
        *list_due(when, KNOWN, after=middle, until=end),
    ]
    assert parts == whole
    assert [each.at for each in whole] == sorted({each.at for each in whole})


@given(times(), instants)
def test_each_is_at_its_wall_time_on_a_day_of_its_kind(when: Times, after: datetime) -> None:
    zone = find_zone(when.time_zone)
    for due in next_due(when, KNOWN, after=after):
        local = due.at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        # a time that the clocks leave out is the instant of the change
        assert minute == when.at_minute or 0 < minute - when.at_minute <= 60
        # of a year that is not published nobody knows which days are free: it is due, and says so
        is_published = local.year in KNOWN.years
        assert due.is_known == (is_published or when.on_days is OnDays.ANY)
        if when.on_days is OnDays.WORKDAYS and is_published:
            assert local.weekday() < 5
        if when.on_days is OnDays.REST_DAYS and is_published:
            assert local.weekday() >= 5
        if when.rhythm is Rhythm.WEEKLY:
            assert local.weekday() in when.weekdays


@given(instants, st.lists(st.integers(1, 10_000), max_size=60), st.sampled_from(Missed))
def test_each_time_is_settled_once_and_two_never_start_together(
    after: datetime, waits: list[int], missed: Missed
) -> None:
    when = Times(rhythm=Rhythm.DAILY, time_zone="Europe/Berlin", at_minute=150, window_minutes=120)
    now, last, settled = after, after, list[Verdict]()
    for wait in waits:
        now += timedelta(minutes=wait)
        due = list(list_due(when, KNOWN, after=last, until=now))
        verdicts = settle(due, missed, is_last_open=False, now=now)
        assert [each.due.at for each in verdicts] == [each.at for each in due]
        assert sum(each.state is StartState.INTENDED for each in verdicts) <= 1
        settled += verdicts
        last = due[-1].at if due else last
    assert [each.due.at for each in settled] == [
        each.at for each in list_due(when, KNOWN, after=after, until=now)
    ]


@given(instants, st.booleans(), st.sampled_from(Missed), st.integers(0, 3000))
def test_nothing_starts_outside_its_window_unless_it_is_caught_up(
    at: datetime, is_open: bool, missed: Missed, late: int
) -> None:
    due = Due(at=at, until=at + timedelta(minutes=60))
    now = at + timedelta(minutes=late)
    (verdict,) = settle([due], missed, is_last_open=is_open, now=now)
    if verdict.state is StartState.INTENDED:
        assert not is_open
        assert late < 60 or missed is Missed.CATCH_UP
        assert now < verdict.due.until
    elif is_open:
        assert verdict.state in (StartState.SKIPPED, StartState.MISSED)


def on(zone: str, minute: int, **changes: object) -> Times:
    said = {"rhythm": Rhythm.DAILY, "time_zone": zone, "at_minute": minute} | changes
    return check_times(Times(**said))  # type: ignore[arg-type]


def walls(when: Times, calendar: Calendar, after: datetime, count: int) -> list[str]:
    zone = find_zone(when.time_zone)
    found = next_due(when, calendar, after=after, count=count)
    return [f"{each.at.astimezone(zone):%m-%d %H:%M}" for each in found]


def test_a_time_that_spring_leaves_out_is_the_instant_of_the_change() -> None:
    after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert walls(on("Europe/Berlin", 150), KNOWN, after, 2) == ["03-29 03:00", "03-30 02:30"]


def test_a_time_that_comes_twice_in_autumn_is_taken_once() -> None:
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert walls(on("Europe/Berlin", 150), KNOWN, after, 2) == ["10-25 02:30", "10-26 02:30"]


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    monthly = on("Asia/Shanghai", 60, rhythm=Rhythm.MONTHLY, month_day=31)
    after = datetime(2026, 1, 15, tzinfo=UTC)
    assert walls(monthly, KNOWN, after, 4) == [
        "01-31 01:00",
        "02-28 01:00",
        "03-31 01:00",
        "04-30 01:00",
    ]


def test_holidays_are_no_working_days_and_make_up_days_are() -> None:
    special = {
        date(2026, 10, 1): DayKind.STATUTORY_HOLIDAY,
        date(2026, 10, 10): DayKind.MAKEUP_WORKDAY,
    }
    calendar = Calendar(years=frozenset({2026}), special=special)
    after = datetime(2026, 9, 30, 12, tzinfo=UTC)
    work = on("Asia/Shanghai", 60, on_days=OnDays.WORKDAYS)
    assert "10-01 01:00" not in walls(work, calendar, after, 20)
    assert "10-10 01:00" in walls(work, calendar, after, 20)


def test_a_day_that_is_not_published_is_due_and_not_known() -> None:
    work = on("Asia/Shanghai", 60, on_days=OnDays.WORKDAYS)
    (due,) = next_due(work, Calendar(), after=BEGIN, count=1)
    assert not due.is_known
    (verdict,) = settle([due], Missed.SKIP, is_last_open=False, now=due.at)
    assert (verdict.state, verdict.reason) == (StartState.SKIPPED, "unknown_day")
