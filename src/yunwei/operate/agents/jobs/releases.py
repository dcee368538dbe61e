"""What agents are told of a newer release of them, and its pieces, from memory."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from yunwei.base.infra.agent_keys import AgentKeys
from yunwei.base.infra.clock import Clock
from yunwei.operate.agents.actions.releases import system_permitted
from yunwei.operate.agents.facts.releases import Offered
from yunwei.operate.agents.queries import releases as queries
from yunwei_wire.commands import key_id
from yunwei_wire.errors import WireError
from yunwei_wire.messages import pack
from yunwei_wire.releases import PIECE_BYTES, is_newer, sign_release

_LOOK_EVERY = timedelta(seconds=15)
_ASK_EVERY = timedelta(minutes=5)
"""So long what the gate said of an agent is believed: who may not asks again with each sync."""


class ReleaseShelf:
    """The release that is offered now; one question to the database every 15 seconds at most."""

    def __init__(self, keys: AgentKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._offered: Offered | None = None
        self._message = b""
        self._data = b""
        self._looked_at: datetime | None = None
        self._said: dict[int, tuple[datetime, bool]] = {}

    async def offer_to(self, agents: Iterable[tuple[int, str]]) -> Mapping[int, bytes]:
        """Return the signed message for those agents, given with the version that each runs, that
        are offered a newer one and may have it now."""
        await self._look()
        offered = self._offered
        if offered is None:
            return {}
        behind = [
            agent
            for agent, version in agents
            if offered.is_for(agent) and _is_behind(version, offered.release.version)
        ]
        message = self._message
        return dict.fromkeys(await self._permitted(offered, behind), message)

    async def piece(self, agent: int, digest: bytes, offset: int) -> bytes:
        """Return the answer to an agent that fetches a release: some of its bytes, from a place
        on. What was allowed when it was told may be frozen by now."""
        await self._look()
        offered = self._offered
        if offered is None or offered.release.digest != digest or offset < 0:
            return pack({"error": "no_such_release"})
        if not await self._permitted(offered, [agent]):
            return pack({"error": "not_now"})
        if not self._data:
            self._data = await asyncio.to_thread(queries.system_release_data, offered)
        return pack({"piece": self._data[offset : offset + PIECE_BYTES]})

    async def _permitted(self, offered: Offered, agents: Collection[int]) -> Collection[int]:
        """Another offer that comes meanwhile has its own book of what was said."""
        now, said = self._clock.now(), self._said
        unknown = [each for each in agents if each not in said or now >= said[each][0] + _ASK_EVERY]
        if unknown:
            may = await asyncio.to_thread(system_permitted, offered, unknown, now=now)
            said |= {agent: (now, agent in may) for agent in unknown}
        return [agent for agent in agents if said[agent][1]]

    async def _look(self) -> None:
        now = self._clock.now()
        if self._looked_at is not None and now < self._looked_at + _LOOK_EVERY:
            return
        self._looked_at = now
        found = await asyncio.to_thread(queries.system_offered)
        if found == self._offered:
            return
        self._offered, self._data, self._message = found, b"", b""
        self._said = {}
        if found is not None:
            key = self._keys.commands[0]
            self._message = sign_release(found.release, key_id(key.public), key.sign)


def _is_behind(version: str, offered: str) -> bool:
    """Say whether an agent runs an older release; one that tells no version does not."""
    try:
        return is_newer(offered, version)
    except WireError:
        return False
