"""The experience score: what costs how many points, and that they add up."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from yunwei.operate.usage.facts.experience import Cause
from yunwei.operate.usage.rules.experience import Scores, score_parts, score_users
from yunwei.operate.usage.rules.frames import MISSING, Frame

HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass(frozen=True)
class Try:
    """One attempt: when it began (h), how long its logon took (None: it failed), and its life."""

    start_h: float = 1.0
    logon_s: float | None = 20.0
    hours: float = 2.0
    rtt_s: float | None = 0.05
    who: int = 1
    part: int = 0
    is_reconnect: bool = False


def scored(*rows: Try) -> Scores:
    started = np.array([round(row.start_h * HOUR) for row in rows], dtype=np.int64)
    usable = np.array([row.logon_s is not None for row in rows])
    setup = np.where(
        usable, started + np.array([round((row.logon_s or 0) * 1000) for row in rows]), MISSING
    )
    end = started + np.array([round(row.hours * HOUR) for row in rows])
    nothing = np.zeros(len(rows), dtype=np.int32)
    frame = Frame(
        source=np.ones(len(rows), dtype=np.int64),
        started=started,
        setup=setup,
        ended=end,
        session=np.arange(len(rows), dtype=np.uint64),
        who=np.array([row.who for row in rows], dtype=np.int32),
        desktop=nothing,
        client=nothing,
        version=nothing,
        failure=np.where(usable, 0, 7).astype(np.int32),
        is_reconnect=np.array([row.is_reconnect for row in rows], dtype=np.bool_),
        rtt_s=np.array([np.nan if row.rtt_s is None else row.rtt_s for row in rows]),
    )
    begin = np.where(usable, np.maximum(started, setup), started)
    part = np.array([row.part for row in rows], dtype=np.int64)
    held = np.where(usable, np.maximum(begin, end), begin)
    return score_users(frame, begin, held, part=part, from_ms=0, to_ms=DAY)


def lost(found: Scores, cause: Cause) -> float | None:
    points = float(found.lost[cause][0])
    return None if np.isnan(points) else points


def test_who_works_without_trouble_loses_nothing() -> None:
    found = scored(Try())
    assert found.score.tolist() == [100.0]
    assert found.measured.tolist() == [1.0]


@pytest.mark.parametrize(("logon_s", "points"), [(30, 0), (60, 15), (90, 30), (600, 30), (45, 7.5)])
def test_a_slow_logon_costs_up_to_thirty(logon_s: float, points: float) -> None:
    found = scored(Try(logon_s=logon_s))
    assert lost(found, Cause.LOGON) == pytest.approx(points)
    assert found.score[0] == pytest.approx(100 - points)


@pytest.mark.parametrize(("rtt_s", "points"), [(0.1, 0), (0.15, 15), (0.2, 30), (1, 30)])
def test_a_long_round_trip_costs_up_to_thirty(rtt_s: float, points: float) -> None:
    assert lost(scored(Try(rtt_s=rtt_s)), Cause.RTT) == pytest.approx(points)


def test_round_trips_weigh_by_the_time_they_were_borne() -> None:
    found = scored(Try(rtt_s=0.2, hours=1), Try(start_h=5, rtt_s=0.05, hours=2.99, logon_s=0))
    # the first logon takes 20 s of the first hour
    held_s = (3600 - 20, 2.99 * 3600)
    assert lost(found, Cause.RTT) == pytest.approx(30 * held_s[0] / sum(held_s))


def test_one_failed_attempt_in_five_costs_thirty() -> None:
    good = [Try(start_h=hour) for hour in range(1, 10)]
    assert lost(scored(*good, Try(logon_s=None)), Cause.FAILURES) == pytest.approx(15)
    assert lost(scored(*good[:4], Try(logon_s=None)), Cause.FAILURES) == pytest.approx(30)


def test_dropped_connections_cost_by_the_hour() -> None:
    found = scored(Try(hours=2), Try(start_h=3, hours=2, is_reconnect=True))
    # of a reconnect the time of its set-up is no connected time
    assert lost(found, Cause.DROPS) == pytest.approx(10 * 1 / (4 - 40 / 3600))


def test_what_is_not_measured_neither_helps_nor_harms() -> None:
    found = scored(Try(rtt_s=None, logon_s=60))
    assert lost(found, Cause.RTT) is None
    # the other causes bear its weight: 30 of 70
    assert found.score[0] == pytest.approx(100 - 15 / 0.7)
    assert found.measured[0] == pytest.approx(0.7)


def test_a_user_who_only_failed_is_scored_by_that_alone() -> None:
    found = scored(Try(logon_s=None, rtt_s=None))
    assert found.score.tolist() == [0.0]
    assert found.measured[0] == pytest.approx(0.3)


def test_users_count_once_and_parts_apart() -> None:
    rows = [Try(part=1), Try(part=1, who=2, logon_s=90), Try(part=2, who=2)]
    first, second = score_parts(scored(*rows))
    assert (first.users, first.score, first.good, first.fair) == (2, 85.0, 1, 1)
    assert first.lost[Cause.LOGON] == 15.0
    assert (second.users, second.score) == (1, 100.0)


TRIES = some.builds(
    Try,
    start_h=some.floats(-20, 25),
    logon_s=some.none() | some.floats(0, 200),
    hours=some.floats(0, 9),
    rtt_s=some.none() | some.floats(0, 1),
    who=some.integers(0, 3),
    part=some.integers(0, 1),
    is_reconnect=some.booleans(),
)


@given(some.lists(TRIES, min_size=1, max_size=20))
def test_the_score_and_the_points_lost_make_a_hundred(rows: list[Try]) -> None:
    found = scored(*rows)
    points: Any = sum(np.nan_to_num(lost) for lost in found.lost.values())
    known = ~np.isnan(found.score)
    assert found.score[known] + points[known] == pytest.approx(100)
    assert ((found.score[known] >= -1e-9) & (found.score[known] <= 100)).all()
    for each in score_parts(found):
        assert each.score + sum(each.lost.values()) == pytest.approx(100)
        assert each.good + each.fair + each.poor == each.users
