"""Applies remedies that apply themselves, and follows all of them. Copies do no harm."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.remedies import actions, queries
from yunwei.operate.remedies.actions import system_apply, system_judge, system_start

_PACE_S = 5.0


class Remedies:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, box: SecretBox) -> None:
        self._clock = clock
        self._box = box

    async def step(self) -> float:
        """Look at the alarms and at what is under way; returns when to come again."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> None:
        """One look, in whichever thread."""
        now = self._clock.now()
        system_apply(queries.system_candidates(now), now)
        for attempt in actions.system_open_attempts():
            system_start(attempt, box=self._box, now=now)
            system_judge(attempt, now)
