"""Routes, and all that routing needs to know: people, channels, tenants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import (
    ChannelId,
    RouteId,
    TenantId,
    UserId,
)
from yunwei.monitor.notify.facts.channels import Channel, ChannelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """A route as a person writes it. condition: JSON form.

    channels: ids; personal ones send to each person, others once. people: user ids. roles: role
    names; everybody of the route's tenant with that role. on_screen: also "my messages".
    goes_on: later routes are asked too.
    """

    name: str
    condition: object
    channels: tuple[ChannelId, ...] = ()
    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    on_screen: bool = True
    tells_clear: bool = True
    goes_on: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of a tenant's ordered route table; the first match counts."""

    id: RouteId
    tenant: TenantId
    position: int
    name: str
    condition: Condition
    channels: tuple[ChannelId, ...]
    people: tuple[UserId, ...]
    roles: tuple[str, ...]
    on_screen: bool
    tells_clear: bool
    goes_on: bool
    is_enabled: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as routing sees them. tenants: those whose alarms they may be told of."""

    user: UserId
    name: str
    email: str
    phone: str
    tenant: TenantId
    role: str
    language: str
    time_zone: str
    customers: tuple[TenantId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that routing needs to know besides the alarm. Swapped whole, never edited.

    provider: the tenant whose routes also see every customer's alarms.
    """

    routes: tuple[Route, ...]
    channels: Mapping[ChannelId, Channel]
    contacts: tuple[Contact, ...]
    kinds: Mapping[str, ChannelKind]
    provider: TenantId
    tenant_names: Mapping[TenantId, str]
    public_url: str = ""
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One message to be made: by which route, by which way, to whom. channel None: on screen."""

    route: Route
    channel: Channel | None
    contact: Contact | None

    @property
    def language(self) -> str:
        if self.contact is not None:
            return self.contact.language
        return self.channel.language if self.channel else "zh-hans"
