"""Token buckets: each token comes back a whole period after it was taken. Pure.

So no window of a period ever holds more messages than the limit, which a bucket that refills
evenly would allow twice over. Tokens are counted by slots, a thirtieth of the period each, and a
slot's come back together once its last instant is a period old: late by one slot at most, early
never.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from yunwei.monitor.notify.facts.buckets import Allowance, Bucket, Limit

SLOTS = 30


def reserve_of(limit: Limit) -> int:
    """Return how many tokens are kept for urgent messages: a fifth, from five on."""
    return limit.count // 5


def find_allowance(bucket: Bucket, limits: Iterable[Limit], now: datetime) -> Allowance:
    """Return what may go now. Cost: linear in limits and slots, at most 31 each."""
    found = [_of_limit(bucket, limit, now) for limit in limits]
    if bucket.blocked_until is not None and bucket.blocked_until > now:
        until = bucket.blocked_until
        found.append(Allowance(urgent=0, normal=0, urgent_at=until, normal_at=until))
    return merge_allowances(found)


def merge_allowances(found: Iterable[Allowance]) -> Allowance:
    """Return the allowance that keeps them all."""
    known = list(found)
    return Allowance(
        urgent=min((each.urgent for each in known if each.urgent is not None), default=None),
        normal=min((each.normal for each in known if each.normal is not None), default=None),
        urgent_at=max((each.urgent_at for each in known if each.urgent_at), default=None),
        normal_at=max((each.normal_at for each in known if each.normal_at), default=None),
    )


def take(bucket: Bucket, limits: Iterable[Limit], now: datetime) -> Bucket:
    """Return the bucket after one message, what no limit needs any more left out."""
    taken: dict[str, dict[str, int]] = {}
    for limit in limits:
        slots = dict(_living(bucket, limit, now))
        slot = int(now.timestamp() // _slot_s(limit))
        slots[slot] = slots.get(slot, 0) + 1
        taken[str(limit.per_s)] = {str(each): count for each, count in slots.items()}
    is_blocked = bucket.blocked_until is not None and bucket.blocked_until > now
    return Bucket(
        address=bucket.address,
        taken=taken,
        blocked_until=bucket.blocked_until if is_blocked else None,
    )


def count_taken(bucket: Bucket, limit: Limit, now: datetime) -> int:
    """Return how many of a limit's tokens are out."""
    return sum(_living(bucket, limit, now).values())


def _of_limit(bucket: Bucket, limit: Limit, now: datetime) -> Allowance:
    living = _living(bucket, limit, now)
    free = max(0, limit.count - sum(living.values()))
    reserve = reserve_of(limit)
    return Allowance(
        urgent=free,
        normal=max(0, free - reserve),
        urgent_at=None if free else _comes_at(living, limit, wanted=1),
        normal_at=None if free > reserve else _comes_at(living, limit, wanted=reserve + 1),
    )


def _comes_at(living: Mapping[int, int], limit: Limit, *, wanted: int) -> datetime:
    """Return when `wanted` tokens will be free."""
    out = sum(living.values())
    for slot in sorted(living):
        out -= living[slot]
        if limit.count - out >= wanted:
            end_s = (slot + 1) * _slot_s(limit) + limit.per_s
            return datetime.fromtimestamp(end_s, UTC) + timedelta(milliseconds=1)
    raise AssertionError("a limit that is empty has tokens out")


def _living(bucket: Bucket, limit: Limit, now: datetime) -> dict[int, int]:
    oldest_end_s = now.timestamp() - limit.per_s
    slots = bucket.taken.get(str(limit.per_s), {})
    return {
        int(slot): count
        for slot, count in slots.items()
        if (int(slot) + 1) * _slot_s(limit) > oldest_end_s
    }


def _slot_s(limit: Limit) -> float:
    return limit.per_s / SLOTS
