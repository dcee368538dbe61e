"""NATS on three servers, and how long it takes until all goes on after one of them was killed: for
reports, and for scripts on agents. Nothing is lost, and nothing is begun twice.

Each time counts from kill -9. The server that dies is the one on which it hurts most: the leader of
the intake's stream, and the server that `dispatch` is connected to.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
import pytest
from cryptography.fernet import Fernet

from tests.bench.conftest import Figures
from tests.support.agent_ground import Ground, opened_ground
from tests.support.agents import AgentProcess, make_token, running_agents
from tests.support.nats_clusters import (
    AgentCluster,
    AgentNode,
    BusCluster,
    agent_cluster,
    bus_cluster,
    kill_node,
)
from tests.support.platform import wait_until
from yunwei.base.core.codec import decode
from yunwei.base.core.errors import EngineAway
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.bus import INTAKE, Bus, connect_bus
from yunwei.monitor.collect.receive_queue import AppendQueue, Pending
from yunwei.run.doors import patiently
from yunwei.run.roles.receive import append_intake

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

DEATHS = 5
AGENTS = 60
_PACE_S = 0.02
_KEY = Fernet.generate_key().decode()


async def wait_for_turn() -> None:
    await asyncio.sleep(_PACE_S)


@dataclass
class Stream:
    """Batches that are appended all the time, and read as they come; when each was."""

    bus: Bus
    made: list[str] = field(default_factory=list)
    stored: dict[str, float] = field(default_factory=dict)
    read: list[tuple[str, float]] = field(default_factory=list)

    async def append(self, is_over: asyncio.Event) -> None:
        queue = AppendQueue(partial(append_intake, self.bus))
        async with asyncio.TaskGroup() as group:
            group.create_task(queue.run())
            while not is_over.is_set():
                self._submit(queue)
                await wait_for_turn()
            await queue.finish()

    def _submit(self, queue: AppendQueue) -> None:
        name = f"b{len(self.made)}"
        self.made.append(name)

        def on_stored() -> None:
            self.stored[name] = time.monotonic()

        batch = IntakeBatch(batch_id=name)
        queue.submit(Pending(batch=batch, items=1, size_bytes=1, on_stored=on_stored))

    async def follow(self) -> None:
        reader = await patiently(lambda: self.bus.read_from(INTAKE, 1))
        while True:
            for message in await patiently(lambda: reader.fetch(64, wait_s=0.5)):
                batch = decode(message.data, IntakeBatch)
                self.read.append((batch.batch_id, time.monotonic()))

    def has_come(self, name: str) -> bool:
        return name in self.stored and name in self.read_at

    @property
    def read_at(self) -> dict[str, float]:
        return dict(self.read)


async def test_the_leader_of_the_intake_is_killed(figures: Figures) -> None:
    with bus_cluster() as cluster:
        bus = await connect_bus(cluster.url, token=cluster.token, name="bench")
        await patiently(lambda: bus.prepare_streams(intake_hours=1))
        stream, is_over = Stream(bus), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            following = group.create_task(stream.follow())
            appending = group.create_task(stream.append(is_over))
            took = [await _outlive_leader(cluster, stream) for _death in range(DEATHS)]
            is_over.set()
            await appending
            await _until(lambda: len(stream.read) >= len(stream.made))
            following.cancel()
        await bus.close()
    assert Counter(name for name, _ in stream.read) == Counter(stream.made)
    show(figures, "nats.leader_killed.accepts_again", [stored for stored, _ in took])
    show(figures, "nats.leader_killed.reads_again", [read for _, read in took])


async def _outlive_leader(cluster: BusCluster, stream: Stream) -> tuple[float, float]:
    """Kill it; returns after how long a batch that was made thereafter is stored, and read."""
    calm = f"b{len(stream.made)}"
    await _until(lambda: stream.has_come(calm))
    await _until_async(lambda: cluster.is_whole(stream.bus, INTAKE))
    leader = await cluster.leader_of(stream.bus, INTAKE)
    kill_node(leader)
    killed_at, name = time.monotonic(), f"b{len(stream.made)}"
    await _until(lambda: stream.has_come(name))
    await asyncio.to_thread(leader.start)
    return stream.stored[name] - killed_at, stream.read_at[name] - killed_at


async def _until(is_so: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return is_so()

    await _until_async(ask)


async def _until_async(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again; the test's own time ends it."""

    async def ask() -> None:
        if not await is_so():
            raise EngineAway("not yet")

    await patiently(ask)


def show(figures: Figures, name: str, times: Sequence[float]) -> None:
    figures.add(f"{name}.median", sorted(times)[len(times) // 2], "s")
    figures.add(f"{name}.longest", max(times), "s")


@contextmanager
def clustered_ground() -> Iterator[tuple[Ground, AgentCluster]]:
    """A platform whose bus and whose agents' servers are three each."""
    with bus_cluster() as bus, agent_cluster(_KEY) as agents:
        addresses = {
            "nats_url": bus.url,
            "nats_token": bus.token,
            "agent_nats_url": agents.url,
            "secret_key": _KEY,
        }
        with opened_ground(addresses) as ground:
            yield ground, agents


def test_servers_of_agents_are_killed_during_a_batch(figures: Figures) -> None:
    """Again and again that to which dispatch is connected, with a third of the agents or so."""
    with clustered_ground() as (ground, servers):
        token = make_token(ground.platform.api()._client, uses=AGENTS)
        usual = {"heartbeat_s": 60.0, "sync_s": 120.0, "jitter_s": 10.0}
        url, folder = ground.platform.url, ground.folder / "agents"
        with running_agents(folder, url, token, AGENTS, **usual) as agents:
            online = "/agents?state=online&limit=1"
            api = ground.platform.api()
            wait_until(lambda: api.get(online)["total"] == AGENTS, timeout_s=180, every_s=1)
            crew = Crew(ground, servers, agents)
            begun = [crew.outlive(crew.find_dispatch()) for _death in range(DEATHS)]
            crew.check()
    show(figures, "nats.agents_server_killed.first_begins", [first for first, _ in begun])
    show(figures, "nats.agents_server_killed.all_have_begun", [last for _, last in begun])


@dataclass
class Crew:
    """Agents with two scripts for every server that dies."""

    ground: Ground
    servers: AgentCluster
    agents: list[AgentProcess]
    orders: list[int] = field(default_factory=list)

    @property
    def effects(self) -> Path:
        return self.ground.folder / "effects"

    def find_dispatch(self) -> AgentNode:
        """Return the server on which it speaks with agents."""
        engine = psutil.Process(self.ground.platform.pid_of("engine"))
        own = {each.laddr.port for each in engine.net_connections()}
        account = self.servers.keys.account.text
        (node,) = [each for each in self.servers.nodes if each.client_ports(account) & own]
        return node

    def outlive(self, node: AgentNode) -> tuple[float, float]:
        """Kill a server while all run a script, and order another at once; returns after how long
        the first of that is begun, and the last."""
        wait_until(self.ground.platform.is_well, timeout_s=60, every_s=0.2)
        self._order("sleep 2; ")
        wait_until(lambda: self._are_started(self.orders[-1]) > AGENTS // 2, timeout_s=60)
        kill_node(node)
        killed_at = time.time()
        self._order("")
        wait_until(lambda: all(map(self.ground.is_over, self.orders)), timeout_s=180, every_s=0.1)
        begun = sorted(self._begun_at(self.orders[-1]))
        node.start()
        return begun[0] - killed_at, begun[-1] - killed_at

    def _order(self, before: str) -> None:
        body = f'{before}echo "$YW_TASK_ID" >> {self.effects}'
        ids = [agent.id for agent in self.agents]
        self.orders.append(self.ground.order(ids, body, f"cluster-{len(self.orders)}"))

    def _are_started(self, order: int) -> int:
        return self.ground.counts(order).get("started", 0)

    def _begun_at(self, order: int) -> list[float]:
        tasks = self.ground.tasks_of(order)
        return [at for agent in self.agents for task, at in agent.begun_at() if task in tasks]

    def check(self) -> None:
        """Each script once on each agent, by what it did and by the agents' own journals."""
        assert [self.ground.counts(each) for each in self.orders] == [{"succeeded": AGENTS}] * len(
            self.orders
        )
        done = Counter(self.effects.read_text().split())
        begun = Counter(str(task) for agent in self.agents for task in agent.begun())
        assert done == begun
        assert (len(done), set(done.values())) == (AGENTS * len(self.orders), {1})
