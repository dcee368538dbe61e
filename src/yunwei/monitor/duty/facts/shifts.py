"""Shifts: who is on duty from when to when, and why; what is wrong with a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.changes import Leave, Override, TemporaryShift
from yunwei.monitor.duty.facts.schedules import DutyRole, Schedule


class Cause(StrEnum):
    """Why somebody is on duty. stand_in: whose turn it is, is away. next: whose turn as a backup
    it is, is the primary at that time."""

    TURN = "turn"
    FAIR = "fair"
    STAND_IN = "stand_in"
    NEXT = "next"
    TEMPORARY = "temporary"
    ADDED = "added"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why somebody is on duty; put into words by `rules.reasons`.

    layer: the name of the layer. instead_of: who would have been otherwise. note: of an override
    or a temporary shift. by_weekdays: the year's holidays are not known, so that the day was taken
    for what its weekday says.
    """

    cause: Cause
    layer: str = ""
    instead_of: UserId | None = None
    note: str = ""
    by_weekdays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Somebody on duty at an instant. until: when that ends, as far as it is known now."""

    user: UserId
    role: DutyRole
    until: datetime
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody's time on duty, without a break. layer: None when it comes from none."""

    user: UserId
    role: DutyRole
    span: Span
    because: Because
    layer: LayerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedShift:
    """A shift as it was: written while it happened and never changed afterwards.

    ends_at: None while it lasts. because: in words, in both languages, as it was then.
    """

    id: int
    schedule: ScheduleId
    schedule_name: str
    tenant: TenantId
    user: UserId
    user_name: str
    role: DutyRole
    starts_at: datetime
    ends_at: datetime | None
    because_zh: str
    because_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestCount:
    """How many rest days somebody has had on duty. last_at: when the last of them ended."""

    weekends: float = 0.0
    holidays: float = 0.0
    last_at: datetime | None = None

    @property
    def days(self) -> float:
        return self.weekends + self.holidays


type RestCounts = Mapping[UserId, RestCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that says who is on duty. Swapped whole, never edited.

    as_of: when it was read. rest_counts: for fair layers, what people served on rest days before
    the day of `as_of`. names: of everybody who is mentioned.
    """

    as_of: datetime
    schedules: Mapping[ScheduleId, Schedule] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    temporaries: tuple[TemporaryShift, ...] = ()
    leaves: tuple[Leave, ...] = ()
    calendars: Calendars = field(default_factory=Calendars)
    rest_counts: Mapping[LayerId, RestCounts] = field(default_factory=dict)
    names: Mapping[UserId, str] = field(default_factory=dict)


class FindingCode(StrEnum):
    """What can be wrong with a schedule."""

    GAP = "gap"
    NO_CONTACT = "no_contact"
    INACTIVE = "inactive"
    LEFT = "left"
    ON_LEAVE = "on_leave"
    BY_WEEKDAYS = "by_weekdays"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where and when. user: whom it is about, None for a gap."""

    code: FindingCode
    schedule: ScheduleId
    span: Span
    user: UserId | None = None
    user_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether somebody can be told at all. is_known: false when there is no such person here
    any more."""

    is_known: bool
    is_active: bool
    has_contact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Who begins and who ends at an instant; those who go on are in neither."""

    schedule: ScheduleId
    at: datetime
    begins: tuple[Shift, ...]
    ends: tuple[Shift, ...]
