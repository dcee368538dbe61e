"""What every section is asked with: whose figures, of which time, compared with which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from yunwei.base.core.errors import EngineAway, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.operate.forecast import queries as forecasts
from yunwei.operate.forecast.facts import Foretold
from yunwei.operate.licensing import queries as licensing
from yunwei.operate.licensing.facts import HolderCounts, RefusedLogons
from yunwei.operate.noise import queries as noise
from yunwei.operate.noise.facts import NoiseFigures, NoiseStep
from yunwei.operate.posture import queries as posture
from yunwei.operate.posture.facts import Posture
from yunwei.operate.reports.content import Column, Coverage, Rows
from yunwei.operate.reports.periods import Period, period_before
from yunwei.operate.reports.sections.service_asking import ServiceBook
from yunwei.operate.usage.facts.idle import IdleCounts
from yunwei.operate.usage.facts.use import Asked, Chosen
from yunwei.operate.usage.queries import idle
from yunwei.operate.usage.queries.ground import Ground, lay_ground

MOST_ROWS = 5000
_UNUSED_DAYS = 30
_LICENCES = PageRequest(limit=200)

type CellRow = Sequence[str | float | None]


@dataclass(frozen=True)
class Asking:
    """viewer: sees the one tenant only. What is asked twice is read once."""

    viewer: Viewer
    tenant: TenantId
    period: Period
    clock: Clock
    is_compared: bool

    @cached_property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when until when: a time that is not over ends now."""
        return self.period.from_at, min(self.period.to_at, self.now)

    @property
    def span_before(self) -> tuple[datetime, datetime]:
        before = period_before(self.period)
        return before.from_at, before.to_at

    @cached_property
    def ground(self) -> Ground:
        return self._lay(self.period)

    @cached_property
    def ground_before(self) -> Ground | None:
        """What was measured of the time before; None when nothing was, which is not zero."""
        laid = self._lay(period_before(self.period)) if self.is_compared else None
        return laid if laid and laid.known.coverage else None

    def _lay(self, period: Period) -> Ground:
        asked = Asked(
            from_at=period.from_at,
            to_at=period.to_at,
            time_zone=period.time_zone,
            chosen=Chosen(tenant=self.tenant),
        )
        return lay_ground(self.viewer, asked, clock=self.clock)

    @cached_property
    def coverage(self) -> Coverage:
        known = self.ground.known
        before = self.ground_before.known if self.ground_before else None
        return Coverage(
            share=known.coverage if known.sources else None,
            before=before.coverage if before else None,
            as_of=known.as_of,
            sources=known.sources,
        )

    @cached_property
    def service(self) -> ServiceBook:
        before = self.span_before if self.is_compared else None
        return ServiceBook(self.viewer, self.span, before, self.now)

    @cached_property
    def noise(self) -> NoiseFigures:
        return noise.fetch_noise(self.viewer, *self.span)

    @cached_property
    def noise_before(self) -> NoiseFigures | None:
        return noise.fetch_noise(self.viewer, *self.span_before) if self.is_compared else None

    @cached_property
    def noise_steps(self) -> tuple[NoiseStep, ...]:
        return noise.fetch_noise_over_time(self.viewer, *self.span)

    @cached_property
    def posture(self) -> Posture:
        return posture.fetch_posture(self.viewer, self.now)

    @cached_property
    def licences(self) -> tuple[LicenceRow, ...]:
        return inventory.fetch_licences(self.viewer, None, _LICENCES).items

    @cached_property
    def foretold(self) -> dict[int, Foretold]:
        try:
            return forecasts.forecast_licences(self.viewer, self.licences, now=self.now)
        except EngineAway:
            return {}

    @cached_property
    def refused(self) -> RefusedLogons:
        return licensing.fetch_refused(self.viewer, *self.span)

    @cached_property
    def holders(self) -> HolderCounts:
        return licensing.count_holders(self.viewer, _UNUSED_DAYS, now=self.now)

    @cached_property
    def idle(self) -> IdleCounts:
        return idle.count_idle(self.viewer, clock=self.clock)


def limited(viewer: Viewer, tenant: TenantId, language: str, time_zone: str) -> Viewer:
    """Return a viewer who sees one tenant only, in a report's language and zone."""
    if not viewer.is_system and tenant not in viewer.tenants:
        raise Refused()
    spoken = type(viewer.language)(language)
    return replace(viewer, tenants=(tenant,), language=spoken, time_zone=time_zone)


def build_rows(
    name: str,
    title: str,
    columns: Sequence[Column],
    cells: Iterable[CellRow],
    *,
    total: int | None = None,
    note: str = "",
) -> Rows:
    """Return a table of at most 5,000 rows. total: how many there are, where that is known."""
    listed = [tuple(row) for row in cells]
    return Rows(
        name=name,
        title=title,
        columns=tuple(columns),
        cells=tuple(listed[:MOST_ROWS]),
        total=len(listed) if total is None else total,
        note=note,
    )
