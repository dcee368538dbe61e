"""Service clocks as plain data: what starts and stops them, and what they show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.wall_clock import Span


class Metric(StrEnum):
    """What a clock measures, from the moment at which the customer said it: until a person
    answered, until somebody was on site, until it was solved."""

    RESPONSE = "response"
    ARRIVAL = "arrival"
    RESOLUTION = "resolution"


class Priority(StrEnum):
    """How grave it is for the customer: P1 everything stands still … P4 a question."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class Happening(StrEnum):
    """What can happen to a clock. paused: a reason stands beside it; paused again: the reason is
    another one from then on. retargeted: another goal or other service hours, from the start."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    REOPENED = "reopened"
    RETARGETED = "retargeted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """So much time may pass, of the hours in which service is owed."""

    time: timedelta
    hours: CalendarTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent:
    """What happened to a clock, when. reason: of a pause. goal: of a start or another target."""

    at: datetime
    kind: Happening
    reason: str = ""
    goal: Goal | None = None


class ClockState(StrEnum):
    """running, paused. met: stopped in time. late: stopped, too late. cancelled: it counts for
    nothing."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    LATE = "late"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in (ClockState.RUNNING, ClockState.PAUSED)


class Stand(StrEnum):
    """Why a stretch of a clock's life counts or does not."""

    RUNNING = "running"
    PAUSED = "paused"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a clock's life in which nothing changed. counted: the service hours in it, none
    unless it ran. reason: of a pause."""

    span: Span
    stand: Stand
    reason: str = ""
    counted: tuple[Span, ...] = ()

    @property
    def time(self) -> timedelta:
        return sum((span.length for span in self.counted), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """What a clock shows at an instant. elapsed: service time that ran. paused: time on the wall
    in which it did not, for a reason. due_at: when its goal is used up, if it runs on; None while
    it is paused, and where the hours never come. overdue_at: when the goal was passed, None unless
    it was. presumed: years whose working days nobody has published; their weekdays were taken."""

    state: ClockState
    goal: Goal
    started_at: datetime
    ended_at: datetime | None
    elapsed: timedelta
    paused: timedelta
    due_at: datetime | None
    overdue_at: datetime | None
    stretches: tuple[Stretch, ...]
    presumed: tuple[int, ...] = ()

    @property
    def left(self) -> timedelta:
        """Service time until the goal is used up; negative once it is passed."""
        return self.goal.time - self.elapsed

    @property
    def is_overdue(self) -> bool:
        return self.overdue_at is not None

    @property
    def share(self) -> float:
        """How much of the goal is used, 1 when all of it is."""
        return self.elapsed / self.goal.time if self.goal.time else 1.0
