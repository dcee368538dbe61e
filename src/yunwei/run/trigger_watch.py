"""Has triggers set off and followed, and says as an alarm on ourselves that a breaker is open."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.facts import Trigger
from yunwei.operate.triggers.jobs import Triggers
from yunwei.run.troubles import Trouble, Troubles

CODE = "trigger.breaker_open"


class TriggerWatch:
    """`step` is one look; returns the seconds to the next."""

    def __init__(self, *, troubles: Troubles, clock: Clock, box: SecretBox) -> None:
        self._troubles = troubles
        self._triggers = Triggers(clock, box)

    async def step(self) -> float:
        wait_s = await self._triggers.step()
        broken = await asyncio.to_thread(queries.system_broken_triggers)
        await self._troubles.keep(CODE, [_trouble(each) for each in broken])
        return wait_s


def _trouble(trigger: Trigger) -> Trouble:
    return Trouble(
        tenant=trigger.tenant,
        managed_object=f"/trigger/{trigger.id}",
        texts=(
            f"触发器“{trigger.name}”连续 {trigger.misses} 次执行失败，已自动停用；"
            "请检查脚本，再重新启用",
            f"The trigger “{trigger.name}” failed {trigger.misses} times in a row and starts"
            " nothing any more; look at its script, then turn it on again",
        ),
    )
