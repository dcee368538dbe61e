"""ClickHouse: the tables after all steps are the declared ones; steps run once, or not at all."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from yunwei.base.core.errors import Bug
from yunwei.base.infra.clickhouse import ClickHouse, open_clickhouse
from yunwei.base.infra.settings import Settings
from yunwei.monitor.telemetry import actions
from yunwei.monitor.telemetry.facts import Column, Index, Table
from yunwei.monitor.telemetry.migrations.operations import (
    AddColumn,
    AddIndex,
    CreateTable,
    DropColumn,
    Operation,
)
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.tables import render_create

SETTINGS = Settings(telemetry_retention_days=400)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    door = open_clickhouse(Settings(data_dir=tmp_path_factory.mktemp("schema")))
    yield door
    door.close()


@pytest.fixture
def door(opened: ClickHouse) -> ClickHouse:
    """An empty database."""
    for row in opened.query("SELECT name FROM system.tables WHERE database = currentDatabase()"):
        opened.command(f"DROP TABLE {row['name']} SYNC")
    return opened


def schema(door: ClickHouse) -> dict[str, Any]:
    """Return all that tells tables apart, retention aside."""
    columns = door.query(
        "SELECT table, position, name, type, default_expression, compression_codec"
        " FROM system.columns WHERE database = currentDatabase() AND table != 'schema_versions'"
        " ORDER BY table, position"
    )
    tables = door.query(
        "SELECT name, engine, sorting_key, partition_key, primary_key,"
        " extract(engine_full, '^(.*?) PARTITION') AS made_with"
        " FROM system.tables WHERE database = currentDatabase() AND name != 'schema_versions'"
        " ORDER BY name"
    )
    indexes = door.query(
        "SELECT table, name, type_full, expr, granularity FROM system.data_skipping_indices"
        " WHERE database = currentDatabase() ORDER BY table, name"
    )
    return {"columns": columns, "tables": tables, "indexes": indexes}


def test_the_steps_lead_to_the_declared_tables(door: ClickHouse) -> None:
    actions.migrate(door, SETTINGS)
    migrated = schema(door)
    for name in TABLES:
        door.command(f"DROP TABLE {name} SYNC")
    for table in TABLES.values():
        door.command(render_create(table))
    assert migrated == schema(door)
    assert [each["name"] for each in migrated["tables"]] == sorted(TABLES)


def test_a_second_run_does_nothing(door: ClickHouse) -> None:
    assert actions.migrate(door, SETTINGS)
    assert actions.migrate(door, SETTINGS) == ()


def test_a_dry_run_tells_and_does_nothing(door: ClickHouse) -> None:
    told = actions.migrate(door, SETTINGS, dry_run=True)
    assert told[0].startswith("CREATE TABLE IF NOT EXISTS observations")
    assert schema(door)["tables"] == []
    assert actions.migrate(door, SETTINGS)[: len(told)] == told


def test_rows_are_kept_for_the_time_that_the_settings_say(door: ClickHouse) -> None:
    def retentions() -> set[str]:
        rows = door.query(
            "SELECT extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') AS days"
            " FROM system.tables WHERE database = currentDatabase() AND name != 'schema_versions'"
        )
        return {row["days"] for row in rows}

    actions.migrate(door, SETTINGS)
    assert retentions() == {"400"}
    changed = actions.migrate(door, Settings(telemetry_retention_days=30))
    assert len(changed) == len(TABLES)
    assert retentions() == {"30"}


def test_a_half_done_step_is_done_again(door: ClickHouse) -> None:
    door.command(render_create(TABLES["observations"]))
    actions.migrate(door, SETTINGS)
    assert len(schema(door)["tables"]) == len(TABLES)


SMALL = Table(
    name="small",
    summary="For tests.",
    columns=(Column(name="a", type="UInt64"), Column(name="c", type="String")),
    key=("a",),
    version="a",
    partition="a",
    expires_by="a",
)


def build_step(*operations: Operation, is_blocking: bool = False) -> ModuleType:
    step = ModuleType("step")
    step.OPERATIONS = operations  # type: ignore[attr-defined]
    step.BLOCKING = is_blocking  # type: ignore[attr-defined]
    return step


def run_steps(
    door: ClickHouse, monkeypatch: pytest.MonkeyPatch, *steps: tuple[str, ModuleType]
) -> list[tuple[str, bool]]:
    monkeypatch.setattr(actions, "_steps", lambda: steps)
    told: list[tuple[str, bool]] = []
    actions.migrate(
        door, SETTINGS, before=lambda name, is_blocking: told.append((name, is_blocking))
    )
    return told


def test_operations_change_tables_in_order(
    door: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_step(CreateTable(table=SMALL))
    second = build_step(
        AddColumn(table="small", column=Column(name="b", type="Bool"), after="a"),
        AddIndex(table="small", index=Index(name="by_c", expression="c", type="minmax")),
    )
    third = build_step(DropColumn(table="small", column="b"), is_blocking=True)
    assert run_steps(door, monkeypatch, ("0001_a", first)) == [("0001_a", False)]
    run_steps(door, monkeypatch, ("0001_a", first), ("0002_b", second))
    assert [each["name"] for each in schema(door)["columns"]] == ["a", "b", "c"]
    assert [each["name"] for each in schema(door)["indexes"]] == ["by_c"]
    told = run_steps(door, monkeypatch, ("0001_a", first), ("0002_b", second), ("0003_c", third))
    assert told == [("0003_c", True)]
    assert [each["name"] for each in schema(door)["columns"]] == ["a", "c"]


def test_a_step_without_operations_is_a_defect(
    door: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Bug):
        run_steps(door, monkeypatch, ("0001_a", build_step()))


@pytest.mark.parametrize("name", ["", "a b", "a;DROP", "A", "`a`", "1a"])
def test_only_names_get_into_statements(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        DropColumn(table="small", column=name).forwards()
