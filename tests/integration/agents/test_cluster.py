"""Three NATS servers for agents: the one that dispatch is on is killed in the middle of a batch of
2,000, and nothing is lost and nothing begun twice.

There is no JetStream here, so no leader: what an agent has to tell waits with it, what it has to do
waits in PostgreSQL.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from tests.support.fleet import MACHINE, PlayedFleet
from tests.support.nats_clusters import AgentCluster, agent_cluster, kill_node
from tests.support.people import Standing, make_people
from tests.support.platform import wait_until
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.facts.tasks import OrderDraft
from yunwei.operate.agents.jobs.gate import Gate
from yunwei.operate.agents.jobs.ledger import Hands, Ledger
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei.operate.agents.queries import tasks as queries
from yunwei_wire.commands import Language, key_id

logger = logging.getLogger(__name__)

AGENTS = 2000


_KEY = Fernet.generate_key().decode()


@pytest.fixture
def cluster() -> Iterator[AgentCluster]:
    with agent_cluster(_KEY) as started:
        yield started


@asynccontextmanager
async def connected(cluster: AgentCluster, first: int) -> AsyncIterator[AgentChannel]:
    channel = AgentChannel(cluster.seen_from(first), cluster.keys, name="test")
    await channel.connect()
    try:
        yield channel
    finally:
        await channel.close()


def enrol_played(people: Standing) -> list[int]:
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(
            "INSERT INTO agents_agent (tenant_id, name, public_key, machine, enrolled_at)"
            " SELECT %s, 'p' || n, 'U' || n, %s, now() FROM generate_series(1, %s) AS n"
            " RETURNING id",
            (people.a.id, MACHINE, AGENTS),
        ).fetchall()
        opened.execute(
            "INSERT INTO agents_presence (agent_id, seen_at) SELECT id, now() FROM agents_agent"
        )
    return [row["id"] for row in rows]


@asynccontextmanager
async def dispatching(cluster: AgentCluster, channel: AgentChannel) -> AsyncIterator[Ledger]:
    """What the role `dispatch` does for tasks."""
    clock = SystemClock()

    async def publish(tenant: TenantId, source: SourceId, page: ReadingPage) -> None:
        raise AssertionError

    ledger = Ledger(
        Hands(
            channel=channel,
            keys=cluster.keys,
            gate=Gate(cluster.seen_from(0), cluster.keys, clock),
            presence=Presence(clock, publish),
            shelf=ReleaseShelf(cluster.keys, clock),
            box=SecretBox((_KEY,)),
            clock=clock,
            leave=lambda _handouts, _now: {},
        )
    )
    await channel.answer(ledger.hear)
    steps = {
        "hand out": ledger.ring_step,
        "hear": ledger.hear_step,
        "take": ledger.take_step,
    }
    tasks = [
        asyncio.create_task(run_for_ever(name, step, pause_s=0.1, max_backoff_s=1))
        for name, step in steps.items()
    ]
    try:
        yield ledger
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.timeout(300)
async def test_a_server_is_killed_during_a_batch(cluster: AgentCluster, database_pool: str) -> None:
    people = make_people()
    ids = enrol_played(people)
    trusted = {key_id(key.public): key.public for key in cluster.keys.commands}
    async with (
        connected(cluster, 0) as channel,
        connected(cluster, 1) as other,
        dispatching(cluster, channel) as ledger,
    ):
        fleet = PlayedFleet(channels=[other], trusted=trusted, now_s=time.time())
        await fleet.listen()
        draft = OrderDraft(
            key="cluster",
            title="cluster",
            language=Language.SHELL,
            body="true",
            deadline_at=datetime.now(UTC) + timedelta(hours=1),
        )
        box = SecretBox((_KEY,))
        now = datetime.now(UTC)
        olga, tenant = people["olga"], people.a.id
        order = actions.submit_order(olga, tenant, draft, ids, box=box, now=now)
        await until(lambda: fleet.told > AGENTS // 10)
        # of several servers a client takes one by chance
        taken = channel._client.connected_url
        assert taken is not None
        began, before = time.monotonic(), fleet.told
        kill_node(cluster.on_port(int(taken.netloc.rpartition(":")[2])))
        await until(lambda: channel.returns >= 1 and ledger.hands.channel.is_connected)
        await until(lambda: fleet.told > before)
        logger.info("fail-over took %.2f s", time.monotonic() - began)
        await until(lambda: queries.access_order(olga, order).counts == {"succeeded": AGENTS})
    assert len(fleet.begun) == AGENTS
    assert set(fleet.begun.values()) == {1}


async def until(is_so: Callable[[], bool], timeout_s: float = 240) -> None:
    """Ask again and again, off the loop."""

    def ask() -> None:
        wait_until(is_so, timeout_s=timeout_s, every_s=0.05)

    await asyncio.to_thread(ask)
