"""Moves runs on, once a second while there are any. Copies share them."""

import asyncio
from datetime import datetime, timedelta

from yunwei.base.infra.clock import Clock
from yunwei.operate.runs.actions import advancing

_PACE_S = 1.0
_LOOK_AGAIN_S = 5.0
_LATE_EVERY = timedelta(minutes=1)


class Runs:
    """One copy's share of the work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._late_at: datetime | None = None

    async def step(self) -> float:
        """Look at every run that is not over; returns when to come again. Raises EngineAway."""
        now = self._clock.now()
        if self._late_at is None or now >= self._late_at:
            await asyncio.to_thread(advancing.system_take_late_news, now)
            self._late_at = now + _LATE_EVERY
        found = await asyncio.to_thread(advancing.system_open_runs)
        for run in found:
            await asyncio.to_thread(advancing.system_advance, run, now)
        return _PACE_S if found else _LOOK_AGAIN_S
