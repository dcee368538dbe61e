"""What agents are told of a newer release of them, and its pieces, from memory."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from yunwei.base.infra.agent_keys import AgentKeys
from yunwei.base.infra.clock import Clock
from yunwei.operate.agents.facts.releases import Offered
from yunwei.operate.agents.queries import releases as queries
from yunwei_wire.commands import key_id
from yunwei_wire.errors import WireError
from yunwei_wire.messages import pack
from yunwei_wire.releases import PIECE_BYTES, is_newer, sign_release

_LOOK_EVERY = timedelta(seconds=15)


class ReleaseShelf:
    """The release that is offered now; one question to the database every 15 seconds at most."""

    def __init__(self, keys: AgentKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._offered: Offered | None = None
        self._message = b""
        self._data = b""
        self._looked_at: datetime | None = None

    async def tell(self, agents: Iterable[tuple[int, str]]) -> Mapping[int, bytes]:
        """Return the signed message for those agents, given with the version that each runs, that
        are offered a newer one."""
        await self._look()
        offered = self._offered
        if offered is None:
            return {}
        return {
            agent: self._message
            for agent, version in agents
            if offered.is_for(agent) and _is_behind(version, offered.release.version)
        }

    async def piece(self, digest: bytes, offset: int) -> bytes:
        """Return the answer to who fetches a release: some of its bytes, from a place on."""
        await self._look()
        offered = self._offered
        if offered is None or offered.release.digest != digest or offset < 0:
            return pack({"error": "no_such_release"})
        if not self._data:
            self._data = await asyncio.to_thread(queries.system_release_data, offered)
        return pack({"piece": self._data[offset : offset + PIECE_BYTES]})

    async def _look(self) -> None:
        now = self._clock.now()
        if self._looked_at is not None and now < self._looked_at + _LOOK_EVERY:
            return
        self._looked_at = now
        found = await asyncio.to_thread(queries.system_offered)
        if found == self._offered:
            return
        self._offered, self._data, self._message = found, b"", b""
        if found is not None:
            key = self._keys.commands[0]
            self._message = sign_release(found.release, key_id(key.public), key.sign)


def _is_behind(version: str, offered: str) -> bool:
    """Say whether an agent runs an older release; one that tells no version does not."""
    try:
        return is_newer(offered, version)
    except WireError:
        return False
