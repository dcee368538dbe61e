"""The page of live sessions: who is online on which desktop, since when, and the last hour."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.saved_views.facts import SavedPage
from yunwei.faces.web.console.usage.sheets import failed_part_rows
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    department_options,
    pool_options,
    search_filter,
    source_options,
    word_filter,
)
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, page, render, wanted_part
from yunwei.faces.web.shared.sheets import check_kind, serve_sheet
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import NowCounts, SessionRow
from yunwei.operate.reports import usage_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.usage.facts.use import Pulse
from yunwei.operate.usage.queries.live import fetch_pulse

PARTS = ("present", "hour")
_LONGER: list[tuple[str, Text]] = [
    ("1", _("for more than 1 hour")),
    ("4", _("for more than 4 hours")),
    ("24", _("for more than 24 hours")),
    ("72", _("for more than 3 days")),
]


def _desktop_url(row: SessionRow) -> str:
    return reverse("desktop", args=[row.desktop]) if row.desktop else ""


def _person_url(row: SessionRow) -> str:
    return reverse("desktop_user", args=[row.desktop_user]) if row.desktop_user else ""


def _client_options(viewer: Viewer) -> list[tuple[str, Text]]:
    return [(name, name) for name in inventory.fetch_session_clients(viewer)]


def _read_longer(text: str) -> object:
    """Return the instant before which the state began; raises ValueError."""
    if text not in dict(_LONGER):
        raise ValueError(text)
    return CLOCK.now() - timedelta(hours=int(text))


SESSIONS = ListSpec[SessionRow](
    name="sessions",
    title=_("Live sessions"),
    columns=(
        Column(
            name="login",
            label=_("User"),
            value=lambda row: row.user_name or row.login,
            note=lambda row: row.login if row.user_name else "",
            link=_person_url,
            sort="login",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="session_state",
            sort="state",
        ),
        Column(
            name="state_since",
            label=_("In this state since"),
            value=lambda row: row.state_since,
            kind="time",
            sort="state_since",
        ),
        Column(
            name="began_at",
            label=_("Connected since"),
            value=lambda row: row.began_at if row.state == "connected" else None,
            kind="time",
            sort="began_at",
            phone="hide",
        ),
        Column(
            name="desktop",
            label=_("Desktop"),
            value=lambda row: row.desktop_name or row.desktop_native_id,
            link=_desktop_url,
            sort="desktop",
        ),
        Column(
            name="pool", label=_("Pool"), value=lambda row: row.pool_name, sort="pool", phone="hide"
        ),
        Column(
            name="client",
            label=_("Client"),
            value=lambda row: row.client_type,
            note=lambda row: row.client_version,
            sort="client",
            phone="hide",
        ),
        Column(
            name="client_ip",
            label=_("Client address"),
            value=lambda row: row.client_ip,
            kind="code",
            phone="hide",
        ),
        Column(
            name="rtt",
            label=_("Round trip"),
            value=lambda row: row.rtt_s,
            kind="duration",
            sort="rtt",
            phone="hide",
        ),
        Column(
            name="department",
            label=_("Department"),
            value=lambda row: row.department,
            sort="department",
            phone="hide",
        ),
        Column(name="source", label=_("Source"), value=lambda row: row.source_name, phone="hide"),
        Column(
            name="client_name",
            label=_("Client name"),
            value=lambda row: row.client_name,
            is_default=False,
            phone="hide",
        ),
        Column(
            name="client_version",
            label=_("Client version"),
            value=lambda row: row.client_version,
            kind="code",
            sort="client_version",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="first_seen_at",
            label=_("First seen"),
            value=lambda row: row.first_seen_at,
            kind="time",
            sort="first_seen_at",
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("User, desktop, client address")),
        word_filter("state", _("State: all"), "session_state"),
        Filter(
            name="state_before",
            label=_("However long"),
            options=lambda _viewer: _LONGER,
            parse=_read_longer,
            kind="choice",
        ),
        Filter(name="pool", label=_("Pool: all"), options=pool_options, parse=int, kind="choice"),
        Filter(
            name="department",
            label=_("Department: all"),
            options=department_options,
            kind="choice",
        ),
        Filter(name="client", label=_("Client: all"), options=_client_options, kind="choice"),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_sessions(
        viewer, filters=filters, page=page
    ),
    row_id=lambda row: row.id,
    default_sort="-state_since",
    refresh=("sessions",),
    saved_as=SavedPage.SESSIONS,
    empty_icon="plug-connected",
    empty_title=_("Nobody is connected"),
    empty_text=_("Sessions are read every half minute."),
)


@dataclass
class LiveBoard:
    """What stands above the list; only what its part asks is fetched."""

    viewer: Viewer

    @cached_property
    def now(self) -> NowCounts:
        return inventory.fetch_now(self.viewer)

    @cached_property
    def pulse(self) -> Pulse | None:
        """The last hour; None while measurements can not be read."""
        try:
            return fetch_pulse(self.viewer)
        except EngineAway:
            return None

    @cached_property
    def chart(self) -> ChartSpec | None:
        if self.pulse is None:
            return None
        return figures.pulse(self.pulse, time_zone=self.viewer.time_zone)

    @property
    def has_attempts(self) -> bool:
        """Whether any attempt of the last hour is known; without one nothing can be praised."""
        counts = self.pulse and (self.pulse.logons, self.pulse.reconnects, self.pulse.failures)
        return any(count for minutes in counts or () for count in minutes)

    @property
    def failures(self) -> int:
        return sum(each.attempts for each in self.pulse.failed) if self.pulse else 0


@page(Permission.SEE_MONITORING)
def list_sessions(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /sessions"""
    board = LiveBoard(viewer)
    if figure := request.GET.get("figure", ""):
        return _export(board, figure, request.GET.get("export", ""))
    if wanted_part(request, PARTS):
        return render(request, "console/sessions.html", parts=PARTS, board=board)
    return serve_list(request, viewer, SESSIONS, "console/sessions.html", board=board)


def _export(board: LiveBoard, figure: str, kind: str) -> HttpResponseBase:
    """Answer with a table of the last hour as a file; raises EngineAway."""
    check_kind(kind)
    pulse = fetch_pulse(board.viewer)
    if figure == "minutes":
        spec = figures.pulse(pulse, time_zone=board.viewer.time_zone)
        rows, title = spec.to_rows(), spec.title
    elif figure == "failures":
        rows, title = failed_part_rows(pulse.failed), str(_("Failed attempts"))
    else:
        raise Invalid("figure", "this is not one of the choices")
    return serve_sheet(board.viewer, kind, f"live-{figure}", title, rows, asked={})


urlpatterns = [path("sessions", list_sessions, name="sessions")]
