"""What is printed is told while it runs: soon at first, seldom later, never twice."""

import pytest

from yunwei.operate.runs.jobs.printed import Printed


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begin(clock: Clock, hidden: tuple[str, ...] = ()) -> Printed:
    return Printed(100_000, hidden, clock_s=clock)


def test_it_is_told_from_where_it_was_told_to(clock: Clock) -> None:
    printed = begin(clock)
    printed.take(b"one")
    assert printed.news() is None  # too early
    clock.now_s += 1
    assert printed.news() == (0, b"one")
    printed.note_told(3)
    clock.now_s += 1
    assert printed.news() is None  # nothing new
    printed.take(b"two")
    assert printed.news() == (3, b"two")


def test_what_did_not_arrive_is_told_again_from_the_beginning(clock: Clock) -> None:
    printed = begin(clock)
    printed.take(b"one")
    clock.now_s += 1
    assert printed.news() == (0, b"one")
    printed.note_told(0)
    printed.take(b"two")
    clock.now_s += 1
    assert printed.news() == (0, b"onetwo")


def test_a_long_one_is_told_seldom(clock: Clock) -> None:
    printed = begin(clock)
    told = 0
    for _second in range(3600):
        clock.now_s += 1
        printed.take(b"x")
        news = printed.news()
        if news is not None:
            told += 1
            printed.note_told(news[0] + len(news[1]))
    assert 60 < told < 160
    assert printed.finish() == b"x" * 3600


def test_a_secret_is_hidden_also_while_it_runs(clock: Clock) -> None:
    printed = begin(clock, ("hunter2",))
    printed.take(b"the word is hunter2, and more after it")
    clock.now_s += 1
    news = printed.news()
    assert news is not None
    assert b"hunter" not in news[1]
    assert printed.finish() == b"the word is ******, and more after it"
