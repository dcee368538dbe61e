"""Compares what stands here with the source's own list of current alarms, time and again: a report
that was lost on its way heals. What a difference means is decided by `Hands.compare`.

A difference is believed when two lists in a row show it; after the first the second comes soon.
"""

import asyncio
from datetime import datetime
from typing import cast

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import SourceError, SourceUnreachable
from yunwei.base.core.readings import ReadingPage
from yunwei.base.infra.announce import announce_live, held_back
from yunwei.base.infra.loop import LOOPS, run_for_ever
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect import leases
from yunwei.monitor.collect.asking import pass_reading
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.collect.hands import PlugInCode, in_thread
from yunwei.monitor.collect.reading import Reads
from yunwei.monitor.collect.store import reconciliation as store
from yunwei.plugins.sdk.contract import CurrentAlarms, ListsAlarms, Read

_FIRST_AFTER_S = 60.0
_CONFIRMED_AFTER_S = 20.0
_LOOK_S = 3.0


class ReconcileLoop:
    """Compares one source until cancelled."""

    def __init__(self, of: Reads, every_s: float) -> None:
        self._of = of
        self._hands = of.hands
        self._every_s = every_s
        # the reads come first: what they bring at the start is no difference
        self._due_s = of.hands.clock.monotonic_s() + min(_FIRST_AFTER_S, every_s)

    async def run(self) -> None:
        name = f"collect source {self._of.config.id} reconciliation"
        try:
            await run_for_ever(name, self._look, max_backoff_s=60)
        finally:
            LOOPS.pop(name, None)

    async def _look(self) -> float:
        """Compare when it is due or wanted; returns the seconds to the next look."""
        clock = self._hands.clock
        waiting, wanted_at = await in_thread(self._fetch_state)
        if clock.monotonic_s() >= self._due_s or wanted_at is not None:
            wait_s = await self._compare(waiting)
            self._due_s = clock.monotonic_s() + wait_s
        return min(_LOOK_S, max(0.0, self._due_s - clock.monotonic_s()))

    def _fetch_state(self) -> tuple[frozenset[str], datetime | None]:
        with transaction() as conn:
            return store.fetch_state(conn, self._of.config.id)

    async def _compare(self, waiting: frozenset[str]) -> float:
        read_at = self._hands.clock.now()
        try:
            await in_thread(pass_reading, self._of.config, read_at)
            listed = await self._list()
        except SourceError as error:
            await in_thread(self._note_failure, error.message, read_at)
            return self._every_s
        source = self._of.config.id
        healed, differs = await in_thread(self._hands.compare, source, listed, waiting, read_at)
        if healed:
            await self._publish(healed, read_at)
        await in_thread(self._note_result, listed, healed, differs, read_at)
        return min(_CONFIRMED_AFTER_S, self._every_s) if differs else self._every_s

    async def _list(self) -> CurrentAlarms:
        limit_s = self._hands.page_timeout_s
        connector = cast("ListsAlarms", self._of.connector)
        try:
            with PlugInCode():
                async with asyncio.timeout(limit_s):
                    return await connector.list_current_alarms()
        except TimeoutError as error:
            raise SourceUnreachable(f"no answer within {limit_s:.0f} s") from error

    async def _publish(self, healed: tuple[RawAlarm, ...], read_at: datetime) -> None:
        config = self._of.config
        poll = Poll(
            source=config.id,
            tenant=config.tenant,
            source_name=config.name,
            connector=config.connector,
            read=Read.ALARMS,
            started_at=read_at,
        )
        for publish in self._hands.publishers:
            await publish(poll, ReadingPage(readings=healed, read_at=read_at))

    def _note_result(
        self,
        listed: CurrentAlarms,
        healed: tuple[RawAlarm, ...],
        differs: frozenset[str],
        read_at: datetime,
    ) -> None:
        config = self._of.config
        cleared = sum(raw.act is AlarmAct.CLEAR for raw in healed)
        with held_back(), transaction() as conn:
            leases.hold_lease(conn, config.id, self._of.holder)
            store.save_result(
                conn,
                tenant=config.tenant,
                source=config.id,
                at=read_at,
                is_complete=listed.is_complete,
                listed=len(listed.alarms),
                raised=len(healed) - cleared,
                cleared=cleared,
                waiting=differs,
            )
            announce_live("sources", config.tenant)

    def _note_failure(self, error: str, at: datetime) -> None:
        config = self._of.config
        with transaction() as conn:
            leases.hold_lease(conn, config.id, self._of.holder)
            store.save_failure(conn, tenant=config.tenant, source=config.id, at=at, error=error)
