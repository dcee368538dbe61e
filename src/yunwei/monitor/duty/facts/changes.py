"""What goes before the layers of a schedule: overrides, temporary shifts, leave, swaps."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.schedules import DutyRole


class OverrideKind(StrEnum):
    """add: somebody is on duty besides. remove: somebody is not. replace: somebody takes over
    what another would have had, in the other's role."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """user: who is taken off (remove, replace). stand_in: who is put on (add, replace).

    role: of an addition. swap: the request it was made by.
    """

    id: int
    schedule: ScheduleId
    kind: OverrideKind
    user: UserId | None
    stand_in: UserId | None
    role: DutyRole
    span: Span
    note: str
    by: str
    swap: int | None = None

    @property
    def people(self) -> frozenset[UserId]:
        return frozenset(each for each in (self.user, self.stand_in) if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideDraft:
    kind: OverrideKind
    starts_at: datetime
    ends_at: datetime
    user: UserId | None = None
    stand_in: UserId | None = None
    role: DutyRole = DutyRole.PRIMARY
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryShift:
    """A shift that pre-empts the layers: while it lasts nobody else has its role by turn."""

    id: int
    schedule: ScheduleId
    user: UserId
    role: DutyRole
    span: Span
    note: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryDraft:
    user: UserId
    starts_at: datetime
    ends_at: datetime
    role: DutyRole = DutyRole.PRIMARY
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """When somebody is away: turns of theirs are taken by the next who is not."""

    id: int
    user: UserId
    user_name: str
    tenant: TenantId
    span: Span
    note: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDraft:
    user: UserId
    starts_at: datetime
    ends_at: datetime
    note: str = ""


class SwapState(StrEnum):
    """asked: the other has not answered. accepted: overrides are made of it. expired: it began
    before the other answered."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """asker wants asked to take over in `span`; and offers to take over in `in_return`."""

    id: int
    schedule: ScheduleId
    schedule_name: str
    tenant: TenantId
    asker: UserId
    asker_name: str
    asked: UserId
    asked_name: str
    span: Span
    in_return: Span | None
    note: str
    state: SwapState
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapDraft:
    schedule: ScheduleId
    asked: UserId
    starts_at: datetime
    ends_at: datetime
    return_starts_at: datetime | None = None
    return_ends_at: datetime | None = None
    note: str = ""
