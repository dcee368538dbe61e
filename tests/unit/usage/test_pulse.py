"""The last minutes by columns, case by case."""

import numpy as np

from yunwei.operate.usage.rules.frames import MISSING, Frame
from yunwei.operate.usage.rules.logons import Stages
from yunwei.operate.usage.rules.pulse import count_failed, count_minutes, count_users_since

MIN = 60_000


def frame(*rows: tuple[float, int, int, bool]) -> Frame:
    """Attempts: minute in which it began, who, number of its failure, whether a reconnect."""
    started = np.array([round(row[0] * MIN) for row in rows], dtype=np.int64)
    failure = np.array([row[2] for row in rows], dtype=np.int32)
    nothing = np.zeros(len(rows), dtype=np.int32)
    return Frame(
        source=np.ones(len(rows), dtype=np.int64),
        started=started,
        setup=np.where(failure > 0, MISSING, started + 1000),
        ended=np.full(len(rows), MISSING),
        session=np.arange(len(rows), dtype=np.uint64),
        who=np.array([row[1] for row in rows], dtype=np.int32),
        desktop=nothing,
        client=nothing,
        version=nothing,
        failure=failure,
        is_reconnect=np.array([row[3] for row in rows], dtype=np.bool_),
        rtt_s=np.full(len(rows), np.nan),
    )


def test_each_attempt_counts_once_in_the_minute_in_which_it_began() -> None:
    told = frame(
        (0.0, 1, 0, False),
        (0.99, 2, 0, False),
        (1.0, 3, 0, True),
        (2.5, 3, 7, True),
        (-0.01, 4, 0, False),
        (3.0, 4, 0, False),
    )
    found = count_minutes(told, 0, 3)
    assert found.logons == (2, 0, 0)
    assert found.reconnects == (0, 1, 0)
    assert found.failures == (0, 0, 1)


def test_users_of_a_span_are_those_connected_at_any_instant_of_it() -> None:
    who = np.array([1, 1, 2, 3, 0, 4], dtype=np.int32)
    begin = np.array([0, 50, 10, 0, 0, 99]) * MIN
    end = np.array([20, 60, 95, 99, 100, 99]) * MIN
    counted = count_users_since(
        who, begin, end, until_ms=100 * MIN, spans_ms=[MIN, 5 * MIN, 6 * MIN, 40 * MIN, 41 * MIN]
    )
    # an end is not part of it; nobody's and empty connections do not count
    assert counted == [0, 1, 2, 2, 3]


def test_failures_are_told_apart_by_stage_and_reason() -> None:
    told = frame((0, 1, 7, False), (1, 1, 7, False), (2, 2, 8, False), (3, 3, 0, False))
    stages = Stages(
        source=np.ones(3, dtype=np.int64),
        started=np.array([0, 1, 3], dtype=np.int64) * MIN,
        session=np.array([0, 1, 3], dtype=np.uint64),
        stage=np.array([0, 1, 0], dtype=np.int32),
        names=("LOGIN", "CONNECT"),
        seconds=np.ones(3),
        has_failed=np.array([True, False, True]),
    )
    found = count_failed(told, stages)
    assert [(each.stage, each.failure, each.attempts, each.users) for each in found] == [
        ("", 7, 1, 1),
        ("", 8, 1, 1),
        ("LOGIN", 7, 1, 1),
    ]
