"""Scripts on 200 real agents and on 10,000 that are played: how fast, and what a task costs.

The real ones are processes of this machine, each with its own TLS connection, key and journal. The
played ones share 4 connections (see tests/support/fleet.py) and run nothing.

Controller means the process that dispatches, and with it all else of ours that it does meanwhile;
the channel is the agents' NATS; the database PostgreSQL with its backends. Each is stated apart.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.bench.conftest import Figures
from tests.support.agents import AgentProcess, make_token, operator, order, running_agents
from tests.support.fleet import MACHINE, PlayedFleet
from tests.support.folders import open_folder
from tests.support.platform import Platform, started, wait_until
from yunwei.base.infra import postgres
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.agent_keys import open_agent_keys
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import Settings, load_settings
from yunwei.operate.agents.queries import tasks as queries
from yunwei_wire.commands import key_id

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REAL = 200
PLAYED = 10_000
CONNECTIONS = 4
ALL = operator(1, *range(1, 9))


@dataclass
class Ground:
    platform: Platform
    settings: Settings
    folder: Path
    tenant: int

    def order(self, agents: list[int], body: str, key: str) -> int:
        box = open_secret_box(self.settings)
        return order(agents, body, box=box, key=key, tenant=self.tenant)

    def counts(self, number: int) -> dict[str, int]:
        return dict(queries.access_order(ALL, number).counts)

    def is_over(self, number: int) -> bool:
        counts = self.counts(number)
        return not counts.get("waiting") and not counts.get("started")

    def cpu_s(self, *names: str) -> float:
        return sum(_cpu_s(self.platform.pid_of(name)) for name in names)


def _cpu_s(pid: int) -> float:
    """Return the CPU of a process and of those it started."""
    process = psutil.Process(pid)
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with open_folder() as folder, started(Platform(folder / "data")) as platform:
        platform.api()
        settings = load_settings(platform.data_dir, environ={})
        postgres.open_pool(str(settings.database_url))
        with psycopg.connect(str(settings.database_url)) as connection:
            row = connection.execute("SELECT id FROM people_tenant WHERE is_provider").fetchone()
        assert row is not None
        try:
            yield Ground(platform=platform, settings=settings, folder=folder, tenant=row[0])
        finally:
            postgres.close_pool()


def test_200_real_agents_once_each_though_everything_is_killed(
    ground: Ground, figures: Figures
) -> None:
    platform = ground.platform
    token = make_token(platform.api()._client, uses=REAL)
    server = psutil.Process(platform.pid_of("agent nats"))
    empty = server.memory_info().rss
    settings = {"heartbeat_s": 60.0, "sync_s": 20.0, "jitter_s": 2.0}
    with running_agents(ground.folder / "agents", platform.url, token, REAL, **settings) as agents:
        ids = [agent.id for agent in agents]
        online = f"/agents?state=online&limit={1}"
        wait_until(lambda: platform.api().get(online)["total"] == REAL, timeout_s=300, every_s=1)
        per_agent = (server.memory_info().rss - empty) / REAL / 1024
        figures.add("agents.real_200.server_memory_each", per_agent, "KB")
        memory = sorted(psutil.Process(agent.pid).memory_info().rss for agent in agents)
        figures.add("agents.real_200.own_memory", memory[REAL // 2] / 1024**2, "MB")
        _run_calmly(ground, ids, figures)
        _run_while_killing(ground, agents, figures)


def _run_calmly(ground: Ground, ids: list[int], figures: Figures) -> None:
    spent = {name: ground.cpu_s(name) for name in ("engine", "agent nats")}
    began = time.monotonic()
    number = ground.order(ids, "true", "calm")
    wait_until(lambda: ground.is_over(number), timeout_s=300, every_s=0.05)
    took = time.monotonic() - began
    assert ground.counts(number) == {"succeeded": REAL}
    each = {name: (ground.cpu_s(name) - spent[name]) / REAL * 1000 for name in spent}
    figures.add("agents.real_200.tasks", REAL / took, "tasks/s")
    figures.add("agents.real_200.controller_cpu", each["engine"], "ms/task")
    figures.add("agents.real_200.channel_cpu", each["agent nats"], "ms/task")


def _run_while_killing(ground: Ground, agents: list[AgentProcess], figures: Figures) -> None:
    effects = ground.folder / "effects"
    body = f'sleep 0.5; echo "$YW_TASK_ID" >> {effects}'
    ids = [agent.id for agent in agents]
    began = time.monotonic()
    orders = []
    for number, victim in enumerate(("", "engine", "agent nats", "web")):
        orders.append(ground.order(ids, body, f"kill-{number}"))
        if victim:
            ground.platform.kill(victim)
    wait_until(lambda: all(map(ground.is_over, orders)), timeout_s=600, every_s=0.5)
    figures.add("agents.real_200.killed.took", time.monotonic() - began, "s")
    assert [ground.counts(each) for each in orders] == [{"succeeded": REAL}] * len(orders)
    done = Counter(effects.read_text().split())
    assert len(done) == REAL * len(orders)
    assert set(done.values()) == {1}
    for agent in agents:
        assert max(Counter(agent.begun()).values()) == 1
    wait_until(ground.platform.is_well, timeout_s=180, every_s=0.5)


async def test_10_000_played_agents(ground: Ground, figures: Figures) -> None:
    ids = await asyncio.to_thread(_enrol_played, ground)
    settings = load_settings(ground.platform.data_dir, environ={})
    keys = open_agent_keys(settings)
    channels = [AgentChannel(settings, keys, name=f"played-{n}") for n in range(CONNECTIONS)]
    for channel in channels:
        await channel.connect()
    trusted = {key_id(key.public): key.public for key in keys.commands}
    fleet = PlayedFleet(channels=channels, trusted=trusted, now_s=time.time())
    await fleet.listen()
    parts = ("engine", "agent nats", "postgres")
    spent = {name: ground.cpu_s(name) for name in parts}
    began = time.monotonic()
    number = await asyncio.to_thread(ground.order, ids, "true", "played")
    is_over = partial(ground.is_over, number)
    await asyncio.to_thread(wait_until, is_over, timeout_s=600, every_s=0.2)
    took = time.monotonic() - began
    assert ground.counts(number) == {"succeeded": PLAYED}
    assert set(fleet.begun.values()) == {1}
    each = {name: (ground.cpu_s(name) - spent[name]) / PLAYED * 1000 for name in parts}
    figures.check("agents.played_10000.tasks", PLAYED / took, "tasks/s")
    figures.check("agents.played_10000.controller_cpu", each["engine"], "ms/task")
    figures.add("agents.played_10000.channel_cpu", each["agent nats"], "ms/task")
    figures.add("agents.played_10000.database_cpu", each["postgres"], "ms/task")
    for channel in channels:
        await channel.close()


def _enrol_played(ground: Ground) -> list[int]:
    """Ten thousand rows, as if so many had enrolled and been heard a moment ago."""
    with psycopg.connect(str(ground.settings.database_url)) as connection:
        rows = connection.execute(
            "INSERT INTO agents_agent (tenant_id, name, public_key, machine, enrolled_at)"
            " SELECT %s, 'p-' || n, 'U' || n, %s, now() FROM generate_series(1, %s) AS n"
            " RETURNING id",
            (ground.tenant, MACHINE, PLAYED),
        ).fetchall()
        connection.execute(
            "INSERT INTO agents_presence (agent_id, seen_at)"
            " SELECT id, now() + INTERVAL '10 minutes' FROM agents_agent WHERE machine = %s",
            (MACHINE,),
        )
    return [row[0] for row in rows]
