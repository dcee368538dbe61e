"""From the bus into ClickHouse: nothing lost, nothing twice, nothing that blocks."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow
import pytest

from tests.integration.telemetry.support import at, connection, observation
from tests.support.alarms import build_raw
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import AlarmId, SourceId, TenantId
from yunwei.base.core.readings import Reading, ReadingPage, UserAction
from yunwei.base.infra import announce
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.monitor.telemetry.facts import JudgedRawAlarm, RowBatch
from yunwei.monitor.telemetry.jobs import TelemetryWriter
from yunwei.plugins.sdk.contract import Read

POLL = Poll(
    source=SourceId(1),
    tenant=TenantId(2),
    source_name="Cloud",
    connector="scripted",
    read=Read.SESSIONS,
    started_at=at(1),
)


async def publish(bus: Bus, readings: Sequence[Reading], read_hours: float = 1) -> None:
    page = ReadingPage(readings=tuple(readings), read_at=at(read_hours))
    await TelemetryPublisher(bus.append)(POLL, page)


async def drain(writer: TelemetryWriter, rounds: int = 3) -> None:
    for _ in range(rounds):
        await writer.step()


def count(door: ClickHouse, table: str) -> int:
    asked = "SELECT count() AS n FROM {table:Identifier} FINAL"
    return int(door.query(asked, {"table": table})[0]["n"])


@pytest.fixture
def writer(bus: Bus, clickhouse: ClickHouse, tmp_path: Path) -> TelemetryWriter:
    return TelemetryWriter(bus, clickhouse, tmp_path / "dead")


async def test_every_kind_of_row_arrives(
    bus: Bus, clickhouse: ClickHouse, writer: TelemetryWriter
) -> None:
    readings = [
        observation(1, 5),
        connection("c1", 1, None, stages_s={"LOGIN": 1.5}, rtt_s=0.03),
        UserAction(native_id="a1", at=at(1), login="li", kind="reboot"),
    ]
    await publish(bus, readings)
    judged = [JudgedRawAlarm(id="b:0", raw_alarm=build_raw(), verdict="raised", alarm=AlarmId(9))]
    await TelemetryPublisher(bus.append).publish_judged("b", judged)
    await drain(writer)
    tables = ("observations", "connections", "logon_stages", "user_actions", "raw_alarms")
    assert {table: count(clickhouse, table) for table in tables} == dict.fromkeys(tables, 1)
    (row,) = clickhouse.query("SELECT * FROM connections")
    assert (row["setup_at"], row["ended_at"], row["rtt_s"]) == (at(1), None, 0.03)
    assert (row["tenant"], row["source"], row["read_at"]) == (2, 1, at(1))
    assert clickhouse.query("SELECT raw, alarm FROM raw_alarms") == [
        {"raw": {"where": "/host/H-03"}, "alarm": 9}
    ]


async def test_the_same_page_again_is_the_same_rows(
    bus: Bus, clickhouse: ClickHouse, writer: TelemetryWriter
) -> None:
    await publish(bus, [observation(1, 5)])
    await publish(bus, [observation(1, 5)])
    await publish(bus, [observation(1, 5)], read_hours=2)
    await drain(writer)
    assert count(clickhouse, "observations") == 1


async def test_a_long_page_is_cut_to_what_the_bus_takes(
    bus: Bus, clickhouse: ClickHouse, writer: TelemetryWriter
) -> None:
    told = [observation(n / 1000, n, "desktop.cpu", "desktop", f"d-{n:036}") for n in range(30000)]
    await publish(bus, told)
    await drain(writer)
    assert count(clickhouse, "observations") == 30000


async def test_what_can_not_be_written_is_set_aside_and_blocks_nothing(
    bus: Bus, clickhouse: ClickHouse, writer: TelemetryWriter, tmp_path: Path
) -> None:
    columns = {"metric": ["users.online"], "object_kind": ["source"], "object_id": [""]}
    constants = {"tenant": 1, "source": 1, "written_at": 0}
    unfit: list[bytes] = [
        b"\xc1 this is no MessagePack",
        encode(RowBatch(table="no_such", constants={}, columns={})),
        encode(RowBatch(table="observations", constants=constants, columns=columns)),
        encode(
            RowBatch(
                table="observations",
                constants=constants,
                columns={**columns, "at": ["today"], "value": [1.0]},
            )
        ),
        encode(
            RowBatch(
                table="observations",
                constants={**constants, "tenant": -1},
                columns={**columns, "at": [1], "value": [1.0]},
            )
        ),
        encode(
            RowBatch(
                table="observations",
                constants=constants,
                columns={**columns, "at": [1, 2], "value": [1.0]},
            )
        ),
    ]
    await publish(bus, [observation(1, 5)])
    for number, data in enumerate(unfit):
        await bus.append("yunwei.telemetry.bad.1", data, message_id=f"bad-{number}")
    await publish(bus, [observation(2, 6)])
    await drain(writer)
    assert count(clickhouse, "observations") == 2
    assert len(list((tmp_path / "dead").iterdir())) == len(unfit)


class Door:
    """ClickHouse that can be away."""

    def __init__(self, door: ClickHouse) -> None:
        self._door = door
        self.is_away = False
        self.inserts = 0

    def insert_arrow(self, table: str, rows: pyarrow.Table) -> None:
        if self.is_away:
            raise EngineAway("ClickHouse is away")
        self._door.insert_arrow(table, rows)
        self.inserts += 1


async def test_what_comes_while_clickhouse_is_away_is_written_when_it_is_back(
    bus: Bus, clickhouse: ClickHouse, tmp_path: Path
) -> None:
    door = Door(clickhouse)
    writer = TelemetryWriter(bus, door, tmp_path)  # type: ignore[arg-type]
    door.is_away = True
    await publish(bus, [observation(1, 5)])
    for _ in range(3):
        with pytest.raises(EngineAway):
            await writer.step()
    door.is_away = False
    await drain(writer)
    assert count(clickhouse, "observations") == 1


async def test_many_messages_are_one_insert(
    bus: Bus, clickhouse: ClickHouse, tmp_path: Path
) -> None:
    door = Door(clickhouse)
    for number in range(100):
        await publish(bus, [observation(number / 10, number)])
    await drain(TelemetryWriter(bus, door, tmp_path))  # type: ignore[arg-type]
    assert count(clickhouse, "observations") == 100
    assert door.inserts <= 3


async def test_a_writer_that_died_before_it_said_so_costs_nothing(
    bus: Bus, clickhouse: ClickHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yunwei.base.infra.bus.StoredMessage.ack", _never)
    await publish(bus, [observation(1, 5)])
    await drain(TelemetryWriter(bus, clickhouse, tmp_path), rounds=1)
    monkeypatch.undo()
    await publish(bus, [observation(1, 5), observation(2, 6)])
    await drain(TelemetryWriter(bus, clickhouse, tmp_path))
    assert count(clickhouse, "observations") == 2


async def _never(message: object) -> None:
    """The process is gone before it can acknowledge."""


async def test_two_writers_share_the_stream(
    bus: Bus, clickhouse: ClickHouse, tmp_path: Path
) -> None:
    one, two = (TelemetryWriter(bus, clickhouse, tmp_path) for _ in range(2))
    for number in range(50):
        await publish(bus, [observation(number / 10, number)])
    await asyncio.gather(drain(one), drain(two))
    assert count(clickhouse, "observations") == 50


async def test_open_pages_are_told(bus: Bus, writer: TelemetryWriter) -> None:
    heard: list[str] = []
    stop = announce.connect(heard.append)
    await publish(bus, [observation(1, 5)])
    await drain(writer)
    stop()
    assert heard == ["yunwei.live.telemetry.2"]


async def test_it_runs_until_it_is_cancelled(
    bus: Bus, clickhouse: ClickHouse, writer: TelemetryWriter
) -> None:
    task = asyncio.create_task(writer.run())
    await publish(bus, [observation(1, 5)])
    async with asyncio.timeout(5):
        while count(clickhouse, "observations") == 0:  # noqa: ASYNC110  it is in a database
            await asyncio.sleep(0.02)  # rule: waits for a condition
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_the_same_verdicts_are_stored_once_but_newer_ones_replace(
    bus: Bus, clickhouse: ClickHouse, writer: TelemetryWriter
) -> None:
    publisher = TelemetryPublisher(bus.append)
    raw = build_raw(minutes=1)
    for verdict in ("unprocessed", "unprocessed", "raised"):
        judged = [JudgedRawAlarm(id="b:0", raw_alarm=raw, verdict=verdict)]
        await publisher.publish_judged("b", judged)
    await drain(writer)
    assert clickhouse.query("SELECT verdict FROM raw_alarms FINAL") == [{"verdict": "raised"}]
