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
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.support.fleet import MACHINE, PlayedFleet
from tests.support.folders import open_folder
from tests.support.people import Standing, make_people
from tests.support.platform import wait_until
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.agent_keys import AgentKeys, open_agent_keys
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.engines.agent_nats import EmbeddedAgentNats
from yunwei.base.infra.engines.ports import find_free_port
from yunwei.base.infra.loop import run_for_ever
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.settings import Settings
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
NODES = 3


class Node(EmbeddedAgentNats):
    """One of a cluster: the same server, with routes to the others."""

    def __init__(self, settings: Settings, number: int, routes: list[int]) -> None:
        super().__init__(settings, now=datetime.now(UTC))
        self._number, self._routes = number, routes

    def _own_lines(self) -> Iterator[str]:
        yield from super()._own_lines()
        others = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self._routes)
        own = self._routes[self._number]
        yield f"server_name: n{self._number}"
        yield f'cluster {{ name: c, listen: "127.0.0.1:{own}", routes: [ {others} ] }}'


@dataclass(kw_only=True)
class Cluster:
    nodes: list[Node]
    keys: AgentKeys
    settings: Settings

    def seen_from(self, first: int) -> Settings:
        """Return settings that name the servers, one of them first."""
        turned = [*self.nodes[first:], *self.nodes[:first]]
        return replace(self.settings, agent_nats_url=",".join(node.url for node in turned))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with open_folder() as folder:
        routes = [find_free_port() for _ in range(NODES)]
        nodes = []
        for number in range(NODES):
            (folder / str(number) / "logs").mkdir(parents=True)
            settings = Settings(data_dir=folder / str(number), secret_key=_KEY)
            nodes.append(Node(settings, number, routes))
        try:
            for node in nodes:
                node.start()
            settings = Settings(data_dir=Path(folder), secret_key=_KEY)
            yield Cluster(nodes=nodes, keys=open_agent_keys(settings), settings=settings)
        finally:
            for node in nodes:
                node.stop()


_KEY = Fernet.generate_key().decode()


@asynccontextmanager
async def connected(cluster: Cluster, first: int) -> AsyncIterator[AgentChannel]:
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
async def dispatching(cluster: Cluster, channel: AgentChannel) -> AsyncIterator[Ledger]:
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
async def test_a_server_is_killed_during_a_batch(cluster: Cluster, database_pool: str) -> None:
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
        child = next(n.child for n in cluster.nodes if str(n.port) in taken.netloc)
        assert child.pid is not None
        began, before = time.monotonic(), fleet.told
        child._process.kill()  # type: ignore[union-attr]
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
