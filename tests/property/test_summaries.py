"""Days put together say the same as all their connected time at once."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yunwei.operate.usage.rules import summaries, sweeps
from yunwei.operate.usage.rules.frames import Pieces, clip, cut
from yunwei.operate.usage.rules.pieces import carry_over
from yunwei.operate.usage.rules.summaries import STEP_MS, Summary, summarize

FROM_MS = 1_764_000_000_000 // STEP_MS * STEP_MS
DAYS = (288, 276, 300)
"""Steps of three days, one shorter and one longer for a change of the clock."""
BOUNDS = [FROM_MS + sum(DAYS[:place]) * STEP_MS for place in range(4)]
instants = st.one_of(
    st.integers(FROM_MS - STEP_MS, BOUNDS[-1] + STEP_MS),
    # on the edges of steps and days more often than by chance
    st.integers(-2, sum(DAYS) + 2).map(lambda step: FROM_MS + step * STEP_MS),
    st.sampled_from(BOUNDS),
)
stays = st.lists(st.tuples(st.integers(1, 6), instants, instants), max_size=40)
ends = st.one_of(st.just(BOUNDS[-1]), st.integers(BOUNDS[2] + 1, BOUNDS[-1]))


def stays_of(told: list[tuple[int, int, int]]) -> Pieces:
    columns = zip(*told, strict=True) if told else ([], [], [])
    who, begin, end = (np.array(list(each), dtype=np.int64) for each in columns)
    part = np.zeros(len(who), dtype=np.int32)
    return Pieces(part=part, who=who.astype(np.int32), begin=begin, end=end)


def build(told: list[tuple[int, int, int]], to_ms: int) -> tuple[Pieces, list[Summary]]:
    whole = stays_of(told)
    pieces = cut(whole, FROM_MS, to_ms)
    spans = [(first, min(last, to_ms)) for first, last in pairwise(BOUNDS)]
    return pieces, [summarize(clip(pieces, *span), clip(pieces, *span), *span) for span in spans]


@given(stays, ends, st.sampled_from([1, 3, 12, 48, 144]))
def test_curves(told: list[tuple[int, int, int]], to_ms: int, steps: int) -> None:
    pieces, found = build(told, to_ms)
    step_ms = steps * STEP_MS
    places = -((FROM_MS - to_ms) // step_ms)
    at_once = sweeps.step_through(sweeps.sweep(pieces), FROM_MS, to_ms, step_ms)
    wanted = [
        (count, FROM_MS + place * step_ms + (at_ms or 0))
        for place, (count, at_ms) in enumerate(carry_over(at_once, places))
    ]
    curve = summaries.join_curves([each.users for each in found], steps)
    assert list(zip(curve.highest.tolist(), curve.at.tolist(), strict=True)) == wanted
    assert summaries.are_whole(found)


@given(stays, ends, st.sampled_from([0, 3, 11]))
def test_sums(told: list[tuple[int, int, int]], to_ms: int, before: int) -> None:
    pieces, found = build(told, to_ms)
    first_ms, hour_ms = FROM_MS - before * STEP_MS, 12 * STEP_MS
    places = -((first_ms - to_ms) // hour_ms)
    bounds = [first_ms + place * hour_ms for place in range(places + 1)]
    at_once = sweeps.sweep(pieces)
    assert summaries.add_up_steps(found, first_ms, hour_ms) == sweeps.add_up_between(
        at_once, bounds
    )
    by_day = [int(each.together_ms.sum()) for each in found]
    assert by_day == sweeps.add_up_between(at_once, BOUNDS)


@given(stays, ends, st.integers(0, 3))
def test_parts(told: list[tuple[int, int, int]], to_ms: int, spread: int) -> None:
    whole = stays_of(told)
    parted = replace(whole, part=(whole.begin // 977 % (spread + 1)).astype(np.int32))
    pieces = cut(parted, FROM_MS, to_ms)
    by_day = [
        summaries.summarize_parts(clip(pieces, first, min(last, to_ms)))
        for first, last in pairwise(BOUNDS)
    ]
    wanted, found = summaries.summarize_parts(pieces), summaries.join_parts(by_day)
    assert [(each.part, each.connected_ms, each.most, each.at_ms) for each in found] == [
        (each.part, each.connected_ms, each.most, each.at_ms) for each in wanted
    ]
    assert [each.who.tolist() for each in found] == [each.who.tolist() for each in wanted]


@given(stays, ends)
def test_users(told: list[tuple[int, int, int]], to_ms: int) -> None:
    pieces, found = build(told, to_ms)
    day, who = sweeps.name_days(pieces, BOUNDS)
    assert [len(each) for each in found] == sweeps.count_by_group(day, who, 3)
    assert len(summaries.all_of(found)) == sweeps.count_different(pieces.who)
    wanted, totals = sweeps.total_by_user(pieces, BOUNDS), summaries.total_users(found, BOUNDS[:-1])
    for name in ("who", "connected_ms", "days", "starts", "first", "last"):
        assert getattr(totals, name).tolist() == getattr(wanted, name).tolist(), name
