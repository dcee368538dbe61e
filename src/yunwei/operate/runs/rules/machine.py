"""What a run does next, and which ways its targets may go. Pure: no clock, no tables.

Every target is in exactly one state at any time; it never leaves an end but `unknown`, which ends
as its agent says once it is heard again. `tests/property/test_runs.py` holds this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yunwei.operate.runs.facts.runs import (
    FAILURES,
    IN_FLIGHT,
    OPEN,
    PENDING,
    Pace,
    Plan,
    Run,
    RunState,
    TargetState,
)
from yunwei.operate.runs.facts.watching import Watched
from yunwei.operate.runs.rules.plan import batch_size, canary_size, stop_limit
from yunwei.operate.runs.rules.watching import is_watching, why_guard_stops

_T = TargetState
_NEVER_SENT = frozenset({_T.SKIPPED, _T.EXPIRED, _T.CANCELLED})
_FROM_AGENT = frozenset(_T) - PENDING - {_T.SKIPPED}
_FROM_CLOUD = _FROM_AGENT | {_T.SKIPPED}

MOVES: Mapping[TargetState, frozenset[TargetState]] = {
    _T.QUEUED: _NEVER_SENT | {_T.WAITING, _T.SENT},
    _T.WAITING: _NEVER_SENT | {_T.QUEUED},
    _T.SENT: _FROM_CLOUD - {_T.SENT},
    _T.RUNNING: _FROM_AGENT - {_T.SENT, _T.RUNNING},
    _T.UNKNOWN: _FROM_AGENT - {_T.SENT, _T.RUNNING, _T.UNKNOWN},
}
"""Where a target may go from a state; from the states that are not here, nowhere."""


class Act(StrEnum):
    """rest: nothing now. send: begin some targets. stop: begin no more, for a reason. expire: what
    was not sent is too late. end: all is over."""

    REST = "rest"
    SEND = "send"
    STOP = "stop"
    EXPIRE = "expire"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What is done, on how many of which batch, why, and how the run ends by it."""

    act: Act
    count: int = 0
    batch: int = 0
    reason: str = ""
    state: RunState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands. counts: all targets by state; batch_counts: those that were sent in the
    present batch. stalled, batch_stalled: of those in flight, how many have an agent that is not
    heard any more. batch_over_at: since when nothing of the batch is waited for, None before.
    watched: what the guard saw of the canary."""

    plan: Plan
    state: RunState
    total: int
    batch: int
    counts: Mapping[TargetState, int]
    batch_counts: Mapping[TargetState, int]
    batch_over_at: datetime | None
    deadline_at: datetime
    reason: str = ""
    stalled: int = 0
    batch_stalled: int = 0
    watched: Watched | None = None

    @property
    def is_batch_over(self) -> bool:
        """Nothing of the batch is waited for; who is not heard any more must not hold it up."""
        return _sum(self.batch_counts, IN_FLIGHT) <= self.batch_stalled


def decide(standing: Standing, now: datetime) -> Move:
    """Return what a run that is running or stopping does now."""
    pending = _sum(standing.counts, PENDING)
    if not _sum(standing.counts, OPEN):
        return Move(act=Act.END, state=_end_of(standing))
    if pending and now >= standing.deadline_at:
        return Move(act=Act.EXPIRE)
    if standing.state is RunState.STOPPING or not pending:
        return Move(act=Act.REST)
    if reason := why_stop(standing):
        return Move(act=Act.STOP, reason=reason)
    return _send(standing, now)


def why_stop(standing: Standing) -> str:
    """Return why nothing more is to be begun, "" when nothing speaks against it."""
    if standing.batch == 0:
        bad = frozenset(_T) - OPEN - {_T.SUCCEEDED}
        # a desktop that is not heard any more after it was the canary is what a canary is for
        lost = _sum(standing.batch_counts, bad) + standing.batch_stalled
        if lost > standing.plan.canary_failures:
            return "canary"
        if reason := why_guard_stops(standing.plan, standing.watched):
            return reason
    limit = stop_limit(standing.plan, standing.total)
    if limit is not None and _sum(standing.counts, FAILURES) > limit:
        return "failures"
    return ""


def _send(standing: Standing, now: datetime) -> Move:
    ready = standing.counts.get(_T.QUEUED, 0)
    in_flight = _sum(standing.counts, IN_FLIGHT) - standing.stalled
    batch, room = standing.batch, _room(standing)
    if room <= 0:
        if standing.batch_over_at is None:
            return Move(act=Act.REST)
        if not batch and is_watching(standing.plan, standing.watched):
            return Move(act=Act.REST)
        # a pause lies between batches, not after the canary: that has been waited for already
        pause = timedelta(seconds=standing.plan.pause_s if batch else 0)
        if now < standing.batch_over_at + pause:
            return Move(act=Act.REST)
        batch, room = batch + 1, batch_size(standing.plan, standing.total)
    count = min(ready, room, standing.plan.parallel - in_flight)
    if count <= 0:
        return Move(act=Act.REST)
    return Move(act=Act.SEND, count=count, batch=batch)


def _room(standing: Standing) -> int:
    size_of = canary_size if standing.batch == 0 else batch_size
    return size_of(standing.plan, standing.total) - sum(standing.batch_counts.values())


def first_batch(plan: Plan, total: int) -> int:
    """Return the batch that a run begins with: 0, unless it has no canary."""
    return 0 if canary_size(plan, total) else 1


def _end_of(standing: Standing) -> RunState:
    if standing.state is not RunState.STOPPING:
        return RunState.FINISHED
    return RunState.CANCELLED if standing.reason == "cancelled" else RunState.STOPPED


def _sum(counts: Mapping[TargetState, int], states: frozenset[TargetState]) -> int:
    return sum(counts.get(state, 0) for state in states)


def measure_pace(run: Run, now: datetime) -> Pace:
    """Return how a run goes on; desktops that are not there are waited for by nobody."""
    ended = run.total - run.open - run.count(_T.SKIPPED)
    if run.started_at is None or not ended:
        return Pace(per_minute=0.0, left_s=None)
    spent_s = max(1.0, ((run.ended_at or now) - run.started_at).total_seconds())
    left = run.count(_T.QUEUED, _T.SENT, _T.RUNNING)
    can_tell = run.state is RunState.RUNNING and left > 0
    return Pace(
        per_minute=ended * 60 / spent_s, left_s=left * spent_s / ended if can_tell else None
    )
