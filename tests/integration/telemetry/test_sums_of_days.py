"""Sums of days and highest values of hours, kept beside the rows, are what the rows come to: when
rows come again, and when parts are merged."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.alarms import build_viewer
from yunwei.base.core.metrics import At
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.telemetry.queries import highest_by_day
from yunwei.monitor.telemetry.store import SQL as TELEMETRY
from yunwei.operate.usage.store.prints import SQL

FIRST = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
DAYS = {"tenants": [2, 3], "from_day": 20_770, "to_day": 20_790}

CONNECTIONS = """
INSERT INTO connections (tenant, source, started_at, native_id, client_type, read_at)
SELECT 2 + number % 2, 1 + number % 3, {first:DateTime64(3)} + INTERVAL number * 7 MINUTE,
       toString(number), ['Windows', 'thin', ''][1 + number % 3],
       {first:DateTime64(3)} + INTERVAL number * 7 + {later:UInt32} MINUTE
  FROM numbers({rows:UInt32})
"""
STAGES = """
INSERT INTO logon_stages (tenant, source, started_at, native_id, stage, seconds, written_at)
SELECT 2 + number % 2, 1, {first:DateTime64(3)} + INTERVAL number * 7 MINUTE, toString(number),
       'LOGIN', 1.5, {first:DateTime64(3)} + INTERVAL number * 7 + {later:UInt32} MINUTE
  FROM numbers({rows:UInt32})
"""


def ask(door: ClickHouse, statement: str, *, by_rows: bool) -> list[tuple[object, ...]]:
    switch = f" SETTINGS optimize_use_projections = {int(not by_rows)}"
    rows = door.query(SQL[statement] + switch, DAYS)
    return sorted(
        tuple(sorted(each) if isinstance(each, list) else each for each in row.values())
        for row in rows
    )


@pytest.mark.parametrize(
    ("statement", "table", "filling"),
    [
        ("prints", "connections", CONNECTIONS),
        ("prints_of_stages", "logon_stages", STAGES),
    ],
)
def test_sums_are_those_of_the_rows(
    clickhouse: ClickHouse, statement: str, table: str, filling: str
) -> None:
    told = {"first": FIRST, "rows": 1200, "later": 1}
    clickhouse.command(filling, told)
    once = ask(clickhouse, statement, by_rows=False)
    assert once
    assert once == ask(clickhouse, statement, by_rows=True)
    clickhouse.command(filling, told | {"rows": 40, "later": 90})
    again = ask(clickhouse, statement, by_rows=False)
    assert again != once
    assert again == ask(clickhouse, statement, by_rows=True)
    clickhouse.command(f"OPTIMIZE TABLE {table} FINAL")
    merged = ask(clickhouse, statement, by_rows=False)
    assert merged == ask(clickhouse, statement, by_rows=True)
    assert clickhouse.query(f"SELECT count() AS n FROM {table}")  # noqa: S608 == [{"n": 1200}]


def test_a_question_of_prints_reads_sums_and_no_rows(clickhouse: ClickHouse) -> None:
    clickhouse.command(CONNECTIONS, {"first": FIRST + timedelta(days=1), "rows": 50, "later": 1})
    clickhouse.command(STAGES, {"first": FIRST + timedelta(days=1), "rows": 50, "later": 1})
    for statement in ("prints", "prints_of_stages"):
        plan = clickhouse.query("EXPLAIN " + SQL[statement], DAYS)
        assert any("ReadFromMergeTree (days)" in row["explain"] for row in plan), statement


OBSERVATIONS = """
INSERT INTO observations
SELECT 2, 1 + number % 2, 'desktop.cpu', 'desktop', toString(number % 7),
       {first:DateTime64(3)} + INTERVAL number * 11 + cityHash64(number) % 9 MINUTE AS seen_at,
       cityHash64(number, 1) % 1000 / 10, seen_at
  FROM numbers({rows:UInt32})
"""
OLD_WAY = """
SELECT source, object_id, toDate(at, {zone:String}) AS day, max(value) AS highest
  FROM observations WHERE at >= {first:DateTime64(3)} AND at < {end:DateTime64(3)}
 GROUP BY source, object_id, day SETTINGS optimize_use_projections = 0
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin"])
@pytest.mark.parametrize("minutes", [0, 17])
@pytest.mark.parametrize("days", [5, 0.02])
def test_highest_values_by_day_are_those_of_the_rows(
    clickhouse: ClickHouse, zone: str, minutes: int, days: float
) -> None:
    first = datetime(
        2026, 10, 22, 22, minutes, tzinfo=UTC
    )  # Berlin sets its clocks three days later
    end = first + timedelta(days=days, minutes=minutes)
    clickhouse.command(OBSERVATIONS, {"first": first - timedelta(hours=5), "rows": 900})
    told = highest_by_day(build_viewer(2), "desktop.cpu", At.DESKTOP, first, end, time_zone=zone)
    rows = clickhouse.query(OLD_WAY, {"zone": zone, "first": first, "end": end})
    assert rows
    assert {
        (int(source), object_id, day): value
        for (source, object_id), by_day in told.items()
        for day, value in by_day.items()
    } == {(row["source"], row["object_id"], row["day"]): row["highest"] for row in rows}


def test_highest_values_of_whole_hours_read_no_rows(clickhouse: ClickHouse) -> None:
    clickhouse.command(OBSERVATIONS, {"first": FIRST, "rows": 50})
    asked = {
        "tenants": [2],
        "metric": "desktop.cpu",
        "object_kind": "desktop",
        "zone": "Asia/Shanghai",
        "from_ms": 0,
        "to_ms": 4_102_444_800_000,
    }
    plan = clickhouse.query("EXPLAIN " + TELEMETRY["highest_by_hours"], asked)
    assert any("ReadFromMergeTree (hours)" in row["explain"] for row in plan)
