"""Storms and alike alarms: gathering begins, lasts and ends with hysteresis."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yunwei.monitor.governance.facts.gathering import Meter, MeterLimits
from yunwei.monitor.governance.rules.gathering import (
    begin_again,
    calm_at,
    count_one,
    faded,
    is_on,
)

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

limits = st.builds(
    lambda fade_s, leave, gap: MeterLimits(fade_s=fade_s, enter=leave + gap, leave=leave),
    st.floats(5, 600),
    st.floats(0.5, 50),
    st.floats(0.5, 200),
)
gaps = st.lists(st.floats(0, 120), min_size=1, max_size=120)


def run(history: list[float], own: MeterLimits) -> list[tuple[datetime, Meter]]:
    """The meter after each alarm; history: seconds between them."""
    at, meter, seen = START, None, []
    for gap in history:
        at += timedelta(seconds=gap)
        meter = count_one(meter, own, at)
        seen.append((at, meter))
    return seen


@given(gaps, limits)
def test_it_begins_only_where_enough_came(history: list[float], own: MeterLimits) -> None:
    was_on = False
    for _at, meter in run(history, own):
        if meter.since is not None and not was_on:
            assert meter.score >= own.enter
        was_on = meter.since is not None


@given(gaps, limits)
def test_it_lasts_between_leaving_and_entering(history: list[float], own: MeterLimits) -> None:
    before: Meter | None = None
    for at, meter in run(history, own):
        lasts = before is not None and is_on(before, own, at)
        if lasts:
            assert before is not None
            assert meter.since == before.since
        elif meter.score < own.enter:
            assert meter.since is None
        before = meter


@given(gaps, limits, st.floats(0.001, 1000))
def test_it_is_over_exactly_when_it_was_said_to_be(
    history: list[float], own: MeterLimits, later_s: float
) -> None:
    _at, meter = run(history, own)[-1]
    if meter.since is None:
        return
    end = calm_at(meter, own)
    assert is_on(meter, own, end - timedelta(milliseconds=1))
    assert not is_on(meter, own, end + timedelta(seconds=later_s))
    assert faded(meter, own, end + timedelta(seconds=later_s)) <= own.leave * 1.0001


@given(gaps, limits)
def test_the_end_of_a_flood_does_not_depend_on_how_great_it_was(
    history: list[float], own: MeterLimits
) -> None:
    at, meter = run(history, own)[-1]
    calm = max(meter.score, own.leave)
    assert calm <= max(own.most, own.leave)
    assert calm_at(meter, own) - at <= calm_at(Meter(score=own.most, at=at), own) - at


@given(gaps, limits)
def test_more_alarms_never_end_it_sooner(history: list[float], own: MeterLimits) -> None:
    at, meter = run(history, own)[-1]
    more = count_one(meter, own, at)
    if meter.since is not None:
        assert more.since == meter.since
        assert calm_at(more, own) >= calm_at(meter, own)


@given(gaps, limits, st.floats(0, 30))
def test_what_was_on_is_on_after_a_restart(
    history: list[float], own: MeterLimits, away_s: float
) -> None:
    at, meter = run(history, own)[-1]
    now = at + timedelta(seconds=away_s)
    if not is_on(meter, own, now):
        return
    again = begin_again(meter, own, meter.since or at, now)
    assert again.since == meter.since
    assert calm_at(again, own) >= calm_at(meter, own) - timedelta(milliseconds=1)
