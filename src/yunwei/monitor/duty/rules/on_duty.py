"""The question that others ask: who is on duty in a schedule at an instant, and why. Pure.

Cost of one look-up: two dict gets and a bisection; a month of a schedule is resolved when somebody
first asks about it, and kept as long as the snapshot.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from yunwei.base.core.ids import ScheduleId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.facts.shifts import OnDuty, Shift, Snapshot
from yunwei.monitor.duty.rules.resolve import Resolver

type AskOnDuty = Callable[[ScheduleId, datetime], tuple[OnDuty, ...]]

_MONTHS_AHEAD = 12
_FIRST = 1970


def build_on_duty(snapshot: Snapshot) -> AskOnDuty:
    """Return who answers (schedule, instant) → the people on duty, primaries first.

    An unknown schedule has nobody. For the past ask the record: this is what the plan says now.
    """
    plans = {each.id: _Plan(Resolver(each, snapshot)) for each in snapshot.schedules.values()}

    def ask(schedule: ScheduleId, at: datetime) -> tuple[OnDuty, ...]:
        plan = plans.get(schedule)
        return plan.at(at) if plan else ()

    return ask


class _Plan:
    """One schedule, resolved by calendar months (UTC)."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._months: dict[int, _Month] = {}

    def at(self, at: datetime) -> tuple[OnDuty, ...]:
        number = _month_number(at)
        found = self._month(number).at(at)
        end = _month_span(number).end
        if any(each.until == end for each in found):
            return tuple(self._further(each, number) for each in found)
        return found

    def _further(self, found: OnDuty, number: int) -> OnDuty:
        """Return it with its end where that lies in a later month."""
        for later in range(number + 1, number + 1 + _MONTHS_AHEAD):
            start = _month_span(later).start
            if found.until != start:
                return found
            going_on = next(
                (
                    each
                    for each in self._month(later).at(start)
                    if (each.user, each.role, each.because)
                    == (found.user, found.role, found.because)
                ),
                None,
            )
            if going_on is None:
                return found
            found = replace(found, until=going_on.until)
        return found

    def _month(self, number: int) -> "_Month":
        known = self._months.get(number)
        if known is None:
            known = _Month(self._resolver.shifts(_month_span(number)), _month_span(number))
            self._months[number] = known
        return known


class _Month:
    """The shifts of a month, cut where anything changes, so that one bisection finds who."""

    def __init__(self, shifts: tuple[Shift, ...], span: Span) -> None:
        edges = {
            span.start,
            *(edge for each in shifts for edge in (each.span.start, each.span.end)),
        }
        self._starts = sorted(edge for edge in edges if edge < span.end)
        self._found = [_on_duty(shifts, start) for start in self._starts]

    def at(self, at: datetime) -> tuple[OnDuty, ...]:
        return self._found[bisect_right(self._starts, at) - 1]


def _on_duty(shifts: tuple[Shift, ...], at: datetime) -> tuple[OnDuty, ...]:
    found = [
        OnDuty(user=each.user, role=each.role, until=each.span.end, because=each.because)
        for each in shifts
        if each.span.holds(at)
    ]
    return tuple(sorted(found, key=lambda each: each.role is not DutyRole.PRIMARY))


def _month_number(at: datetime) -> int:
    utc = at.astimezone(UTC)
    return (utc.year - _FIRST) * 12 + utc.month - 1


def _month_span(number: int) -> Span:
    return Span(_month_start(number), _month_start(number + 1))


def _month_start(number: int) -> datetime:
    return datetime(_FIRST + number // 12, number % 12 + 1, 1, tzinfo=UTC)
