"""What the receiver remembers is bounded, and right."""

from datetime import UTC, datetime, timedelta

from yunwei.monitor.collect.receive_tally import (
    InformState,
    RecentInforms,
    RejectionTally,
    RejectReason,
)

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)


def test_refusals_are_counted_per_reason_and_address():
    tally = RejectionTally()
    tally.add(RejectReason.MALFORMED, "192.0.2.1", NOW, data=b"first")
    tally.add(RejectReason.MALFORMED, "192.0.2.1", LATER, data=b"second")
    tally.add(RejectReason.OVERSIZED, "192.0.2.1", NOW, data=b"x" * 9000)
    tally.add(RejectReason.OVERLOAD, "*", NOW, count=40)

    malformed, oversized, overload = tally.take()

    assert (malformed.count, malformed.first_at, malformed.last_at) == (2, NOW, LATER)
    assert malformed.sample == b"first"
    assert len(oversized.sample) == 1500
    assert (overload.count, overload.sample) == (40, b"")
    assert not tally
    assert tally.take() == ()


def test_refusals_of_too_many_senders_are_told_together():
    tally = RejectionTally(max_keys=3)
    for number in range(10):
        tally.add(RejectReason.UNKNOWN_COMMUNITY, f"192.0.2.{number}", NOW)
    tally.add(RejectReason.UNKNOWN_COMMUNITY, "192.0.2.0", NOW)

    told = {each.address: each.count for each in tally.take()}

    assert told == {"192.0.2.0": 2, "192.0.2.1": 1, "192.0.2.2": 1, "*": 7}


def test_an_inform_is_new_then_waiting_then_stored_then_forgotten():
    informs = RecentInforms(memory_s=30)

    assert informs.remember("a", 0) is InformState.NEW
    assert informs.remember("a", 1000) is InformState.WAITING
    informs.mark_stored("a", 1000)
    assert informs.remember("a", 1029.9) is InformState.STORED
    assert informs.remember("a", 1030) is InformState.NEW


def test_of_too_many_informs_the_oldest_are_forgotten():
    informs = RecentInforms(memory_s=30, max_stored=2)
    for key in "abcd":
        informs.remember(key, 0)
        informs.mark_stored(key, 0)

    assert informs.remember("d", 1) is InformState.STORED
    assert informs.remember("c", 1) is InformState.STORED
    assert informs.remember("a", 1) is InformState.NEW
