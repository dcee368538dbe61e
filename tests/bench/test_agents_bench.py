"""Scripts on 200 real agents and on 10,000 that are played: how fast, and what a task costs.

What the figures mean is told in tests/support/agent_ground.py. The played ones run nothing.
"""

import time
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest

from tests.bench.conftest import Figures
from tests.support.agent_ground import Ground, Spent, carry_out_played, opened_ground
from tests.support.agents import AgentProcess, make_token, running_agents
from tests.support.platform import wait_until

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REAL = 200
PLAYED = 10_000


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with opened_ground() as opened:
        yield opened


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
        show(figures, "agents.real_200", ground.carry_out(ids, "true", "calm"))
        _run_while_killing(ground, agents, figures)


def show(figures: Figures, name: str, spent: Spent) -> None:
    figures.add(f"{name}.tasks", spent.tasks, "tasks/s")
    figures.add(f"{name}.controller_cpu", spent.controller_ms, "ms/task")
    figures.add(f"{name}.channel_cpu", spent.channel_ms, "ms/task")
    figures.add(f"{name}.database_cpu", spent.database_ms, "ms/task")


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
    spent = await carry_out_played(ground, PLAYED)
    figures.check("agents.played_10000.tasks", spent.tasks, "tasks/s")
    figures.check("agents.played_10000.controller_cpu", spent.controller_ms, "ms/task")
    figures.add("agents.played_10000.channel_cpu", spent.channel_ms, "ms/task")
    figures.add("agents.played_10000.database_cpu", spent.database_ms, "ms/task")
