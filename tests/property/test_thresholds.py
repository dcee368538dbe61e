"""Threshold rules: judged step by step and in stretches, they say the same as counting by hand."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.codec import decode, encode
from yunwei.base.core.metrics import At
from yunwei.base.core.severity import Severity
from yunwei.monitor.thresholds.facts import (
    REST,
    Change,
    Level,
    Missing,
    Out,
    Side,
    Standing,
    ThresholdContent,
)
from yunwei.monitor.thresholds.rules.deciding import replay
from yunwei.monitor.thresholds.rules.usual import usual_of

STEPS = 40
values = st.one_of(st.none(), st.integers(0, 10).map(float))
series = st.lists(values, min_size=STEPS, max_size=STEPS).map(
    lambda told: {place: value for place, value in enumerate(told) if value is not None}
)


@st.composite
def contents(draw: st.DrawFn) -> ThresholdContent:
    side = draw(st.sampled_from([Side.ABOVE, Side.BELOW]))
    sign = -1 if side is Side.BELOW else 1
    first, further, back = draw(st.integers(3, 6)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    levels = (
        Level(
            severity=Severity.MINOR,
            raise_at=float(5 + sign * (first - 5)),
            clear_at=float(5 + sign * (first - 5 - back)),
        ),
        Level(
            severity=Severity.CRITICAL,
            raise_at=float(5 + sign * (first - 5 + further)),
            clear_at=float(5 + sign * (first - 5 + further - back)),
        ),
    )
    of = draw(st.integers(1, 5))
    return ThresholdContent(
        measure="desktop.cpu",
        at=At.DESKTOP,
        side=side,
        levels=levels[: draw(st.integers(1, 2))],
        step_s=60,
        needed=draw(st.integers(1, of)),
        of=of,
        hold_steps=draw(st.integers(0, 3)),
        clear_steps=draw(st.integers(1, 4)),
        missing=draw(st.sampled_from(Missing)),
        missing_steps=draw(st.integers(1, 5)),
    )


outs = st.lists(st.tuples(st.integers(0, STEPS), st.integers(1, 4)), max_size=2).map(
    lambda told: tuple(
        sorted({Out(start * 60.0, (start + length) * 60.0) for start, length in told})
    )[:1]
)
silences = st.sets(st.integers(0, STEPS - 1), max_size=10)


def live(
    content: ThresholdContent,
    told: Mapping[int, float],
    heard: frozenset[int],
    out: tuple[Out, ...],
    cuts: list[int],
) -> tuple[Standing, list[Change]]:
    """Judge in stretches, and let what is remembered go through the database in between; an
    object at rest is forgotten."""
    standing, changes = REST, []
    edges = sorted({0, STEPS, *cuts})
    for start, stop in pairwise(edges):
        seen = {place: value for place, value in told.items() if start <= place < stop}
        standing, found = replay(
            content, standing, range(start, stop), values=seen, heard=heard, out=out
        )
        changes += found
        standing = REST if standing == REST else decode(encode(standing), Standing)
    return standing, changes


@given(contents(), series, silences, outs, st.lists(st.integers(1, STEPS - 1), max_size=STEPS))
def test_a_trial_equals_live_evaluation(
    content: ThresholdContent,
    told: dict[int, float],
    silent: set[int],
    out: tuple[Out, ...],
    cuts: list[int],
) -> None:
    heard = frozenset(range(STEPS)) - frozenset(silent) | told.keys()
    whole = replay(content, REST, range(STEPS), values=told, heard=heard, out=out)
    assert live(content, told, heard, out, cuts) == whole


def by_hand(content: ThresholdContent, told: Mapping[int, float]) -> list[int]:
    """Return the level after each measured step, counted from the words of the rule."""
    sign = -1 if content.side is Side.BELOW else 1
    seen: list[float] = []
    level, said = 0, []
    for place in sorted(told):
        seen.append(sign * told[place])
        wanted = 0
        for number, each in enumerate(content.levels, start=1):
            beyond = [value >= sign * each.raise_at for value in seen]
            holds = all(
                sum(beyond[max(0, end - content.of) : end]) >= content.needed
                for end in range(len(seen) - content.hold_steps, len(seen) + 1)
            )
            if holds and len(seen) > content.hold_steps:
                wanted = number
        kept = 0
        for number, each in enumerate(content.levels, start=1):
            last = seen[-content.clear_steps :]
            is_over = len(last) == content.clear_steps and all(
                value < sign * each.clear_at for value in last
            )
            if number <= level and not is_over:
                kept = number
        level = max(wanted, kept)
        said.append(level)
    return said


@given(contents(), series)
def test_n_of_m_is_what_counting_says(content: ThresholdContent, told: dict[int, float]) -> None:
    content = replace(content, missing=Missing.KEEP)
    _, changes = replay(content, REST, range(STEPS), values=told, heard=frozenset(range(STEPS)))
    levels = dict.fromkeys(told, 0)
    at = {change.place: change.level for change in changes}
    level = 0
    for place in sorted(told):
        level = at.get(place, level)
        levels[place] = level
    assert [levels[place] for place in sorted(told)] == by_hand(content, told)


@given(contents(), series)
def test_what_is_switched_off_is_no_fault(
    content: ThresholdContent, told: dict[int, float]
) -> None:
    always = (Out(0.0, STEPS * 60.0),)
    heard = frozenset(range(STEPS))
    assert replay(content, REST, range(STEPS), values=told, heard=heard, out=always) == (REST, [])


@given(contents())
def test_a_source_that_is_silent_makes_nothing_missing(content: ThresholdContent) -> None:
    assert replay(content, REST, range(STEPS), values={}, heard=frozenset()) == (REST, [])


@given(st.lists(st.lists(st.floats(0, 100), max_size=6), min_size=4, max_size=4), st.floats(0, 9))
def test_the_usual_is_the_median_and_its_deviation(weeks: list[list[float]], least: float) -> None:
    found = usual_of(weeks, least_spread=least)
    told = [value for week in weeks for value in week]
    if len(told) < 6 or sum(bool(week) for week in weeks) < 2:
        assert found is None
        return
    assert found is not None
    assert found.median == median(told)
    deviation = 1.4826 * median(abs(value - found.median) for value in told)
    assert found.spread == max(deviation, least, 1e-9)
