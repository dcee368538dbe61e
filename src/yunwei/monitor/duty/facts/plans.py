"""What pages and REST show of schedules: rows of lists, plans with names, who is on duty now."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.schedules import DutyRole, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """A shift with its words. is_recorded: it was so; else it will be, unless somebody changes it.

    because_zh, because_en: why. is_by_hand: from an override or a temporary shift.
    """

    schedule: ScheduleId
    schedule_name: str
    user: UserId
    user_name: str
    role: DutyRole
    span: Span
    because_zh: str
    because_en: str
    is_recorded: bool
    is_by_hand: bool = False

    def goes_on_as(self, other: "PlannedShift") -> bool:
        """Say whether another, of the same person and role, is the same without a break."""
        return self.span.end == other.span.start and self.because_en == other.because_en

    def because(self, language: str) -> str:
        return self.because_zh if language.startswith("zh") else self.because_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A schedule in a stretch of time: the record up to now, the plan from there on.

    gaps: times to come without a primary where there ought to be one.
    """

    schedule: Schedule
    within: Span
    shifts: tuple[PlannedShift, ...]
    gaps: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody on duty in a schedule, by the record: half a minute behind at most. user_name,
    role, starts_at: None where nobody is on duty."""

    schedule: ScheduleId
    schedule_name: str
    user_name: str | None
    role: DutyRole | None
    starts_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A schedule for a list. now: who is on duty. gaps: how many in the next four weeks."""

    schedule: Schedule
    now: tuple[PlannedShift, ...]
    gaps: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """An override or a temporary shift as people see it. what: add, remove, replace, temporary."""

    id: int
    what: str
    tenant: TenantId
    schedule: ScheduleId
    schedule_name: str
    user: UserId | None
    user_name: str
    stand_in: UserId | None
    stand_in_name: str
    role: DutyRole
    span: Span
    note: str
    by: str
    swap: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be on duty."""

    id: UserId
    name: str
    has_contact: bool
