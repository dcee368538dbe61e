"""The pages of desktops: the list, and one desktop across all parts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import DesktopId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.saved_views.facts import SavedPage
from yunwei.faces.web.console.samples import build_figures
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    host_options,
    parse_boolean,
    pool_options,
    search_filter,
    source_options,
    word_filter,
)
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.periods import Period, read_period
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import Change, DesktopRow, SessionRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import ConnectionRow
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.selfservice.facts.acts import ActRow
from yunwei.operate.selfservice.queries import acts

PARTS = ("state", "figures", "alarms", "connections", "history", "acts")
_CONNECTIONS_SHOWN = timedelta(days=30)


def desktop_url(row: DesktopRow) -> str:
    return reverse("desktop", args=[row.id])


def _who(row: DesktopRow) -> tuple[str, ...]:
    return row.users_now or row.logins


DESKTOPS = ListSpec[DesktopRow](
    name="desktops",
    title=_("Desktops"),
    columns=(
        Column(
            name="name",
            label=_("Desktop"),
            value=lambda row: row.name,
            link=desktop_url,
            sort="name",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("Machine"),
            value=lambda row: row.state,
            kind="word",
            words="desktop_state",
            sort="state",
        ),
        Column(
            name="login_state",
            label=_("Use"),
            value=lambda row: row.login_state,
            kind="word",
            words="login_state",
            sort="login_state",
        ),
        Column(name="users", label=_("User"), value=_who, kind="tags"),
        Column(
            name="pool", label=_("Pool"), value=lambda row: row.pool_name, sort="pool", phone="hide"
        ),
        Column(
            name="ip",
            label=_("IP address"),
            value=lambda row: row.ip,
            kind="code",
            sort="ip",
            phone="hide",
        ),
        Column(name="host", label=_("Host"), value=lambda row: row.host_name, phone="hide"),
        Column(
            name="state_since",
            label=_("In this state since"),
            value=lambda row: row.state_since,
            kind="time",
            sort="state_since",
            phone="hide",
        ),
        Column(name="source", label=_("Source"), value=lambda row: row.source_name, phone="hide"),
        Column(
            name="last_seen_at",
            label=_("Last seen"),
            value=lambda row: row.last_seen_at,
            kind="time",
            sort="last_seen_at",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda row: row.kind,
            kind="word",
            words="desktop_kind",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="operating_system",
            label=_("Operating system"),
            value=lambda row: row.operating_system,
            is_default=False,
            phone="hide",
        ),
        Column(
            name="agent_version",
            label=_("Agent version"),
            value=lambda row: row.agent_version,
            kind="code",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="image",
            label=_("Image"),
            value=lambda row: row.image,
            is_default=False,
            phone="hide",
        ),
        Column(
            name="native_id",
            label=_("Id in the source"),
            value=lambda row: row.native_id,
            kind="code",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name, user, IP, pool")),
        word_filter("state", _("Machine: all"), "desktop_state"),
        word_filter("login_state", _("Use: all"), "login_state"),
        Filter(name="pool", label=_("Pool: all"), options=pool_options, parse=int, kind="choice"),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
        Filter(
            name="host",
            label=_("Host: all"),
            options=host_options,
            parse=int,
            kind="choice",
            is_main=False,
        ),
        Filter(name="image", label=_("Image"), is_main=False),
        Filter(name="agent_version", label=_("Agent version"), is_main=False),
        Filter(
            name="is_in_maintenance",
            label=_("Maintenance: all"),
            options=lambda _viewer: [("yes", _("In maintenance")), ("no", _("Not in maintenance"))],
            parse=parse_boolean,
            kind="choice",
            is_main=False,
        ),
        Filter(
            name="gone",
            label=_("Present only"),
            options=lambda _viewer: [("with", _("Also removed ones")), ("only", _("Removed ones"))],
            kind="choice",
        ),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_desktops(
        viewer, filters=filters, page=page
    ),
    row_id=lambda row: row.id,
    default_sort="name",
    refresh=("inventory", "sessions"),
    saved_as=SavedPage.DESKTOPS,
    empty_icon="device-desktop",
    empty_title=_("No desktops yet"),
    empty_text=_("They appear with the first answer of a source."),
)


@dataclass
class DesktopBoard:
    """What one desktop's page may show; only what its part asks is fetched."""

    viewer: Viewer
    desktop: DesktopRow
    period: Period
    moment: datetime

    @cached_property
    def sessions(self) -> tuple[SessionRow, ...]:
        return inventory.fetch_desktop_sessions(self.viewer, self.desktop.id)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return inventory.fetch_desktop_changes(self.viewer, self.desktop.id, limit=50)

    @cached_property
    def alarms(self) -> tuple[AlarmRow, ...]:
        """Alarms about it, whoever told them: by its name, its native id or its address."""
        names = [
            each for each in (self.desktop.name, self.desktop.native_id, self.desktop.ip) if each
        ]
        wanted = PageRequest(limit=20, sort="-raised_at")
        found = alarm_queries.fetch_alarms(
            self.viewer, view=None, filters={"about": names}, page=wanted
        )
        return found.items

    @cached_property
    def acts(self) -> tuple[ActRow, ...]:
        return acts.fetch_acts_of_desktop(self.viewer, self.desktop.id)

    @cached_property
    def specs(self) -> list[ChartSpec] | None:
        """Its figures, one for each unit; None while they can not be read."""
        return build_figures(
            lambda: telemetry.desktop_samples(
                self.viewer, self.desktop.source, self.desktop.native_id, *self.period.ends
            ),
            self.period,
        )

    @cached_property
    def connections(self) -> tuple[ConnectionRow, ...] | None:
        try:
            return telemetry.desktop_connections(
                self.viewer,
                self.desktop.source,
                self.desktop.native_id,
                self.moment - _CONNECTIONS_SHOWN,
                self.moment,
                limit=25,
            )
        except EngineAway:
            return None


@page(Permission.SEE_MONITORING)
def list_desktops(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /desktops"""
    return serve_list(request, viewer, DESKTOPS, "console/desktops/list.html")


@page(Permission.SEE_MONITORING)
def show_desktop(request: HttpRequest, viewer: Viewer, desktop: int) -> HttpResponseBase:
    """GET /desktops/N"""
    board = DesktopBoard(
        viewer=viewer,
        desktop=inventory.access_desktop(viewer, DesktopId(desktop)),
        period=read_period(request, viewer),
        moment=CLOCK.now(),
    )
    return render(
        request, "console/desktops/detail.html", parts=PARTS, board=board, desktop=board.desktop
    )


urlpatterns = [
    path("desktops", list_desktops, name="desktops"),
    path("desktops/<int:desktop>", show_desktop, name="desktop"),
]
