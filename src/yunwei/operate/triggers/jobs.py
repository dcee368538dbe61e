"""Takes what happens to desktops, starts what it sets off, and follows it. Copies do no harm."""

import asyncio
from datetime import timedelta

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.triggers.actions import firing

_PACE_S = 5.0
_KEPT = timedelta(days=90)


class Triggers:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, box: SecretBox) -> None:
        self._clock = clock
        self._box = box

    async def step(self) -> float:
        """One look; returns when to come again, at once while there is more to take."""
        return 0.0 if await asyncio.to_thread(self.look) else _PACE_S

    def look(self) -> bool:
        """One look, in whichever thread; returns whether there may be more to take."""
        now = self._clock.now()
        taken = firing.system_take(now)
        firing.system_start(box=self._box, now=now)
        firing.system_judge(now)
        firing.system_forget(now - _KEPT)
        return taken >= firing.MOST_AT_ONCE
