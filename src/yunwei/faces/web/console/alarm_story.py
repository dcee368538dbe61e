"""The story of an alarm on one line of time: what happened, what was decided, who was told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from yunwei.monitor.alarms.facts import Change
from yunwei.monitor.governance.facts.decisions import Decision, JudgementRow, Outcome
from yunwei.monitor.notify.facts.messages import MessageRow

_QUIET = frozenset({Outcome.SUPPRESS, Outcome.SOFTEN, Outcome.ANNOUNCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the story; the one of change, judgement and message that it is about is set.

    reasons: of a judgement, the decisions that made it quiet, later or less severe.
    """

    at: datetime
    change: Change | None = None
    judgement: JudgementRow | None = None
    message: MessageRow | None = None
    reasons: tuple[Decision, ...] = ()


def build_story(
    changes: Iterable[Change],
    judgements: Iterable[JudgementRow],
    messages: Iterable[MessageRow],
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
    # a stable sort keeps the later link of the chain above the earlier
    return tuple(sorted([*sent, *told, *moments], key=attrgetter("at"), reverse=True))
