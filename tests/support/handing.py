"""Dispatch's ledger without a NATS: what agents would be told is looked at instead of sent."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.support.acting import World
from tests.support.reading_acts import Try
from yunwei.base.infra.agent_channel import Question
from yunwei.base.infra.agent_keys import SigningKey
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.facts.agents import agent_name
from yunwei.operate.agents.jobs.ledger import Hands, Ledger
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei.operate.runs.actions.asking import ask_task_leave
from yunwei.operate.runs.facts.runs import Choice, TargetState
from yunwei_wire.messages import pack, unpack
from yunwei_wire.nkeys import Kind

MACHINE = "m"


@dataclass
class _Channel:
    told: list[bytes] = field(default_factory=list)
    is_connected: bool = True

    async def reply(self, answers: Iterable[tuple[Question, bytes]]) -> None:
        for _question, data in answers:
            self.told += unpack(data)["commands"]

    async def tell(self, messages: Iterable[tuple[str, bytes]]) -> None:
        self.told += [data for _agent, data in messages]


def hand_over(clock: Clock, box: SecretBox, agents: Sequence[int] = ()) -> list[tuple[str, int]]:
    """Ring whoever is due, or let these agents ask what is open, as after a break; returns what was
    told: act and task of each."""
    return asyncio.run(_hand_over(clock, box, agents))


async def _hand_over(clock: Clock, box: SecretBox, agents: Sequence[int]) -> list[tuple[str, int]]:
    async def publish(*_what: object) -> None:
        raise AssertionError

    channel, nothing = _Channel(), None
    keys: Any = SimpleNamespace(commands=(SigningKey(bytes(32), Kind.ACCOUNT),))
    ledger = Ledger(
        Hands(
            channel=channel,  # type: ignore[arg-type]
            keys=keys,
            gate=nothing,  # type: ignore[arg-type]
            presence=Presence(clock, publish),
            shelf=ReleaseShelf(keys, clock),
            box=box,
            clock=clock,
            leave=ask_task_leave,
        )
    )
    if agents:
        asked = {"machine": MACHINE, "kind": "sync", "version": "1", "boot": "b", "told": {}}
        for agent in agents:
            ledger.hear(Question(agent_name(agent), pack(asked), f"p{agent}"))
        await ledger.hear_step()
        await ledger.sync_step()
    else:
        await ledger.ring_step()
    bodies = [unpack(unpack(data)["body"]) for data in channel.told]
    return sorted((body["act"], body["task"]) for body in bodies)


def tell_agent(world: World) -> Try:
    """A task waits in the ledger, since its agent went away between two signs of life."""
    choice = Choice(names=world.stage.names[:1])
    run = world.stage.start(script=world.clinic.script, values={}, choice=choice)
    world.stage.advance(run)
    assert world.stage.targets(run, TargetState.SENT)

    def go() -> bool:
        told = hand_over(world.clock, world.stage.box)
        world.stage.advance(run)
        (target,) = world.stage.targets(run)
        is_told = ("run", target.task) in told
        assert is_told or target.reason.startswith("gate_")
        return is_told

    return go
