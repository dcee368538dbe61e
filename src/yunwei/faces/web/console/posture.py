"""The page of resource posture: how everything that desktops stand on is, and when it is full."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.faces.web.shared.words import word
from yunwei.operate.posture import queries
from yunwei.operate.posture.facts import (
    Area,
    Failing,
    Health,
    HostPosture,
    PoolPosture,
    Posture,
    QuotaPosture,
    Troubled,
)
from yunwei.operate.posture.rules.hosts import worst
from yunwei.operate.reports import posture_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.licence_words import say_licence

_SHOWN = 12
_DESKTOPS_OF = {
    Failing.FAULTY: "?state=error",
    Failing.UNREGISTERED: "?state=running&login_state=unregistered",
    Failing.STUCK: "?state=changing",
    Failing.UNKNOWN: "?state=unknown",
    Failing.MAINTENANCE: "?is_in_maintenance=yes",
}
_ORDER = list(Health)


@dataclass
class PostureBoard:
    """What the page shows. Lists that may be long show what presses most; files hold all."""

    posture: Posture

    @property
    def health(self) -> Health:
        return worst(self.posture.health.values())

    @property
    def areas(self) -> list[tuple[Area, Health]]:
        return [(area, self.posture.health[area]) for area in Area]

    @cached_property
    def hosts(self) -> list[HostPosture]:
        """Those that press most first."""
        return sorted(
            self.posture.hosts,
            key=lambda host: (_ORDER.index(host.health), -(host.memory_ratio or 0.0)),
        )[:_SHOWN]

    @cached_property
    def pools(self) -> list[PoolPosture]:
        return sorted(
            self.posture.pools, key=lambda pool: (_ORDER.index(pool.health), -pool.desktops)
        )[:_SHOWN]

    @property
    def quotas(self) -> list[QuotaPosture]:
        return list(self.posture.quotas[: 2 * _SHOWN])

    @property
    def troubled(self) -> list[Troubled]:
        return list(self.posture.troubled[:_SHOWN])

    @property
    def uneven(self) -> int:
        """How many pools are uneven."""
        return sum(bool(pool.imbalances) for pool in self.posture.pools)

    @property
    def failing(self) -> int:
        counts = {each.kind: each.desktops for each in self.posture.failures}
        return sum(counts[kind] for kind in (Failing.FAULTY, Failing.UNREGISTERED, Failing.STUCK))

    @property
    def failures(self) -> list[tuple[object, str]]:
        """Each kind of failure with where its desktops are listed."""
        return [(each, self._list_url(each.kind)) for each in self.posture.failures]

    @staticmethod
    def _list_url(kind: Failing) -> str:
        if kind is Failing.HOST_DOWN:
            return f"{reverse('hosts')}?is_healthy=no"
        return reverse("desktops") + _DESKTOPS_OF[kind]

    @property
    def fullness(self) -> ChartSpec:
        return figures.hosts_by_fullness(self.posture.hosts)

    @property
    def used(self) -> ChartSpec:
        return figures.quotas_used(
            [
                replace(each, licence=replace(each.licence, name=say_licence(each.licence)))
                for each in self.posture.quotas
            ]
        )

    @property
    def use(self) -> ChartSpec:
        return figures.pools_by_use(self.posture.pools)


def _host_rows(found: Posture) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("Host"), _("Source"), _("Site"), _("State"), _("vCPUs"), _("vCPUs allocated"),
        _("vCPUs promised"), _("Memory (MB)"), _("Memory allocated (MB)"),
        _("Memory promised (MB)"), _("Desktops"), _("Headroom (desktops)"), _("Open alarms"),
    ]  # fmt: skip
    return [heading] + [
        [
            host.name, host.source_name, host.site, _say(host.health), host.cpu_total,
            host.cpu_used, host.cpu_promised, host.memory_total_mb, host.memory_used_mb,
            host.memory_promised_mb, host.desktops, host.headroom, host.alarms.count,
        ]
        for host in found.hosts
    ]  # fmt: skip


def _quota_rows(found: Posture) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("Quota"), _("Source"), _("Id in the source"), _("State"), _("Used"), _("Owned"),
        _("Free"), _("Unit"), _("Used share"), _("Days until full"), _("Full at the earliest"),
        _("Full at the latest"),
    ]  # fmt: skip
    return [heading] + [
        [
            say_licence(each.licence), each.licence.source_name, each.licence.native_id,
            _say(each.health), each.licence.used, each.licence.total, each.free,
            each.licence.unit, each.licence.used_ratio, each.days_until_full,
            _day(each.forecast.full_from if each.forecast else None),
            _day(each.forecast.full_until if each.forecast else None),
        ]
        for each in found.quotas
    ]  # fmt: skip


def _pool_rows(found: Posture) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("Pool"), _("Source"), _("State"), _("Desktops"), _("connected"), _("disconnected"),
        _("ready"), _("off"), _("unregistered"), _("faulty"), _("changing"), _("In maintenance"),
        _("Most sessions in 7 days"), _("Hosts"), _("Most on one host"), _("Another image"),
        _("What is uneven"),
    ]  # fmt: skip
    return [heading] + [
        [
            pool.name or _("in no pool"), pool.source_name, _say(pool.health), pool.desktops,
            pool.connected, pool.disconnected, pool.ready, pool.off, pool.unregistered,
            pool.faulty, pool.changing, pool.maintenance, pool.peak, pool.hosts,
            pool.most_on_host, pool.wrong_image,
            "; ".join(str(word("imbalance", each).label) for each in pool.imbalances),
        ]
        for pool in found.pools
    ]  # fmt: skip


def _failure_rows(found: Posture) -> list[list[Plain]]:
    heading: list[Plain] = [_("What is wrong"), _("Desktops"), _("Longest since")]
    return [heading] + [
        [str(word("failing", each.kind).label), each.desktops, each.since]
        for each in found.failures
    ]


def _image_rows(found: Posture) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("Image"), _("Source"), _("Desktops"), _("Newest agent"), _("Older agent"),
        _("Older versions"), _("In a pool of another image"),
    ]  # fmt: skip
    return [heading] + [
        [
            each.image or _("not told"), each.source_name, each.desktops, each.newest,
            each.behind, ", ".join(each.behind_versions), each.wrong,
        ]
        for each in found.images
    ]  # fmt: skip


def _say(health: Health) -> str:
    return str(word("posture_health", health).label)


def _day(day: object) -> str | None:
    return str(day) if day else None


_FILES: dict[str, Callable[[Posture], list[list[Plain]]]] = {
    "hosts": _host_rows,
    "quotas": _quota_rows,
    "pools": _pool_rows,
    "failures": _failure_rows,
    "images": _image_rows,
}


@page(Permission.SEE_MONITORING)
def show_posture(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /posture"""
    found = queries.fetch_posture(viewer, CLOCK.now())
    if kind := request.GET.get("export", ""):
        return _export(viewer, found, check_kind(kind), request.GET.get("figure", ""))
    return render(
        request, "console/resources/posture.html", parts=("posture",), board=PostureBoard(found)
    )


def _export(viewer: Viewer, found: Posture, kind: str, name: str) -> HttpResponseBase:
    if name not in _FILES:
        raise Invalid("figure", "this is not one of the choices")
    rows = _FILES[name](found)
    title = _("Resource posture")
    return serve_sheet(viewer, kind, f"posture-{name}", title, rows, asked={"figure": name})


urlpatterns = [path("posture", show_posture, name="posture")]
