"""Many agents ask at once: each is answered for itself, and the database is asked once for all."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.integration.agents.test_ledger import NOW, Desk
from tests.support.people import make_people
from yunwei.base.infra.agent_channel import Question
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.facts.agents import agent_name
from yunwei.operate.agents.facts.tasks import TaskState
from yunwei.operate.agents.jobs import presence
from yunwei.operate.agents.jobs.ledger import Hands, Ledger
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei_wire.commands import script_digest
from yunwei_wire.events import End, Event, What
from yunwei_wire.messages import pack, unpack


@dataclass
class Channel:
    """What goes to agents, by the place of its answer."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def reply(self, answers: Iterable[tuple[Question, bytes]]) -> None:
        for question, data in answers:
            assert question.place not in self.answers
            self.answers[question.place] = unpack(data)


@dataclass
class Office:
    desk: Desk
    channel: Channel
    ledger: Ledger

    def ask(self, agent: int, place: str, *, machine: str = "m", **asked: Any) -> None:
        data = pack({"machine": machine, **asked})
        self.ledger.hear(Question(agent_name(agent), data, place))


@pytest.fixture
def office(database_pool: str) -> Office:
    async def publish(*_what: object) -> None:
        raise AssertionError

    desk = Desk(people=make_people(), box=SecretBox((Fernet.generate_key().decode(),)))
    channel, clock = Channel(), SystemClock()
    nothing: Any = None
    hands = Hands(
        channel=channel,  # type: ignore[arg-type]
        keys=nothing,
        gate=nothing,
        presence=Presence(clock, publish),
        shelf=ReleaseShelf(nothing, clock),
        box=desk.box,
        clock=clock,
        leave=lambda _handouts, _now: {},
    )
    return Office(desk=desk, channel=channel, ledger=Ledger(hands))


def said(task: int, end: End) -> list[dict[str, Any]]:
    at_ms = int(datetime.now(UTC).timestamp() * 1000)
    events = (
        Event(task=task, what=What.STARTED, at_ms=at_ms),
        Event(task=task, what=What.ENDED, at_ms=at_ms, end=end, exit_code=0),
    )
    return [each.as_message() for each in events]


def told() -> dict[int, int]:
    """Hand out all that is due; returns the task of each agent."""
    return {each.agent: each.task for each in actions.system_hand_out(now=NOW, limit=100)}


async def test_many_who_ask_are_looked_up_at_once_and_answered_after_the_commit(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    look_up = presence.queries.system_known_agents

    def count(ids: Iterable[int]) -> Any:
        listed = list(ids)
        asked.append(len(listed))
        return look_up(listed)

    monkeypatch.setattr(presence.queries, "system_known_agents", count)
    desk = office.desk
    agents = desk.agents(desk.people.a.id, 5)
    desk.order(agents)
    tasks = told()
    for number, agent in enumerate(agents):
        office.ask(agent, f"p{number}", kind="events", events=said(tasks[agent], End.SUCCEEDED))
    await office.ledger.hear_step()
    assert asked == [5]
    assert office.channel.answers == {}  # nothing is kept yet
    await office.ledger.take_step()
    assert {desk.state(task) for task in tasks.values()} == {TaskState.SUCCEEDED}
    assert office.channel.answers == {f"p{number}": {"taken": True} for number in range(5)}
    assert office.ledger.counts.events == 10


async def test_of_many_only_those_are_refused_who_are_not_who_they_say(office: Office) -> None:
    desk = office.desk
    one, two = desk.agents(desk.people.a.id, 2)
    desk.order([one, two])
    task = told()[one]
    office.ask(one, "true", kind="events", events=said(task, End.FAILED))
    office.ask(two, "clone", machine="another", kind="events", events=said(task, End.FAILED))
    office.ask(2**40, "nobody", kind="events", events=[])
    office.ask(two, "rubbish", kind="events", events="x")
    office.ask(two, "strange", kind="dance")
    office.ledger.hear(Question("no name", pack({}), "no name"))
    office.ledger.hear(Question(agent_name(one), b"\xff", "no message"))
    await office.ledger.hear_step()
    await office.ledger.take_step()
    errors = {place: answer.get("error") for place, answer in office.channel.answers.items()}
    assert errors == {
        "true": None,
        "clone": "not_known",
        "nobody": "not_known",
        "rubbish": "malformed",
        "strange": "malformed",
        "no name": "not_known",
        "no message": "malformed",
    }
    assert office.ledger.counts.refused == 6
    assert desk.state(task) is TaskState.FAILED


async def test_a_script_is_given_to_who_has_a_task_with_it_and_to_nobody_else(
    office: Office,
) -> None:
    desk = office.desk
    one, two, three = desk.agents(desk.people.a.id, 3)
    body = "echo " + "x" * 20_000
    desk.order([one, two], replace(desk.draft(), body=body))
    digest = script_digest("shell", body)
    for agent in (one, two, three):
        office.ask(agent, f"p{agent}", kind="script", digest=digest)
    office.ask(one, "other", kind="script", digest=b"x" * 32)
    await office.ledger.hear_step()
    await office.ledger.fetch_step()
    assert office.channel.answers == {
        f"p{one}": {"script": body},
        f"p{two}": {"script": body},
        f"p{three}": {"error": "no_such_script"},
        "other": {"error": "no_such_script"},
    }
