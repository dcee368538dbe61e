"""The pages of desktop pools: how full they are, who uses them, and since when."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.samples import build_figures
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, source_options, word_filter
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import page, render
from yunwei.faces.web.shared.periods import Period, read_period
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import PoolRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.reports.charts import ChartSpec

POOLS = ListSpec[PoolRow](
    name="pools",
    title=_("Pools"),
    columns=(
        Column(
            name="name",
            label=_("Pool"),
            value=lambda row: row.name,
            link=lambda row: reverse("pool", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.kind,
            kind="word",
            words="desktop_kind",
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
            name="running_count",
            label=_("Running"),
            value=lambda row: row.running_count,
            kind="number",
            phone="hide",
        ),
        Column(
            name="users_online",
            label=_("Users online"),
            value=lambda row: row.users_online,
            kind="number",
            sort="users_online",
            phone="label",
        ),
        Column(
            name="unregistered_count",
            label=_("Unregistered"),
            value=lambda row: row.unregistered_count,
            kind="number",
            phone="label",
        ),
        Column(
            name="error_count",
            label=_("Faulty"),
            value=lambda row: row.error_count,
            kind="number",
            sort="error_count",
            phone="label",
        ),
        Column(name="image", label=_("Image"), value=lambda row: row.image, phone="hide"),
        Column(
            name="source",
            label=_("Source"),
            value=lambda row: row.source_name,
            sort="source",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name")),
        word_filter("kind", _("Kind: all"), "desktop_kind"),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_pools(viewer, filters=filters, page=page),
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("inventory", "sessions"),
    empty_icon="stack-2",
    empty_title=_("No pools yet"),
    empty_text=_("They appear with the first answer of a source."),
)


@dataclass
class PoolBoard:
    """What one pool's page may show; only what its part asks is fetched."""

    viewer: Viewer
    pool: PoolRow
    period: Period

    @cached_property
    def specs(self) -> list[ChartSpec] | None:
        return build_figures(
            lambda: telemetry.pool_samples(
                self.viewer, self.pool.source, self.pool.native_id, *self.period.ends
            ),
            self.period,
        )


@page(Permission.SEE_MONITORING)
def list_pools(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /pools"""
    return serve_list(request, viewer, POOLS)


@page(Permission.SEE_MONITORING)
def show_pool(request: HttpRequest, viewer: Viewer, pool: int) -> HttpResponseBase:
    """GET /pools/N"""
    found = inventory.access_pool(viewer, pool)
    board = PoolBoard(viewer=viewer, pool=found, period=read_period(request, viewer))
    parts = ("state", "figures")
    return render(request, "console/resources/pool.html", parts=parts, board=board, pool=found)


urlpatterns = [
    path("pools", list_pools, name="pools"),
    path("pools/<int:pool>", show_pool, name="pool"),
]
