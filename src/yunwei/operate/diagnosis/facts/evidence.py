"""What is known when a diagnosis is made: the subject, what stands around it, what was measured.

Frozen, so that a verdict follows from it alone. None: not measured, which is not zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from yunwei.base.core.own_texts import read_in
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.core.severity import Severity
from yunwei.monitor.inventory.facts import Neighbour


class SubjectKind(StrEnum):
    """What somebody complains about."""

    DESKTOP = "desktop"
    DESKTOP_USER = "desktop_user"
    POOL = "pool"
    ALARM = "alarm"
    SITUATION = "situation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is looked at. alarm_type: whose words its name is, where it is an alarm's text."""

    kind: SubjectKind
    id: int
    name: str
    alarm_type: str = ""

    def in_language(self, language: str) -> str:
        """Return what it is called, in a reader's language."""
        return read_in(self.name, self.alarm_type, language)


def is_faulty(desktop: Neighbour) -> bool:
    return desktop.state is DesktopState.ERROR


def is_lost(desktop: Neighbour) -> bool:
    """Say whether it is faulty, or runs and its agent does not answer the broker."""
    is_running = desktop.state is DesktopState.RUNNING
    return is_faulty(desktop) or (is_running and desktop.login_state is LoginState.UNREGISTERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to connect. usual_rtt_s: the login's own median of the days before."""

    login: str
    desktop: str
    started_at: datetime
    is_reconnect: bool
    failure: str
    logon_s: float | None
    rtt_s: float | None
    usual_rtt_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual of a source: over the days before, first logons and all round trips.

    per_hour: attempts in the busiest usual hour of this hour of the day.
    """

    attempts: int
    failed_ratio: float | None
    logon_p50_s: float | None
    logon_p95_s: float | None
    rtt_p50_s: float | None
    rtt_p95_s: float | None
    per_hour: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The desktop user's own past, of the days before the window."""

    logon_p50_s: float | None = None
    rtt_p50_s: float | None = None
    connections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A metric of the desktop: the mean of the window, and its own usual value."""

    now: float
    usual: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlarm:
    """An alarm that stands, or stood within the window. words: what it is called, all languages."""

    id: int
    alarm_type: str
    managed_object: str
    severity: Severity
    text: str
    words: str
    raised_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    name: str
    kind: str
    used: float | None
    total: float | None
    expires_at: datetime | None
    grace_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Something that changed before. what: `state`, `image`, `script`…"""

    at: datetime
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDesktop:
    """The desktop that a diagnosis is about. host, pool: native ids; image: its name."""

    id: int
    native_id: str
    name: str
    state: DesktopState
    login_state: LoginState
    state_since: datetime
    host: str
    host_name: str
    pool: str
    pool_name: str
    image: str
    agent_version: str
    logins: tuple[str, ...]
    users_now: tuple[str, ...]
    is_in_maintenance: bool
    session_state_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnUser:
    id: int
    login: str
    name: str
    is_locked: bool
    is_disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHost:
    name: str
    is_healthy: bool | None
    cpu_ratio: float | None
    memory_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a diagnosis goes by. from_at to at is the window.

    crowd: attempts of the whole source within the window, None when they can not be read. own:
    those of the subject. stale: reads of the source that are older than they should be. alarms:
    None when they can not be read.
    """

    subject: Subject
    from_at: datetime
    at: datetime
    source_name: str = ""
    desktop: OwnDesktop | None = None
    user: OwnUser | None = None
    host: OwnHost | None = None
    pool: str = ""
    pool_name: str = ""
    peers: tuple[Neighbour, ...] = ()
    crowd: tuple[Attempt, ...] | None = None
    usual: Usual | None = None
    past: Own = field(default_factory=Own)
    levels: Mapping[str, Level] = field(default_factory=dict)
    alarms: tuple[StandingAlarm, ...] | None = None
    asked_alarm: StandingAlarm | None = None
    quotas: tuple[Quota, ...] = ()
    changes: tuple[Changed, ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def window(self) -> timedelta:
        return self.at - self.from_at

    @property
    def logins(self) -> frozenset[str]:
        """Whose attempts are the subject's own."""
        if self.user is not None:
            return frozenset({self.user.login})
        if self.desktop is not None:
            return frozenset((*self.desktop.logins, *self.desktop.users_now))
        return frozenset()

    @property
    def own(self) -> tuple[Attempt, ...]:
        """Attempts of the subject, the newest last."""
        found = [each for each in self.crowd or () if self._is_own(each)]
        return tuple(sorted(found, key=lambda each: each.started_at))

    def _is_own(self, attempt: Attempt) -> bool:
        if self.user is not None:
            return attempt.login == self.user.login
        if self.desktop is not None:
            return attempt.desktop == self.desktop.native_id or attempt.login in self.logins
        if self.pool:
            return attempt.desktop in self.pool_desktops
        return False

    @property
    def pool_desktops(self) -> frozenset[str]:
        return frozenset(each.native_id for each in self.peers if each.pool == self.pool)

    @property
    def on_host(self) -> tuple[Neighbour, ...]:
        """Desktops of the same host, the subject's own included."""
        host = self.desktop.host if self.desktop else ""
        return tuple(each for each in self.peers if host and each.host == host)
