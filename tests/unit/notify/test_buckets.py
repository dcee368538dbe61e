"""No window of a period ever holds more messages than the limit, and tokens do come back."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.alarms import START
from yunwei.monitor.notify.facts.buckets import Allowance, Bucket, Limit
from yunwei.monitor.notify.rules.buckets import SLOTS, count_taken, find_allowance, take

MINUTE = Limit(count=20, per_s=60)
HOUR = Limit(count=5, per_s=3600)
gaps = st.lists(st.floats(0, 20), min_size=1, max_size=60)
limits = st.builds(Limit, count=st.integers(1, 30), per_s=st.integers(1, 120))


def allowed(bucket: Bucket, *found: Limit, at: datetime = START) -> Allowance:
    return find_allowance(bucket, found, at)


@given(gaps=gaps, limit=limits)
def test_no_window_holds_more_than_the_limit(gaps: list[float], limit: Limit) -> None:
    bucket, now, sent = Bucket(), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if allowed(bucket, limit, at=now).urgent:
            bucket = take(bucket, (limit,), now)
            sent.append(now)
    period = timedelta(seconds=limit.per_s)
    assert all(
        sum(first <= each < first + period for each in sent) <= limit.count for first in sent
    )


@given(limit=limits, offset=st.floats(0, 200))
def test_a_token_comes_when_it_was_said_to_and_a_slot_late_at_most(
    limit: Limit, offset: float
) -> None:
    now = START + timedelta(seconds=offset)
    bucket = Bucket()
    for _ in range(limit.count):
        bucket = take(bucket, (limit,), now)
    empty = allowed(bucket, limit, at=now)
    assert empty.urgent == 0
    assert empty.urgent_at is not None
    longest = timedelta(seconds=limit.per_s * (1 + 1 / SLOTS) + 0.01)
    assert now < empty.urgent_at <= now + longest
    assert allowed(bucket, limit, at=empty.urgent_at).urgent


def test_a_fifth_is_kept_for_what_is_urgent() -> None:
    bucket = Bucket()
    for _ in range(16):
        bucket = take(bucket, (MINUTE,), START)
    found = allowed(bucket, MINUTE)
    assert (found.urgent, found.normal) == (4, 0)
    assert found.urgent_at is None
    assert found.normal_at is not None


def test_the_tightest_of_several_limits_counts() -> None:
    bucket = Bucket()
    for _ in range(5):
        bucket = take(bucket, (MINUTE, HOUR), START)
    found = allowed(bucket, MINUTE, HOUR)
    assert found.urgent == 0
    assert found.urgent_at is not None
    assert found.urgent_at >= START + timedelta(hours=1)
    assert (count_taken(bucket, MINUTE, START), count_taken(bucket, HOUR, START)) == (5, 5)


def test_a_receiver_that_wants_to_be_left_alone_is() -> None:
    until = START + timedelta(minutes=10)
    bucket = Bucket(blocked_until=until)
    assert allowed(bucket).urgent == 0
    assert allowed(bucket).urgent_at == until
    assert allowed(bucket, at=until) == Allowance()


def test_a_limit_that_was_lowered_holds_at_once() -> None:
    bucket = Bucket()
    for _ in range(20):
        bucket = take(bucket, (MINUTE,), START)
    lower = Limit(count=3, per_s=60)
    found = allowed(bucket, lower)
    assert found.urgent == 0
    assert found.urgent_at is not None
