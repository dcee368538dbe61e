"""What is wrong with a schedule: times without anybody, people who can not be told. Pure."""

from collections.abc import Iterator, Mapping

from yunwei.base.core.ids import UserId
from yunwei.base.core.wall_clock import Span, merge, without
from yunwei.monitor.duty.facts.schedules import DutyRole, Schedule
from yunwei.monitor.duty.facts.shifts import (
    Finding,
    FindingCode,
    Reach,
    Shift,
    Snapshot,
)

_GONE = Reach(is_known=False, is_active=False, has_contact=False)


def find_gaps(
    schedule: Schedule, shifts: tuple[Shift, ...], within: Span, snapshot: Snapshot
) -> tuple[Span, ...]:
    """Return the times within which a primary ought to be on duty and none is."""
    calendar = snapshot.calendars.of(schedule.tenant).filled()
    wanted = (within,) if schedule.coverage is None else schedule.coverage.spans(within, calendar)
    taken = [each.span for each in shifts if each.role is DutyRole.PRIMARY]
    return merge(gap for span in wanted for gap in without(span, taken))


def find_findings(
    schedule: Schedule,
    shifts: tuple[Shift, ...],
    within: Span,
    snapshot: Snapshot,
    reach: Mapping[UserId, Reach],
) -> tuple[Finding, ...]:
    """Return all that is wrong within a time, the first first. reach: of everybody mentioned."""
    found = [*_of_time(schedule, shifts, within, snapshot)]
    by_user: dict[UserId, list[Shift]] = {}
    for shift in shifts:
        by_user.setdefault(shift.user, []).append(shift)
    for user in schedule.people | by_user.keys():
        own = by_user.get(user, [])
        name = snapshot.names.get(user, str(user))
        code = _reach_code(reach.get(user, _GONE))
        if code is not None:
            span = own[0].span if own else within
            found.append(_finding(code, schedule, span, user, name))
        found += _placed_while_away(schedule, own, snapshot, name)
    return tuple(sorted(found, key=lambda each: (each.span, each.code.value, each.user or 0)))


def _of_time(
    schedule: Schedule, shifts: tuple[Shift, ...], within: Span, snapshot: Snapshot
) -> Iterator[Finding]:
    if not schedule.layers:
        yield Finding(code=FindingCode.NOBODY, schedule=schedule.id, span=within)
        return
    for gap in find_gaps(schedule, shifts, within, snapshot):
        yield Finding(code=FindingCode.GAP, schedule=schedule.id, span=gap)
    for span in merge(each.span for each in shifts if each.because.by_weekdays):
        yield Finding(code=FindingCode.BY_WEEKDAYS, schedule=schedule.id, span=span)


def _reach_code(reach: Reach) -> FindingCode | None:
    if not reach.is_known:
        return FindingCode.LEFT
    if not reach.is_active:
        return FindingCode.INACTIVE
    return None if reach.has_contact else FindingCode.NO_CONTACT


def _placed_while_away(
    schedule: Schedule, own: list[Shift], snapshot: Snapshot, name: str
) -> Iterator[Finding]:
    """Turns are moved on when somebody is away; what people decided by hand is not."""
    for shift in own:
        for leave in snapshot.leaves:
            common = leave.span.cut(shift.span) if leave.user == shift.user else None
            if common is not None and shift.layer is None:
                yield _finding(FindingCode.ON_LEAVE, schedule, common, shift.user, name)


def _finding(code: FindingCode, schedule: Schedule, span: Span, user: UserId, name: str) -> Finding:
    return Finding(code=code, schedule=schedule.id, span=span, user=user, user_name=name)
