"""Telemetry as files: each table of ClickHouse as Parquet. For backups; what is measured is not
known here."""

from pathlib import Path

from yunwei.base.infra.clickhouse import ClickHouse

_TABLES = (
    "SELECT name FROM system.tables"
    " WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT LIKE '.inner%'"
    " ORDER BY name"
)
_ROWS = "SELECT sum(rows) AS n FROM system.parts WHERE active AND database = currentDatabase()"
_ROWS_OF = (
    "SELECT total_rows AS n FROM system.tables"
    " WHERE database = currentDatabase() AND name = {table:String}"
)


def list_tables(clickhouse: ClickHouse) -> list[str]:
    return [str(row["name"]) for row in clickhouse.query(_TABLES)]


def count_rows(clickhouse: ClickHouse) -> int:
    return int(clickhouse.query(_ROWS)[0]["n"])


def export_tables(clickhouse: ClickHouse, folder: Path) -> list[str]:
    """Write `<table>.parquet` for each table into the folder; returns the tables."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tables = list_tables(clickhouse)
    for table in tables:
        clickhouse.export_parquet(table, folder / f"{table}.parquet")
    return tables


def import_tables(clickhouse: ClickHouse, folder: Path) -> list[str]:
    """Add the rows of each `<table>.parquet` whose table is empty; returns those tables."""
    known = list_tables(clickhouse)
    filled = []
    for path in sorted(folder.glob("*.parquet")):
        # what the schema itself filled at its making (the list of its steps) stays
        if path.stem in known and _is_empty(clickhouse, path.stem):
            clickhouse.import_parquet(path.stem, path)
            filled.append(path.stem)
    return filled


def _is_empty(clickhouse: ClickHouse, table: str) -> bool:
    return not clickhouse.query(_ROWS_OF, {"table": table})[0]["n"]
