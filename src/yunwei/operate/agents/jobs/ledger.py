"""Hands tasks out to agents, and takes what became of them.

PostgreSQL is the queue. What goes out is written there before it is said, so that nobody who is
killed in between can make a task begin twice; what comes in is answered once it is committed, so
that an agent lets go of nothing that is not kept here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from yunwei.base.core.errors import EngineAway
from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.agent_keys import AgentKeys, SigningKey
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.facts.agents import Enrolled, Known, agent_name
from yunwei.operate.agents.facts.tasks import Handout, Happened, WholeOrder
from yunwei.operate.agents.jobs.gate import Gate
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.queries import tasks as queries
from yunwei_wire.commands import Act, Command, key_id, sign_command
from yunwei_wire.errors import WireError
from yunwei_wire.events import Event, What, read_event
from yunwei_wire.messages import pack, read_bytes, read_sign_of_life, read_text, unpack

logger = logging.getLogger(__name__)

type Reply = Callable[[bytes], Awaitable[None]]

_AT_ONCE = 1000
_MOST_EVENTS = 500
_SCRIPT_ALONG = 16 * 1024
_LATE_EVERY = timedelta(seconds=15)
_PAGES_EVERY_S = 1.0


@dataclass
class Counts:
    """What /metrics tells."""

    handed_out: int = 0
    events: int = 0
    questions: int = 0
    refused: int = 0


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What one agent asks to be taken, and how it is answered."""

    events: tuple[Happened, ...]
    reply: Reply


@dataclass(kw_only=True)
class Hands:
    """What the ledger works with."""

    channel: AgentChannel
    keys: AgentKeys
    gate: Gate
    presence: Presence
    box: SecretBox
    clock: Clock


@dataclass
class Ledger:
    """One copy's share of the work."""

    hands: Hands
    counts: Counts = field(default_factory=Counts)
    _said: asyncio.Queue[_Said] = field(default_factory=asyncio.Queue)
    _asking: asyncio.Queue[tuple[Known, Reply]] = field(default_factory=asyncio.Queue)
    _orders: dict[int, WholeOrder] = field(default_factory=dict)
    _touched: set[int] = field(default_factory=set)
    _late_at: datetime | None = None

    async def answer(self, name: str, data: bytes, reply: Reply) -> None:
        """Take a question of an agent; the answer comes when it is known."""
        self.counts.questions += 1
        known = await self.hands.presence.find(name)
        try:
            question = unpack(data)
            if known is None or read_text(question, "machine", longest=200) != known.machine:
                raise WireError("this is not the agent", reason="not_known")
            await self._answer(known, question, reply)
        except WireError as error:
            self.counts.refused += 1
            await reply(pack({"error": error.reason}))

    async def _answer(self, known: Known, question: Mapping[str, Any], reply: Reply) -> None:
        match read_text(question, "kind", longest=40):
            case "sync":
                self.hands.presence.note(known.id, read_sign_of_life(pack(question)))
                self._asking.put_nowait((known, reply))
            case "events":
                self._said.put_nowait(_Said(events=_read_events(known, question), reply=reply))
            case "script":
                digest = read_bytes(question, "digest")
                body = await asyncio.to_thread(queries.system_script, known.id, digest)
                await reply(pack({"error": "no_such_script"} if body is None else {"script": body}))
            case "renew":
                await reply(pack(self._renewed(known)))
            case _:
                raise WireError("a question that is not known")

    def _renewed(self, known: Known) -> Mapping[str, Any]:
        enrolled = Enrolled(
            id=known.id, tenant=known.tenant, public_key=known.public_key, desktop=None
        )
        welcome = self.hands.gate.welcome(enrolled)
        return {
            "jwt": welcome.jwt,
            "ends_at": int(welcome.ends_at.timestamp()),
            "urls": list(welcome.urls),
            "authority": welcome.authority,
            "trusted": list(welcome.trusted),
        }

    async def take_step(self) -> float:
        """Commit what agents said, then tell them so. Raises EngineAway; they say it again."""
        gathered = [await self._said.get()]
        while not self._said.empty() and sum(len(s.events) for s in gathered) < _MOST_EVENTS:
            gathered.append(self._said.get_nowait())
        events = [event for said in gathered for event in said.events]
        touched = await asyncio.to_thread(_keep_events, events)
        self.counts.events += len(events)
        self._touched |= touched
        taken = pack({"taken": True})
        for said in gathered:
            await said.reply(taken)
        return 0.0

    async def sync_step(self) -> float:
        """Tell agents that ask all that is open for them."""
        gathered = {}
        known, reply = await self._asking.get()
        gathered[known.id] = reply
        while not self._asking.empty() and len(gathered) < _AT_ONCE:
            known, reply = self._asking.get_nowait()
            gathered[known.id] = reply
        now = self.hands.clock.now()
        found = await asyncio.to_thread(actions.system_hand_out_to, list(gathered), now)
        await self._learn(found)
        commands: dict[int, list[bytes]] = {id: [] for id in gathered}
        for handout in found:
            commands[handout.agent].append(self._render(handout))
        for id, reply in gathered.items():
            await reply(pack({"commands": _fitting(commands[id])}))
        self.counts.handed_out += len(found)
        return 0.0

    async def ring_step(self) -> float:
        """Hand out what is due; returns when to look again."""
        if not self.hands.channel.is_connected:
            raise EngineAway("NATS for agents is away")
        now = self.hands.clock.now()
        found = await asyncio.to_thread(actions.system_hand_out, now=now, limit=_AT_ONCE)
        await self._learn(found)
        for handout in found:
            await self.hands.channel.tell(agent_name(handout.agent), self._render(handout))
        self.counts.handed_out += len(found)
        if len(found) < _AT_ONCE:
            await self._close_late(now)
        return 0.0 if len(found) >= _AT_ONCE else 2.0

    async def _close_late(self, now: datetime) -> None:
        if self._late_at is None or now >= self._late_at:
            self._touched |= await asyncio.to_thread(actions.system_close_late, now)
            self._late_at = now + _LATE_EVERY

    async def pages_step(self) -> float:
        """Let open pages look again, now and then."""
        touched, self._touched = self._touched, set()
        if touched:
            await asyncio.to_thread(actions.system_tell_pages, touched)
        return _PAGES_EVERY_S

    async def _learn(self, handouts: Iterable[Handout]) -> None:
        """Know the orders of these tasks. A deadline may have moved: what is signed is read anew
        for each round."""
        wanted = {each.order for each in handouts}
        if not wanted:
            return
        found = await asyncio.to_thread(queries.system_whole_orders, wanted, self.hands.box)
        self._orders = found

    def _render(self, handout: Handout) -> bytes:
        order = self._orders[handout.order]
        command = Command(
            act=Act.CANCEL if handout.is_cancel else Act.RUN,
            task=handout.task,
            agent=agent_name(handout.agent),
            issued_s=int(self.hands.clock.now().timestamp()),
            deadline_s=self._deadline_of(handout, order),
            language=order.language,
            digest=order.digest,
            timeout_s=order.timeout_s,
            output_limit_bytes=order.output_limit_bytes,
            parameters={} if handout.is_cancel else order.parameters,
            secrets=() if handout.is_cancel else order.secrets,
        )
        key: SigningKey = self.hands.keys.commands[0]
        is_along = not handout.is_cancel and len(order.body) <= _SCRIPT_ALONG
        return sign_command(
            command, key_id(key.public), key.sign, script=order.body if is_along else None
        )

    def _deadline_of(self, handout: Handout, order: WholeOrder) -> int:
        if not handout.is_cancel:
            return int(order.deadline_at.timestamp())
        # a cancel is good for as long as what it calls off may run
        return int((self.hands.clock.now() + timedelta(days=1)).timestamp())


def _fitting(commands: list[bytes]) -> list[bytes]:
    """Return the first commands, as many as an answer holds: the agent asks again."""
    size = 0
    fitting: list[bytes] = []
    for each in commands:
        size += len(each)
        if size > 400_000 and fitting:
            break
        fitting.append(each)
    return fitting


def _read_events(known: Known, question: Mapping[str, Any]) -> tuple[Happened, ...]:
    listed = question.get("events")
    if not isinstance(listed, list) or len(listed) > _MOST_EVENTS:
        raise WireError("events are a list")
    return tuple(_happened(known.id, read_event(each)) for each in listed)


def _happened(agent: int, event: Event) -> Happened:
    try:
        at = datetime.fromtimestamp(event.at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WireError("a time that can not be") from error
    if event.what is What.OUTPUT:
        return Happened(
            agent=agent, task=event.task, at=at, place=event.place, data=event.data, state="output"
        )
    return Happened(
        agent=agent,
        task=event.task,
        at=at,
        state=event.end.value if event.end else "started",
        exit_code=event.exit_code,
        reason=event.reason,
        size_bytes=event.size_bytes,
        is_cut=event.is_cut,
        digest=event.digest,
    )


def _keep_events(events: Iterable[Happened]) -> set[int]:
    sorted_out: dict[str, list[Happened]] = {"started": [], "output": [], "ended": []}
    for each in events:
        kind = each.state if each.state in ("started", "output") else "ended"
        sorted_out[kind].append(each)
    return actions.system_note_events(
        sorted_out["started"], sorted_out["output"], sorted_out["ended"]
    )
