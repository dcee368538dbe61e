"""Tells the agents' NATS servers who was cut off. They keep it, and forget it with the last JWT."""

import asyncio
from datetime import timedelta

from yunwei.base.infra.agent_channel import AgentChannel
from yunwei.base.infra.clock import Clock
from yunwei.operate.agents.jobs.gate import LIFE
from yunwei.operate.agents.queries import agents as queries

_LOOK_AGAIN_S = 10.0


class Revocations:
    """Tells again after each change, and after each return of the servers."""

    def __init__(self, channel: AgentChannel, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._told: tuple[object, int] | None = None

    async def step(self) -> float:
        """Raises EngineAway."""
        now = self._clock.now()
        revoked = await asyncio.to_thread(queries.system_revoked_since, now - LIFE)
        returns = self._channel.returns
        if (revoked, returns) != self._told:
            # a JWT of the same second as its revocation is refused, too
            latest = {key: at + timedelta(seconds=1) for key, at in revoked.items()}
            await self._channel.cut_off(latest, now=now)
            self._told = (revoked, returns)
        return _LOOK_AGAIN_S
