"""The pages of licences: how much is used of what is owned, until when, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.change_words import say_field
from yunwei.faces.web.shared.choices import parse_local, search_filter, source_options
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, done, form_page, page, render
from yunwei.faces.web.shared.periods import Period, read_period
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import options, word
from yunwei.monitor.inventory import actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import Change, LicenceChangeRow, LicenceRow
from yunwei.monitor.inventory.rules.licence_names import find_names
from yunwei.monitor.inventory.rules.licences import SOON
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.forecast import queries as forecasts
from yunwei.operate.forecast.facts import Forecast, Foretold, NoForecast
from yunwei.operate.reports import figures, trial_figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.licence_words import say_licence, say_native


def judge_use(licence: LicenceRow) -> str:
    """Return a word of the set `licence_use`: "" unknown, plenty, scarce, spent."""
    if licence.used_ratio is None:
        return ""
    if licence.used_ratio >= licence.spent_at:
        return "spent"
    return "scarce" if licence.used_ratio >= licence.scarce_at else "plenty"


def judge_life(licence: LicenceRow, now: datetime) -> str:
    """Return a word of the set `licence_life`: "" without an end, lasting, ending, ended."""
    if licence.expires_at is None:
        return ""
    if licence.expires_at <= now:
        return "ended"
    return "ending" if licence.expires_at <= now + SOON else "lasting"


def _by_name(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Let a search find what a licence is called on the page, too."""
    wanted = dict(filters)
    text = wanted.pop("search", None)
    return wanted if text is None else wanted | {"called": [text, *find_names(text)]}


LICENCES = ListSpec[LicenceRow](
    name="licences",
    title=_("Licences"),
    columns=(
        Column(
            name="name",
            label=_("Licence"),
            value=say_licence,
            note=lambda row: row.edition or str(word("licence_kind", row.kind).label),
            link=lambda row: reverse("licence", args=[row.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="used_ratio",
            label=_("Used share"),
            value=lambda row: row.used_ratio,
            kind="ratio",
            sort="used_ratio",
            phone="label",
        ),
        Column(
            name="use",
            label=_("State"),
            value=judge_use,
            kind="word",
            words="licence_use",
        ),
        Column(
            name="used",
            label=_("Used"),
            value=lambda row: row.used,
            kind="number",
            sort="used",
            phone="label",
        ),
        Column(
            name="total",
            label=_("Owned"),
            value=lambda row: row.total,
            kind="number",
            sort="total",
            phone="label",
        ),
        Column(
            name="expires_at",
            label=_("Ends"),
            value=lambda row: row.expires_at,
            kind="day",
            sort="expires_at",
            phone="label",
        ),
        Column(
            name="life",
            label=_("Life"),
            value=lambda row: judge_life(row, CLOCK.now()),
            kind="word",
            words="licence_life",
        ),
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
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_licences(
        viewer, filters=_by_name(filters), page=page
    ),
    row_id=lambda row: row.id,
    default_sort="-used_ratio",
    refresh=("licences",),
    empty_icon="license",
    empty_title=_("No licences yet"),
    empty_text=_("They appear when a source tells of licences or quotas."),
)


CHANGES = ListSpec[LicenceChangeRow](
    name="licence-changes",
    title=_("Changes of licences"),
    columns=(
        Column(
            name="licence",
            label=_("Licence"),
            value=lambda row: say_native(row.licence_name),
            link=lambda row: reverse("licence", args=[row.licence]),
            sort="name",
            is_main=True,
        ),
        Column(name="at", label=_("When"), value=lambda row: row.at, kind="time", sort="at"),
        Column(
            name="field",
            label=_("What"),
            value=lambda row: row.field,
            kind="word",
            words="licence_field",
        ),
        Column(
            name="before", label=_("Before"), value=lambda row: say_field(row.field, row.before)
        ),
        Column(name="after", label=_("After"), value=lambda row: say_field(row.field, row.after)),
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
        Filter(
            name="field",
            label=_("What: all"),
            options=lambda _viewer: options("licence_field"),
            kind="choice",
        ),
        Filter(
            name="source", label=_("Source: all"), options=source_options, parse=int, kind="choice"
        ),
        Filter(name="since", label=_("From"), kind="datetime-local", parse=parse_local),
        Filter(name="until", label=_("Until"), kind="datetime-local", parse=parse_local),
    ),
    fetch=lambda viewer, filters, page: inventory.fetch_all_licence_changes(
        viewer, filters=_by_name(filters), page=page
    ),
    row_id=lambda row: row.id,
    default_sort="-at",
    refresh=("licences",),
    empty_icon="license",
    empty_title=_("Nothing has changed yet"),
    empty_text=_("Each change of count, edition, server, binding, grace and end stands here."),
)


@dataclass
class LicenceBoard:
    """What one licence's page may show; only what its part asks is fetched."""

    viewer: Viewer
    licence: LicenceRow
    period: Period

    @property
    def use(self) -> str:
        return judge_use(self.licence)

    @property
    def life(self) -> str:
        return judge_life(self.licence, self.period.ends_at)

    @cached_property
    def spec(self) -> ChartSpec | None:
        """None while measurements can not be read."""
        licence, period = self.licence, self.period
        try:
            found = telemetry.licence_history(
                self.viewer, licence.source, licence.native_id, *period.ends
            )
        except EngineAway:
            return None
        return figures.licence_use(
            say_licence(licence), found, period=period.ends, time_zone=period.time_zone
        )

    @cached_property
    def foretold(self) -> Foretold | None:
        """None while measurements can not be read."""
        try:
            return forecasts.forecast_licence(self.viewer, self.licence, now=CLOCK.now())
        except EngineAway:
            return None

    @property
    def forecast(self) -> Forecast | None:
        said = self.foretold.said if self.foretold else None
        return said if isinstance(said, Forecast) else None

    @property
    def no_forecast(self) -> NoForecast | None:
        said = self.foretold.said if self.foretold else None
        return said if isinstance(said, NoForecast) else None

    @property
    def forecast_figure(self) -> ChartSpec | None:
        if self.foretold is None or self.forecast is None:
            return None
        zone = self.period.time_zone
        return trial_figures.licence_forecast(self.foretold, self.forecast, time_zone=zone)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return inventory.fetch_licence_changes(self.viewer, self.licence.id)


@page(Permission.SEE_MONITORING)
def list_licences(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /licences"""
    return serve_list(request, viewer, LICENCES, "console/resources/licences.html")


@page(Permission.SEE_MONITORING)
def list_changes(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /licences/changes"""
    return serve_list(request, viewer, CHANGES)


@page(Permission.SEE_MONITORING)
def show_licence(request: HttpRequest, viewer: Viewer, licence: int) -> HttpResponseBase:
    """GET /licences/N"""
    found = inventory.access_licence(viewer, licence)
    board = LicenceBoard(viewer=viewer, licence=found, period=read_period(request, viewer, "30d"))
    parts = ("state", "figures")
    return render(
        request, "console/resources/licence.html", parts=parts, board=board, licence=found
    )


_THRESHOLDS = (
    FormField(
        key="scarce_at",
        label=_("Scarce from (% used)"),
        help=_("A minor alarm stands from here on."),
        kind="number",
        minimum=1,
        maximum=100,
    ),
    FormField(
        key="spent_at",
        label=_("Nearly spent from (% used)"),
        help=_("A major alarm from here on; a critical one when nothing is left."),
        kind="number",
        minimum=1,
        maximum=100,
    ),
)


@form_page(Permission.MANAGE_RULES)
def set_thresholds(request: HttpRequest, viewer: Viewer, licence: int) -> HttpResponseBase:
    """GET, POST /licences/N/thresholds"""
    found = inventory.access_licence(viewer, licence)
    first = {"scarce_at": f"{found.scarce_at * 100:g}", "spent_at": f"{found.spent_at * 100:g}"}
    form = open_form(request, _THRESHOLDS, first)

    def change(sent: Form) -> bool:
        actions.set_licence_thresholds(
            viewer,
            licence,
            scarce_at=sent.number("scarce_at") / 100,
            spent_at=sent.number("spent_at") / 100,
        )
        return True

    if form.attempt(change):
        return done(request, reverse("licence", args=[licence]), _("Saved."))
    return render(
        request,
        "console/resources/licence_thresholds.html",
        status=422 if form.is_sent else 200,
        form=form,
        licence=found,
    )


urlpatterns = [
    path("licences", list_licences, name="licences"),
    path("licences/changes", list_changes, name="licence_changes"),
    path("licences/<int:licence>/thresholds", set_thresholds, name="licence_thresholds"),
    path("licences/<int:licence>", show_licence, name="licence"),
]
