"""The tables of telemetry in ClickHouse, each declared once. `migrations/` leads there, step by
step; a test holds both together. Nothing of this part is in PostgreSQL."""

from yunwei.monitor.telemetry.facts import Column, Index, Projection, Table

_TIME = "DateTime64(3, 'UTC')"
_TIME_CODEC = "DoubleDelta, ZSTD(1)"
_WORD = "LowCardinality(String)"


def _time(name: str, why: str = "") -> Column:
    return Column(name=name, type=_TIME, codec=_TIME_CODEC, why=why)


_DAY = "intDiv(toUnixTimestamp64Milli(started_at), 86400000)"
"""Of UTC, since 1970."""


def _days(*sums: str) -> Projection:
    """What each day of each source comes to: pages ask every minute which days have changed."""
    return Projection(name="days", groups=("tenant", "source", _DAY), sums=("count()", *sums))


_WHOSE = (Column(name="tenant", type="UInt64"), Column(name="source", type="UInt64"))
_WRITTEN = _time("written_at", "our clock; of two rows of one key the later one stays")

OBSERVATIONS = Table(
    name="observations",
    summary="Every measurement: one metric of one object at one instant.",
    columns=(
        *_WHOSE,
        Column(name="metric", type=_WORD),
        Column(name="object_kind", type=_WORD),
        Column(name="object_id", type="String", why="the source's own id, '' the source itself"),
        _time("at"),
        Column(name="value", type="Float64", codec="Gorilla, ZSTD(1)"),
        _WRITTEN,
    ),
    key=("tenant", "source", "metric", "object_kind", "object_id", "at"),
    version="written_at",
    partition="toYYYYMM(at)",
    expires_by="at",
    projections=(
        Projection(
            name="hours",
            groups=("tenant", "source", "metric", "object_kind", "object_id", "toStartOfHour(at)"),
            sums=("max(value)",),
        ),
    ),
)

CONNECTIONS = Table(
    name="connections",
    summary="Every attempt of a desktop user to connect; written again until it has ended.",
    columns=(
        *_WHOSE,
        _time("started_at"),
        Column(name="native_id", type="String"),
        Column(name="login", type="String"),
        Column(name="desktop", type="String"),
        Column(name="desktop_name", type="String"),
        Column(name="setup_at", type=f"Nullable({_TIME})", why="none: never became usable"),
        Column(name="ended_at", type=f"Nullable({_TIME})", why="none: open when it was read"),
        Column(name="is_reconnect", type="Bool"),
        Column(name="failure", type=_WORD),
        Column(name="rtt_s", type="Nullable(Float64)"),
        Column(name="client_type", type=_WORD),
        Column(name="client_name", type="String"),
        Column(name="client_ip", type="String"),
        Column(name="client_version", type=_WORD),
        _time("read_at", "our clock; an open connection was open until then at least"),
    ),
    key=("tenant", "source", "started_at", "native_id"),
    version="read_at",
    partition="toYYYYMM(started_at)",
    expires_by="started_at",
    indexes=(
        Index(name="by_desktop", expression="desktop", type="bloom_filter", granularity=4),
        Index(name="by_login", expression="login", type="bloom_filter", granularity=4),
    ),
    projections=(
        _days(
            "sum(cityHash64(started_at, read_at))",
            "min(started_at)",
            "max(read_at)",
            "groupUniqArray(client_type)",
        ),
        Projection(name="of_login", order=("tenant", "source", "login", "started_at")),
    ),
)

LOGON_STAGES = Table(
    name="logon_stages",
    summary="Seconds by stage of a connection's logon; read apart from it, and not for each.",
    columns=(
        *_WHOSE,
        _time("started_at"),
        Column(name="native_id", type="String"),
        Column(name="stage", type=_WORD),
        Column(name="seconds", type="Float64"),
        Column(name="began_at", type=_TIME, codec=_TIME_CODEC, why="1970: not told", if_absent=0),
        Column(name="has_failed", type="Bool", why="the attempt, in this stage", if_absent=0),
        _WRITTEN,
    ),
    key=("tenant", "source", "started_at", "native_id", "stage"),
    version="written_at",
    partition="toYYYYMM(started_at)",
    expires_by="started_at",
    projections=(_days("sum(cityHash64(started_at, native_id, stage, written_at))"),),
)

USER_ACTIONS = Table(
    name="user_actions",
    summary="What people and the cloud did, as the cloud's own trail says it.",
    columns=(
        *_WHOSE,
        _time("at"),
        Column(name="native_id", type="String"),
        Column(name="login", type="String"),
        Column(name="kind", type=_WORD),
        Column(name="object_kind", type=_WORD),
        Column(name="object_id", type="String"),
        Column(name="object_name", type="String"),
        Column(name="is_success", type="Bool"),
        Column(name="error", type="String"),
        Column(name="client_type", type=_WORD),
        Column(name="client_ip", type="String"),
        _WRITTEN,
    ),
    key=("tenant", "source", "at", "native_id"),
    version="written_at",
    partition="toYYYYMM(at)",
    expires_by="at",
)

_ALARM_STATE = (
    Column(name="occurrence", type="UInt64", why="0: none, or not kept yet", if_absent=0),
    Column(name="operator_state", type=_WORD, why="afterwards", if_absent=""),
    Column(name="count", type="UInt32", why="of the occurrence; 0: not kept yet", if_absent=0),
    Column(
        name="raised_at",
        type=_TIME,
        codec=_TIME_CODEC,
        why="of the occurrence; 1970: not kept yet",
        if_absent=0,
    ),
)
"""What became of the alarm that a raw alarm went into; kept since 0.2."""

RAW_ALARMS = Table(
    name="raw_alarms",
    summary="Every raw alarm that was accepted, with its verdict.",
    columns=(
        *_WHOSE,
        _time("received_at"),
        Column(name="id", type="String", why="batch and position: the same however often judged"),
        Column(name="native_id", type="String"),
        Column(name="act", type=_WORD),
        Column(name="alarm_type", type=_WORD),
        Column(name="managed_object", type="String"),
        Column(name="qualifier", type="String"),
        Column(name="severity", type=_WORD),
        Column(name="text", type="String"),
        _time("event_at"),
        Column(name="verdict", type=_WORD),
        Column(name="alarm", type="UInt64", why="0: went into none"),
        *_ALARM_STATE,
        Column(name="raw", type="Map(String, String)"),
        _WRITTEN,
    ),
    key=("tenant", "received_at", "id"),
    version="written_at",
    partition="toYYYYMM(received_at)",
    expires_by="received_at",
    indexes=(Index(name="by_alarm", expression="alarm", type="bloom_filter", granularity=4),),
)

KNOWN_USERS = Table(
    name="known_users",
    summary="Which department a desktop user is in, as the source said last. Kept when gone.",
    columns=(
        *_WHOSE,
        Column(name="login", type="String"),
        Column(name="department", type=_WORD),
        _WRITTEN,
    ),
    key=("tenant", "source", "login"),
    version="written_at",
    partition="tuple()",
    expires_by="written_at",
)

KNOWN_DESKTOPS = Table(
    name="known_desktops",
    summary="Which pool a desktop is in, as the source said last. Kept when gone.",
    columns=(
        *_WHOSE,
        Column(name="desktop", type="String", why="the source's own id"),
        Column(name="pool", type=_WORD, why="the source's own id, '' none"),
        _WRITTEN,
    ),
    key=("tenant", "source", "desktop"),
    version="written_at",
    partition="tuple()",
    expires_by="written_at",
)

TABLES = {
    table.name: table
    for table in (
        OBSERVATIONS,
        CONNECTIONS,
        LOGON_STAGES,
        USER_ACTIONS,
        RAW_ALARMS,
        KNOWN_USERS,
        KNOWN_DESKTOPS,
    )
}
STEADY = frozenset({KNOWN_USERS.name, KNOWN_DESKTOPS.name})
"""Tables whose rows hardly ever change, though every reading of inventory says them again."""
