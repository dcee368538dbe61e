"""Numbers are gathered alike, whether they lie close together or far apart."""

import numpy as np
import pytest

from yunwei.operate.usage.rules.frames import bits_of, gather, number_of


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
