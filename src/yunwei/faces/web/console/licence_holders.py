"""The pages of who holds licences and could give one back, and of logons refused for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    UNUSED_DAYS,
    department_options,
    search_filter,
    source_options,
    word_filter,
    yes_filter,
)
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.periods import Period, read_period
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.operate.licensing import queries
from yunwei.operate.licensing.facts import GivingBack, Holder, HolderCounts, RefusedLogons
from yunwei.operate.licensing.rules.holding import USUAL_DAYS
from yunwei.operate.reports import posture_figures as figures
from yunwei.operate.reports.charts import ChartSpec


def _fetch(viewer: Viewer, filters: Mapping[str, Any], page: PageRequest) -> Page[Holder]:
    """The rows; none while measurements can not be read, which the page says above them."""
    try:
        return queries.fetch_holders(viewer, filters, page, now=CLOCK.now())
    except EngineAway:
        return Page(items=(), next=None, total=0)


HOLDERS = ListSpec[Holder](
    name="licence-holders",
    title=_("Who holds licences"),
    columns=(
        Column(
            name="login",
            label=_("Desktop user"),
            value=lambda row: row.account.name or row.account.login,
            note=lambda row: row.account.login if row.account.name else "",
            link=lambda row: reverse("desktop_user", args=[row.account.id]),
            sort="login",
            is_main=True,
        ),
        Column(
            name="reason",
            label=_("Could give back"),
            value=lambda row: row.reason,
            kind="word",
            words="giving_back",
        ),
        Column(
            name="last_at",
            label=_("Last used"),
            value=lambda row: row.last_at,
            kind="time",
            sort="last_at",
        ),
        Column(
            name="unused",
            label=_("Days unused"),
            value=lambda row: row.unused_days,
            kind="number",
            sort="unused",
            phone="label",
        ),
        Column(
            name="desktops",
            label=_("Desktops held"),
            value=lambda row: row.account.desktops,
            kind="number",
            sort="desktops",
            phone="label",
        ),
        Column(
            name="own_desktops",
            label=_("Held alone"),
            value=lambda row: row.account.own_desktops,
            kind="number",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="sessions",
            label=_("Sessions now"),
            value=lambda row: row.account.sessions,
            kind="number",
            phone="label",
        ),
        Column(
            name="department",
            label=_("Department"),
            value=lambda row: row.account.department,
            sort="department",
            phone="hide",
        ),
        Column(
            name="source",
            label=_("Source"),
            value=lambda row: row.account.source_name,
            sort="source",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Login, name")),
        word_filter("reason", _("Could give back: any reason"), "giving_back"),
        yes_filter(
            "could_return", _("All accounts"), _("Could give back"), _("Could not give back")
        ),
        Filter(
            name="days",
            label=_("Unused: 30 days"),
            options=lambda _viewer: UNUSED_DAYS,
            parse=int,
            kind="choice",
        ),
        Filter(
            name="department",
            label=_("Department: all"),
            options=department_options,
            kind="choice",
        ),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=_fetch,
    row_id=lambda row: row.account.id,
    default_sort="-unused",
    refresh=("inventory",),
    empty_icon="license",
    empty_title=_("No accounts yet"),
    empty_text=_("They appear with the first answer of a source."),
)


@dataclass
class HolderBoard:
    """What stands above the list."""

    viewer: Viewer
    days: int

    @cached_property
    def counts(self) -> HolderCounts | None:
        """None while measurements can not be read."""
        try:
            return queries.count_holders(self.viewer, self.days, now=CLOCK.now())
        except EngineAway:
            return None

    @property
    def reasons(self) -> list[tuple[GivingBack, int]]:
        counts = self.counts.by_reason if self.counts else {}
        return [(reason, counts.get(reason, 0)) for reason in GivingBack]


@page(Permission.SEE_MONITORING)
def list_holders(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /licences/holders?days=30&could_return=yes"""
    text = request.GET.get("days", "").strip() or str(USUAL_DAYS)
    if not text.isdecimal():
        raise Invalid("days", "this is not one of the choices")
    board = HolderBoard(viewer, int(text))
    return serve_list(
        request, viewer, HOLDERS, "console/resources/licence_holders.html", board=board
    )


@dataclass
class RefusedBoard:
    """What the page of refused logons shows."""

    viewer: Viewer
    period: Period

    @cached_property
    def found(self) -> RefusedLogons | None:
        """None while measurements can not be read."""
        try:
            return queries.fetch_refused(self.viewer, *self.period.ends)
        except EngineAway:
            return None

    @property
    def spec(self) -> ChartSpec:
        rows = self.found.rows if self.found else ()
        return figures.refused_by_day(
            rows, period=self.period.ends, time_zone=self.viewer.time_zone
        )


@page(Permission.SEE_MONITORING)
def show_refused(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /licences/refused?period=30d"""
    board = RefusedBoard(viewer, read_period(request, viewer, "30d"))
    if kind := request.GET.get("export", ""):
        check_kind(kind)
        title = gettext("Refused logons")
        asked = {"period": board.period.name}
        return serve_sheet(viewer, kind, "refused-logons", title, _rows(board.found), asked=asked)
    return render(request, "console/resources/refused.html", parts=("refused",), board=board)


def _rows(found: RefusedLogons | None) -> list[list[Plain]]:
    heading: list[Plain] = [
        gettext("Day"),
        gettext("Source"),
        gettext("Reason"),
        gettext("Attempts"),
        gettext("Users"),
        gettext("Last"),
    ]
    return [heading] + [
        [row.day.isoformat(), row.source_name, row.reason, row.attempts, row.users, row.last_at]
        for row in (found.rows if found else ())
    ]


urlpatterns = [
    path("licences/holders", list_holders, name="licence_holders"),
    path("licences/refused", show_refused, name="refused_logons"),
]
