"""Messages out of the outbox: which of a channel's go now, which are merged, which wait.

One worker at a time plans a channel, under the lock of the channel's bucket; what it claims is
sent by it alone for the length of a lease. The decisions are in `rules.rounds`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.actions import digests
from yunwei.monitor.notify.facts.buckets import Bucket, Limit
from yunwei.monitor.notify.facts.messages import DueMessage, MessageKind
from yunwei.monitor.notify.queries.limits import system_limits
from yunwei.monitor.notify.rules.buckets import find_allowance, take
from yunwei.monitor.notify.rules.relevance import find_gone, rank_of
from yunwei.monitor.notify.rules.rounds import Round, Waiting, plan_round
from yunwei.monitor.notify.store import buckets as bucket_store
from yunwei.monitor.notify.store import sending as sending_store

LEASE = timedelta(seconds=60)
_PLANNED = 500
_LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """One channel's turn. room: how many messages the worker can take now."""

    channel: int
    limits: tuple[Limit, ...]
    bucket: Bucket
    room: int
    now: datetime

    def limits_of(self, scope: str) -> tuple[Limit, ...]:
        return tuple(each for each in self.limits if each.scope == scope)


def find_due_channels(conn: Connection, *, now: datetime, busy: Sequence[int]) -> list[int]:
    """Return the channels with something due; 0 is the screen. busy: left out."""
    return sending_store.due_channels(conn, now, busy)


def claim_messages(
    conn: Connection, channel: int, *, now: datetime, room: int
) -> tuple[DueMessage, ...]:
    """Take up to `room` messages of one channel for a minute, so that no other worker sends them.

    What is no longer worth sending is cancelled; what the channel's limits do not allow is merged
    or waits. Returns () also while another worker plans this channel.
    """
    bucket = bucket_store.lock_lane(conn, channel, now)
    if bucket is None:
        return ()
    digests.gather_held(conn, channel, now)
    if not channel:
        return ()
    limits = system_limits(conn, channel)
    lane = _Lane(channel=channel, limits=limits, bucket=bucket, room=room, now=now)
    is_limited = bool(limits) or bucket.blocked_until is not None
    due = _find_due(conn, channel, now, _PLANNED if is_limited else room)
    return _claim_limited(conn, lane, due) if is_limited else _claim_all(conn, lane, due)


def _find_due(conn: Connection, channel: int, now: datetime, limit: int) -> tuple[DueMessage, ...]:
    """Return what is due and still worth sending. A raise that is given up may make its clear due,
    which is then looked at as well."""
    due: tuple[DueMessage, ...] = ()
    for _ in range(2):
        ids = sending_store.due_ids(conn, channel, now, limit)
        due = _drop_gone(conn, sending_store.weigh_messages(conn, ids))
        if len(due) == len(ids):
            break
    return due


def _drop_gone(conn: Connection, due: Sequence[DueMessage]) -> tuple[DueMessage, ...]:
    """Cancel what is no longer worth sending; a digest loses such members."""
    gone = find_gone(due)
    found = [each.id for each in due if each.kind is MessageKind.DIGEST and each.attempts == 0]
    gone |= digests.drop_gone_members(conn, found)
    sending_store.cancel_messages(conn, gone)
    for tenant in {each.tenant for each in due if each.id in gone}:
        announce_live("messages", tenant)
    return tuple(each for each in due if each.id not in gone)


def _claim_all(conn: Connection, lane: _Lane, due: Sequence[DueMessage]) -> tuple[DueMessage, ...]:
    ordered = sorted(
        due, key=lambda each: (rank_of(each, is_first_of_its_type=False), each.created_at, each.id)
    )
    return _take(conn, lane, ordered)


def _claim_limited(
    conn: Connection, lane: _Lane, due: Sequence[DueMessage]
) -> tuple[DueMessage, ...]:
    if not due:
        return ()
    buckets = bucket_store.buckets_of(conn, lane.channel, {each.address for each in due})
    own = lane.limits_of("address")
    planned = plan_round(
        _build_waiting(conn, lane, due),
        channel=find_allowance(lane.bucket, lane.limits_of("channel"), lane.now),
        recipients={
            each.queue: find_allowance(
                buckets.get(each.address, Bucket(address=each.address)), own, lane.now
            )
            for each in due
            if each.address
        },
    )
    known = {int(each.id): each for each in due}
    _merge(conn, lane, planned, known)
    _postpone(conn, planned)
    singles = [known[id] for id in planned.singles]
    return _take(conn, lane, singles, buckets=buckets)


def _build_waiting(conn: Connection, lane: _Lane, due: Sequence[DueMessage]) -> tuple[Waiting, ...]:
    told = set(sending_store.types_told(conn, lane.channel, lane.now - _LATELY))
    waiting: list[Waiting] = []
    for each in sorted(due, key=lambda each: (each.created_at, each.id)):
        what = (each.queue, each.alarm_type)
        is_digest = each.kind is MessageKind.DIGEST
        waiting.append(
            Waiting(
                id=each.id,
                recipient=each.queue,
                rank=rank_of(each, is_first_of_its_type=what not in told),
                created_at=each.created_at,
                is_digest=is_digest and each.attempts == 0,
                is_fixed=is_digest and each.attempts > 0,
            )
        )
        told.add(what)
    return tuple(waiting)


def _merge(conn: Connection, lane: _Lane, planned: Round, known: Mapping[int, DueMessage]) -> None:
    for merge in planned.merges:
        members = [known[id] for id in merge.members]
        digests.merge(conn, members, into=merge.into, at=merge.at or lane.now, now=lane.now)


def _postpone(conn: Connection, planned: Round) -> None:
    later = {id: at for id, at in planned.waits if at is not None}
    later |= {each.into: each.at for each in planned.merges if each.into and each.at}
    sending_store.postpone_messages(conn, later)


def _take(
    conn: Connection,
    lane: _Lane,
    ordered: Iterable[DueMessage],
    *,
    buckets: Mapping[str, Bucket] | None = None,
) -> tuple[DueMessage, ...]:
    """Claim the first ones that there is room for, and take their tokens."""
    known = {"": lane.bucket, **(buckets or {})}
    changed: dict[str, Bucket] = {}
    taken: list[DueMessage] = []
    for message in ordered:
        if len(taken) == lane.room:
            break
        paid = _pay(lane, known | changed, message.address)
        if paid is not None:
            changed |= paid
            taken.append(message)
    if changed:
        bucket_store.save_buckets(conn, lane.channel, changed.values(), lane.now)
    sending_store.claim_ids(conn, [each.id for each in taken], lane.now + LEASE)
    return tuple(digests.fill(conn, replace(each, attempts=each.attempts + 1)) for each in taken)


def _pay(lane: _Lane, known: Mapping[str, Bucket], address: str) -> dict[str, Bucket] | None:
    """Return the buckets after one more message; None when one of them is empty.

    The round looked at that already, but not that two people may have one address.
    """
    after: dict[str, Bucket] = {}
    for key, scope in (("", "channel"), *([(address, "address")] if address else [])):
        limits = lane.limits_of(scope)
        if limits:
            bucket = known.get(key, Bucket(address=key))
            if find_allowance(bucket, limits, lane.now).urgent == 0:
                return None
            after[key] = take(bucket, limits, lane.now)
    return after
