"""Clocks of v3 engines: what is older than what was heard is refused, and who was forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.facts import HeardEngine
from yunwei.monitor.collect.receive_engines import (
    MAX_BOOTS,
    HeardEngines,
    OwnEngine,
    Syncs,
)

KEY = (SourceId(1), b"engine")


def take(heard: HeardEngines, boots: int, time_s: int, now_s: float, key=KEY) -> bool:
    return heard.take(key, boots, time_s, now_s, address="192.0.2.1", user=b"olga")


@pytest.mark.parametrize(
    ("boots", "time_s", "is_taken"),
    [
        (7, 1000, True),
        (7, 851, True),
        (7, 849, False),
        (7, 5000, True),
        (6, 9000, False),
        (8, 0, True),
        (MAX_BOOTS, 0, False),
    ],
)
def test_what_is_older_than_the_window_is_refused(boots: int, time_s: int, is_taken: bool):
    heard = HeardEngines()
    assert take(heard, 7, 1000, 50.0)

    assert take(heard, boots, time_s, 50.0) is is_taken


def test_the_senders_clock_is_expected_to_go_on():
    heard = HeardEngines()
    take(heard, 7, 1000, 0.0)

    assert take(heard, 7, 1450, 600.0)
    assert not take(heard, 7, 1450, 760.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2000)), min_size=1))
def test_nothing_is_taken_that_is_older_by_more_than_the_window(said):
    heard = HeardEngines()
    newest = (0, 0)
    for boots, time_s in said:
        is_taken = take(heard, boots, time_s, 0.0)
        is_old = boots < newest[0] or (boots == newest[0] and time_s < newest[1] - 150)
        assert is_taken is not is_old
        newest = max(newest, (boots, time_s))


def test_a_later_life_knows_what_an_earlier_one_heard():
    first, second = HeardEngines(), HeardEngines()
    take(first, 7, 1000, 40.0)
    (told,) = first.take_changed(50.0)
    assert (told.boots, told.time_s, told.ago_s, told.user) == (7, 1000, 10.0, "olga")
    assert first.take_changed(60.0) == ()

    second.load([told], 5.0)

    assert not take(second, 7, 800, 5.0)
    assert take(second, 7, 1015, 5.0)


def test_an_engine_that_was_kept_and_is_kept_no_more_begins_anew():
    heard = HeardEngines()
    take(heard, 7, 1000, 0.0)
    heard.forget_all_but(())
    assert not take(heard, 1, 5, 0.0)

    told = heard.take_changed(0.0)
    heard.change_again(told)
    heard.forget_all_but(())
    assert heard.take_changed(0.0) == told
    heard.forget_all_but({KEY})
    assert not take(heard, 1, 5, 0.0)
    heard.forget_all_but(())

    assert take(heard, 1, 5, 0.0)


def test_of_too_many_engines_the_quietest_is_forgotten():
    heard = HeardEngines(most=2)
    for name in (b"a", b"b", b"a", b"c"):
        take(heard, 7, 1000, 0.0, key=(SourceId(1), name))

    assert len(heard) == 2
    assert not take(heard, 1, 0, 0.0, key=(SourceId(1), b"a"))
    assert take(heard, 1, 0, 0.0, key=(SourceId(1), b"b"))


def test_what_is_loaded_replaces_nothing_newer():
    heard = HeardEngines()
    take(heard, 8, 10, 0.0)
    old = HeardEngine(
        source=SourceId(1), engine_id=b"engine", address="", user="olga", boots=7, time_s=1
    )
    heard.load([old], 0.0)

    assert not take(heard, 7, 1, 0.0)


def test_our_own_time():
    own = OwnEngine(engine_id=b"own", boots=4, started_s=100.0)

    assert own.time_s(160.9) == 60
    assert own.is_timely(4, 60, 160.0)
    assert own.is_timely(4, 0, 249.0)
    assert not own.is_timely(4, 0, 251.0)
    assert not own.is_timely(4, 211, 160.0)
    assert not own.is_timely(3, 60, 160.0)
    assert not OwnEngine(engine_id=b"own", boots=MAX_BOOTS, started_s=0.0).is_timely(
        MAX_BOOTS, 0, 0.0
    )


def test_being_told_the_time_is_no_trouble_twice():
    syncs = Syncs(memory_s=60.0)

    assert [syncs.is_trouble("a", now) for now in (0.0, 1.0, 2.0, 3.0)] == [
        False,
        False,
        True,
        True,
    ]
    assert not syncs.is_trouble("b", 3.0)
    assert not syncs.is_trouble("a", 100.0)
