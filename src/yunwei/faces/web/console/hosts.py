"""The pages of hosts: whether they are well and how much of them is used."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.samples import build_figures
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, source_options, yes_filter
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import page, render
from yunwei.faces.web.shared.periods import Period, read_period
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import HostRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.reports.charts import ChartSpec


def share(used: int | None, total: int | None) -> float | None:
    """Return the used share, None when either is not known."""
    return used / total if used is not None and total else None


HOSTS = ListSpec[HostRow](
    name="hosts",
    title=_("Hosts"),
    columns=(
        Column(
            name="name",
            label=_("Host"),
            value=lambda row: row.name,
            link=lambda row: reverse("host", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="is_healthy",
            label=_("Health"),
            value=lambda row: row.is_healthy,
            kind="word",
            words="health",
        ),
        Column(name="state", label=_("State"), value=lambda row: row.state, sort="state"),
        Column(
            name="cpu_used",
            label=_("CPU allocated"),
            value=lambda row: share(row.cpu_used, row.cpu_total),
            kind="ratio",
            sort="cpu_used",
            phone="label",
        ),
        Column(
            name="memory_used",
            label=_("Memory allocated"),
            value=lambda row: share(row.memory_used_mb, row.memory_total_mb),
            kind="ratio",
            sort="memory_used",
            phone="label",
        ),
        Column(
            name="desktops_count",
            label=_("Desktops"),
            value=lambda row: row.desktops_count,
            kind="number",
            sort="desktops_count",
            phone="label",
        ),
        Column(
            name="source",
            label=_("Source"),
            value=lambda row: row.source_name,
            sort="source",
            phone="hide",
        ),
        Column(
            name="last_seen_at",
            label=_("Last seen"),
            value=lambda row: row.last_seen_at,
            kind="time",
            sort="last_seen_at",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name")),
        yes_filter("is_healthy", _("Health: all"), _("Well"), _("Not well")),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_hosts(viewer, filters=filters, page=page),
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("inventory",),
    empty_icon="server-2",
    empty_title=_("No hosts yet"),
    empty_text=_("Hosts appear when a source tells of them; public clouds often do not."),
)


@dataclass
class HostBoard:
    """What one host's page may show; only what its part asks is fetched."""

    viewer: Viewer
    host: HostRow
    period: Period

    @property
    def cpu_ratio(self) -> float | None:
        return share(self.host.cpu_used, self.host.cpu_total)

    @property
    def memory_ratio(self) -> float | None:
        return share(self.host.memory_used_mb, self.host.memory_total_mb)

    @cached_property
    def alarms(self) -> tuple[AlarmRow, ...]:
        filters = {"about": [self.host.name, self.host.native_id]}
        wanted = PageRequest(limit=20, sort="-raised_at")
        found = alarm_queries.fetch_alarms(self.viewer, view=None, filters=filters, page=wanted)
        return found.items

    @cached_property
    def specs(self) -> list[ChartSpec] | None:
        return build_figures(
            lambda: telemetry.host_samples(
                self.viewer, self.host.source, self.host.native_id, *self.period.ends
            ),
            self.period,
        )


@page(Permission.SEE_MONITORING)
def list_hosts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /hosts"""
    return serve_list(request, viewer, HOSTS)


@page(Permission.SEE_MONITORING)
def show_host(request: HttpRequest, viewer: Viewer, host: int) -> HttpResponseBase:
    """GET /hosts/N"""
    found = inventory.access_host(viewer, host)
    board = HostBoard(viewer=viewer, host=found, period=read_period(request, viewer))
    parts = ("state", "figures", "alarms")
    return render(request, "console/resources/host.html", parts=parts, board=board, host=found)


urlpatterns = [
    path("hosts", list_hosts, name="hosts"),
    path("hosts/<int:host>", show_host, name="host"),
]
