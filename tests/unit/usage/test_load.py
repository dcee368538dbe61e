"""Sizes by replay, held to a plain replay; storms and what is foretold; machines that fail."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from yunwei.operate.usage.rules.black_holes import find_holes
from yunwei.operate.usage.rules.frames import MISSING, Frame, Numbers, Pieces
from yunwei.operate.usage.rules.sizing import find_size, join_touching
from yunwei.operate.usage.rules.storms import (
    DAY_STEPS,
    count_steps,
    find_bursts,
    foretell,
    try_foretelling,
    usual_steps,
)

MONDAY = date(2026, 11, 2)
DAY_MS = 86_400_000


def numbers(*values: int) -> Numbers:
    return np.array(values, dtype=np.int64)


def replay(sessions: list[tuple[int, int]], size: int) -> int:
    """The plain way: each session takes a desktop until it ends, or is refused."""
    taken: list[int] = []
    refused = 0
    for begin, end in sorted(sessions, key=lambda each: each[0]):
        taken = [until for until in taken if until > begin]
        if len(taken) >= size:
            refused += 1
        else:
            taken.append(end)
    return refused


stays = some.lists(
    some.tuples(some.integers(0, 60), some.integers(1, 30)).map(lambda s: (s[0], s[0] + s[1])),
    min_size=1,
    max_size=60,
)


@given(stays, some.sampled_from([0.0, 0.05, 0.2]))
def test_the_size_is_that_of_a_plain_replay(
    sessions: list[tuple[int, int]], allowed: float
) -> None:
    begin, end = (numbers(*column) for column in zip(*sessions, strict=True))
    found = find_size(begin, end, allowed)
    most = int(len(sessions) * allowed)
    assert found.refused == replay(sessions, found.size) <= most
    assert replay(sessions, found.peak) == 0
    assert found.peak == 1 or replay(sessions, found.peak - 1) > 0
    if found.size > 1:
        assert replay(sessions, found.size - 1) > most


def test_sessions_that_touch_are_one() -> None:
    pieces = Pieces(
        part=numbers(0, 0, 0, 1), who=numbers(1, 1, 1, 1), begin=numbers(0, 5, 9, 20),
        end=numbers(5, 7, 12, 30),
    )  # fmt: skip
    found = join_touching(pieces)
    assert found.begin.tolist() == [0, 9, 20]
    assert found.end.tolist() == [7, 12, 30]
    assert len(join_touching(pieces.take(slice(0)))) == 0


def weeks(count: int) -> list[date]:
    return [MONDAY + timedelta(days=each) for each in range(7 * count)]


def ordinary(listed: list[date]) -> Numbers:
    """40 attempts at 9 o'clock of each working day, 4 of each weekend's."""
    table = np.zeros((len(listed), DAY_STEPS), dtype=np.int64)
    for place, day in enumerate(listed):
        table[place, 108] = 40 if day.weekday() < 5 else 4
    return table


def test_attempts_are_counted_by_local_day_and_step() -> None:
    bounds = [0, DAY_MS, 2 * DAY_MS]
    table = count_steps(numbers(-1, 0, 299_999, 300_000, DAY_MS, 2 * DAY_MS), bounds)
    assert table[0, :2].tolist() == [2, 1]
    assert (table[1, 0], table.sum()) == (1, 4)


def test_three_times_the_usual_is_a_storm_and_less_is_none() -> None:
    listed = weeks(2)
    table = ordinary(listed)
    usual = usual_steps(table, listed, 9)
    assert usual is not None
    steps = table[9].copy()
    steps[108], steps[109], steps[110], steps[200] = 119, 0, 0, 19
    assert find_bursts(steps, usual) == []
    steps[108], steps[109], steps[200] = 120, 25, 20
    first, second = find_bursts(steps, usual)
    assert (first.first, first.last, first.attempts) == (108, 109, 145)
    assert (first.usual, first.peak, first.peak_at) == (40.0, 120, 108)
    assert (second.first, second.last) == (200, 200)


def test_nothing_is_usual_from_few_days_and_a_weekend_is_no_working_day() -> None:
    listed = weeks(2)
    table = ordinary(listed)
    assert usual_steps(table, listed, 2) is None
    assert usual_steps(table, listed, 6) is None
    usual = usual_steps(table, listed, 3)
    assert usual is not None
    assert usual[108] == 40


def test_the_rush_of_a_day_is_that_of_its_weekday() -> None:
    listed = weeks(4)
    table = ordinary(listed)
    table[0, 108], table[7, 108] = 60, 50
    assert foretell(table, listed, MONDAY + timedelta(weeks=4)) == (108, 45.0, 40, 60)
    assert foretell(table[:14], listed[:14], MONDAY + timedelta(weeks=2)) is None
    assert try_foretelling(table, listed, 21)[0] == 0.25  # 50 were foretold, 40 came
    assert try_foretelling(table, listed, 22) == [0.0] * 6


def attempts(*rows: tuple[int, int, bool]) -> Frame:
    """desktop, user, whether it failed"""
    count = len(rows)
    desktop, who, failed = (np.array(column) for column in zip(*rows, strict=True))
    started = np.arange(count, dtype=np.int64) * 1000
    nothing = np.zeros(count, dtype=np.int32)
    return Frame(
        source=np.ones(count, dtype=np.int64),
        started=started,
        setup=np.where(failed, MISSING, started + 500),
        ended=started + 900,
        session=np.arange(count, dtype=np.uint64),
        who=who.astype(np.int32),
        desktop=desktop.astype(np.int32),
        client=nothing,
        version=nothing,
        failure=np.where(failed, 7, 0).astype(np.int32),
        is_reconnect=np.zeros(count, dtype=np.bool_),
        rtt_s=np.full(count, np.nan),
    )


def test_a_machine_that_fails_everybody_is_told_of() -> None:
    bad = [(1, user, True) for user in (1, 2, 3, 1, 2)] + [(1, 4, False)]
    good = [(2, user, user == 9) for user in range(10)]
    frame = attempts(*bad, *good)
    [hole] = find_holes(frame, np.zeros(len(frame), dtype=np.int64))
    assert (hole.desktop, hole.attempts, hole.failures, hole.users) == (1, 6, 5, 3)
    assert (hole.last_ms, hole.others_ratio) == (4000, 0.1)


def test_one_person_s_mistakes_and_a_pool_that_fails_as_a_whole_are_none() -> None:
    alone = attempts(*[(1, 5, True)] * 8, *[(2, user, False) for user in range(1, 9)])
    assert find_holes(alone, np.zeros(len(alone), dtype=np.int64)) == []
    whole = attempts(*[(desktop, user, True) for desktop in (1, 2, 3) for user in range(1, 7)])
    assert find_holes(whole, np.zeros(len(whole), dtype=np.int64)) == []
    # each in a pool of its own has no others that work better
    assert len(find_holes(whole, whole.desktop.astype(np.int64))) == 3
    nothing = whole.take(slice(0))
    assert find_holes(nothing, nothing.started) == []
