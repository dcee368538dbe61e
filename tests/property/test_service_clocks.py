"""Laws of service clocks: they add up, never run backwards, and stand still while paused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.service import CHINA, hours
from yunwei.operate.service.facts.clocks import ClockEvent, Goal, Happening, Stand
from yunwei.operate.service.rules.clocks import read_clock
from yunwei.operate.service.rules.hours import latest_notice, reach, time_between

FIRST = datetime(2026, 1, 10, tzinfo=UTC)
NOTHING = timedelta()
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe"])
TEXTS = st.sampled_from(
    [
        "daily",
        "mon-fri 09:00-17:00",
        "workday 09:00-18:00",
        "workday 09:00-12:00; workday 14:00-18:00",
        "daily 22:00-06:00",
        "workday 22:00-06:00",
        "daily 01:00-03:00",
        "rest_day",
    ]
)
HOURS = st.builds(hours, TEXTS, ZONES)
INSTANTS = st.integers(0, 330 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
TIMES = st.integers(1, 60 * 3600).map(lambda seconds: timedelta(seconds=seconds))
GOALS = st.builds(lambda time, times: Goal(time=time, hours=times), TIMES, HOURS)
KINDS = st.sampled_from([kind for kind in Happening if kind is not Happening.STARTED])


@st.composite
def lives(draw: Any, kinds: Any = KINDS) -> tuple[ClockEvent, ...]:
    """Whatever can be written into a clock's history, moves that are none included."""
    at, goal = draw(INSTANTS), draw(GOALS)
    events = [ClockEvent(at=at, kind=Happening.STARTED, goal=goal)]
    for kind in draw(st.lists(kinds, max_size=8)):
        at += timedelta(seconds=draw(st.integers(0, 200_000)))
        other = draw(GOALS) if kind is Happening.RETARGETED else None
        events.append(ClockEvent(at=at, kind=kind, reason="customer", goal=other))
    return tuple(events)


@given(HOURS, st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_service_time_adds_up(times: Any, instants: list[datetime]) -> None:
    first, middle, last = instants
    parts = time_between(times, CHINA, first, middle) + time_between(times, CHINA, middle, last)
    assert parts == time_between(times, CHINA, first, last)
    assert NOTHING <= parts <= last - first


@given(HOURS, INSTANTS, TIMES)
def test_a_goal_is_used_up_when_it_is_due_and_not_a_second_before(
    times: Any, start: datetime, time: timedelta
) -> None:
    due = reach(times, CHINA, start, time)
    assert due is not None
    assert time_between(times, CHINA, start, due) == time
    assert time_between(times, CHINA, start, due - timedelta(seconds=1)) < time


@given(lives(), st.lists(st.integers(0, 2_000_000), min_size=2, max_size=2).map(sorted))
def test_a_clock_never_runs_backwards_nor_faster_than_time(
    events: tuple[ClockEvent, ...], later: list[int]
) -> None:
    start = events[-1].at
    early, late = (start + timedelta(seconds=each) for each in later)
    before, after = (read_clock(events, CHINA, now=now) for now in (early, late))
    assert NOTHING <= before.elapsed <= after.elapsed <= before.elapsed + (late - early)
    assert after.paused >= NOTHING


@given(lives(), st.integers(0, 2_000_000))
def test_the_lines_of_a_clock_tile_its_life_and_add_up(
    events: tuple[ClockEvent, ...], later: int
) -> None:
    view = read_clock(events, CHINA, now=events[-1].at + timedelta(seconds=later))
    assert view.elapsed == sum((each.time for each in view.stretches), NOTHING)
    assert all(one.span.end == other.span.start for one, other in pairwise(view.stretches))
    assert all(not each.counted for each in view.stretches if each.stand is not Stand.RUNNING)
    assert view.is_overdue is (view.elapsed > view.goal.time)
    assert view.is_overdue is (view.left < NOTHING)


@given(lives(st.sampled_from([Happening.PAUSED, Happening.RESUMED])), st.integers(0, 500_000))
def test_a_clock_that_runs_on_is_at_its_goal_when_it_said_it_would_be(
    events: tuple[ClockEvent, ...], later: int
) -> None:
    last = events[-1].at
    resumed = (*events, ClockEvent(at=last, kind=Happening.RESUMED))
    view = read_clock(resumed, CHINA, now=last + timedelta(seconds=later))
    assert view.due_at is not None
    assert read_clock(resumed, CHINA, now=view.due_at).elapsed == view.goal.time


@given(lives(), st.integers(0, 2_000_000), st.data())
def test_what_changes_nothing_changes_nothing(
    events: tuple[ClockEvent, ...], later: int, data: st.DataObject
) -> None:
    now = events[-1].at + timedelta(seconds=later)
    view = read_clock(events, CHINA, now=now)
    at = events[-1].at
    same_goal = ClockEvent(at=at, kind=Happening.RETARGETED, goal=view.goal)
    assert read_clock((*events, same_goal), CHINA, now=now).elapsed == view.elapsed
    shuffled = data.draw(st.permutations(list({each.at: each for each in events}.values())))
    straight = sorted(shuffled, key=lambda each: each.at)
    if straight[0].kind is Happening.STARTED:
        mixed = read_clock(shuffled, CHINA, now=now)
        assert mixed == read_clock(straight, CHINA, now=now)


@given(GOALS, INSTANTS, st.integers(1, 400_000), st.integers(0, 400_000), st.integers(0, 400_000))
def test_solved_and_reopened_is_as_if_the_time_between_had_not_been(
    goal: Goal, start: datetime, ran: int, away: int, later: int
) -> None:
    begun = ClockEvent(at=start, kind=Happening.STARTED, goal=goal)
    stopped = ClockEvent(at=start + timedelta(seconds=ran), kind=Happening.STOPPED)
    reopened = ClockEvent(at=stopped.at + timedelta(seconds=away), kind=Happening.REOPENED)
    now = reopened.at + timedelta(seconds=later)
    paused = replace(stopped, kind=Happening.PAUSED, reason="customer")
    resumed = replace(reopened, kind=Happening.RESUMED)
    solved = read_clock((begun, stopped, reopened), CHINA, now=now)
    waited = read_clock((begun, paused, resumed), CHINA, now=now)
    assert solved.elapsed == waited.elapsed
    assert solved.due_at == waited.due_at


@given(ZONES, INSTANTS, st.integers(0, 10))
def test_notice_is_never_after_the_change_and_earlier_with_more_days(
    zone: str, at: datetime, days: int
) -> None:
    notice = latest_notice(CHINA, zone, at, days=days)
    assert notice <= at
    assert latest_notice(CHINA, zone, at, days=days + 1) < notice or days == 0
