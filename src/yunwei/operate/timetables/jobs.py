"""Starts what timetables owe. Copies do no harm."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.timetables import actions

_PACE_S = 10.0


class Timekeeper:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, box: SecretBox) -> None:
        self._clock = clock
        self._box = box

    async def step(self) -> float:
        """Look what is due, and start it; returns when to come again."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> None:
        """One look, in whichever thread."""
        actions.system_look(self._clock.now())
        for start in actions.system_open_starts():
            actions.system_start(start, box=self._box, now=self._clock.now())
