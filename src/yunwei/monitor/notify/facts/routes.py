"""Routes, and all that routing needs to know: people, channels, tenants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.condition import Condition
from yunwei.base.core.damage import DamagedRule
from yunwei.base.core.ids import (
    ChannelId,
    PolicyId,
    RouteId,
    ScheduleId,
    TenantId,
    UserId,
)
from yunwei.base.core.severity import Severity
from yunwei.base.named_sets.facts import NO_SETS, SetBook
from yunwei.base.people.facts import QuietHours
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.facts.shifts import Snapshot as DutySnapshot
from yunwei.monitor.governance.facts.decisions import Case
from yunwei.monitor.notify.facts.channels import Channel, ChannelKind
from yunwei.monitor.notify.facts.escalation import Policy
from yunwei.monitor.notify.facts.reaching import (
    MeantBy,
    Owner,
    Ownership,
    Scope,
    Targets,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """A route as a person writes it. condition: JSON form.

    channels: ids; personal ones send to each person, others once. people: user ids. roles: role
    names; everybody of the route's tenant with that role. schedules, duty_role, owners: see
    `Targets`. policy: an escalation policy instead of all these. on_screen: also "my messages".
    min_severity: worth telling only from there on. goes_on: later routes are asked too.
    """

    name: str
    condition: object
    channels: tuple[ChannelId, ...] = ()
    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    schedules: tuple[ScheduleId, ...] = ()
    owners: tuple[Owner, ...] = ()
    duty_role: DutyRole | None = None
    policy: PolicyId | None = None
    on_screen: bool = True
    tells_clear: bool = True
    min_severity: Severity | None = None
    goes_on: bool = False
    is_enabled: bool = True

    @property
    def targets(self) -> Targets:
        return Targets(
            people=self.people,
            roles=self.roles,
            schedules=self.schedules,
            owners=self.owners,
            channels=self.channels,
            duty_role=self.duty_role,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of a tenant's ordered route table; the first match counts. is_catch_all: the last
    row, which every table has and which matches everything."""

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
    schedules: tuple[ScheduleId, ...] = ()
    owners: tuple[Owner, ...] = ()
    duty_role: DutyRole | None = None
    min_severity: Severity | None = None
    is_catch_all: bool = False

    @property
    def targets(self) -> Targets:
        return Targets(
            people=self.people,
            roles=self.roles,
            schedules=self.schedules,
            owners=self.owners,
            channels=self.channels,
            duty_role=self.duty_role,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as routing sees them. username: the sign-in name. customers: tenants that a
    person of the provider is limited to, () for none. addresses: (kind, address), the preferred
    first. quiet: when they are not to be disturbed."""

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
    addresses: tuple[tuple[str, str], ...] = ()
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that routing needs to know besides the alarm. Swapped whole, never edited.

    provider: the tenant whose routes also see every customer's alarms. ownerships: the table of
    who owns what. duty: who is on duty when. damaged: routes that are left out. sets: by which
    the routes' conditions are read.
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
    ownerships: tuple[Ownership, ...] = ()
    duty: DutySnapshot | None = None
    damaged: tuple[DamagedRule, ...] = ()
    sets: SetBook = NO_SETS

    @property
    def asks_for_pools(self) -> bool:
        """Whether it matters in which pool a desktop is."""
        return any(each.scope is Scope.POOL for each in self.ownerships)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Somebody who is meant, and how. detail_zh, detail_en: which role, which duty and why, what
    is owned."""

    contact: Contact
    by: MeantBy
    detail_zh: str = ""
    detail_en: str = ""

    def detail(self, language: str) -> str:
        return self.detail_zh if language.startswith("zh") else self.detail_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One message to be made: by which route, by which way, to whom. channel None: on screen."""

    route: Route
    channel: Channel | None
    contact: Contact | None
    meant: Meant | None = None
    skipped: str = ""

    @property
    def language(self) -> str:
        if self.contact is not None:
            return self.contact.language
        return self.channel.language if self.channel else "zh-hans"

    @property
    def is_on_duty(self) -> bool:
        return self.meant is not None and self.meant.by is MeantBy.DUTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to one person, or to a group (contact None). channel None: on screen. meant: how
    the person came to be meant. skipped: a code, why nothing can be sent this way; "" it can."""

    channel: Channel | None
    contact: Contact | None
    meant: Meant | None = None
    skipped: str = ""

    @property
    def language(self) -> str:
        if self.contact is not None:
            return self.contact.language
        return self.channel.language if self.channel else "zh-hans"

    @property
    def is_on_duty(self) -> bool:
        return self.meant is not None and self.meant.by is MeantBy.DUTY

    @property
    def key(self) -> str:
        """What tells this way apart from every other, in the keys of messages."""
        way = f"c{self.channel.id}" if self.channel else "screen"
        return f"{way}-u{self.contact.user if self.contact else 0}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where the routes lead an alarm: to people at once, and to escalation policies.

    below: routes that match but find it not grave enough. is_fallback: what matched reached
    nobody, so that the catch-all's targets are taken instead.
    """

    targets: tuple[Target, ...] = ()
    policies: tuple[tuple[Route, Policy], ...] = ()
    below: tuple[Route, ...] = ()
    is_fallback: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.policies and all(each.skipped for each in self.targets)


class AskedVerdict(StrEnum):
    """What came of asking a route. below: it matches, but the alarm is not grave enough."""

    MATCHED = "matched"
    BELOW = "below"
    NOT_MATCHED = "not_matched"
    NOT_ASKED = "not_asked"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A route of a table, and what came of asking it."""

    route: Route
    verdict: AskedVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A case and the policies that routes lead it to."""

    case: Case
    policies: tuple[tuple[Route, Policy], ...]
