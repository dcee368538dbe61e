"""kill -9 of dispatch, of the agents' NATS, of the pages and of an agent while scripts run: none is
lost, none is begun twice, and what was cut short is said to be so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.support.agents import AgentProcess, make_token, operator, order, running_agents
from tests.support.folders import open_folder
from tests.support.platform import Platform, started, wait_until
from yunwei.base.infra import postgres
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.queries import agents as agent_queries
from yunwei.operate.agents.queries import tasks as queries

AGENTS = 4
ORDERS = 24


@dataclass
class Fleet:
    """spare: an agent that one test may cut off for good; the tests come in any order."""

    platform: Platform
    agents: list[AgentProcess]
    spare: AgentProcess
    box: SecretBox
    folder: Path

    @property
    def ids(self) -> list[int]:
        return [agent.id for agent in self.agents]

    def order(self, body: str, key: str, agents: list[int] | None = None) -> int:
        provider = agent_queries.access_agent(operator(1, *range(1, 9)), self.ids[0]).tenant
        return order(agents or self.ids, body, box=self.box, key=key, tenant=provider)

    def counts(self, number: int) -> dict[str, int]:
        return dict(queries.access_order(operator(1, *range(1, 9)), number).counts)

    def is_over(self, number: int) -> bool:
        counts = self.counts(number)
        return not counts.get("waiting") and not counts.get("started")


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with open_folder() as folder, started(Platform(folder / "data")) as platform:
        token = make_token(platform.api()._client, uses=AGENTS + 1)
        settings = load_settings(platform.data_dir, environ={})
        postgres.open_pool(str(settings.database_url))
        try:
            with running_agents(folder / "agents", platform.url, token, AGENTS + 1) as (
                *agents,
                spare,
            ):
                yield Fleet(
                    platform=platform,
                    agents=agents,
                    spare=spare,
                    box=open_secret_box(settings),
                    folder=folder,
                )
        finally:
            postgres.close_pool()


def test_every_script_is_begun_once_and_told_whatever_dies(fleet: Fleet) -> None:
    orders = []
    victims = {6: "engine", 12: "agent nats", 18: "web"}
    for number in range(ORDERS):
        body = f'sleep 0.1; echo "$YW_TASK_ID" >> {fleet.folder}/effects; echo done {number}'
        orders.append(fleet.order(body, f"kill-{number}"))
        if number in victims:
            fleet.platform.kill(victims[number])
    wait_until(lambda: all(map(fleet.is_over, orders)), timeout_s=150, every_s=0.5)
    assert all(fleet.counts(each) == {"succeeded": AGENTS} for each in orders)
    effects = Counter((fleet.folder / "effects").read_text().split())
    assert len(effects) == AGENTS * ORDERS
    assert set(effects.values()) == {1}
    begun = Counter(task for agent in fleet.agents for task in agent.begun())
    assert set(begun.values()) == {1}
    assert {str(task) for task in begun} >= effects.keys()
    wait_until(fleet.platform.is_well, timeout_s=120, every_s=0.5)


def test_what_ran_when_its_agent_died_is_interrupted_and_not_begun_again(fleet: Fleet) -> None:
    agent = fleet.agents[0]
    marks = fleet.folder / "marks"
    number = fleet.order(f"echo begun >> {marks}; sleep 60", "die", [agent.id])
    wait_until(marks.exists, timeout_s=60)
    agent.kill()
    agent.start()
    wait_until(lambda: fleet.counts(number) == {"interrupted": 1}, timeout_s=60, every_s=0.2)
    assert marks.read_text() == "begun\n"


def test_a_cancelled_script_is_ended_with_all_that_it_started(fleet: Fleet) -> None:
    pids = fleet.folder / "cancelled-pids"
    body = f"setsid sleep 300 & echo $! >> {pids}; echo $$ >> {pids}; sleep 300"
    number = fleet.order(body, "cancel")
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2 * AGENTS, timeout_s=60)
    viewer = operator(1, *range(1, 9))
    now = queries.access_order(viewer, number).created_at
    assert actions.cancel_order(viewer, number, now=now) == AGENTS
    wait_until(lambda: fleet.counts(number) == {"cancelled": AGENTS}, timeout_s=60, every_s=0.2)
    assert not [pid for pid in pids.read_text().split() if lives(int(pid))]


def lives(pid: int) -> bool:
    """What has ended and was not asked for yet does nothing any more."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_an_agent_that_is_cut_off_does_nothing_more(fleet: Fleet) -> None:
    agent = fleet.spare
    fleet.platform.api().post(f"/agents/{agent.id}/revoke")
    wait_until(lambda: "cut off" in agent.log, timeout_s=60)
    state = fleet.platform.api().get(f"/agents/{agent.id}")["state"]
    assert state == "revoked"
