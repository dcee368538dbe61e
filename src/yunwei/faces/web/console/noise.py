"""The noise board: how much was reported, how much reached people, and what kept the rest quiet."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import page, render
from yunwei.faces.web.shared.periods import Period, read_period
from yunwei.operate.noise import queries
from yunwei.operate.noise.facts import NoiseFigures
from yunwei.operate.reports import figures
from yunwei.operate.reports.charts import ChartSpec

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)


@dataclass
class NoiseBoard:
    """What the page shows; only what its part asks is fetched."""

    viewer: Viewer
    period: Period

    @cached_property
    def noise(self) -> NoiseFigures:
        return queries.fetch_noise(self.viewer, *self.period.ends)

    @cached_property
    def spec(self) -> ChartSpec:
        steps = queries.fetch_noise_over_time(self.viewer, *self.period.ends)
        return figures.told_and_quiet(
            steps, period=self.period.ends, time_zone=self.viewer.time_zone
        )


@page(*_SEE)
def show_noise(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /noise?period=7d"""
    board = NoiseBoard(viewer=viewer, period=read_period(request, viewer, "7d"))
    return render(request, "console/noise/board.html", parts=("noise",), board=board)


urlpatterns = [path("noise", show_noise, name="noise")]
