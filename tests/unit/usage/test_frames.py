"""Numbers are gathered alike, whether they lie close together or far apart; frames are one."""

from dataclasses import fields

import numpy as np
import pytest

from yunwei.operate.usage.rules.frames import (
    Frame,
    Pieces,
    bits_of,
    gather,
    join_frames,
    make_empty,
    number_of,
)
from yunwei.operate.usage.rules.sweeps import split_days


@pytest.mark.parametrize("numbers", [[], [0], [3, 0, 3, 1], [7, 2**40, 7, 0, 2**40], [5] * 9])
def test_numbers_are_gathered_in_their_order(numbers: list[int]) -> None:
    told = np.array(numbers, dtype=np.int64)
    found, places = gather(told)
    assert found.tolist() == sorted(set(numbers))
    assert found[places].tolist() == numbers


def test_a_pair_is_one_number_and_two_again() -> None:
    part, who = np.array([0, 40, 7]), np.array([10_000, 1, 0])
    bits = bits_of(who)
    found = number_of(part, who)
    assert (found >> bits).tolist() == part.tolist()
    assert (found & ((1 << bits) - 1)).tolist() == who.tolist()


def test_only_what_lasts_over_midnight_is_cut() -> None:
    def pieces(*stays: tuple[int, int]) -> Pieces:
        begin, end = (np.array(each) for each in zip(*stays, strict=True))
        nobody = np.zeros(len(stays), dtype=np.int64)
        return Pieces(part=nobody, who=np.arange(len(stays)), begin=begin, end=end)

    day, split = split_days(pieces((1, 10), (12, 20)), [0, 10, 20])
    assert (day.tolist(), split.begin.tolist(), split.end.tolist()) == ([0, 1], [1, 12], [10, 20])
    day, split = split_days(pieces((1, 10), (5, 20)), [0, 10, 20])
    assert (day.tolist(), split.who.tolist()) == ([0, 0, 1], [0, 1, 1])
    assert (split.begin.tolist(), split.end.tolist()) == ([1, 5, 10], [10, 10, 20])


def test_of_days_as_one_the_same_rows_are_taken_as_of_one_day() -> None:
    def day(*started: int) -> Frame:
        times = np.array(started, dtype=np.int64)
        columns = {each.name: times for each in fields(Frame)}
        who = np.arange(1, len(started) + 1, dtype=np.int32)
        return Frame(**columns | {"setup": times + 1, "who": who, "is_reconnect": times % 2 == 1})

    whole = join_frames([make_empty(), day(1, 2, 3), day(4, 5, 6, 7, 8)])
    assert (len(whole), whole.started.tolist()) == (8, [*range(1, 9)])
    most = whole.take(whole.started > 2)
    assert (len(most), most.setup.tolist()) == (6, [4, 5, 6, 7, 8, 9])
    again = most.take(~most.is_reconnect)
    assert (len(again), again.started.tolist(), again.who.tolist()) == (3, [4, 6, 8], [1, 3, 5])
    few = most.take(np.array([5]))
    assert (len(few), few.started.tolist()) == (1, [8])
    assert len(most.take(most.started > 100).take(slice(0, 5))) == 0
    with pytest.raises(AttributeError):
        _ = whole.colour  # type: ignore[attr-defined]
