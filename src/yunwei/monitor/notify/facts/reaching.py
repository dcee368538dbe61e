"""Who is meant: targets by ownership, duty and role instead of by name; and the ways to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import (
    ChannelId,
    OwnershipId,
    ScheduleId,
    TenantId,
    UserId,
)
from yunwei.base.core.severity import Severity
from yunwei.monitor.duty.facts.schedules import DutyRole


class Owner(StrEnum):
    """object: who owns the managed object, by the longest path in the table of ownership. pool:
    the team of the desktop's pool. service_manager: those who manage service for the tenant."""

    OBJECT = "object"
    POOL = "pool"
    SERVICE_MANAGER = "service_manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Whom a route or a step tells. people: user ids. roles: everybody of the route's tenant with
    the role. schedules: whoever is on duty at that instant; duty_role: only those on duty as that.
    owners: by the table of ownership. channels: ways beside the screen; personal ones send to each
    person, others once."""

    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    schedules: tuple[ScheduleId, ...] = ()
    duty_role: DutyRole | None = None
    owners: tuple[Owner, ...] = ()
    channels: tuple[ChannelId, ...] = ()

    @property
    def has_people(self) -> bool:
        return bool(self.people or self.roles or self.schedules or self.owners)

    @property
    def has_ways(self) -> bool:
        return bool(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What choosing people hangs on. pool: our id of the desktop's pool. at: the instant for
    which is asked."""

    tenant: TenantId
    managed_object: str
    severity: Severity
    at: datetime
    pool: int | None = None


class MeantBy(StrEnum):
    """How somebody came to be meant."""

    NAMED = "named"
    ROLE = "role"
    DUTY = "duty"
    OWNER = "owner"


class Scope(StrEnum):
    """What an entry of the table of ownership is about."""

    OBJECT = "object"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipDraft:
    """Who owns what, as a person writes it. path: of the managed object, what is beneath it
    counts; pool: our id of a pool. One of them."""

    scope: Scope
    path: str = ""
    pool: int | None = None
    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    schedules: tuple[ScheduleId, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """An entry of a tenant's table of ownership. The longest path that an object lies under
    counts; the customer's own table goes before the provider's."""

    id: OwnershipId
    tenant: TenantId
    scope: Scope
    path: str
    pool: int | None
    people: tuple[UserId, ...]
    roles: tuple[str, ...]
    schedules: tuple[ScheduleId, ...]
    note: str
    changed_at: datetime

    @property
    def targets(self) -> Targets:
        return Targets(people=self.people, roles=self.roles, schedules=self.schedules)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipRow:
    """An entry for a list, with the name of its pool."""

    ownership: Ownership
    pool_name: str
