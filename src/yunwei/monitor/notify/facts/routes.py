"""Routes, and all that routing needs to know: people, channels, tenants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import (
    ChannelId,
    PolicyId,
    RouteId,
    TenantId,
    UserId,
)
from yunwei.monitor.governance.facts.decisions import Case
from yunwei.monitor.notify.facts.channels import Channel, ChannelKind
from yunwei.monitor.notify.facts.escalation import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """A route as a person writes it. condition: JSON form.

    channels: ids; personal ones send to each person, others once. people: user ids. roles: role
    names; everybody of the route's tenant with that role. policy: an escalation policy instead
    of these. on_screen: also "my messages". goes_on: later routes are asked too.
    """

    name: str
    condition: object
    channels: tuple[ChannelId, ...] = ()
    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    policy: PolicyId | None = None
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
    policy: PolicyId | None
    on_screen: bool
    tells_clear: bool
    goes_on: bool
    is_enabled: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as routing sees them. username: the sign-in name. customers: tenants that a
    person of the provider is limited to, () for none."""

    user: UserId
    username: str
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
    policies: Mapping[PolicyId, Policy]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to one person, or to a group (contact None). channel None: on screen."""

    channel: Channel | None
    contact: Contact | None

    @property
    def language(self) -> str:
        if self.contact is not None:
            return self.contact.language
        return self.channel.language if self.channel else "zh-hans"

    @property
    def key(self) -> str:
        """What tells this way apart from every other, in the keys of messages."""
        way = f"c{self.channel.id}" if self.channel else "screen"
        return f"{way}-u{self.contact.user if self.contact else 0}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where the routes lead an alarm: to people at once, and to escalation policies."""

    targets: tuple[Target, ...] = ()
    policies: tuple[tuple[Route, Policy], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.targets and not self.policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A case and the policies that routes lead it to."""

    case: Case
    policies: tuple[tuple[Route, Policy], ...]
