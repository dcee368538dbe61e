"""Figures at their own addresses: what a page embeds, a report stores and an e-mail links to."""

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.overview import day_ends
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.reports import figures
from yunwei.operate.reports.charts import ChartSpec


def _users_online(viewer: Viewer, day: date) -> ChartSpec:
    zone = viewer.time_zone
    today = telemetry.online_curve(viewer, day, zone)
    usual = telemetry.usual_curve(viewer, day, zone)
    return figures.users_online(today, usual, period=day_ends(day, zone), time_zone=zone)


def _logons(viewer: Viewer, day: date) -> ChartSpec:
    ends = day_ends(day, viewer.time_zone)
    hours = telemetry.logons_per_hour(viewer, *ends)
    return figures.logons(hours, period=ends, time_zone=viewer.time_zone)


FIGURES: dict[str, Callable[[Viewer, date], ChartSpec]] = {
    "users-online": _users_online,
    "logons": _logons,
}


@page(Permission.SEE_MONITORING)
def show_figure(request: HttpRequest, viewer: Viewer, figure: str) -> HttpResponseBase:
    """GET /figures/ID?day=YYYY-MM-DD"""
    if figure not in FIGURES:
        raise Refused()
    today = CLOCK.now().astimezone(ZoneInfo(viewer.time_zone)).date()
    day = _read_day(request.GET.get("day", ""), today)
    return render(
        request,
        "console/figure.html",
        spec=FIGURES[figure](viewer, day),
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
    )


def _read_day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("day", "this is not a day") from error


urlpatterns = [path("figures/<slug:figure>", show_figure, name="figure")]
