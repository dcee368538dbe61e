"""Hands tasks out to agents, and takes what became of them.

PostgreSQL is the queue. What goes out is written there before it is said, so that nobody who is
killed in between can make a task begin twice; what comes in is answered once it is committed, so
that an agent lets go of nothing that is not kept here.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.errors import EngineAway
from yunwei.base.infra.agent_channel import AgentChannel, Question
from yunwei.base.infra.agent_keys import AgentKeys
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.facts.agents import Enrolled, Known, agent_name
from yunwei.operate.agents.facts.tasks import Handout, Happened, Refusal
from yunwei.operate.agents.jobs.gate import Gate
from yunwei.operate.agents.jobs.presence import Presence
from yunwei.operate.agents.jobs.releases import ReleaseShelf
from yunwei.operate.agents.queries import tasks as queries
from yunwei.operate.agents.rules.commands import render_commands
from yunwei.operate.agents.rules.events import read_events
from yunwei_wire.commands import key_id
from yunwei_wire.errors import WireError
from yunwei_wire.messages import (
    pack,
    read_bytes,
    read_number,
    read_sign_of_life,
    read_text,
    unpack,
)

_AT_ONCE = 1000
_EVENTS_AT_ONCE = 3000
_BYTES_AT_ONCE = 8 * 1024**2
_MOST_WAITING = 100_000
_FEW_EVENTS = 300
_FEW_PIECES = 40
_GATHER_S = 0.02
"""So long few events wait for what is said next: their commits cost more than they do."""
_LATE_EVERY = timedelta(seconds=15)
_PAGES_EVERY_S = 1.0
_TAKEN = pack({"taken": True})
_NO_SCRIPT = pack({"error": "no_such_script"})


type Leave = Callable[[Sequence[Handout], datetime], Mapping[int, str]]
"""Returns why tasks may not be told now, by task; what is not in it may. Raises EngineAway."""


@dataclass
class Counts:
    """What /metrics tells."""

    handed_out: int = 0
    events: int = 0
    questions: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """What one agent asks to be taken."""

    question: Question
    events: tuple[Happened, ...]

    @property
    def size_bytes(self) -> int:
        return sum(len(event.data) for event in self.events)


@dataclass(kw_only=True)
class Hands:
    """What the ledger works with. leave: is asked whenever something is handed over: between the
    order and that moment an agent may have been away for days."""

    channel: AgentChannel
    keys: AgentKeys
    gate: Gate
    presence: Presence
    shelf: ReleaseShelf
    box: SecretBox
    clock: Clock
    leave: Leave


@dataclass
class Ledger:
    """One copy's share of the work. What agents ask is heard at once and gathered; each step takes
    all that waits, so that many cost the database little more than one."""

    hands: Hands
    counts: Counts = field(default_factory=Counts)
    _heard: asyncio.Queue[Question] = field(default_factory=asyncio.Queue)
    _said: asyncio.Queue[_Said] = field(default_factory=asyncio.Queue)
    _asking: asyncio.Queue[tuple[int, str, Question]] = field(default_factory=asyncio.Queue)
    _pieces: asyncio.Queue[tuple[int, bytes, int, Question]] = field(default_factory=asyncio.Queue)
    _fetching: asyncio.Queue[tuple[int, bytes, Question]] = field(default_factory=asyncio.Queue)
    _touched: set[int] = field(default_factory=set)
    _late_at: datetime | None = None

    def hear(self, question: Question) -> None:
        """Take a question of an agent; the answer comes when it is known. Of too many some are let
        go: they are asked again."""
        if self._heard.qsize() + self._said.qsize() < _MOST_WAITING:
            self._heard.put_nowait(question)

    async def hear_step(self) -> float:
        """Find out who asks what. Raises EngineAway; they ask again."""
        questions = await _gather(self._heard, _AT_ONCE)
        self.counts.questions += len(questions)
        known = await self.hands.presence.find({each.agent for each in questions})
        answers: list[tuple[Question, bytes]] = []
        for each in questions:
            try:
                answer = self._sort(known.get(each.agent), each)
            except WireError as error:
                self.counts.refused += 1
                answer = pack({"error": error.reason})
            if answer:
                answers.append((each, answer))
        await self.hands.channel.reply(answers)
        return 0.0

    def _sort(self, known: Known | None, question: Question) -> bytes:
        """Return the answer, b"" where it comes later; raises WireError."""
        asked = unpack(question.data)
        if known is None or read_text(asked, "machine", longest=200) != known.machine:
            raise WireError("this is not the agent", reason="not_known")
        match read_text(asked, "kind", longest=40):
            case "sync":
                sign = read_sign_of_life(question.data)
                self.hands.presence.note(known.id, sign)
                self._asking.put_nowait((known.id, sign.version, question))
            case "events":
                self._said.put_nowait(_Said(question, read_events(known.id, asked)))
            case "script":
                self._fetching.put_nowait((known.id, read_bytes(asked, "digest"), question))
            case "release":
                digest, offset = read_bytes(asked, "digest"), read_number(asked, "offset")
                self._pieces.put_nowait((known.id, digest, offset, question))
            case "renew":
                return pack(self._renewed(known))
            case _:
                raise WireError("a question that is not known")
        return b""

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
        count, size_bytes = len(gathered[0].events), gathered[0].size_bytes
        while not self._said.empty() and count < _EVENTS_AT_ONCE and size_bytes < _BYTES_AT_ONCE:
            said = self._said.get_nowait()
            gathered.append(said)
            count += len(said.events)
            size_bytes += said.size_bytes
        events = [event for said in gathered for event in said.events]
        self._touched |= await asyncio.to_thread(actions.system_note_events, events)
        self.counts.events += count
        await self.hands.channel.reply((said.question, _TAKEN) for said in gathered)
        return _GATHER_S if count < _FEW_EVENTS else 0.0

    async def fetch_step(self) -> float:
        """Give agents the scripts that did not travel along with their commands."""
        gathered = await _gather(self._fetching, _AT_ONCE)
        wanted = [(agent, digest) for agent, digest, _question in gathered]
        bodies = await asyncio.to_thread(queries.system_scripts, wanted)
        packed = {digest: pack({"script": body}) for digest, body in bodies.scripts.items()}
        await self.hands.channel.reply(
            (question, packed[digest] if (agent, digest) in bodies.allowed else _NO_SCRIPT)
            for agent, digest, question in gathered
        )
        return 0.0

    async def sync_step(self) -> float:
        """Tell agents that ask all that is open for them."""
        asked = await _gather(self._asking, _AT_ONCE)
        gathered = {id: question for id, _version, question in asked}
        releases = await self.hands.shelf.offer_to(
            (id, version) for id, version, _question in asked
        )
        now = self.hands.clock.now()
        open = await asyncio.to_thread(actions.system_hand_out_to, list(gathered), now)
        found = await self._permitted(open, now)
        commands: dict[int, list[bytes]] = {id: [] for id in gathered}
        for handout, command in await self._render(found, now):
            commands[handout.agent].append(command)
        await self.hands.channel.reply(
            (question, pack({"commands": _fitting(commands[id]), **_told(releases.get(id))}))
            for id, question in gathered.items()
        )
        self.counts.handed_out += len(found)
        return 0.0

    async def release_step(self) -> float:
        """Give agents the next piece of a newer release of them."""
        gathered = await _gather(self._pieces, _FEW_PIECES)
        await self.hands.channel.reply(
            [
                (question, await self.hands.shelf.piece(agent, digest, offset))
                for agent, digest, offset, question in gathered
            ]
        )
        return 0.0

    async def ring_step(self) -> float:
        """Hand out what is due; returns when to look again."""
        if not self.hands.channel.is_connected:
            raise EngineAway("NATS for agents is away")
        now = self.hands.clock.now()
        due = await asyncio.to_thread(actions.system_hand_out, now=now, limit=_AT_ONCE)
        found = await self._permitted(due, now)
        await self.hands.channel.tell(
            (agent_name(handout.agent), command)
            for handout, command in await self._render(found, now)
        )
        self.counts.handed_out += len(found)
        if len(due) < _AT_ONCE:
            await self._close_late(now)
        return 0.0 if len(due) >= _AT_ONCE else 2.0

    async def _permitted(self, handouts: Sequence[Handout], now: datetime) -> Sequence[Handout]:
        """Return what may be told now; the rest is refused."""
        meant = [each for each in handouts if not each.is_cancel]
        against = await asyncio.to_thread(self.hands.leave, meant, now) if meant else {}
        if not against:
            return handouts
        refused = [
            Refusal(task=each.task, reason=against[each.task], is_new=each.is_new)
            for each in meant
            if each.task in against
        ]
        self._touched |= await asyncio.to_thread(actions.system_refuse, refused, now)
        return [each for each in handouts if each.is_cancel or each.task not in against]

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

    async def _render(
        self, handouts: Sequence[Handout], now: datetime
    ) -> Sequence[tuple[Handout, bytes]]:
        """Return the signed command of each. A deadline may have moved: what is signed is read
        anew for each round."""
        if not handouts:
            return ()
        wanted = {each.order for each in handouts}
        orders = await asyncio.to_thread(queries.system_whole_orders, wanted, self.hands.box)
        key = self.hands.keys.commands[0]
        return render_commands(handouts, orders, key=key_id(key.public), sign=key.sign, now=now)


async def _gather[Item](queue: asyncio.Queue[Item], most: int) -> list[Item]:
    """Wait for one, and return it with those that are there by then."""
    gathered = [await queue.get()]
    while len(gathered) < most and not queue.empty():
        gathered.append(queue.get_nowait())
    return gathered


def _told(release: bytes | None) -> Mapping[str, bytes]:
    return {} if release is None else {"release": release}


def _fitting(commands: Iterable[bytes]) -> list[bytes]:
    """Return the first commands, as many as an answer holds: the agent asks again."""
    size = 0
    fitting: list[bytes] = []
    for each in commands:
        size += len(each)
        if size > 400_000 and fitting:
            break
        fitting.append(each)
    return fitting
