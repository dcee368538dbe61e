"""Agents that are only played: thousands of them over a few connections, each with a memory of what
it was told and an outbox until it is answered. They run nothing.

A real agent has a connection of its own. These share some that may speak for all, so what they
show is the ledger and dispatch, not the memory of the agents' NATS.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from nats.aio.msg import Msg

from yunwei.base.infra.agent_channel import AgentChannel
from yunwei_wire import ed25519, subjects
from yunwei_wire.commands import Act, believe
from yunwei_wire.events import End, Event, What
from yunwei_wire.messages import pack

MACHINE = "played"
_WINDOW = 200
_verify = lru_cache(64)(ed25519.verify)
"""Each desktop verifies for itself. That this machine did it for all would be no figure of ours."""


@dataclass
class PlayedFleet:
    """trusted: whose commands are believed. names: whom it plays, where there are others; none:
    all. begun: how often each task was begun."""

    channels: list[AgentChannel]
    trusted: dict[str, bytes]
    now_s: float
    names: frozenset[str] = frozenset()
    begun: Counter[int] = field(default_factory=Counter)
    told: int = 0
    asked_again: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self) -> None:
        """Hear all commands; of several connections each hears a share."""
        for number, channel in enumerate(self.channels):
            line = _Line(channel, f"played{number}")
            await line.open()

            async def hear(msg: Msg, line: _Line = line) -> None:
                self._take(line, subjects.agent_of(msg.subject), msg.data)

            await channel._client.subscribe("cmd.*", queue="played", cb=hear)
            await channel._client.flush()

    def _take(self, line: "_Line", agent: str, data: bytes) -> None:
        if self.names and agent not in self.names:
            return
        believed = believe(data, self.trusted, agent=agent, now_s=self.now_s, verify=_verify)
        command = believed.command
        if command.act is Act.CANCEL or self.begun[command.task]:
            self.asked_again += 1
            return
        self.begun[command.task] += 1
        task = asyncio.create_task(self._tell(line, agent, command.task))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, line: "_Line", agent: str, task: int) -> None:
        """Tell the beginning and the end until it is answered, as an outbox does."""
        at_ms = int(self.now_s * 1000)
        events = [
            Event(task=task, what=What.STARTED, at_ms=at_ms),
            Event(task=task, what=What.OUTPUT, at_ms=at_ms, data=b"done\n"),
            Event(task=task, what=What.ENDED, at_ms=at_ms, end=End.SUCCEEDED, exit_code=0),
        ]
        question = {"kind": "events", "events": [each.as_message() for each in events]}
        packed = pack({"machine": MACHINE, **question})
        async with line.window:
            while not await line.ask(agent, task, packed):
                self.asked_again += 1
        self.told += 1


class _Line:
    """One connection for many agents: an answer goes to the inbox of the agent that asked."""

    def __init__(self, channel: AgentChannel, name: str) -> None:
        self._client = channel._client
        self._name = name
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self.window = asyncio.Semaphore(_WINDOW)

    async def open(self) -> None:
        async def answered(msg: Msg) -> None:
            # that nobody listens is no answer; it is asked again in its time
            waiting = self._waiting.pop(msg.subject, None) if msg.data else None
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

        await self._client.subscribe(f"*.{self._name}.*", cb=answered)

    async def ask(self, agent: str, task: int, data: bytes) -> bool:
        """Say whether an answer came."""
        inbox = f"{subjects.inbox(agent)}.{self._name}.{task}"
        waiting = self._waiting[inbox] = asyncio.get_running_loop().create_future()
        await self._client.publish(subjects.asked(agent), data, reply=inbox)
        try:
            await asyncio.wait_for(waiting, 15)
        except TimeoutError:
            return False
        return True
