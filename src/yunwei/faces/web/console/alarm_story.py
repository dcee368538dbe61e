"""The story of an alarm on one line of time: what happened, what was decided, who was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from yunwei.monitor.alarms.facts import Change
from yunwei.monitor.governance.facts.decisions import Decision, JudgementRow, Outcome
from yunwei.monitor.notify.facts.messages import MessageRow
from yunwei.operate.remedies.facts import Attempt

_QUIET = frozenset({Outcome.SUPPRESS, Outcome.SOFTEN, Outcome.ANNOUNCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the story; the one of change, judgement, message, receipt and attempt (of a
    remedy) that it is about is set.

    receipt: the message of which its receiver told what became of it. reasons: of a judgement,
    the decisions that made it quiet, later or less severe.
    """

    at: datetime
    change: Change | None = None
    judgement: JudgementRow | None = None
    message: MessageRow | None = None
    receipt: MessageRow | None = None
    attempt: Attempt | None = None
    reasons: tuple[Decision, ...] = ()


def build_story(
    changes: Iterable[Change],
    judgements: Iterable[JudgementRow],
    messages: Sequence[MessageRow],
    attempts: Iterable[Attempt] = (),
) -> tuple[Moment, ...]:
    """Return all of it, newest first; what is of one instant in the order in which it follows."""
    moments = [Moment(at=each.at, change=each) for each in changes]
    told = [
        Moment(
            at=each.at,
            judgement=each,
            reasons=tuple(one for one in each.decisions if one.outcome in _QUIET),
        )
        for each in judgements
    ]
    sent = [Moment(at=each.sent_at or each.created_at, message=each) for each in messages]
    heard = [
        Moment(at=each.receipt_at, receipt=each)
        for each in messages
        if each.receipt and each.receipt_at is not None
    ]
    healing = [Moment(at=each.started_at, attempt=each) for each in attempts]
    # a stable sort keeps the later link of the chain above the earlier
    found = [*healing, *heard, *sent, *told, *moments]
    return tuple(sorted(found, key=attrgetter("at"), reverse=True))
