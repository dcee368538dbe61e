"""What one channel sends now, what it merges into digests, and what waits. Pure.

Every message that is due ends in exactly one of the three; none is dropped. Tokens go round
robin over the recipients, so that nobody's flood delays somebody else's alarm, urgent ones
first. Where they do not suffice, the rest of a recipient's messages become one digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from yunwei.monitor.notify.facts.buckets import UNLIMITED, Allowance
from yunwei.monitor.notify.rules.relevance import URGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A due message, as far as the queue cares. recipient: "" for a group.

    is_digest: a digest that may take more members. is_fixed: it was tried before as it is, and
    is never merged.
    """

    id: int
    recipient: str
    rank: int
    created_at: datetime
    is_digest: bool = False
    is_fixed: bool = False

    @property
    def is_urgent(self) -> bool:
        return self.rank <= URGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Messages of one recipient that become one digest.

    into: the digest that they join, None for a new one. at: when it may go, None for now.
    """

    recipient: str
    members: tuple[int, ...]
    into: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """singles: to be sent as they are, in order; digests that others join are among them.

    merges: digests to be made or joined before. waits: what waits for a token, by when it comes.
    """

    singles: tuple[int, ...] = ()
    merges: tuple[Merge, ...] = ()
    waits: tuple[tuple[int, datetime | None], ...] = ()


@dataclass(slots=True)
class _Queue:
    """One recipient's messages of one class, urgent or not, and the tokens they got."""

    recipient: str
    messages: list[Waiting]
    tokens: int = 0

    @property
    def head(self) -> tuple[int, datetime, int]:
        first = self.messages[0]
        return (first.rank, first.created_at, first.id)


@dataclass(slots=True)
class _Purse:
    """The tokens that are left, of the channel and of each recipient."""

    channel: Allowance
    recipients: Mapping[str, Allowance]
    spent: int = 0
    spent_on: dict[str, int] = field(default_factory=dict)

    def pay(self, recipient: str, *, is_urgent: bool) -> bool:
        own = self.recipients.get(recipient, UNLIMITED)
        has_both = _has(self.channel, self.spent, is_urgent=is_urgent) and _has(
            own, self.spent_on.get(recipient, 0), is_urgent=is_urgent
        )
        if has_both:
            self.spent += 1
            self.spent_on[recipient] = self.spent_on.get(recipient, 0) + 1
        return has_both

    def comes_at(self, recipient: str, *, is_urgent: bool) -> datetime | None:
        both = (self.channel, self.recipients.get(recipient, UNLIMITED))
        times = [each.urgent_at if is_urgent else each.normal_at for each in both]
        return max((each for each in times if each), default=None)


def _has(allowance: Allowance, spent: int, *, is_urgent: bool) -> bool:
    limit = allowance.urgent if is_urgent else allowance.normal
    return limit is None or spent < limit


def plan_round(
    due: Sequence[Waiting], *, channel: Allowance, recipients: Mapping[str, Allowance]
) -> Round:
    """Return what becomes of all due messages of one channel."""
    purse = _Purse(channel=channel, recipients=recipients)
    urgent = _queue([each for each in due if each.is_urgent])
    others = _queue([each for each in due if not each.is_urgent])
    # everybody gets one before anybody gets a second, a flood of urgent ones included
    _serve(urgent, purse)
    _serve(others, purse)
    for queues in (urgent, others):
        while _serve(queues, purse):
            pass
    parts = [[_plan_queue(queue, purse) for queue in queues] for queues in (urgent, others)]
    return Round(
        singles=tuple(id for each in parts for id in _in_turn([one.singles for one in each])),
        merges=tuple(merge for each in parts for one in each for merge in one.merges),
        waits=tuple(wait for each in parts for one in each for wait in one.waits),
    )


def _queue(due: Sequence[Waiting]) -> list[_Queue]:
    """Return a queue for each recipient, the most urgent and oldest first."""
    by_recipient: dict[str, list[Waiting]] = {}
    for each in sorted(due, key=lambda each: (each.rank, each.created_at, each.id)):
        by_recipient.setdefault(each.recipient, []).append(each)
    queues = [_Queue(recipient=who, messages=found) for who, found in by_recipient.items()]
    return sorted(queues, key=lambda queue: queue.head)


def _serve(queues: Sequence[_Queue], purse: _Purse) -> bool:
    """Give each recipient in turn one token; False when nobody took one."""
    served = [
        queue
        for queue in queues
        if queue.tokens < len(queue.messages)
        and purse.pay(queue.recipient, is_urgent=queue.messages[0].is_urgent)
    ]
    for queue in served:
        queue.tokens += 1
    return bool(served)


def _plan_queue(queue: _Queue, purse: _Purse) -> Round:
    """Send singly while tokens suffice; what is left over goes with the last token, or waits."""
    messages, tokens = queue.messages, queue.tokens
    if tokens == len(messages):
        return Round(singles=tuple(each.id for each in messages))
    at = purse.comes_at(queue.recipient, is_urgent=messages[0].is_urgent)
    if tokens:
        head = tuple(each.id for each in messages[: tokens - 1])
        return _gather(queue.recipient, head, messages[tokens - 1 :], at)
    fixed = [each for each in messages if each.is_fixed or each.is_urgent]
    free = [each for each in messages if each not in fixed]
    waits = tuple((each.id, at) for each in (fixed if len(free) > 1 else messages))
    merges = (_merge(queue.recipient, free, at=at),) if len(free) > 1 else ()
    return Round(merges=merges, waits=waits)


def _gather(
    recipient: str, head: tuple[int, ...], rest: Sequence[Waiting], at: datetime | None
) -> Round:
    """Use a recipient's last token for a digest of `rest`; what can not be merged goes alone."""
    fixed = [each for each in rest if each.is_fixed]
    free = [each for each in rest if not each.is_fixed]
    if fixed:
        rest_at = tuple((each.id, at) for each in [*fixed[1:], *free])
        return Round(singles=(*head, fixed[0].id), waits=rest_at)
    merge = _merge(recipient, free, at=None)
    joined = (merge.into,) if merge.into is not None else ()
    return Round(singles=head + joined, merges=(merge,))


def _merge(recipient: str, messages: Sequence[Waiting], *, at: datetime | None) -> Merge:
    into = next((each.id for each in messages if each.is_digest), None)
    members = tuple(each.id for each in messages if each.id != into)
    return Merge(recipient=recipient, members=members, into=into, at=at)


def _in_turn(lists: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the first of each, then the second of each: nobody waits behind another's flood."""
    longest = max(map(len, lists), default=0)
    return tuple(each[turn] for turn in range(longest) for each in lists if turn < len(each))
