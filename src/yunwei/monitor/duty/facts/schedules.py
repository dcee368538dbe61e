"""Schedules and their layers: who takes turns, how long, and when a layer holds."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId


class DutyRole(StrEnum):
    """primary: is told first. backup: comes next, when the primary does not answer."""

    PRIMARY = "primary"
    BACKUP = "backup"


class RotationUnit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


type Group = tuple[UserId, ...]
"""People who take one turn together: the first has the layer's role, the others are backups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One rotation of a schedule, on the schedule's wall clock.

    starts_on, handoff_minute: the first turn begins on that day at that minute after midnight,
    and each turn lasts `length` units from there; a month's turn begins on the same day of the
    month, or on its last. ends_on: the last day, until the handoff after it; None for ever.
    times: when the layer holds; None always. is_fair: rest days are not taken by turn but by who
    has had the fewest.
    """

    id: LayerId
    name: str
    role: DutyRole
    unit: RotationUnit
    length: int
    handoff_minute: int
    starts_on: date
    ends_on: date | None
    groups: tuple[Group, ...]
    times: CalendarTimes | None
    is_fair: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerDraft:
    """A layer as a person writes it. id: None for a new one. times: JSON form, or None."""

    id: LayerId | None = None
    name: str
    role: DutyRole = DutyRole.PRIMARY
    unit: RotationUnit = RotationUnit.WEEK
    length: int = 1
    handoff_minute: int = 9 * 60
    starts_on: date
    ends_on: date | None = None
    groups: tuple[Group, ...]
    times: object = None
    is_fair: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """A schedule as a person writes it. layers: those that go before others first.

    coverage: JSON form of when somebody must be on duty; None always. notice_minutes: how long
    before a handoff those whom it concerns are told; 0 never.
    """

    name: str
    time_zone: str = "Asia/Shanghai"
    layers: tuple[LayerDraft, ...] = ()
    coverage: object = None
    notice_minutes: int = 30
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of one tenant. layers: those that go before others first."""

    id: ScheduleId
    tenant: TenantId
    name: str
    time_zone: str
    layers: tuple[Layer, ...]
    coverage: CalendarTimes | None
    notice_minutes: int
    note: str
    changed_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def people(self) -> frozenset[UserId]:
        """Everybody whom some layer names."""
        return frozenset(user for layer in self.layers for group in layer.groups for user in group)
