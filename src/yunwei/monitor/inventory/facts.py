"""The words of inventory: what exists in the desktop clouds and what became of it. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.acts import ActObject
from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.core.readings import DesktopKind, DesktopState, LoginState


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopRow:
    """One desktop. pool, host: our ids, None when it has none or it is not known (yet).

    logins: login names it is assigned to. users_now: who has a live session on it, connected
    first. state_since: since when we know the present `state`. gone_at: since when the source
    no longer has it. raw: the source's own fields; {} in lists.
    """

    id: DesktopId
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    kind: DesktopKind
    state: DesktopState
    state_since: datetime
    login_state: LoginState
    pool: int | None
    pool_name: str
    host: int | None
    host_name: str
    site: str
    ip: str
    operating_system: str
    agent_version: str
    image: str
    cpu: int | None
    memory_mb: int | None
    logins: tuple[str, ...]
    users_now: tuple[str, ...]
    is_in_maintenance: bool
    created_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    tags: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def act_object(self) -> ActObject:
        """It as the gate is asked about it: what conditions on desktops may name."""
        known = {
            "name": self.name,
            "native_id": self.native_id,
            "source_name": self.source_name,
            "pool": self.pool_name,
            "host": self.host_name,
            "site": self.site,
            "image": self.image,
            "desktop_kind": self.kind.value,
            "operating_system": self.operating_system,
            "agent_version": self.agent_version,
            "state": self.state.value,
            "login_state": self.login_state.value,
            "tags": tuple(f"{key}={text}" if text else key for key, text in self.tags.items()),
        }
        return ActObject(name=self.name, row={key: each for key, each in known.items() if each})


class HeldDesktop(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A desktop that is there, and who holds it. Its fields are the columns of `held_desktops`, in
    their order: it is read by the ten thousand.

    logins: it is assigned to; gone_logins: those whose user the source has no longer, or disabled.
    session_*: of the newest live session, a connected one first; "" and None without any.
    """

    id: DesktopId
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    kind: DesktopKind
    state: DesktopState
    state_since: datetime
    login_state: LoginState
    pool: int | None
    pool_name: str
    is_in_maintenance: bool
    created_at: datetime | None
    first_seen_at: datetime
    cpu: int | None
    memory_mb: int | None
    logins: tuple[str, ...]
    gone_logins: tuple[str, ...]
    session_login: str
    session_state: str
    session_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a desktop or licence. field: `state`, `pool`, `total`, `expires_at`, `exists`…

    before, after: as text, "" when unknown. `exists` goes from "yes" to "no" and back.
    """

    at: datetime
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenChange:
    """A change of a desktop that somebody may act upon. at: by our clock. field: `exists`, `image`,
    `login`, or `state`, which became `running`; off_since: then, since when it had not run, None
    when it was not off. id: grows, and is no order of time."""

    id: int
    tenant: TenantId
    desktop: DesktopId
    at: datetime
    field: str
    before: str
    after: str
    off_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedDesktop:
    """A desktop that is there. row: what conditions on desktops may name."""

    id: DesktopId
    tenant: TenantId
    name: str
    row: Mapping[str, Any]

    @property
    def act_object(self) -> ActObject:
        """It as the gate is asked about it."""
        return ActObject(name=self.name, row=self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldChange:
    """One change of a licence that nobody has been told of. native_id, name: the licence's."""

    native_id: str
    name: str
    at: datetime
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChangeRow:
    """One change of any licence, as a list shows it."""

    id: int
    tenant: TenantId
    licence: int
    licence_name: str
    source: SourceId
    source_name: str
    at: datetime
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceStanding:
    """A licence, and what has been told of it.

    is_expired: an alarm says so. expiry_step: days before its end that were told last. use_level:
    how full it was said to be, 0 plenty to 3 full. scarce_at, spent_at: its thresholds, 0-1.
    """

    id: int
    native_id: str
    name: str
    total: float | None
    used: float | None
    used_ratio: float | None
    expires_at: datetime | None
    gone_at: datetime | None
    is_expired: bool
    expiry_step: int | None
    use_level: int
    scarce_at: float
    spent_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopUserRow:
    """One person who uses desktops. desktops_count: assigned. is_online: connected right now."""

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    login: str
    name: str
    email: str
    department: str
    is_locked: bool
    is_disabled: bool
    is_online: bool
    desktops_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUser:
    """Who a desktop user is, in few words. id: ours."""

    id: int
    source: SourceId
    login: str
    name: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One live session. desktop, desktop_user: our ids, None while not (yet) known.

    state_since, first_seen_at: by our clock, as polls saw it. began_at: when its latest connection
    became usable, by the source's clock; it, rtt_s and client_… are None and "" where no record of
    that connection was read (yet). rtt_s: as the source told it of that connection.
    """

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    desktop: DesktopId | None
    desktop_native_id: str
    desktop_name: str
    pool_name: str
    desktop_user: int | None
    login: str
    user_name: str
    department: str
    state: LoginState
    state_since: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    began_at: datetime | None = None
    rtt_s: float | None = None
    client_type: str = ""
    client_name: str = ""
    client_ip: str = ""
    client_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """One desktop pool with what stands in it now."""

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    kind: DesktopKind
    image: str
    desktop_limit: int | None
    desktops_count: int
    running_count: int
    error_count: int
    unregistered_count: int
    users_online: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """One host with how much of it is used. is_healthy: None when the source does not say."""

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    state: str
    is_healthy: bool | None
    cpu_total: int | None
    cpu_used: int | None
    memory_total_mb: int | None
    memory_used_mb: int | None
    desktops_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRow:
    """One licence. total: None when the source states no limit. used_ratio: 0-1, None unknown.

    kind: what is counted (`quota`, `concurrent`, `named`, `certificate`), "" unknown. server,
    binding: where it is served and what it is bound to. peak_used: the most that was ever seen.
    scarce_at, spent_at: used shares (0-1) from which an alarm says so.
    """

    id: int
    tenant: TenantId
    source: SourceId
    source_name: str
    native_id: str
    name: str
    total: float | None
    used: float | None
    used_ratio: float | None
    unit: str
    expires_at: datetime | None
    edition: str
    kind: str
    server: str
    binding: str
    grace_ends_at: datetime | None
    peak_used: float | None
    peak_at: datetime | None
    scarce_at: float
    spent_at: float
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCounts:
    """The present of one tenant. users_online: distinct logins per source, connected."""

    tenant: TenantId
    tenant_name: str
    users_online: int
    desktops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NowCounts:
    """The present, over what the viewer may see.

    users_online, sessions_*: None while no source has told its sessions yet (unknown is not
    zero). sessions_as_of: the oldest of the sources' last good session polls.
    stale_sources: names of sources whose sessions are older than they should be.
    """

    users_online: int | None
    sessions_connected: int | None
    sessions_disconnected: int | None
    sessions_as_of: datetime | None
    stale_sources: tuple[str, ...]
    desktops: int
    desktops_by_state: Mapping[DesktopState, int]
    desktops_by_login_state: Mapping[LoginState, int]
    by_tenant: tuple[TenantCounts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """What a pool or host is called. is_gone: its source no longer has it."""

    id: int
    source: SourceId
    native_id: str
    name: str
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopPlace:
    """Where a desktop stands as its source said last, gone ones included; "" where it does not say.
    host: the source's own id."""

    source: SourceId
    native_id: str
    host: str
    image: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange:
    """A desktop's host or image was another one until an instant, by our clock."""

    source: SourceId
    native_id: str
    at: datetime
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopStart:
    """A desktop began to run. at: when inventory found it, by our clock; pool, host: the source's
    own ids, the host that of then, "" where it does not say."""

    source: SourceId
    native_id: str
    pool: str
    at: datetime
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCount:
    """How many desktops of something began to run in a step of time. object_id: the source's own
    id of the pool or host, "" for the source itself. place: the step's number since 1970."""

    source: SourceId
    object_id: str
    place: int
    starts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A desktop, host or pool and what it stands on, in few words: what depends on what.

    kind: `desktop`, `host`, `pool`. host, pool: native ids in the same source, "" for none.
    """

    kind: str
    id: int
    tenant: TenantId
    source: SourceId
    native_id: str
    name: str
    ip: str = ""
    host: str = ""
    pool: str = ""
    site: str = ""
    is_in_maintenance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A desktop beside others of its source. host, pool: native ids."""

    native_id: str
    name: str
    host: str
    pool: str
    image: str
    agent_version: str
    state: DesktopState
    login_state: LoginState
    state_since: datetime
    is_in_maintenance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Something of which measurements tell. native_id: "" for a source itself. Of a desktop the
    names of its pool and host, and what says whether it is in service."""

    object_kind: str
    tenant: TenantId
    tenant_name: str
    source: SourceId
    source_name: str
    native_id: str
    name: str
    pool: str = ""
    host: str = ""
    site: str = ""
    image: str = ""
    desktop_kind: str = ""
    operating_system: str = ""
    state: str = ""
    is_in_maintenance: bool = False
    first_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopMove:
    """A change of a desktop that says whether it was in service."""

    source: SourceId
    native_id: str
    change: Change
