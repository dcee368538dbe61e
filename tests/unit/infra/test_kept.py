"""Connections are kept for what they were made by, for a while, and not without end."""

from typing import Any

import pytest

from yunwei.base.infra.ssh.kept import Kept


class Line:
    """As much of a connection as is needed."""

    def __init__(self) -> None:
        self.closed = False

    def is_closed(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(clock: Clock) -> Kept:
    return Kept(most=3, idle_s=60, clock_s=clock)


def give(kept: Kept, place: str, seal: str = "s") -> Any:
    line: Any = Line()
    kept.give(place, seal, line)
    return line


def test_it_is_given_once(kept: Kept) -> None:
    line = give(kept, "a")
    assert kept.take("a", "s") is line
    assert kept.take("a", "s") is None


def test_under_another_seal_it_is_closed(kept: Kept) -> None:
    line = give(kept, "a")
    assert kept.take("a", "other") is None
    assert line.closed
    assert kept.take("a", "s") is None


def test_what_the_other_side_closed_is_not_given(kept: Kept) -> None:
    give(kept, "a").close()
    assert kept.take("a", "s") is None


def test_of_two_for_one_place_the_later_is_kept(kept: Kept) -> None:
    first, second = give(kept, "a"), give(kept, "a")
    assert first.closed
    assert kept.take("a", "s") is second


def test_there_are_never_more_than_so_many(kept: Kept) -> None:
    lines = [give(kept, place) for place in "abcde"]
    assert [line.closed for line in lines] == [True, True, False, False, False]
    assert len(kept) == 3


def test_what_waited_too_long_is_closed(kept: Kept, clock: Clock) -> None:
    old = give(kept, "a")
    clock.now_s += 40
    young = give(kept, "b")
    clock.now_s += 21
    kept.sweep()
    assert (old.closed, young.closed) == (True, False)
    clock.now_s += 60
    assert kept.take("b", "s") is None
    assert young.closed


def test_at_the_end_all_are_closed(kept: Kept) -> None:
    lines = [give(kept, place) for place in "ab"]
    kept.close()
    assert all(line.closed for line in lines)
