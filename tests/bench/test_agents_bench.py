"""Scripts on 200 real agents and on 10,000 that are played: how fast, and what a task costs.

What the figures mean is told in tests/support/agent_ground.py. The played ones run nothing.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.bench.conftest import Figures
from tests.support.agent_ground import (
    CONNECTIONS,
    Ground,
    Spent,
    carry_out_played,
    enrol_played,
    opened_ground,
    playing,
)
from tests.support.agents import AgentProcess, make_token, running_agents
from tests.support.platform import Api, wait_until
from tests.support.run_ground import approve_script
from yunwei.base.core.ids import TenantId

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REAL = 200
PLAYED = 10_000
VICTIMS = ("engine", "agent nats", "web", "nats")


@dataclass(frozen=True)
class RealAgents:
    """agents: each a process. server_each_kb: what each takes of the memory of our processes."""

    agents: list[AgentProcess]
    server_each_kb: dict[str, float]

    @property
    def ids(self) -> list[int]:
        return [agent.id for agent in self.agents]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with opened_ground() as opened:
        yield opened


@pytest.fixture(scope="module")
def real(ground: Ground) -> Iterator[RealAgents]:
    platform = ground.platform
    token = make_token(platform.api()._client, uses=REAL)
    online = "/agents?state=online&limit=1"
    # what the processes take once they have answered at all is none of the agents'
    for _ask in range(20):
        platform.api().get(online)
    empty = ground.memory_kb()
    settings = {"heartbeat_s": 60.0, "sync_s": 20.0, "jitter_s": 2.0}
    with running_agents(ground.folder / "agents", platform.url, token, REAL, **settings) as agents:
        wait_until(lambda: platform.api().get(online)["total"] == REAL, timeout_s=300, every_s=1)
        yield RealAgents(agents, grown_each(ground, empty, REAL))


def grown_each(ground: Ground, before: dict[str, float], agents: int) -> dict[str, float]:
    """Return by how much each of our processes has grown, for each agent, in KB."""
    return {part: (kb - before[part]) / agents for part, kb in ground.memory_kb().items()}


def show_memory(figures: Figures, name: str, each_kb: dict[str, float]) -> None:
    for part, kb in each_kb.items():
        figures.add(f"{name}.{part}_memory_each", kb, "KB")


def test_200_real_agents(ground: Ground, real: RealAgents, figures: Figures) -> None:
    figures.check("agents.real_200.server_memory_each", real.server_each_kb["channel"], "KB")
    show_memory(figures, "agents.real_200", real.server_each_kb)
    memory = sorted(psutil.Process(agent.pid).memory_info().rss for agent in real.agents)
    figures.add("agents.real_200.own_memory", memory[REAL // 2] / 1024**2, "MB")
    ground.carry_out(real.ids, "true", "first")
    show(figures, "agents.real_200", ground.carry_out(real.ids, "true", "calm"))


def show(figures: Figures, name: str, spent: Spent) -> None:
    figures.add(f"{name}.tasks", spent.tasks, "tasks/s")
    figures.add(f"{name}.controller_cpu", spent.controller_ms, "ms/task")
    figures.add(f"{name}.channel_cpu", spent.channel_ms, "ms/task")
    figures.add(f"{name}.database_cpu", spent.database_ms, "ms/task")
    figures.add(f"{name}.pages_cpu", spent.pages_ms, "ms/task")


def test_200_real_agents_once_each_though_everything_is_killed(
    ground: Ground, real: RealAgents, figures: Figures
) -> None:
    effects = ground.folder / "effects"
    body = f'sleep 0.5; echo "$YW_TASK_ID" >> {effects}'
    began = time.monotonic()
    orders = []
    for number, victim in enumerate(("", "engine", "agent nats", "web")):
        orders.append(ground.order(real.ids, body, f"kill-{number}"))
        if victim:
            ground.platform.kill(victim)
    wait_until(lambda: all(map(ground.is_over, orders)), timeout_s=600, every_s=0.5)
    figures.add("agents.real_200.killed.took", time.monotonic() - began, "s")
    assert [ground.counts(each) for each in orders] == [{"succeeded": REAL}] * len(orders)
    assert_once(real, effects, REAL * len(orders))
    wait_until(ground.platform.is_well, timeout_s=180, every_s=0.5)


def assert_once(real: RealAgents, effects: Path, count: int) -> None:
    """By what the scripts did, and by each agent's own journal."""
    done = Counter(effects.read_text().split())
    assert len(done) == count
    assert set(done.values()) == {1}
    for agent in real.agents:
        assert max(Counter(agent.begun()).values()) == 1


async def test_10_000_played_agents(ground: Ground, figures: Figures) -> None:
    spent = await carry_out_played(ground, PLAYED)
    figures.check("agents.played_10000.tasks", spent.tasks, "tasks/s")
    figures.check("agents.played_10000.controller_cpu", spent.controller_ms, "ms/task")
    figures.add("agents.played_10000.channel_cpu", spent.channel_ms, "ms/task")
    figures.add("agents.played_10000.database_cpu", spent.database_ms, "ms/task")
    figures.add("agents.played_10000.pages_cpu", spent.pages_ms, "ms/task")


async def test_real_and_played_in_one_batch(
    ground: Ground, real: RealAgents, figures: Figures
) -> None:
    """The played ones are on four connections, the real ones on one each."""
    effects = ground.folder / "effects-of-calm"
    before = ground.memory_kb()
    played = await asyncio.to_thread(enrol_played, ground, PLAYED, "calm")
    async with playing(ground, played) as fleet:
        body = f'echo "$YW_TASK_ID" >> {effects}'
        ids = [*real.ids, *played]
        spent = await asyncio.to_thread(ground.carry_out, ids, body, "all-in-calm")
    figures.add("agents.all_10200.connections", REAL + CONNECTIONS, "connections")
    figures.add("agents.all_10200.took", len(ids) / spent.tasks, "s")
    show(figures, "agents.all_10200", spent)
    show_memory(figures, "agents.all_10200", grown_each(ground, before, len(ids)))
    assert set(fleet.begun.values()) == {1}
    assert_once(real, effects, REAL)


async def test_one_run_on_all_is_watched(
    ground: Ground, real: RealAgents, figures: Figures
) -> None:
    """The same as people start it: a script of the library on 10,200 desktops, which another
    person approves; how far it is is asked over REST five times a second."""
    effects = ground.folder / "effects-of-run"
    played = await asyncio.to_thread(enrol_played, ground, PLAYED, "run")
    names = await asyncio.to_thread(ground.give_desktops, [*real.ids, *played])
    body = f'echo "$YW_TASK_ID" >> {effects}'
    script = await asyncio.to_thread(approve_script, TenantId(ground.tenant), body)
    watched: list[dict[str, Any]] = []
    api, approver = ground.platform.api(), await asyncio.to_thread(ground.another_person)
    async with playing(ground, played) as fleet:
        work = partial(_watch_run, api, approver, script, names, watched)
        spent = await asyncio.to_thread(ground.measure, len(names), work)
    approver.close()
    show(figures, "agents.run_10200", spent)
    figures.add("agents.run_10200.took", len(names) / spent.tasks, "s")
    done = [run["counts"].get("succeeded", 0) for run in watched]
    figures.add("agents.run_10200.progress_seen", len(set(done)), "steps")
    assert done == sorted(done)
    assert len(set(done)) > 2, "it was seen on its way"
    assert any(run["left_s"] and run["per_minute"] for run in watched)
    assert (watched[-1]["total"], watched[-1]["is_good"]) == (len(names), True)
    assert set(fleet.begun.values()) == {1}
    assert_once(real, effects, REAL)


def _watch_run(
    api: Api, approver: Api, script: int, names: list[str], watched: list[dict[str, Any]]
) -> None:
    plan = {"canary": "", "stop_at": "", "parallel": PLAYED}
    run = api.post("/runs", script=script, key="watched", names=names, plan=plan)
    assert run["state"] == "asked"
    approver.post(f"/runs/{run['id']}/approve")

    def look() -> bool:
        watched.append(api.get(f"/runs/{run['id']}"))
        return watched[-1]["state"] == "finished"

    wait_until(look, timeout_s=300, every_s=0.2)


async def test_real_and_played_in_one_batch_while_everything_is_killed(
    ground: Ground, real: RealAgents, figures: Figures
) -> None:
    """The played ones are on four connections, the real ones on one each. What is seen while it
    goes on never goes back."""
    effects = ground.folder / "effects-of-all"
    played = await asyncio.to_thread(enrol_played, ground, PLAYED, "together")
    async with playing(ground, played) as fleet:
        began = time.monotonic()
        seen = await asyncio.to_thread(
            _watch_while_killing, ground, [*real.ids, *played], f'echo "$YW_TASK_ID" >> {effects}'
        )
        took = time.monotonic() - began
    figures.add("agents.all_10200.killed.took", took, "s")
    figures.add("agents.all_10200.killed.tasks", (REAL + PLAYED) / took, "tasks/s")
    figures.add("agents.all_10200.killed.asked_again", fleet.asked_again, "times")
    assert seen == sorted(seen)
    assert len(set(seen)) > len(VICTIMS)
    assert len(fleet.begun) == PLAYED
    assert set(fleet.begun.values()) == {1}
    assert_once(real, effects, REAL)
    await asyncio.to_thread(wait_until, ground.platform.is_well, timeout_s=180, every_s=0.5)


def _watch_while_killing(ground: Ground, ids: list[int], body: str) -> list[int]:
    """Kill one after the other as the batch goes on; returns how many were done at each look."""
    number = ground.order(ids, body, "all-together")
    victims = deque(VICTIMS)
    seen = [0]

    def look() -> bool:
        seen.append(ground.counts(number).get("succeeded", 0))
        if victims and seen[-1] > len(ids) * (len(VICTIMS) - len(victims)) / 8:
            ground.platform.kill(victims.popleft())
        return not victims and ground.is_over(number)

    wait_until(look, timeout_s=900, every_s=0.1)
    assert ground.counts(number) == {"succeeded": len(ids)}
    return seen
