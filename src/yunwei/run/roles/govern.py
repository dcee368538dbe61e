"""The role `govern`: applies the intake, round after round. The work itself is `run.governor`."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.infra.bus import INTAKE
from yunwei.base.infra.loop import run_for_ever
from yunwei.monitor.collect.actions.heard import system_note_heard
from yunwei.monitor.collect.actions.reconciliation import system_want_reconciliation
from yunwei.monitor.collect.facts import SOURCES_CHANGED
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.collect.queries import trap_families as family_queries
from yunwei.monitor.collect.serials import SerialWatch
from yunwei.monitor.telemetry.actions import TelemetryPublisher
from yunwei.plugins.sdk.contract import SourceContext, TrapConnector
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.run import figures
from yunwei.run.doors import Doors, patiently
from yunwei.run.governor import Governor
from yunwei.run.intake_words import say_gap
from yunwei.run.mask_notices import OwnerTeller
from yunwei.run.roles.collect import internal_source
from yunwei.run.roles.receive import append_intake
from yunwei.run.rulebook import Rulebook

_KEPT_BATCHES = 1000
_FORGET_EVERY = timedelta(minutes=1)
_NOTE_EVERY_S = 5.0
_LOOK_AGAIN_S = 5.0
_SNAPSHOTS = "yunwei.config.>"


async def run(doors: Doors) -> None:
    """Govern until cancelled."""
    rulebook = Rulebook(public_url=doors.public_url, time_zone=doors.settings.time_zone)
    connectors = _TrapConnectors(doors)
    governor = Governor(
        bus=doors.bus,
        clock=doors.clock,
        rulebook=rulebook,
        connectors=connectors.get,
        publish=TelemetryPublisher(doors.bus.append).publish_judged,
    )
    figures.show_governor(governor)

    async def changed(subject: str, data: bytes) -> None:
        rulebook.mark_stale()
        if subject == SOURCES_CHANGED:
            connectors.forget()

    stop = await patiently(lambda: doors.bus.listen(_SNAPSHOTS, changed))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(run_for_ever("govern", governor.step, pause_s=0.2, max_backoff_s=5))
            group.create_task(_forget_applied(doors, governor))
            group.create_task(_look_again(connectors))
            group.create_task(_note_heard(doors, governor))
            group.create_task(_tell_owners(doors))
    finally:
        await stop()


async def _tell_owners(doors: Doors) -> None:
    """Tell people about mask rules themselves."""
    teller = OwnerTeller(
        doors.clock, public_url=doors.public_url, time_zone=doors.settings.time_zone
    )

    async def tell() -> float:
        return await asyncio.to_thread(teller.step)

    await run_for_ever("govern: tell owners", tell)


class _TrapConnectors:
    """The connectors that tell what traps mean, one for each source, made at first need."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._known: dict[SourceId, TrapConnector] = {}

    def get(self, source: SourceId) -> TrapConnector:
        if source not in self._known:
            self._known[source] = self._make(source)
        return self._known[source]

    def _make(self, source: SourceId) -> TrapConnector:
        config = collect_queries.system_source(source)
        context = SourceContext(
            tenant=config.tenant,
            source=config.id,
            settings=config.settings,
            clock=self._doors.clock,
            trap_families=family_queries.system_trap_families(config.tenant),
        )
        connector: TrapConnector = load(CONNECTORS, config.connector)(context)
        return connector

    def forget(self) -> None:
        self._known = {}


async def _look_again(connectors: _TrapConnectors) -> None:
    """What a command changed is announced by nobody, and an announcement may be lost."""

    async def forget() -> float:
        connectors.forget()
        return _LOOK_AGAIN_S

    await run_for_ever("govern: look at sources again", forget)


async def _forget_applied(doors: Doors, governor: Governor) -> None:
    """Keep the intake small: what is applied stands in PostgreSQL and in telemetry."""

    async def forget() -> float:
        if governor.position > _KEPT_BATCHES:
            await doors.bus.forget_before(INTAKE, governor.position - _KEPT_BATCHES)
        return _FORGET_EVERY.total_seconds()

    await run_for_ever("govern: forget applied", forget)


async def _note_heard(doors: Doors, governor: Governor) -> None:
    """Let the page of sources say when devices were last heard, and how much of them."""

    watch = SerialWatch()

    async def note() -> float:
        heard, now = governor.take_heard(), doors.clock.now()
        for each in heard.serials:
            watch.note(each)
        gaps = watch.take_gaps(now)
        counts = Counter(heard.counts) + Counter({(of, "gap"): gaps[of] for of in gaps})
        await asyncio.to_thread(system_note_heard, replace(heard, counts=counts), now=now)
        if gaps:
            await _tell_of_gaps(doors, gaps, now)
        return _NOTE_EVERY_S

    await run_for_ever("govern: note heard", note)


async def _tell_of_gaps(doors: Doors, gaps: Mapping[SourceId, int], now: datetime) -> None:
    """Have sources that lost something compared with their own lists, and say it."""
    await asyncio.to_thread(system_want_reconciliation, tuple(gaps), now=now)
    said = await asyncio.to_thread(_say_gaps, gaps, now)
    await append_intake(doors.bus, IntakeBatch(batch_id=uuid.uuid4().hex, raw_alarms=said))


def _say_gaps(gaps: Mapping[SourceId, int], now: datetime) -> tuple[RawAlarm, ...]:
    internal = internal_source()
    return tuple(
        say_gap(collect_queries.system_source(source).tenant, source, count, internal, now)
        for source, count in gaps.items()
    )
