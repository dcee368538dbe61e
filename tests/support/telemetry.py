"""Fixtures: chDB with the tables of telemetry, empty for each test; and NATS with its streams."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from yunwei.base.infra.bus import Bus, connect_bus
from yunwei.base.infra.clickhouse import ClickHouse, open_clickhouse
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.settings import Settings
from yunwei.monitor.telemetry import actions
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.thresholds.actions import rules as threshold_actions
from yunwei.operate.usage import actions as usage_actions


@pytest.fixture(scope="module")
def opened_clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    # chDB has one folder per process at a time; other test modules have their own
    settings = Settings(data_dir=tmp_path_factory.mktemp("clickhouse"))
    door = open_clickhouse(settings)
    actions.migrate(door, settings)
    yield door
    door.close()


@pytest.fixture
def clickhouse(opened_clickhouse: ClickHouse) -> Iterator[ClickHouse]:
    for name in TABLES:
        opened_clickhouse.command(f"TRUNCATE TABLE {name}")
    actions.use_clickhouse(opened_clickhouse)
    threshold_actions.use_clickhouse(opened_clickhouse)
    usage_actions.use_clickhouse(opened_clickhouse)
    yield opened_clickhouse
    actions.use_clickhouse(None)
    threshold_actions.use_clickhouse(None)
    usage_actions.use_clickhouse(None)


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedNats]:
    folder: Path = tmp_path_factory.mktemp("nats")
    (folder / "logs").mkdir()
    server = EmbeddedNats(folder)
    server.prepare()
    server.spawn()
    server.wait_ready()
    yield server
    server.stop()


@pytest.fixture
async def bus(nats: EmbeddedNats) -> AsyncIterator[Bus]:
    opened = await connect_bus(nats.url, token=nats.token, name="test")
    await opened.prepare_streams(intake_hours=1)
    yield opened
    await opened._stream.delete_stream("TELEMETRY")
    await opened.close()
