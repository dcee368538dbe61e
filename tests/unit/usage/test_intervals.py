"""What connected time a connection stands for, case by case."""

import pytest

from yunwei.operate.usage.facts.use import Counted, Interval, Told
from yunwei.operate.usage.rules.intervals import build_intervals
from yunwei.operate.usage.rules.pieces import cut_pieces, highest_of, sweep

MIN = 60_000
HOUR = 60 * MIN
DAY = 24 * HOUR


def told(
    start: int = 0, setup: int | None = 1, end: int | None = 60, *, read: int = 600, **more: object
) -> Told:
    """A connection with its times in minutes."""
    row = Told(
        source=1,
        native_id="c1",
        login="li",
        desktop="d1",
        started_ms=start * MIN,
        setup_ms=None if setup is None else setup * MIN,
        ended_ms=None if end is None else end * MIN,
        read_ms=read * MIN,
    )
    return row._replace(**more)


def built(*rows: Told, until: int = 600) -> list[tuple[float, float]]:
    """Return the connected times in minutes, in order."""
    found = build_intervals(rows, {1: until * MIN, 2: until * MIN})
    return sorted((each.begin_ms / MIN, each.end_ms / MIN) for each in found)


def test_it_begins_when_the_desktop_is_usable_and_ends_when_the_source_says_so() -> None:
    assert built(told()) == [(1, 60)]


def test_what_never_became_usable_is_no_use() -> None:
    assert built(told(setup=None)) == []


def test_a_row_that_came_late_replaces_what_stood_there() -> None:
    late = told(end=90, read=700)
    assert built(told(), late) == built(late, told()) == [(1, 90)]


def test_an_open_connection_lasts_as_long_as_its_source_has_been_read() -> None:
    assert built(told(end=None), until=300) == [(1, 300)]


def test_an_open_connection_ends_where_the_same_user_connects_to_the_same_desktop() -> None:
    again = told(start=100, setup=101, end=120, native_id="c2")
    assert built(told(end=None), again) == [(1, 100), (101, 120)]


@pytest.mark.parametrize("other", [{"desktop": "d2"}, {"login": "wu"}, {"source": 2}])
def test_but_not_where_they_or_another_connect_elsewhere(other: dict[str, object]) -> None:
    elsewhere = told(start=100, setup=101, end=120, native_id="c2", **other)
    assert built(told(end=None), elsewhere, until=300) == [(1, 300), (101, 120)]


def test_nothing_lasts_longer_than_seven_days() -> None:
    assert built(told(end=20 * 24 * 60), until=30 * 24 * 60) == [(1, 7 * 24 * 60)]
    assert built(told(end=None), until=30 * 24 * 60) == [(1, 7 * 24 * 60)]


def test_a_source_whose_clock_is_ahead_shows_late_not_wrong() -> None:
    assert built(told(start=590, setup=591, end=615), until=600) == [(591, 600)]
    assert built(told(start=590, setup=591, end=615), until=700) == [(591, 615)]


def test_times_out_of_order_are_never_negative() -> None:
    assert built(told(start=10, setup=5, end=60)) == [(10, 60)]
    assert built(told(start=10, setup=11, end=3)) == []


def test_one_user_on_two_desktops_is_one_user_and_two_sessions() -> None:
    both = [Interval(1, "a", "li", 0, 10), Interval(1, "b", "li", 5, 20)]
    users = cut_pieces(both, Counted.USERS, 0, 100)
    sessions = cut_pieces(both, Counted.SESSIONS, 0, 100)
    assert sum(each.end_ms - each.begin_ms for each in users) == 20
    assert highest_of(sweep(users)) == (0, 1)
    assert highest_of(sweep(sessions)) == (5, 2)


def test_who_leaves_when_another_comes_does_not_meet_them() -> None:
    after = [Interval(1, "a", "li", 0, 10), Interval(1, "b", "wu", 10, 20)]
    assert highest_of(sweep(cut_pieces(after, Counted.USERS, 0, 100))) == (0, 1)
