"""Laws of the experience guard: what everybody meets stops nothing, what the canary alone meets
does, and more harm is never judged more kindly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yunwei.operate.runs.facts.runs import Blind, Plan
from yunwei.operate.runs.facts.watching import GuardMeasure, Measured, Pair, Verdict, Watched
from yunwei.operate.runs.rules.watching import FLOORS, is_watching, judge, why_guard_stops

OVER = datetime(2026, 11, 28, 9, tzinfo=UTC)
END = OVER + timedelta(minutes=15)
PLAN = Plan(watch_minutes=15, watch_worse=50)
figures = st.floats(0, 1000, allow_nan=False)
pairs = st.builds(Pair, before=figures, after=figures)
groups = st.dictionaries(st.sampled_from(GuardMeasure), st.lists(pairs, min_size=1).map(tuple))


def seen(canary: Measured, control: Measured, plan: Plan = PLAN, now: datetime = END) -> Watched:
    return judge(canary, control, plan, over_at=OVER, now=now)


@given(groups)
def test_what_did_not_change_stops_nothing(canary: Measured) -> None:
    still = {
        measure: tuple(replace(pair, after=pair.before) for pair in listed)
        for measure, listed in canary.items()
    }
    assert seen(still, {}).verdict in (Verdict.FINE, Verdict.BLIND)


@given(groups, groups, st.floats(0, 500, allow_nan=False))
def test_what_everybody_meets_stops_nothing(
    canary: Measured, control: Measured, more: float
) -> None:
    def rise(group: Measured) -> Measured:
        return {
            measure: tuple(Pair(before=pair.before, after=pair.before + more) for pair in listed)
            for measure, listed in group.items()
        }

    both = {measure: control[measure] for measure in canary if measure in control}
    risen = {measure: canary[measure] for measure in both}
    assert seen(rise(risen), rise(both)).verdict is not Verdict.HARMFUL


@given(groups, groups, st.sampled_from(GuardMeasure), st.floats(0, 500, allow_nan=False))
def test_more_harm_is_never_judged_more_kindly(
    canary: Measured, control: Measured, measure: GuardMeasure, more: float
) -> None:
    worse = dict(canary)
    worse[measure] = tuple(
        Pair(before=pair.before, after=pair.after + more) for pair in canary.get(measure, ())
    )
    if seen(canary, control).verdict is Verdict.HARMFUL:
        assert seen(worse, control).verdict is Verdict.HARMFUL


@given(groups, st.integers(1, 1000), st.integers(1, 1000))
def test_a_narrower_bound_stops_no_less(canary: Measured, one: int, other: int) -> None:
    narrow, wide = sorted((one, other))
    if seen(canary, {}, replace(PLAN, watch_worse=wide)).verdict is Verdict.HARMFUL:
        assert seen(canary, {}, replace(PLAN, watch_worse=narrow)).verdict is Verdict.HARMFUL


@given(groups, groups, st.integers(0, 60))
def test_harm_is_said_at_once_and_nothing_else_before_its_time(
    canary: Measured, control: Measured, minutes: int
) -> None:
    now = OVER + timedelta(minutes=minutes)
    verdict = seen(canary, control, now=now).verdict
    if minutes < PLAN.watch_minutes:
        assert verdict in (Verdict.WATCHING, Verdict.HARMFUL)
    else:
        assert verdict is not Verdict.WATCHING
        assert (verdict is Verdict.BLIND) == (not canary)


@given(st.sampled_from(GuardMeasure), figures)
def test_less_than_the_floor_is_noise(measure: GuardMeasure, before: float) -> None:
    pair = Pair(before=before, after=before + FLOORS[measure] * 0.9)
    assert seen({measure: (pair,)}, {}).verdict is Verdict.FINE


@given(groups, st.sampled_from(Blind))
def test_a_run_waits_until_its_guard_has_decided_and_then_does_what_it_said(
    canary: Measured, blind: Blind
) -> None:
    plan = replace(PLAN, watch_blind=blind)
    assert is_watching(plan, None)
    assert not is_watching(replace(plan, watch_minutes=0), None)
    watched = seen(canary, {}, plan)
    assert not is_watching(plan, watched)
    stops = why_guard_stops(plan, watched)
    assert bool(stops) == (
        watched.verdict is Verdict.HARMFUL
        or (watched.verdict is Verdict.BLIND and blind is Blind.STOP)
    )


def test_the_figures_of_a_slow_morning_and_of_a_bad_script() -> None:
    quiet = (Pair(before=0.20, after=0.22), Pair(before=0.30, after=0.33))
    slow = (Pair(before=0.20, after=0.50), Pair(before=0.25, after=0.60))
    bad = (Pair(before=0.22, after=0.97),)
    assert seen({GuardMeasure.CPU: bad}, {GuardMeasure.CPU: quiet}).verdict is Verdict.HARMFUL
    assert seen({GuardMeasure.CPU: (slow[0],)}, {GuardMeasure.CPU: slow}).verdict is Verdict.FINE
    (found,) = seen({GuardMeasure.CPU: bad}, {GuardMeasure.CPU: quiet}).findings
    assert (found.canary, found.control, found.is_worse) == (1, 2, True)
    assert round(found.excess, 3) == 0.725
