"""Keeps duty going: the record of who was on duty, notices of handoffs and swaps, and an alarm on
ourselves while nobody is on duty, or soon will not be."""

import asyncio
from datetime import datetime, timedelta

from yunwei.base.core.severity import Severity
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.monitor.duty.actions.recording import record_all
from yunwei.monitor.duty.actions.swaps import expire_swaps
from yunwei.monitor.duty.facts.notices import DutyNotice
from yunwei.monitor.duty.facts.shifts import Snapshot
from yunwei.monitor.duty.queries.findings import system_gaps
from yunwei.monitor.duty.queries.notices import system_notices
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.run.troubles import Trouble, Troubles

GAP = "duty.gap"
_EVERY_S = 30.0
_SOON = timedelta(hours=24)


class DutyWatch:
    """`step` is one round; returns the seconds to the next."""

    def __init__(
        self, *, troubles: Troubles, clock: Clock, public_url: str, time_zone: str
    ) -> None:
        self._troubles = troubles
        self._clock = clock
        self._public_url = public_url
        self._time_zone = time_zone
        self._told: frozenset[str] = frozenset()

    async def step(self) -> float:
        wrong = await asyncio.to_thread(self._go_round)
        await self._troubles.keep(GAP, wrong)
        return _EVERY_S

    def _go_round(self) -> list[Trouble]:
        now = self._clock.now()
        with transaction() as conn:
            snapshot = record_all(conn, now=now)
            expire_swaps(conn, now=now)
            due = system_notices(conn, snapshot)
            self._tell(conn, due, now)
        # only what is committed counts as told
        self._told = frozenset(map(_key, due))
        return _find_troubles(snapshot)

    def _tell(self, conn: Connection, due: tuple[DutyNotice, ...], now: datetime) -> None:
        fresh = [_build_notice(each) for each in due if _key(each) not in self._told]
        if fresh:
            known = route_queries.system_snapshot(
                conn, public_url=self._public_url, time_zone=self._time_zone
            )
            plan_notices(conn, fresh, known, now)


def _key(notice: DutyNotice) -> str:
    return f"{notice.user}-{notice.key}"


def _build_notice(notice: DutyNotice) -> Notice:
    return Notice(
        tenant=notice.tenant,
        key=notice.key,
        subject=Bilingual(zh=notice.subject[0], en=notice.subject[1]),
        body=Bilingual(zh=notice.body[0], en=notice.body[1]),
        people=(notice.user,),
        link=notice.link,
    )


def _find_troubles(snapshot: Snapshot) -> list[Trouble]:
    """Return the schedules in which nobody is on duty within a day from now."""
    found: list[Trouble] = []
    for schedule in snapshot.schedules.values():
        within = Span(snapshot.as_of, snapshot.as_of + _SOON)
        gaps = system_gaps(snapshot, schedule, within)
        if gaps:
            start, end = (
                at.astimezone(schedule.zone).strftime("%Y-%m-%d %H:%M")
                for at in (gaps[0].start, gaps[0].end)
            )
            found.append(
                Trouble(
                    tenant=schedule.tenant,
                    managed_object=f"/schedule/{schedule.id}",
                    severity=Severity.MAJOR,
                    texts=(
                        f"值班表“{schedule.name}”在 {start} 至 {end} 无人值班",
                        f"Nobody is on duty in “{schedule.name}” from {start} to {end}",
                    ),
                )
            )
    return found
