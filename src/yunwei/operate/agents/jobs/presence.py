"""Keeps agents' signs of life, and turns their figures into measurements of their desktops.

A heartbeat is one of many: they are gathered and written together.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.metrics import METRICS
from yunwei.base.core.readings import Observation, ReadingPage
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.operate.agents.actions import agents as actions
from yunwei.operate.agents.facts.agents import Heartbeat, Known, agent_id
from yunwei.operate.agents.queries import agents as queries
from yunwei_wire.errors import WireError
from yunwei_wire.messages import SignOfLife, read_sign_of_life

logger = logging.getLogger(__name__)

type Publish = Callable[[TenantId, SourceId, ReadingPage], Awaitable[None]]

_LIVE_EVERY = timedelta(seconds=10)
_KNOWN_FOR = timedelta(seconds=60)


class Presence:
    """What is known of agents, and what they said since it was last written."""

    def __init__(self, clock: Clock, publish: Publish) -> None:
        self._clock = clock
        self._publish = publish
        self._known: dict[int, Known | None] = {}
        self._known_since = clock.now()
        self._heard: dict[int, Heartbeat] = {}
        self._told_live_at = clock.now() - _LIVE_EVERY
        self.heartbeats = 0

    def forget(self) -> None:
        """Ask again who agents are: somebody changed it."""
        self._known = {}
        self._known_since = self._clock.now()

    async def find(self, names: Iterable[str]) -> dict[str, Known]:
        """Return whom subjects name, without those who are nobody or were cut off. However many
        they are, it asks the database once at most."""
        ids = {name: id for name in names if (id := agent_id(name)) is not None}
        learnt = await self._learn(set(ids.values()))
        found = ((name, learnt.get(id)) for name, id in ids.items())
        return {name: known for name, known in found if known and not known.is_revoked}

    async def _learn(self, ids: Iterable[int]) -> Mapping[int, Known | None]:
        """Return what is known, these agents included: also when it is forgotten meanwhile."""
        known = self._known
        wanted = [id for id in ids if id not in known]
        if wanted:
            found = await asyncio.to_thread(queries.system_known_agents, wanted)
            known.update({id: found.get(id) for id in wanted})
        return known

    async def hear(self, name: str, data: bytes) -> None:
        """Take a heartbeat; what can not be read is let go."""
        id = agent_id(name)
        try:
            said = read_sign_of_life(data)
        except WireError as error:
            logger.debug("a heartbeat of %s: %s", name, error)
            return
        if id is not None:
            self.note(id, said)

    def note(self, id: int, said: SignOfLife) -> None:
        self.heartbeats += 1
        before = self._heard.get(id)
        told = said.told or (before.told if before else {})
        self._heard[id] = Heartbeat(
            agent=id,
            at=self._clock.now(),
            machine=said.machine,
            version=said.version,
            boot=said.boot,
            told=told,
            sample=said.sample,
        )

    async def step(self) -> float:
        """Write what was heard; returns when to come again. Raises EngineAway, and keeps it."""
        if self._clock.now() - self._known_since > _KNOWN_FOR:
            self.forget()
        heard, self._heard = self._heard, {}
        try:
            await self._keep(heard)
        except BaseException:
            self._heard = heard | self._heard
            raise
        return 1.0

    async def _keep(self, heard: Mapping[int, Heartbeat]) -> None:
        if not heard:
            return
        await self._learn(heard)
        judged = [self._judge(each) for each in heard.values()]
        kept = [each for each in judged if each is not None]
        if not kept:
            return
        await asyncio.to_thread(actions.system_note_heartbeats, kept)
        for (tenant, source), page in self._measured(kept):
            await self._publish(tenant, source, page)
        self._tell_pages(kept)

    def _judge(self, heartbeat: Heartbeat) -> Heartbeat | None:
        """Return what is to be kept: nothing of strangers, and of a key on another machine only
        that it is so."""
        known = self._known.get(heartbeat.agent)
        if known is None or known.is_revoked:
            return None
        if heartbeat.machine == known.machine:
            return heartbeat
        return Heartbeat(
            agent=heartbeat.agent,
            at=heartbeat.at,
            machine=heartbeat.machine,
            version=heartbeat.version,
            boot=heartbeat.boot,
            is_doubled=True,
        )

    def _measured(
        self, kept: Iterable[Heartbeat]
    ) -> Iterable[tuple[tuple[TenantId, SourceId], ReadingPage]]:
        found: dict[tuple[TenantId, SourceId], list[Observation]] = {}
        for each in kept:
            known = self._known.get(each.agent)
            if known is not None and known.source is not None and not each.is_doubled:
                place = found.setdefault((known.tenant, known.source), [])
                place += _observations(known.native_id, each.sample, each.at)
        now = self._clock.now()
        for whose, readings in found.items():
            if readings:
                yield whose, ReadingPage(readings=tuple(readings), read_at=now)

    def _tell_pages(self, kept: Iterable[Heartbeat]) -> None:
        now = self._clock.now()
        if now - self._told_live_at < _LIVE_EVERY:
            return
        self._told_live_at = now
        tenants = {known.tenant for each in kept if (known := self._known.get(each.agent))}
        for tenant in tenants:
            announce_live(actions.PART, tenant)


def _observations(native_id: str, sample: Mapping[str, Any], at: datetime) -> Iterable[Observation]:
    for metric, value in sample.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if metric.startswith("desktop.") and metric in METRICS and is_number:
            yield Observation(
                metric=metric, object_kind="desktop", object_id=native_id, at=at, value=float(value)
            )
