"""The words of telemetry: series of measurements, connections, raw alarms with their verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import AlarmId, OccurrenceId, SourceId, TenantId
from yunwei.base.core.metrics import Unit
from yunwei.base.core.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values over time, equally long tuples. A gap is None, never 0.

    name: the metric, or what a named question says. bucket_s: width of one point, None when the
    points are the instants of measurement themselves. maxima: highest raw value in each bucket
    (empty when points are raw). coverage: share (0-1) of the asked time that was measured.
    """

    name: str
    unit: Unit
    times: tuple[datetime, ...]
    values: tuple[float | None, ...]
    maxima: tuple[float | None, ...] = ()
    bucket_s: int | None = None
    coverage: float

    @property
    def peak(self) -> "Peak | None":
        """The first of the highest points, None without any value."""
        told = [(v, at) for at, v in zip(self.times, self.values, strict=True) if v is not None]
        highest = max((value for value, _ in told), default=None)
        return next((Peak(value=v, at=at) for v, at in told if v == highest), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The highest measured value and its instant."""

    value: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What a desktop's people met in a stretch of time, as means; None where nothing was measured.
    logon_s: of first logons. failed: attempts to connect that failed."""

    cpu: float | None = None
    logon_s: float | None = None
    rtt_s: float | None = None
    attempts: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One attempt to connect. logon_s: asking to usable, None when it never was.

    duration_s: usable to end, None while open or when it never was usable.
    """

    tenant: TenantId
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
    logon_s: float | None
    duration_s: float | None
    stages_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One attempt to connect in few words. usual_rtt_s: the login's own median of days before."""

    login: str
    desktop: str
    started_at: datetime
    setup_at: datetime | None
    is_reconnect: bool
    failure: str
    rtt_s: float | None
    usual_rtt_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualConnections:
    """What is usual of a source's connections: of first logons, and of all round trips. per_hour:
    attempts of the busiest day at this hour (UTC)."""

    attempts: int
    failed_ratio: float | None
    logon_p50_s: float | None
    logon_p95_s: float | None
    rtt_p50_s: float | None
    rtt_p95_s: float | None
    per_hour: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserActionRow:
    """One thing that a person or the cloud did."""

    tenant: TenantId
    source: SourceId
    native_id: str
    at: datetime
    login: str
    kind: str
    object_kind: str
    object_id: str
    object_name: str
    is_success: bool
    error: str
    client_type: str
    client_ip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogonHour:
    """Logons of one hour. logon_p50_s, logon_p95_s: first connections only, None without any."""

    at: datetime
    attempts: int
    failures: int
    reconnects: int
    logon_p50_s: float | None
    logon_p95_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDay:
    """Attempts of a local day that failed for one reason, in the source's own words."""

    day: date
    source: SourceId
    reason: str
    attempts: int
    users: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRawAlarm:
    """A raw alarm and what became of it.

    id: `batch_id:position`, the same however often it is judged. verdict: the governance's word
    (`raised`, `repeated`, `cleared`, `noticed`, `duplicate`, `unprocessed`…). alarm: the alarm it
    went into, if any; occurrence, operator_state, count and raised_at: that alarm's afterwards.
    """

    id: str
    raw_alarm: RawAlarm
    verdict: str
    alarm: AlarmId | None = None
    occurrence: OccurrenceId | None = None
    operator_state: str = ""
    count: int = 0
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAlarmRow:
    """A raw alarm as it is kept. raw: the report's own fields."""

    id: str
    tenant: TenantId
    source: SourceId
    native_id: str
    act: AlarmAct
    alarm_type: str
    managed_object: str
    qualifier: str
    severity: Severity
    text: str
    event_at: datetime
    received_at: datetime
    verdict: str
    alarm: AlarmId | None
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A stretch of one tenant's past, in which rules are tried. time_zone: of its days.

    source_names: under which rules know its sources, by id.
    """

    tenant: TenantId
    from_at: datetime
    to_at: datetime
    time_zone: str
    source_names: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastGroups:
    """Occurrences of the past that match. by_…: the most frequent, most first; type_count,
    object_count: how many different ones there were."""

    by_day: Mapping[date, int]
    by_severity: tuple[tuple[str, int], ...]
    by_type: tuple[tuple[str, int], ...]
    by_object: tuple[tuple[str, int], ...]
    type_count: int
    object_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Of occurrences that match, those that others match, too: any of them, and each."""

    by_any: int
    each: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a ClickHouse table. codec: e.g. `DoubleDelta, ZSTD(1)`. why: if odd.

    if_absent: its value in rows of processes of an earlier release, which do not know it yet.
    """

    name: str
    type: str
    codec: str = ""
    why: str = ""
    if_absent: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A data-skipping index."""

    name: str
    expression: str
    type: str
    granularity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What each part of a table keeps beside its rows: sums, which are read in their stead by who
    asks for them, spelt alike; or the same rows in another order, for questions without FINAL.

    groups, sums: expressions over columns. order: columns, in place of both.
    """

    name: str
    groups: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One ClickHouse table. Rows of one key replace each other: the highest `version` stays.

    expires_by: the time column after which the retention setting counts.
    """

    name: str
    summary: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    version: str
    partition: str
    expires_by: str
    indexes: tuple[Index, ...] = ()
    projections: tuple[Projection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBatch:
    """Rows of one table on their way to ClickHouse, by columns, all equally long.

    constants: columns that are the same in every row. Times are milliseconds since 1970 UTC.
    """

    table: str
    constants: Mapping[str, int | str]
    columns: Mapping[str, list[Any]]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))
