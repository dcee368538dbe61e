"""Watches the canaries of runs that ask for it. Copies do no harm."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.operate.runs.actions import watching

_PACE_S = 15.0


class Guard:
    """One copy's share of the work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def step(self) -> float:
        """Look at every canary that is watched; returns when to come again. Raises EngineAway."""
        for run in await asyncio.to_thread(watching.system_watched_runs):
            await asyncio.to_thread(watching.system_watch, run, self._clock.now())
        return _PACE_S
