"""What a service clock shows: a pure function of what happened to it, its hours and the calendar.

Nothing is counted up anywhere: every figure is worked out anew from the events, so that it can be
shown line by line and comes out the same a year later.

- A clock starts when the customer said it, and stops when it was answered or solved.
- A pause needs a reason; a second pause is another reason for the same pause.
- Another target counts from the first start, earlier pauses kept.
- What was solved and is reopened goes on with what it had used; the time between does not count.
- A goal is met until it is used up to the last instant; one instant later it is overdue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.errors import Bug
from yunwei.base.core.wall_clock import Span
from yunwei.operate.service.facts.clocks import (
    ClockEvent,
    ClockState,
    ClockView,
    Goal,
    Happening,
    Stand,
    Stretch,
)
from yunwei.operate.service.rules.hours import counted, presumed_years, reach


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """How a clock went, before any hours are counted. open: what it stands at, None once over."""

    goal: Goal
    started_at: datetime
    stretches: tuple[Stretch, ...]
    open: Stand | None
    ended_at: datetime | None = None
    is_cancelled: bool = False


def read_clock(events: Iterable[ClockEvent], calendar: Calendar, *, now: datetime) -> ClockView:
    """Return what a clock shows at `now`; what happens later is not looked at.

    events: in any order; the first is its start, with a goal. Raises Bug when it never started.
    """
    course = _follow(events, now)
    stretches = tuple(_count(each, course.goal, calendar) for each in course.stretches)
    elapsed = sum((each.time for each in stretches), timedelta())
    overdue_at = _find_overdue(stretches, course.goal)
    return ClockView(
        state=_state(course, is_late=overdue_at is not None),
        goal=course.goal,
        started_at=course.started_at,
        ended_at=course.ended_at,
        elapsed=elapsed,
        paused=sum(
            (each.span.length for each in stretches if each.stand is Stand.PAUSED), timedelta()
        ),
        due_at=_find_due(course, stretches, elapsed, calendar, now),
        overdue_at=overdue_at,
        stretches=stretches,
        presumed=presumed_years(course.goal.hours, calendar, Span(course.started_at, now)),
    )


def _follow(events: Iterable[ClockEvent], now: datetime) -> _Course:
    known = sorted((each for each in events if each.at <= now), key=lambda each: each.at)
    if not known or known[0].kind is not Happening.STARTED or known[0].goal is None:
        raise Bug("a clock begins with its start and a goal")
    goal, start = known[0].goal, known[0].at
    cancelled = next((each for each in known if each.kind is Happening.CANCELLED), None)
    stretches: list[Stretch] = []
    stand, reason, since = Stand.RUNNING, "", start
    for event in known[1:]:
        if event is cancelled:
            break
        goal = event.goal or goal
        after = _next_stand(stand, event.kind)
        is_news = after is not stand or (stand, event.kind) == (Stand.PAUSED, Happening.PAUSED)
        if is_news:
            _close(stretches, stand, reason, Span(since, event.at))
            stand, reason, since = after, event.reason, event.at
    end = cancelled.at if cancelled else now
    if stand is not Stand.SOLVED:
        _close(stretches, stand, reason, Span(since, end))
    ended_at = since if stand is Stand.SOLVED else end if cancelled else None
    return _Course(
        goal=goal,
        started_at=start,
        stretches=tuple(stretches),
        open=None if ended_at else stand,
        ended_at=ended_at,
        is_cancelled=cancelled is not None,
    )


_MOVES = {
    (Stand.RUNNING, Happening.PAUSED): Stand.PAUSED,
    (Stand.PAUSED, Happening.RESUMED): Stand.RUNNING,
    (Stand.RUNNING, Happening.STOPPED): Stand.SOLVED,
    (Stand.PAUSED, Happening.STOPPED): Stand.SOLVED,
    (Stand.SOLVED, Happening.REOPENED): Stand.RUNNING,
}


def _next_stand(stand: Stand, kind: Happening) -> Stand:
    """What is no move from where a clock stands leaves it there: history can not be refused."""
    return _MOVES.get((stand, kind), stand)


def _close(stretches: list[Stretch], stand: Stand, reason: str, span: Span) -> None:
    if span.end > span.start:
        said = reason if stand is Stand.PAUSED else ""
        stretches.append(Stretch(span=span, stand=stand, reason=said))


def _count(stretch: Stretch, goal: Goal, calendar: Calendar) -> Stretch:
    if stretch.stand is not Stand.RUNNING:
        return stretch
    return replace(stretch, counted=counted(goal.hours, calendar, stretch.span))


def _find_overdue(stretches: Sequence[Stretch], goal: Goal) -> datetime | None:
    """Return the instant at which a goal was used up that was passed afterwards."""
    left = goal.time
    used_up_at: datetime | None = None
    for span in (span for each in stretches for span in each.counted):
        if used_up_at is not None:
            return used_up_at
        if span.length > left:
            return span.start + left
        left -= span.length
        if not left:
            used_up_at = span.end
    return None


def _find_due(
    course: _Course,
    stretches: Sequence[Stretch],
    elapsed: timedelta,
    calendar: Calendar,
    now: datetime,
) -> datetime | None:
    """Return when the goal is used up, or was: of a clock that stands still, only if it was."""
    goal = course.goal
    used = timedelta()
    for span in (span for each in stretches for span in each.counted):
        if used + span.length >= goal.time:
            return span.start + (goal.time - used)
        used += span.length
    if course.open is Stand.PAUSED or course.is_cancelled:
        return None
    start = now if course.open else (course.ended_at or now)
    return reach(goal.hours, calendar, start, goal.time - elapsed)


def _state(course: _Course, *, is_late: bool) -> ClockState:
    if course.is_cancelled:
        return ClockState.CANCELLED
    if course.open is None:
        return ClockState.LATE if is_late else ClockState.MET
    return ClockState.PAUSED if course.open is Stand.PAUSED else ClockState.RUNNING
