"""The bus on three servers: the one that answers for the intake is killed in the middle of a storm,
and it ends as if nobody had died. What each message, alarm and row is, is the platform's own way.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.integration.govern.test_mortal import (
    _ALARMS,
    _FORGET,
    _OCCURRENCES,
    Storm,
    ask,
    tell,
)
from tests.support.alarms import Installation
from tests.support.nats_clusters import NODES, BusCluster, bus_cluster, kill_node
from tests.support.sinks import WebhookSink, webhook_sink
from yunwei.base.core.errors import EngineAway
from yunwei.base.infra.bus import INTAKE, TELEMETRY, Bus, connect_bus
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.monitor.collect.receive_queue import AppendQueue, Pending
from yunwei.monitor.telemetry.jobs import TelemetryWriter
from yunwei.run.doors import patiently
from yunwei.run.roles.receive import append_intake

logger = logging.getLogger(__name__)

REPORTS = 600
_UNTOLD = """
SELECT a.id FROM alarms_alarm a
 WHERE a.alarm_type = 'host.down' AND a.severity = 'major' AND NOT a.is_cleared
   AND NOT EXISTS (SELECT 1 FROM notify_message m JOIN alarms_occurrence o ON o.id = m.occurrence
                    WHERE o.alarm_id = a.id AND o.cleared_at IS NULL AND m.kind = 'raise')
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[BusCluster]:
    with bus_cluster() as started:
        yield started


@pytest.fixture
async def bus(cluster: BusCluster) -> AsyncIterator[Bus]:
    opened = await connect_bus(cluster.url, token=cluster.token, name="test")
    await patiently(lambda: opened.prepare_streams(intake_hours=1))
    yield opened
    await opened.close()


@pytest.fixture
def sink() -> Iterator[WebhookSink]:
    with webhook_sink() as opened:
        yield opened


async def until[T](look: Callable[[], Awaitable[T]]) -> T:
    """Ask until it is so; the test's own time ends it."""

    async def once() -> T:
        try:
            if found := await look():
                return found
        except AssertionError:
            pass
        raise EngineAway("not yet")

    return await patiently(once)


async def test_streams_stand_on_three_servers_unless_said_otherwise(bus: Bus) -> None:
    async def copies() -> list[int | None]:
        told = [await bus._stream.stream_info(each) for each in (INTAKE, TELEMETRY)]
        return [each.config.num_replicas for each in told]

    assert await copies() == [NODES, NODES]
    await bus.prepare_streams(intake_hours=1, copies=1)
    assert await copies() == [1, 1]
    await bus.prepare_streams(intake_hours=1)
    assert await copies() == [NODES, NODES]
    with pytest.raises(EngineAway, match="no suitable peers"):
        await bus.prepare_streams(intake_hours=1, copies=5)


@pytest.mark.timeout(180)
async def test_a_storm_in_which_the_intake_s_leader_is_killed_ends_as_a_calm_one(
    database_pool: str,
    cluster: BusCluster,
    bus: Bus,
    clickhouse: ClickHouse,
    installation: Installation,
    sink: WebhookSink,
    tmp_path: Path,
) -> None:
    storm = Storm(database_pool, cluster, installation, REPORTS)
    bootstrap_collect()
    tell(installation, sink, storm.secret_key)
    await until(lambda: cluster.is_whole(bus, INTAKE))
    leader = await until(lambda: cluster.leader_of(bus, INTAKE))
    writing = asyncio.create_task(TelemetryWriter(bus, clickhouse, tmp_path / "dead").run())
    living = asyncio.create_task(storm.live("none", number=0))
    await append_while_killing(storm, bus, lambda: kill_node(leader))
    assert await living == 0
    ended = [ask(question) for question in (_ALARMS, _OCCURRENCES)]
    check_told(sink)
    await check_written(clickhouse)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    leader.start()
    await until(lambda: cluster.is_whole(bus, INTAKE))
    assert await bus.last_sequence(INTAKE) == len(storm.batches)
    with transaction() as conn:
        conn.execute(_FORGET)
    assert await storm.live("none", number=1) == 0
    assert ended == [ask(question) for question in (_ALARMS, _OCCURRENCES)]


async def append_while_killing(storm: Storm, bus: Bus, kill: Callable[[], None]) -> None:
    """Append as the receiver does, eight at a time; the kill comes after a third."""
    queue = AppendQueue(partial(append_intake, bus))
    clock, stored = asyncio.get_running_loop().time, 0
    killed_at = 0.0

    def on_stored() -> None:
        nonlocal stored, killed_at
        stored += 1
        if stored == len(storm.batches) // 3:
            kill()
            killed_at = clock()

    for batch in storm.batches:
        queue.submit(Pending(batch=batch, items=1, size_bytes=1, on_stored=on_stored))
    await queue.finish()
    assert killed_at
    logger.info("all is stored %.2f s after the kill", clock() - killed_at)


def check_told(sink: WebhookSink) -> None:
    """Each loud alarm that stands was told, and no message twice without saying so."""
    assert ask(_UNTOLD) == []
    arrived = Counter(body["key"] for body in sink.bodies)
    again = Counter(body["key"] for body in sink.bodies if body.get("may_be_repeat"))
    sent = ask("SELECT dedupe, state FROM notify_message")
    assert {row["state"] for row in sent} <= {"sent", "cancelled"}
    assert set(arrived) == {row["dedupe"] for row in sent if row["state"] == "sent"}
    assert all(again[key] >= times - 1 for key, times in arrived.items())
    assert len(arrived) > 0


async def check_written(clickhouse: ClickHouse) -> None:
    """Each report's verdict stands in telemetry once, what was written again replaced itself."""

    async def are_there() -> bool:
        asked = "SELECT count() AS n, uniqExact(id) AS ids FROM raw_alarms FINAL"
        (row,) = await asyncio.to_thread(clickhouse.query, asked)
        return (row["n"], row["ids"]) == (REPORTS, REPORTS)

    await until(are_there)
