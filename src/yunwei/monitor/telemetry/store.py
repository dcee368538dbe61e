"""Rows of telemetry to facts and back, in ClickHouse. The only SQL on these tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from yunwei.base.core.condition import SqlText
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import load_statements
from yunwei.monitor.telemetry.facts import (
    AttemptRow,
    Column,
    ConnectionRow,
    RawAlarmRow,
    RowBatch,
    Series,
    Table,
    UserActionRow,
    UsualConnections,
)
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.series import to_ms
from yunwei.monitor.telemetry.rules.tables import render_retention

if TYPE_CHECKING:
    import pyarrow

SQL = load_statements("yunwei.monitor.telemetry")


class _Door:
    """This process's ClickHouse, once `use` said which."""

    opened: ClickHouse | None = None


# Answers about days that are over: kept for a minute, since every open overview asks for them.
_KEPT_S = 60.0
_KEPT_MOST = 200
_kept: dict[object, tuple[float, Series]] = {}

type Highest = dict[tuple[SourceId, str], dict[date, float]]
"""Highest values by local day, by source and object."""

# What days that are over held hardly changes; no more of it than some MB.
_HIGHEST_KEPT_S = 600.0
_HIGHEST_KEPT_MOST = 40
_HIGHEST_MOST_DAYS = 20_000
_highest: dict[object, tuple[float, Highest]] = {}
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000


# What a day that is over comes to, until a row of a connection changes that reaches into it.
_DAYS_KEPT_MOST = 400
_days: dict[object, tuple[object, list[float]]] = {}


def use(door: ClickHouse | None) -> None:
    _Door.opened = door
    _kept.clear()
    _days.clear()
    _highest.clear()


def recall(question: object, answer: Callable[[], Series], *, now_s: float) -> Series:
    """Return what `answer` says, or said to the same question within the last minute."""
    until_s, known = _kept.get(question, (0.0, None))
    if known is None or until_s <= now_s:
        known = answer()
        if len(_kept) >= _KEPT_MOST:
            _kept.clear()
        _kept[question] = now_s + _KEPT_S, known
    return known


def keep_day(
    tenants: Sequence[int],
    ends: tuple[datetime, datetime],
    answer: Callable[[], list[float]],
) -> list[float]:
    """Return what `answer` says of the connections of a day that is over, or said before any row of
    them changed."""
    question = tuple(tenants), ends
    state = ask("print_of_connections", {"tenants": [*tenants], **span(*ends)})
    kept = _days.get(question)
    if kept is not None and kept[0] == state:
        return kept[1]
    found = answer()
    if len(_days) >= _DAYS_KEPT_MOST:
        _days.clear()
    _days[question] = state, found
    return found


def highest_by_day(asked: Mapping[str, Any], today: datetime, *, now_s: float) -> Highest:
    """Return highest values by local day. What was said of the days before today within the last
    ten minutes is said again."""
    last_ms = max(asked["from_ms"], min(asked["to_ms"], to_ms(today)))
    of_over = {**asked, "to_ms": last_ms}
    question = tuple(map(str, of_over.values()))
    until_s, over = _highest.get(question, (0.0, {}))
    if until_s <= now_s:
        over = _ask_highest(of_over)
        if len(_highest) >= _HIGHEST_KEPT_MOST:
            _highest.clear()
        if sum(map(len, over.values())) <= _HIGHEST_MOST_DAYS:
            _highest[question] = now_s + _HIGHEST_KEPT_S, over
    found = {key: dict(by_day) for key, by_day in over.items()}
    for key, by_day in _ask_highest({**asked, "from_ms": last_ms}).items():
        found.setdefault(key, {}).update(by_day)
    return found


def _ask_highest(asked: Mapping[str, Any]) -> Highest:
    found: Highest = {}
    for statement, begin, end in split_hours(asked["from_ms"], asked["to_ms"], asked["zone"]):
        for row in ask(statement, {**asked, "from_ms": begin, "to_ms": end}):
            own = found.setdefault((SourceId(row["source"]), row["object_id"]), {})
            known = own.get(row["day"])
            own[row["day"]] = row["highest"] if known is None else max(known, row["highest"])
    return found


def split_hours(from_ms: int, to_ms: int, zone: str) -> Iterator[tuple[str, int, int]]:
    """Yield which statement tells the highest values of which part of a stretch of time: whole
    hours come from their sums, what is left over from the rows."""
    first, last = -(-from_ms // _HOUR_MS) * _HOUR_MS, to_ms // _HOUR_MS * _HOUR_MS
    if first >= last or not _is_whole_hours(zone, first, last):
        first = last = to_ms
    for statement, begin, end in (
        ("highest_by_day", from_ms, first),
        ("highest_by_hours", first, last),
        ("highest_by_day", last, to_ms),
    ):
        if begin < end:
            yield statement, begin, end


def _is_whole_hours(zone: str, from_ms: int, to_ms: int) -> bool:
    """Return whether local days begin with an hour of UTC. No zone changes that twice in a day."""
    known = ZoneInfo(zone)
    return all(
        datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(known).minute == 0
        for at_ms in (*range(from_ms, to_ms, _DAY_MS), to_ms)
    )


def ask(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a named statement; raises EngineAway."""
    if _Door.opened is None:
        raise EngineAway("ClickHouse is not open in this process")
    return _Door.opened.query(SQL[statement], parameters)


def ask_matching(
    statement: str, match: SqlText, parameters: Mapping[str, Any], *, others: Sequence[SqlText] = ()
) -> list[dict[str, Any]]:
    """Return the rows of a named statement about what matches a condition, which is part of its
    text: `condition_to_sql` writes nothing into it but its own words. Raises EngineAway."""
    if _Door.opened is None:
        raise EngineAway("ClickHouse is not open in this process")
    listed = ", ".join(f"toUInt64({other.text})" for other in others)
    text = SQL[statement].replace("__match__", match.text).replace("__others__", listed)
    given = {**parameters, **match.parameters}
    for other in others:
        given |= other.parameters
    return _Door.opened.query(text, given)


def span(from_at: datetime, to_at: datetime) -> dict[str, int]:
    return {"from_ms": to_ms(from_at), "to_ms": to_ms(to_at)}


def connections(statement: str, asked: Mapping[str, Any]) -> tuple[ConnectionRow, ...]:
    """Return connections with their logon stages, in the statement's order."""
    rows = ask(statement, asked)
    stages: dict[str, dict[str, float]] = {}
    if rows:
        wanted = {
            "native_ids": [row["native_id"] for row in rows],
            "started": [to_ms(row["started_at"]) for row in rows],
        }
        for told in ask("stages_of_connections", {**asked, **wanted}):
            stages.setdefault(told["native_id"], {})[told["stage"]] = told["seconds"]
    return tuple(_connection(row, stages.get(row["native_id"], {})) for row in rows)


def _connection(row: Mapping[str, Any], stages_s: Mapping[str, float]) -> ConnectionRow:
    setup_at, ended_at = row["setup_at"], row["ended_at"]
    lasted = (ended_at - setup_at).total_seconds() if setup_at and ended_at else None
    logon = (setup_at - row["started_at"]).total_seconds() if setup_at else None
    told = {**row, "logon_s": logon, "duration_s": lasted, "stages_s": stages_s}
    return msgspec.convert(told, ConnectionRow)


def attempts_of_source(asked: Mapping[str, Any]) -> tuple[AttemptRow, ...]:
    return tuple(msgspec.convert(row, AttemptRow) for row in ask("attempts_of_source", asked))


def usual_of_source(asked: Mapping[str, Any]) -> UsualConnections | None:
    """Return what is usual; None where nothing was."""
    [row] = ask("usual_of_source", asked)
    if not row["attempts"]:
        return None
    timed, told = bool(row.pop("timed")), bool(row.pop("told"))
    untold = {name for name in row if name.startswith("logon_") and not timed}
    untold |= {name for name in row if name.startswith("rtt_") and not told}
    return msgspec.convert(row | dict.fromkeys(untold), UsualConnections)


def user_actions(parameters: Mapping[str, Any]) -> tuple[UserActionRow, ...]:
    return tuple(msgspec.convert(row, UserActionRow) for row in ask("actions_of_user", parameters))


def raw_alarms(parameters: Mapping[str, Any]) -> tuple[RawAlarmRow, ...]:
    rows = ask("raw_alarms_of_alarm", parameters)
    return tuple(
        msgspec.convert(row | {"alarm": row["alarm"] or None}, RawAlarmRow) for row in rows
    )


def past_samples(match: SqlText, parameters: Mapping[str, Any]) -> tuple[RawAlarmRow, ...]:
    rows = ask_matching("past_samples", match, parameters)
    return tuple(
        msgspec.convert(row | {"alarm": row["alarm"] or None}, RawAlarmRow) for row in rows
    )


def to_arrow(table: Table, batches: Iterable[RowBatch]) -> "pyarrow.Table":
    """Return the rows of batches of one table as Arrow; raises ValueError when one is unfit."""
    import pyarrow  # noqa: PLC0415  0.2 s and 60 MB, only where telemetry is written

    taken = list(batches)
    names = [column.name for column in table.columns]
    needed = {column.name for column in table.columns if column.if_absent is None}
    for batch in taken:
        if not needed <= {*batch.constants, *batch.columns} <= {*names}:
            raise ValueError(f"{table.name} has other columns than the batch")
        if len({len(values) for values in batch.columns.values()}) > 1:
            raise ValueError(f"a batch for {table.name} has columns of different lengths")
    arrays = [_array(column, taken) for column in table.columns]
    return pyarrow.Table.from_arrays(arrays, names=names)


def _array(column: Column, batches: Sequence[RowBatch]) -> Any:
    import pyarrow  # noqa: PLC0415

    values: list[Any] = []
    for batch in batches:
        if column.name in batch.columns:
            values.extend(batch.columns[column.name])
        else:
            constant = batch.constants.get(column.name, column.if_absent)
            values.extend([constant] * batch.rows)
    if column.type.startswith("Map"):
        values = [list(each.items()) for each in values]
    try:
        return pyarrow.array(values, _arrow_type(column.type))
    except (pyarrow.ArrowException, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{column.name}: {error}") from error


def _arrow_type(clickhouse_type: str) -> Any:
    import pyarrow  # noqa: PLC0415

    known = {
        "UInt32": pyarrow.uint32(),
        "UInt64": pyarrow.uint64(),
        "String": pyarrow.string(),
        "LowCardinality(String)": pyarrow.string(),
        "Bool": pyarrow.bool_(),
        "Float64": pyarrow.float64(),
        "DateTime64(3, 'UTC')": pyarrow.timestamp("ms", tz="UTC"),
        "Map(String, String)": pyarrow.map_(pyarrow.string(), pyarrow.string()),
    }
    is_nullable = clickhouse_type.startswith("Nullable(")
    return known[clickhouse_type[9:-1] if is_nullable else clickhouse_type]


def insert(door: ClickHouse, table: Table, batches: Iterable[RowBatch]) -> int:
    """Insert batches of one table as one block; returns the rows.

    Raises ValueError or Bug when one of them is unfit, EngineAway when ClickHouse is.
    """
    rows = to_arrow(table, batches)
    door.insert_arrow(table.name, rows)
    return int(rows.num_rows)


def fetch_versions(door: ClickHouse) -> tuple[str, ...]:
    """Return the migrations that were applied; makes their list at the first call."""
    door.command(SQL["create_versions"])
    return tuple(row["name"] for row in door.query(SQL["fetch_versions"]))


def note_version(door: ClickHouse, name: str, at: datetime) -> None:
    door.insert("schema_versions", ["name", "applied_at"], [[name, at]])


def stale_retentions(door: ClickHouse, days: int) -> tuple[str, ...]:
    """Return the statements that make every table keep its rows for so many days."""
    kept = {row["name"]: row["engine_full"] for row in door.query(SQL["fetch_retention"])}
    wanted = f"toIntervalDay({int(days)})"
    return tuple(
        render_retention(table, days)
        for table in TABLES.values()
        if table.name in kept and wanted not in kept[table.name]
    )
