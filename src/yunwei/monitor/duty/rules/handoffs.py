"""Who begins and who ends, and when. Pure."""

from yunwei.base.core.ids import ScheduleId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.shifts import Handoff, Shift


def find_handoffs(
    schedule: ScheduleId, shifts: tuple[Shift, ...], within: Span
) -> tuple[Handoff, ...]:
    """Return the instants within a time at which somebody begins or ends, in order.

    shifts: all that touch the time, somewhat before and after included. Who only changes the
    reason goes on; who changes the role begins anew.
    """
    edges = {edge for each in shifts for edge in (each.span.start, each.span.end)}
    found: list[Handoff] = []
    for at in sorted(edge for edge in edges if within.holds(edge)):
        before = {(each.user, each.role) for each in shifts if each.span.end == at}
        after = {(each.user, each.role) for each in shifts if each.span.start == at}
        begins = [
            each
            for each in shifts
            if each.span.start == at and (each.user, each.role) not in before
        ]
        ends = [
            each for each in shifts if each.span.end == at and (each.user, each.role) not in after
        ]
        if begins or ends:
            found.append(Handoff(schedule=schedule, at=at, begins=tuple(begins), ends=tuple(ends)))
    return tuple(found)


def join_shifts(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """Return shifts of one person in one role that follow each other as one, for people who do
    not care why; the reason is the first's."""
    joined: dict[tuple[int, str], list[Shift]] = {}
    for shift in sorted(shifts, key=lambda each: each.span):
        own = joined.setdefault((shift.user, shift.role.value), [])
        if own and own[-1].span.end == shift.span.start:
            own[-1] = _with_end(own[-1], shift)
        else:
            own.append(shift)
    return tuple(sorted((each for own in joined.values() for each in own), key=_by_start))


def _with_end(first: Shift, last: Shift) -> Shift:
    return Shift(
        user=first.user,
        role=first.role,
        span=Span(first.span.start, last.span.end),
        because=first.because,
        layer=first.layer,
    )


def _by_start(shift: Shift) -> tuple[Span, str]:
    return shift.span, shift.role.value
