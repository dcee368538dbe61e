"""A customer's simulated cloud that is inspected: faults are put into it, the platform reads it
over its sockets with the real connector, and an inspection is made of what was read.

Only this file knows which faults there are; the inspection knows nothing of them.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import numpy as np

from tests.support.alarms import Installation
from tests.support.laboratory import (
    DAYS,
    LASTS_S,
    Laboratory,
    Traps,
    open_cloud,
    read_cloud,
)
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.inspection.actions.inspections import ask_inspection
from yunwei.operate.inspection.facts.inspections import WholeInspection
from yunwei.operate.inspection.jobs.making import system_make_next
from yunwei.operate.inspection.queries.inspections import access_inspection
from yunwei.plugins.sdk.contract import Read, Wanted
from yunwei.plugins.sdk.testkit import StillClock
from yunwei_sim.serve import Simulation, SimulatorThread
from yunwei_sim.world import licences
from yunwei_sim.world.faults import KINDS, Target
from yunwei_sim.world.power import Status
from yunwei_sim.world.troubles import Fault
from yunwei_sim.world.world import World

EARLY_AT = datetime(2026, 11, 25, 5, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""Before people come to work: what is broken then is broken by itself."""
WELL = 6
"""A seed whose cloud has no locked account and room in every pool."""
_READS = (Read.INVENTORY, Read.LICENCES, Read.SESSIONS, Read.ACTIVITY, Read.ALARMS)


@dataclass
class Patient:
    """One cloud over its days. faults: those that last, by name."""

    here: Installation
    laboratory: Laboratory
    running: SimulatorThread
    traps: Traps
    source: SourceId
    read_at: datetime
    faults: dict[str, Fault] = field(default_factory=dict)
    mended: list[Fault] = field(default_factory=list)

    def breaks(self, *names: str) -> None:
        for name in names:
            self.faults[name] = self.running.call(lambda sim, name=name: _inject(sim, name))

    def is_mended(self, *names: str) -> None:
        for name in names:
            fault = self.faults.pop(name)
            self.mended.append(fault)
            self.running.call(lambda sim, fault=fault: sim.cloud.world.remove(fault.id))

    def lives(self, seconds: int = LASTS_S) -> None:
        self.running.call(lambda sim: sim.cloud.clock.step(seconds))

    @property
    def now(self) -> datetime:
        return self.running.call(lambda sim: sim.cloud.clock.now_at())

    def is_read(self) -> None:
        """The platform reads all that it reads of a cloud."""
        now = self.now
        recent = Wanted(watermark=None, history_from=self.read_at - timedelta(minutes=30))
        watched = self.running.call(
            lambda sim: _watched(sim, [*self.faults.values(), *self.mended])
        )
        measured = Wanted(watermark=None, history_from=now - timedelta(hours=2), desktops=watched)
        wanted = [*((read, recent) for read in _READS), (Read.METRICS, measured)]
        pages = asyncio.run(read_cloud(self.running, wanted, now))
        self.laboratory.keep(self.source, pages)
        raws = [
            each for _read, page in pages for each in page.readings if isinstance(each, RawAlarm)
        ]
        raws += self.laboratory.hear(self.traps, now)
        self.laboratory.raise_alarms(self.source, raws, now)
        self.read_at = now

    def is_inspected(self, template: int | None = None) -> WholeInspection:
        clock = StillClock(self.now)
        made = ask_inspection(self.here.viewer, self.here.tenant, template, now=clock.now())
        assert system_make_next(clock, time_zone="Asia/Shanghai")
        return access_inspection(self.here.viewer, made)


@contextmanager
def inspected_cloud(
    here: Installation, clickhouse: ClickHouse, *, seed: int = WELL
) -> Iterator[Patient]:
    """A cloud of 400 desktops of which three days are known, and which is well."""
    laboratory = Laboratory(here, clickhouse)
    source = laboratory.add_source()
    with (
        closing(Traps()) as traps,
        open_cloud(seed, traps, start_at=EARLY_AT) as running,
        mock.patch.object(licences, "_limits", _generous),
    ):
        running.call(_renew)
        patient = Patient(
            here=here,
            laboratory=laboratory,
            running=running,
            traps=traps,
            source=source,
            read_at=EARLY_AT - timedelta(days=DAYS),
        )
        patient.is_read()
        yield patient


def _generous(
    world: World, used: Mapping[str, tuple[int, str]], site: int | None
) -> dict[str, int]:
    """Twice of everything was bought, so that no quota is nearly full."""
    return {kind: 2 * amount + 10 for kind, (amount, _unit) in used.items()}


def _renew(sim: Simulation) -> None:
    world = sim.cloud.world
    world.renewed_until_s = int(world.at_s) + 300 * 86_400


def _inject(sim: Simulation, name: str) -> Fault:
    return sim.cloud.world.inject(name, target=_target(sim, name), lasts_s=3 * 86_400)


def _target(sim: Simulation, name: str) -> str | None:
    """A desktop that nothing else hits; of other things the simulator chooses."""
    world = sim.cloud.world
    if KINDS[name].target is not Target.DESKTOP:
        return None
    taken = np.zeros(len(world.fleet.ids), dtype=bool)
    for fault in world.troubles.active:
        if fault.kind.target in (Target.HOST, Target.DESKTOP):
            taken |= fault.desktops
    free = np.flatnonzero(~taken & (world.states().status == Status.ACTIVE))
    return str(world.fleet.ids[int(free[len(free) // 2])])


def _watched(sim: Simulation, faults: Sequence[Fault]) -> tuple[str, ...]:
    """Desktops whose own measurements are read: those hit by themselves, and some others."""
    ids = sim.cloud.world.fleet.ids
    hit = [
        str(ids[int(place)])
        for fault in faults
        if fault.kind.target is Target.DESKTOP
        for place in np.flatnonzero(fault.desktops)
    ]
    return (*hit, *(str(each) for each in ids[:5] if str(each) not in hit))
