"""Says, as an alarm on ourselves, that the holidays of a year are missing; from 1 December of the
year before, since by then they are published."""

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

from yunwei.base.calendar import queries as calendar_queries
from yunwei.base.calendar.rules.checks import missing_year
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import queries as people_queries
from yunwei.run.troubles import Trouble, Troubles

CODE = "calendar.year_missing"
_EVERY_S = 600.0


class CalendarWatch:
    """`step` is one look; returns the seconds to the next."""

    def __init__(self, *, troubles: Troubles, clock: Clock, time_zone: str) -> None:
        self._troubles = troubles
        self._clock = clock
        self._zone = ZoneInfo(time_zone)

    async def step(self) -> float:
        wrong = await asyncio.to_thread(self._look)
        await self._troubles.keep(CODE, wrong)
        return _EVERY_S

    def _look(self) -> list[Trouble]:
        today = self._clock.now().astimezone(self._zone).date()
        with transaction() as conn:
            known = calendar_queries.system_known_years(conn)
        provider = people_queries.system_provider().id
        return list(_build_troubles(provider, known, today))


def _build_troubles(
    provider: TenantId, known: dict[str, tuple[int, ...]], today: date
) -> list[Trouble]:
    troubles: list[Trouble] = []
    for country, years in known.items():
        year = missing_year(today, years)
        if year is not None:
            troubles.append(
                Trouble(
                    tenant=provider,
                    managed_object=f"/calendar/{country}/{year}",
                    texts=(
                        f"{country} {year} 年的节假日安排尚未导入：依赖日类型的规则将不生效，"
                        "值班表按星期安排",
                        f"The holidays of {year} for {country} are not imported: rules that depend"
                        " on kinds of days will not apply, schedules go by weekdays",
                    ),
                )
            )
    return troubles
