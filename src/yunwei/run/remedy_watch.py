"""Has remedies applied and followed, and says as an alarm on ourselves that a breaker is open."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.remedies import queries
from yunwei.operate.remedies.facts import Remedy
from yunwei.operate.remedies.jobs import Remedies
from yunwei.run.troubles import Trouble, Troubles

CODE = "remedy.breaker_open"


class RemedyWatch:
    """`step` is one look; returns the seconds to the next."""

    def __init__(self, *, troubles: Troubles, clock: Clock, box: SecretBox) -> None:
        self._troubles = troubles
        self._remedies = Remedies(clock, box)

    async def step(self) -> float:
        wait_s = await self._remedies.step()
        broken = await asyncio.to_thread(queries.system_broken_remedies)
        await self._troubles.keep(CODE, [_trouble(each) for each in broken])
        return wait_s


def _trouble(remedy: Remedy) -> Trouble:
    return Trouble(
        tenant=remedy.tenant,
        managed_object=f"/remedy/{remedy.id}",
        texts=(
            f"处置措施“{remedy.name}”连续 {remedy.misses} 次未能消除告警，已自动停用；"
            "请检查脚本，再重新启用",
            f"The remedy “{remedy.name}” healed nothing {remedy.misses} times in a row and applies"
            " itself no more; look at its script, then turn it on again",
        ),
    )
