"""Numbers are gathered alike, whether they lie close together or far apart."""

import numpy as np
import pytest

from yunwei.operate.usage.rules.frames import Pieces, bits_of, gather, number_of
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
