"""The words of use: connected time, peaks, active users, logons, and how much of it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from yunwei.base.core.condition import Condition
from yunwei.base.core.ids import SourceId, TenantId

LONGEST = timedelta(days=7)
"""A connection counts for its first 7 days: connectors look for an end no longer than that."""

WEEK_DAYS = 7
MONTH_DAYS = 28
"""Four whole weeks, so that every weekday weighs the same."""


class Told(NamedTuple):
    """A row of `connections`, as it was written. Times in milliseconds since 1970 UTC: those of
    the connection by the source's clock, read_ms by ours."""

    source: int
    native_id: str
    login: str
    desktop: str
    started_ms: int
    setup_ms: int | None
    ended_ms: int | None
    read_ms: int


class Interval(NamedTuple):
    """Connected time: from begin_ms to before end_ms, by the source's clock."""

    source: int
    native_id: str
    login: str
    begin_ms: int
    end_ms: int


class Piece(NamedTuple):
    """A part of somebody's connected time. The pieces of one do not overlap."""

    who: tuple[int, str]
    begin_ms: int
    end_ms: int


class Counted(StrEnum):
    """What a concurrency counts: desktop users, each once, or connected sessions."""

    USERS = "users"
    SESSIONS = "sessions"


class By(StrEnum):
    """What figures are told apart by. NOTHING: the whole. HOST, IMAGE: of the desktop when the
    connection began; DEPARTMENT, POOL, SITE: as the source says now. HOUR, WEEKDAY: of the local
    time at which a connection began."""

    NOTHING = ""
    TENANT = "tenant"
    SITE = "site"
    DEPARTMENT = "department"
    POOL = "pool"
    CLIENT = "client"
    CLIENT_VERSION = "client_version"
    IMAGE = "image"
    HOST = "host"
    HOUR = "hour"
    WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whose use is meant; "" and None stand for everybody's. login: a part of it.

    pool: the source and the pool's own id there. condition: of connections, beside all of these.
    """

    tenant: TenantId | None = None
    pool: tuple[SourceId, str] | None = None
    department: str = ""
    client: str = ""
    login: str = ""
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A stretch of time, the zone whose days and hours count, and whose use is meant."""

    from_at: datetime
    to_at: datetime
    time_zone: str
    chosen: Chosen = Chosen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How much of a stretch of time is known.

    coverage: share (0-1) of it that is covered by connection records, over all sources that have
    any. as_of: until when the source that lags most has told, None when none has. sources: how
    many have told anything.
    """

    coverage: float
    as_of: datetime | None
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """The highest count, exact, and the first instant at which it stood."""

    count: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """How many at once. times: beginnings of steps; highest: the exact maximum within each, None
    where nothing is known yet. top: None when nobody was connected."""

    counted: Counted
    step_s: int
    times: tuple[datetime, ...]
    highest: tuple[int | None, ...]
    top: Top | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Whoever was connected at any instant of a local day counts once."""

    day: date
    users: int
    connected_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """Active users. users: of the whole time. day, week, month: of the last day asked for and the
    7 and 28 days that end with it. stickiness: mean active users a day of those 28, by month's.
    connected_s: time connected in the time asked for, of all users together."""

    users: int
    day: int
    week: int
    month: int
    stickiness: float | None
    connected_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTime:
    """One desktop user's connected time. days: on which they were connected. first_in_s,
    last_out_s: medians over those days of the first and the last instant connected, in seconds
    since local midnight. desktop_user: our id, None where inventory does not know them."""

    source: SourceId
    login: str
    connected_s: float
    days: int
    first_in_s: float
    last_out_s: float
    desktop_user: int | None = None
    name: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTimes:
    """The users with the most connected time, and how many users there were at all."""

    rows: tuple[UserTime, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Attempts to connect that began in a stretch of time. timed: first connections that became
    usable; p50_s, p95_s: from asking to usable of those, interpolated, None without any.
    part: what they are told apart by, "" where it is not known."""

    part: str
    attempts: int
    failures: int
    reconnects: int
    timed: int
    p50_s: float | None
    p95_s: float | None

    @property
    def failed_ratio(self) -> float | None:
        return self.failures / self.attempts if self.attempts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failed attempts of one reason, in the source's own words; "" where it gave none. users: how
    many different ones it struck."""

    reason: str
    attempts: int
    users: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPart:
    """Failed attempts of one stage and reason, in the source's own words; "" where it gave none.
    users: how many different ones they struck."""

    stage: str
    reason: str
    attempts: int
    users: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The last hour. times: beginnings of minutes; attempts that began in each, every one either a
    first logon, a reconnect or a failure; None where not all sources have told yet and nothing was
    seen. connected: users who were connected at any time of the last so many minutes before
    known.as_of; {} where no source has told anything. failed: of the whole hour, most first."""

    times: tuple[datetime, ...]
    logons: tuple[int | None, ...]
    reconnects: tuple[int | None, ...]
    failures: tuple[int | None, ...]
    connected: Mapping[int, int]
    failed: tuple[FailedPart, ...]
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Use of one department, pool or kind of client. key: as the source says it; name: as people
    know it."""

    key: str
    name: str
    users: int
    connected_s: float
    top: Top | None
    attempts: Attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Mean users connected by weekday (Monday first) and hour of the local day; None where that
    hour was not (yet) known at all."""

    rows: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From when until when a source's connections are known."""

    first_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogonStage:
    """One stage of a logon, in the source's own words. began_at: None where that is not told."""

    name: str
    seconds: float
    began_at: datetime | None = None
    has_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Logon:
    """One attempt to connect with the stages of its logon, in their order. Texts are the
    source's. desktop_user, name, department: of our inventory, None and "" where not known."""

    source: SourceId
    native_id: str
    login: str
    desktop: str
    desktop_name: str
    started_at: datetime
    setup_at: datetime | None
    ended_at: datetime | None
    is_reconnect: bool
    failure: str
    rtt_s: float | None
    client_type: str
    client_name: str
    client_ip: str
    client_version: str
    stages: tuple[LogonStage, ...] = ()
    desktop_user: int | None = None
    name: str = ""
    department: str = ""

    @property
    def logon_s(self) -> float | None:
        """From asking to usable; None when it never was usable."""
        if self.setup_at is None:
            return None
        return (self.setup_at - self.started_at).total_seconds()

    @property
    def staged_s(self) -> float:
        """What the stages took together."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def gap_s(self) -> float | None:
        """What of the logon no stage accounts for; None where stages or logon are not known."""
        if self.logon_s is None or not self.stages:
            return None
        return max(0.0, self.logon_s - self.staged_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One stage over many logons. logons: that went through it; share: of the time of all logons
    whose stages are known."""

    name: str
    logons: int
    p50_s: float
    p95_s: float
    total_s: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Where the time of first logons goes. timed: first logons; staged: those of them whose stages
    are known. gap: what no stage accounts for, None without any staged logon. failed: failed
    attempts by the stage in which they failed, as far as it is told."""

    rows: tuple[Phase, ...]
    gap: Phase | None
    timed: int
    staged: int
    p50_s: float | None
    total_s: float
    failed: Mapping[str, int]

    @property
    def coverage(self) -> float | None:
        return self.staged / self.timed if self.timed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogonTimes:
    """How long first logons took, over time. times: beginnings of steps; None without any."""

    step_s: int
    times: tuple[datetime, ...]
    logons: tuple[int, ...]
    p50_s: tuple[float | None, ...]
    p95_s: tuple[float | None, ...]


type Reaches = Mapping[SourceId, Reach]


class Measure(StrEnum):
    """What the usage explorer works out. HOURS: connected time of all users together."""

    USERS = "users"
    PEAK_USERS = "peak_users"
    PEAK_SESSIONS = "peak_sessions"
    HOURS = "hours"
    ATTEMPTS = "attempts"
    FAILURES = "failures"
    FAILED_RATIO = "failed_ratio"
    RECONNECTS = "reconnects"
    LOGON_P50 = "logon_p50"
    LOGON_P95 = "logon_p95"


class Dimension(StrEnum):
    """What a measure may be told apart by. DAY, WEEKDAY, HOUR: of the local time; use counts in
    each that it reaches into, attempts in that in which they began. IMAGE, HOST: of the desktop
    when the connection began; DEPARTMENT, POOL, SITE: as the source says now."""

    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"
    TENANT = "tenant"
    SITE = "site"
    DEPARTMENT = "department"
    POOL = "pool"
    CLIENT = "client"
    CLIENT_VERSION = "client_version"
    IMAGE = "image"
    HOST = "host"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many days of connections are read, of all that a question stands on."""

    read: int
    days: int

    @property
    def is_done(self) -> bool:
        return self.read >= self.days

    @property
    def share(self) -> float:
        return self.read / self.days if self.days else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A measure by one dimension or two different ones."""

    measure: Measure
    by: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value. keys: one for each dimension: an ISO day, `1` to `7` (Monday first), `00` to
    `23`, else as the source says it, "" where it is not known; of pools and hosts `source:id`, of
    users `source:login`, of tenants our id. value: in the measure's unit: a number, a share (0-1)
    or seconds."""

    keys: tuple[str, ...]
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What was found. cells: only those in which anything happened. whole: the measure of all;
    numbers of different users and peaks do not add up to it. names: of keys, for people."""

    question: Question
    cells: tuple[Cell, ...]
    whole: float | None
    names: Mapping[str, str]
