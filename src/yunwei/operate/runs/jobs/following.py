"""Starts what is to be run when runs are over. Copies share it."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.runs.actions import following

_PACE_S = 3.0


class FollowUps:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, box: SecretBox) -> None:
        self._clock = clock
        self._box = box

    async def step(self) -> float:
        """Look what waits for a run that is over; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> None:
        """One look, in whichever thread."""
        for each in following.system_due_follow_ups(self._clock.now()):
            following.system_follow(each, box=self._box, now=self._clock.now())
