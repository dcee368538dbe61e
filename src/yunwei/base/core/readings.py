"""What a connector reads from a desktop cloud: what exists, who is connected, what was measured.

Facts only, each with the source's own names and times. Native ids are the cloud's, never ours.
Unknown is None (or ""), which is not zero.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.metrics import METRICS
from yunwei.base.core.times import require_aware


class DesktopState(StrEnum):
    """Does the machine run?"""

    RUNNING = "running"
    STOPPED = "stopped"
    HIBERNATED = "hibernated"
    ERROR = "error"
    CHANGING = "changing"
    UNKNOWN = "unknown"


class LoginState(StrEnum):
    """Can somebody, or does somebody, use it?"""

    UNREGISTERED = "unregistered"
    READY = "ready"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    UNKNOWN = "unknown"


class DesktopKind(StrEnum):
    DEDICATED = "dedicated"
    POOLED = "pooled"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSeen:
    native_id: str
    name: str
    kind: DesktopKind = DesktopKind.POOLED
    image: str = ""
    desktop_limit: int | None = None
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    native_id: str
    name: str
    state: str = ""
    is_healthy: bool | None = None
    cpu_total: int | None = None
    cpu_used: int | None = None
    memory_total_mb: int | None = None
    memory_used_mb: int | None = None
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopUserSeen:
    """A person who uses desktops. login: the name in connection records, unique in its source."""

    native_id: str
    login: str
    name: str = ""
    email: str = ""
    department: str = ""
    is_locked: bool = False
    is_disabled: bool = False
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopSeen:
    """pool, host: native ids. logins: the assigned desktop users' login names."""

    native_id: str
    name: str
    kind: DesktopKind
    state: DesktopState
    login_state: LoginState
    pool: str = ""
    host: str = ""
    site: str = ""
    ip: str = ""
    operating_system: str = ""
    agent_version: str = ""
    image: str = ""
    cpu: int | None = None
    memory_mb: int | None = None
    logins: tuple[str, ...] = ()
    is_in_maintenance: bool = False
    created_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """A live session. A desktop has one row per person connected, or one without a person."""

    desktop: str
    login: str
    state: LoginState


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceSeen:
    """total None: the source states no limit.

    kind: `quota`, `concurrent`, `named` or `certificate`. server: who serves it. binding: what it
    is bound to (a host id, a dongle). grace_ends_at: until when it may be used beyond its terms.
    """

    native_id: str
    name: str
    total: float | None
    used: float | None
    unit: str = ""
    expires_at: datetime | None = None
    edition: str = ""
    kind: str = ""
    server: str = ""
    binding: str = ""
    grace_ends_at: datetime | None = None
    raw: dict[str, str] = field(default_factory=dict)


type Seen = PoolSeen | HostSeen | DesktopUserSeen | DesktopSeen | SessionSeen | LicenceSeen


class SeenKind(StrEnum):
    """Kinds of which a complete reading also says what is gone."""

    POOL = "pool"
    HOST = "host"
    DESKTOP_USER = "desktop_user"
    DESKTOP = "desktop"
    SESSION = "session"
    LICENCE = "licence"


SEEN_TYPES: dict[SeenKind, type[Seen]] = {
    SeenKind.POOL: PoolSeen,
    SeenKind.HOST: HostSeen,
    SeenKind.DESKTOP_USER: DesktopUserSeen,
    SeenKind.DESKTOP: DesktopSeen,
    SeenKind.SESSION: SessionSeen,
    SeenKind.LICENCE: LicenceSeen,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One number. object_id: the native id, "" for the source itself. at: the source's clock."""

    metric: str
    object_kind: str
    object_id: str
    at: datetime
    value: float

    def __post_init__(self) -> None:
        require_aware(self.at, "at")
        if self.metric not in METRICS:
            raise ValueError(f"no such metric: {self.metric!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """One attempt of a desktop user to connect, from asking to the end of the session.

    native_id: the cloud's transaction id. setup_at None: never became usable. ended_at None:
    still open. stages_s: seconds by logon stage, {} when not (yet) read; stage_starts: when each of
    them began, as far as that is told; failed_stage: in which it failed, if that is told.
    """

    native_id: str
    login: str
    desktop: str
    desktop_name: str = ""
    started_at: datetime
    setup_at: datetime | None = None
    ended_at: datetime | None = None
    is_reconnect: bool = False
    failure: str = ""
    rtt_s: float | None = None
    client_type: str = ""
    client_name: str = ""
    client_ip: str = ""
    client_version: str = ""
    stages_s: dict[str, float] = field(default_factory=dict)
    stage_starts: dict[str, datetime] = field(default_factory=dict)
    failed_stage: str = ""

    def __post_init__(self) -> None:
        require_aware(self.started_at, "started_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAction:
    """Something that a person or the cloud did, as the cloud's own trail says it."""

    native_id: str
    at: datetime
    login: str
    kind: str
    object_kind: str = ""
    object_id: str = ""
    object_name: str = ""
    is_success: bool = True
    error: str = ""
    client_type: str = ""
    client_ip: str = ""

    def __post_init__(self) -> None:
        require_aware(self.at, "at")


type Reading = Seen | Observation | ConnectionRecord | UserAction | RawAlarm


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPage:
    """One page of readings.

    read_at: our clock when the answer came. watermark: what to hand to the next read once this
    page is stored; None leaves it as it was. completes: the kinds of which the pages of this
    read, this one included, were the whole truth, so that what was not in them is gone.
    """

    readings: tuple[Reading, ...]
    read_at: datetime
    watermark: str | None = None
    completes: frozenset[SeenKind] = frozenset()
