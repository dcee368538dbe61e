"""What tickets' logs say about service in a time. Pure.

Each clock counts once, in the time in which it was decided: when it was stopped in time, or when it
passed its goal. What runs and is still in time counts nowhere yet; what was cancelled never does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.ids import AlarmId
from yunwei.base.core.wall_clock import Span
from yunwei.operate.service.facts.clocks import ClockState, ClockView, Metric, Priority, Stand
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType
from yunwei.operate.service.facts.quality import ClockLine, Outage, TicketLine
from yunwei.operate.service.facts.tickets import Entry, EntryKind, TicketState
from yunwei.operate.service.rules.tickets import state_after

_K = EntryKind
_LONGEST_SAID = 300
_DONE = (TicketState.RESOLVED, TicketState.CLOSED)


def ticket_line(row: Mapping[str, Any], entries: Sequence[Entry], within: Span) -> TicketLine:
    """Return a ticket as it stood at the end of a time. row: of `quality_tickets`."""
    state = TicketState.NEW
    for entry in entries:
        state = state_after(state, entry.kind)
    solved = max((each.at for each in entries if each.kind is _K.RESOLVED), default=None)
    solved_at = solved if state in _DONE else None
    merged = max((each.at for each in entries if each.kind is _K.MERGED), default=None)
    reported_at = row["reported_at"]
    return TicketLine(
        code=f"T-{row['id']:06d}",
        title=str(row["title"]),
        type=ServiceType(row["type"]),
        priority=priority_of(Priority(row["first_priority"]), entries),
        reported_at=reported_at,
        solved_at=solved_at,
        due_at=row["due_at"],
        state=state.value,
        opened_in=_is_in(reported_at, within),
        solved_in=solved_at is not None and _is_in(solved_at, within),
        is_open=state.is_open,
        reopened=sum(e.kind is _K.REOPENED and _is_in(e.at, within) for e in entries),
        minutes=sum(each.minutes for each in entries if _is_in(each.at, within)),
        alarm=None if row["alarm"] is None else AlarmId(row["alarm"]),
        window=str(row["details"].get("window", "")),
        waits_for=_waits_for(state, entries),
        merged_at=merged if state is TicketState.MERGED else None,
    )


def _waits_for(state: TicketState, entries: Sequence[Entry]) -> str:
    if state is not TicketState.WAITING:
        return ""
    reasons = [each.reason for each in entries if each.kind is _K.WAITED and each.reason]
    return reasons[-1].value if reasons else ""


def priority_of(first: Priority, entries: Iterable[Entry]) -> Priority:
    """Return the priority that a log led to."""
    for entry in entries:
        if entry.kind is _K.PRIORITISED and entry.priority is not None:
            first = entry.priority
    return first


def clock_lines(
    ticket: TicketLine,
    clocks: Mapping[Metric, ClockView],
    entries: Sequence[Entry],
    within: Span,
) -> Iterator[ClockLine]:
    """Yield the clocks of a ticket that were decided in a time."""
    for metric, view in clocks.items():
        decided_at = view.overdue_at or view.ended_at
        if view.state is ClockState.CANCELLED or decided_at is None:
            continue
        if not _is_in(decided_at, within):
            continue
        is_met = not view.is_overdue
        yield ClockLine(
            code=ticket.code,
            title=ticket.title,
            type=ticket.type,
            priority=ticket.priority,
            metric=metric,
            started_at=view.started_at,
            decided_at=decided_at,
            is_met=is_met,
            is_open=view.state.is_open and ticket.is_open,
            goal=view.goal.time,
            hours=view.goal.hours,
            wall=(view.ended_at or within.end) - view.started_at,
            waited=view.paused,
            elapsed=view.elapsed,
            reasons=() if is_met else _reasons(view),
            said="" if is_met else _last_word(entries),
        )


def _reasons(view: ClockView) -> tuple[str, ...]:
    paused = (each.reason for each in view.stretches if each.stand is Stand.PAUSED and each.reason)
    return tuple(dict.fromkeys(paused))


def _last_word(entries: Sequence[Entry]) -> str:
    said = (
        each.text
        for each in reversed(entries)
        if each.side is ContractSide.PROVIDER and each.is_public and each.text
    )
    return next(said, "")[:_LONGEST_SAID]


def find_outages(tickets: Iterable[TicketLine], within: Span) -> tuple[Outage, ...]:
    """Return when everything stood still, as far as it lies in a time: from when a ticket of the
    first priority was reported until it was solved, or until another ticket told of it. Changes
    that were planned are none."""
    found = []
    for each in tickets:
        is_cancelled = each.state == TicketState.CANCELLED
        if each.priority is not Priority.P1 or each.type is ServiceType.CHANGE or is_cancelled:
            continue
        from_at = max(each.reported_at, within.start)
        to_at = min(each.solved_at or each.merged_at or within.end, within.end)
        if from_at < to_at:
            found.append(Outage(code=each.code, title=each.title, from_at=from_at, to_at=to_at))
    return tuple(sorted(found, key=lambda each: each.from_at))


def time_down(outages: Iterable[Outage]) -> timedelta:
    """Return how long everything stood still; what overlaps counts once. outages: in order."""
    down, until = timedelta(), None
    for each in outages:
        from_at = each.from_at if until is None else max(each.from_at, until)
        if from_at < each.to_at:
            down += each.to_at - from_at
        until = each.to_at if until is None else max(until, each.to_at)
    return down


def _is_in(at: datetime, within: Span) -> bool:
    return within.start <= at < within.end
