"""Has timetables' scripts started, and says as an alarm on ourselves that one could not be."""

import asyncio

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.timetables import queries
from yunwei.operate.timetables.facts import Timetable
from yunwei.operate.timetables.jobs import Timekeeper
from yunwei.run.troubles import Trouble, Troubles

CODE = "timetable.not_started"


class TimetableWatch:
    """`step` is one look; returns the seconds to the next."""

    def __init__(self, *, troubles: Troubles, clock: Clock, box: SecretBox) -> None:
        self._troubles = troubles
        self._timekeeper = Timekeeper(clock, box)

    async def step(self) -> float:
        wait_s = await self._timekeeper.step()
        troubled = await asyncio.to_thread(queries.system_troubled_timetables)
        await self._troubles.keep(CODE, [_trouble(each) for each in troubled])
        return wait_s


def _trouble(timetable: Timetable) -> Trouble:
    return Trouble(
        tenant=timetable.tenant,
        managed_object=f"/timetable/{timetable.id}",
        texts=(
            f"定时执行“{timetable.name}”最近一次未能启动；请查看其历次启动的记录",
            f"The timetable “{timetable.name}” could not start its script the last time; see what"
            " became of its starts",
        ),
    )
