"""What each day comes to is kept beside the rows, and is what the rows come to: when rows come
again, and when parts are merged."""

from datetime import UTC, datetime, timedelta

import pytest

from yunwei.base.infra.clickhouse import ClickHouse
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
