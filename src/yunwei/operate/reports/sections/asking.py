"""What every section is asked with: whose figures, of which time, compared with which."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from yunwei.base.core.condition import Condition
from yunwei.base.core.errors import EngineAway, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.operate.forecast import queries as forecasts
from yunwei.operate.forecast.facts import Foretold
from yunwei.operate.inspection.facts.inspections import Inspection, WholeInspection
from yunwei.operate.inspection.queries import inspections
from yunwei.operate.licensing import queries as licensing
from yunwei.operate.licensing.facts import HolderCounts, RefusedLogons
from yunwei.operate.noise import queries as noise
from yunwei.operate.noise.facts import NoiseFigures, NoiseStep
from yunwei.operate.posture import queries as posture
from yunwei.operate.posture.facts import Posture
from yunwei.operate.reports.content import Column, Coverage, Rows
from yunwei.operate.reports.licence_words import say_licence
from yunwei.operate.reports.periods import (
    MOST_DAYS,
    Period,
    months_of,
    period_before,
    year_before,
)
from yunwei.operate.reports.sections.service_asking import ServiceBook
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.facts.figures import RunFigures
from yunwei.operate.usage.facts.idle import IdleCounts
from yunwei.operate.usage.facts.use import Asked, Chosen
from yunwei.operate.usage.queries import idle
from yunwei.operate.usage.queries.ground import Ground, forget_uses, lay_ground

MOST_ROWS = 5000
_UNUSED_DAYS = 30
_LICENCES = PageRequest(limit=200)
_MOST_INSPECTIONS = 1000

type CellRow = Sequence[str | float | None]


@dataclass(frozen=True)
class Asking:
    """viewer: sees the one tenant only. What is asked twice is read once. is_last_year: compared
    with the same time of last year. condition: of the connections that count, only_alarms: of the
    alarms, only_things: of hosts, pools and quotas; None for all."""

    viewer: Viewer
    tenant: TenantId
    period: Period
    clock: Clock
    is_compared: bool
    is_last_year: bool = False
    condition: Condition | None = None
    only_alarms: Condition | None = None
    only_things: Condition | None = None

    @cached_property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when until when: a time that is not over ends now."""
        return self.period.from_at, min(self.period.to_at, self.now)

    @property
    def span_before(self) -> tuple[datetime, datetime]:
        return self.before.from_at, self.before.to_at

    @property
    def before(self) -> Period:
        """What this time is compared with."""
        return year_before(self.period) if self.is_last_year else period_before(self.period)

    @cached_property
    def ground(self) -> Ground:
        return self.lay(self.period)

    @cached_property
    def ground_before(self) -> Ground | None:
        """What was measured of the time before; None when nothing was, which is not zero."""
        laid = self.lay(self.before) if self.is_compared else None
        return laid if laid and laid.known.coverage else None

    @property
    def before_name(self) -> str:
        return _("A year before") if self.is_last_year else _("The time before")

    def lay(self, period: Period) -> Ground:
        """Return what questions about the use of a time stand on."""
        asked = Asked(
            from_at=period.from_at,
            to_at=period.to_at,
            time_zone=period.time_zone,
            chosen=Chosen(tenant=self.tenant, condition=self.condition),
        )
        laid = lay_ground(self.viewer, asked, clock=self.clock)
        # of both times together a month of 10,000 desktops is 300 MB, of one after the other half
        return replace(laid, uses=self._uses, keeps_one_use=True)

    def let_go(self) -> None:
        """Forget the connections, not what was answered: who asks more of them has them again in
        a tenth of a second."""
        forget_uses(self._uses)

    @cached_property
    def _uses(self) -> dict[tuple[int, int], Any]:
        return {}

    def months_of(self, period: Period) -> tuple[tuple[Period, Ground], ...]:
        """Return the months of a long time that have begun, each with what its questions stand on;
        the time is too long to be worked out exactly as a whole."""
        begun = (each for each in months_of(period) if each.from_at < self.now)
        return tuple((each, self.lay(each)) for each in begun)

    @cached_property
    def months(self) -> tuple[tuple[Period, Ground], ...]:
        return self.months_of(self.period)

    @cached_property
    def months_before(self) -> tuple[tuple[Period, Ground], ...]:
        return self.months_of(self.before) if self.is_compared else ()

    @cached_property
    def noise_by_month(self) -> tuple[NoiseFigures, ...]:
        return self._noises(self.months)

    @cached_property
    def noise_by_month_before(self) -> tuple[NoiseFigures, ...]:
        return self._noises(self.months_before)

    def _noises(self, months: Sequence[tuple[Period, Ground]]) -> tuple[NoiseFigures, ...]:
        return tuple(
            noise.fetch_noise(
                self.viewer, month.from_at, min(month.to_at, self.now), only=self.only_alarms
            )
            for month, _ground in months
        )

    @cached_property
    def runs(self) -> RunFigures:
        return runs.fetch_run_figures(self.viewer, *self.span)

    @cached_property
    def runs_before(self) -> RunFigures | None:
        return runs.fetch_run_figures(self.viewer, *self.span_before) if self.is_compared else None

    @cached_property
    def inspections(self) -> tuple[Inspection, ...]:
        """Those that were measured in the time, the newest first."""
        return self._inspected(*self.span)

    @cached_property
    def inspections_before(self) -> tuple[Inspection, ...]:
        return self._inspected(*self.span_before)

    def _inspected(self, since: datetime, until: datetime) -> tuple[Inspection, ...]:
        asked = {"measured_since": since, "measured_before": until}
        page = PageRequest(limit=_MOST_INSPECTIONS, sort="-measured_at")
        return inspections.fetch_inspections(self.viewer, asked, page).items

    @cached_property
    def last_inspection(self) -> WholeInspection | None:
        """The newest of the time, with all that is to be said of it."""
        found = self.inspections
        return inspections.access_inspection(self.viewer, found[0].id) if found else None

    @cached_property
    def coverage(self) -> Coverage:
        if self.period.days > MOST_DAYS:
            return _cover(self.months, self.months_before)
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
        return noise.fetch_noise(self.viewer, *self.span, only=self.only_alarms)

    @cached_property
    def noise_before(self) -> NoiseFigures | None:
        if not self.is_compared:
            return None
        return noise.fetch_noise(self.viewer, *self.span_before, only=self.only_alarms)

    @cached_property
    def noise_steps(self) -> tuple[NoiseStep, ...]:
        return noise.fetch_noise_over_time(self.viewer, *self.span, only=self.only_alarms)

    @cached_property
    def posture(self) -> Posture:
        found = posture.fetch_posture(self.viewer, self.now, only=self.only_things)
        told = tell_apart(each.licence for each in found.quotas)
        pairs = zip(found.quotas, told, strict=True)
        ending = tell_apart(each.licence for each in found.certificates)
        return replace(
            found,
            quotas=tuple(replace(each, licence=row) for each, row in pairs),
            certificates=tuple(
                replace(each, licence=row)
                for each, row in zip(found.certificates, ending, strict=True)
            ),
        )

    @cached_property
    def licences(self) -> tuple[LicenceRow, ...]:
        return tell_apart(inventory.fetch_licences(self.viewer, None, _LICENCES).items)

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


def tell_apart(licences: Iterable[LicenceRow]) -> tuple[LicenceRow, ...]:
    """Return licences by what they are called in the viewer's language; those of one name, from
    several sources, name their source."""
    rows = tuple(replace(each, name=say_licence(each)) for each in licences)
    known = Counter(each.name for each in rows)
    return tuple(
        replace(each, name=f"{each.name} · {each.source_name}") if known[each.name] > 1 else each
        for each in rows
    )


def _cover(
    months: Sequence[tuple[Period, Ground]], before: Sequence[tuple[Period, Ground]]
) -> Coverage:
    """Return how much of a long time was measured: the mean of its months by their days."""
    known = [ground.known for _month, ground in months]
    told = [each.as_of for each in known if each.as_of is not None]
    return Coverage(
        share=_mean_coverage(months),
        before=_mean_coverage(before),
        as_of=max(told, default=None),
        sources=max((each.sources for each in known), default=0),
    )


def _mean_coverage(months: Sequence[tuple[Period, Ground]]) -> float | None:
    if not any(ground.known.sources for _month, ground in months):
        return None
    days = sum(month.days for month, _ground in months)
    return sum(ground.known.coverage * month.days for month, ground in months) / days


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
