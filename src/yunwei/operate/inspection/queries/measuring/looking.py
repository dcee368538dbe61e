"""What a look at a tenant's things is made with. What several measures ask is read once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import SYSTEM, Viewer
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.collect.facts import SourceRow
from yunwei.monitor.collect.queries import sources
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, HeldDesktop, LicenceRow
from yunwei.operate.agents.facts.agents import AgentRow
from yunwei.operate.agents.queries import agents
from yunwei.operate.inspection.facts.inspections import Measured, Missing, Sample
from yunwei.operate.posture.facts import HostPosture, Posture
from yunwei.operate.posture.queries import fetch_posture

_LIMIT = 1000
NOT_TOLD = Measured(samples=None, missing=Missing.NO_DATA)


def look_at(tenant: TenantId, *, time_zone: str) -> Viewer:
    """Return who looks: the platform itself, at one tenant's things only."""
    return replace(SYSTEM, tenant=tenant, tenants=(tenant,), time_zone=time_zone)


def told(samples: Iterable[Sample], *, is_known: bool = True, tells_all: bool = True) -> Measured:
    """Return what a measure told; nothing where nobody would have told of anything."""
    if not is_known:
        return NOT_TOLD
    return Measured(samples=tuple(samples), tells_all=tells_all)


def everything[Row](fetch: Callable[[PageRequest], Page[Row]]) -> Iterator[Row]:
    """All rows of a list, a thousand at a time."""
    cursor: str | None = None
    while True:
        found = fetch(PageRequest(cursor=cursor, limit=_LIMIT))
        yield from found.items
        cursor = found.next
        if cursor is None:
            return


@dataclass(frozen=True)
class Look:
    """One look at a tenant's things, at one instant."""

    viewer: Viewer
    now: datetime

    @cached_property
    def posture(self) -> Posture:
        return fetch_posture(self.viewer, self.now)

    @cached_property
    def sources(self) -> tuple[SourceRow, ...]:
        """Those that ought to be read; our own voice aside."""
        found = everything(lambda page: sources.fetch_sources(self.viewer, page=page))
        return tuple(each for each in found if each.is_enabled and not each.is_internal)

    @cached_property
    def held(self) -> dict[tuple[SourceId, str], HeldDesktop]:
        rows = inventory.fetch_held_desktops(self.viewer, self.viewer.tenants)
        return {(each.source, each.native_id): each for each in rows}

    @cached_property
    def licences(self) -> tuple[LicenceRow, ...]:
        return tuple(everything(lambda page: inventory.fetch_licences(self.viewer, page=page)))

    @cached_property
    def agents(self) -> tuple[AgentRow, ...]:
        asked = {"is_revoked": False}
        return tuple(everything(lambda page: agents.fetch_agents(self.viewer, asked, page)))

    @cached_property
    def open_alarms(self) -> tuple[AlarmRow, ...]:
        return tuple(everything(lambda page: alarms.fetch_alarms(self.viewer, page=page)))

    @cached_property
    def unwell_hosts(self) -> frozenset[int]:
        return frozenset(each.id for each in self.posture.hosts if is_unwell(each))

    def desktops(self, **filters: Any) -> Iterator[DesktopRow]:
        return everything(lambda page: inventory.fetch_desktops(self.viewer, filters, page))


def is_unwell(host: HostPosture) -> bool:
    """Its source says so, or a critical alarm about it stands."""
    return host.is_healthy is False or host.alarms.worst is Severity.CRITICAL


def key_of(source: int, native_id: str) -> str:
    return f"{source}/{native_id}"
