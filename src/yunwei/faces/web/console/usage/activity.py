"""The page of user activity: who is connected when, how many at once, and for how long."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.usage.asked import read_usage, serve_usage
from yunwei.faces.web.console.usage.sheets import failure_rows, part_rows, user_rows
from yunwei.faces.web.console.usage.stretches import PARTS, UsageBoard, read_by
from yunwei.faces.web.shared.page import page
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.faces.web.shared.words import Text
from yunwei.operate.reports import usage_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.usage.facts.use import (
    By,
    Failures,
    Part,
    UserTimes,
)
from yunwei.operate.usage.queries import activity, parts

USERS_SHOWN = 20
_BY: dict[By, Text] = {by: text for by, text in PARTS.items() if by not in {By.HOUR, By.WEEKDAY}}
"""Hours and weekdays stand in the map of heat, where use counts in each that it reaches into."""


@dataclass
class ActivityBoard(UsageBoard):
    """What the page shows."""

    by: By = By.DEPARTMENT
    apart = _BY

    @cached_property
    def users_at_once(self) -> ChartSpec:
        before = self.before.users_at_once if self.before else None
        return figures.concurrency(
            self.now.users_at_once, before, period=self.query.ends, time_zone=self.query.time_zone
        )

    @cached_property
    def sessions_at_once(self) -> ChartSpec:
        return figures.concurrency(
            self.now.sessions_at_once,
            None,
            period=self.query.ends,
            time_zone=self.query.time_zone,
        )

    @cached_property
    def active_users(self) -> ChartSpec:
        told = activity.fetch_days(self.now.ground)
        return figures.active_users(told, period=self.query.ends, time_zone=self.query.time_zone)

    @cached_property
    def connected_hours(self) -> ChartSpec:
        told = activity.fetch_days(self.now.ground)
        return figures.connected_hours(told, period=self.query.ends, time_zone=self.query.time_zone)

    @cached_property
    def week_heat(self) -> ChartSpec:
        return figures.week_heat(
            activity.fetch_heat(self.now.ground), time_zone=self.query.time_zone
        )

    @cached_property
    def user_times(self) -> UserTimes:
        return activity.fetch_user_times(self.now.ground, limit=USERS_SHOWN)

    @property
    def most_s(self) -> float:
        """The longest time in the ranking, for its bars."""
        rows = self.user_times.rows
        return rows[0].connected_s if rows else 0.0

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return parts.fetch_parts(self.now.ground, self.by)

    @cached_property
    def failures(self) -> tuple[Failures, ...]:
        return parts.fetch_failures(self.now.ground)


_FIGURES = ("users_at_once", "sessions_at_once", "active_users", "connected_hours", "week_heat")


@page(Permission.SEE_MONITORING)
def show_activity(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /activity?period=7d"""
    board = ActivityBoard(
        query=read_usage(request, viewer), by=read_by(request, _BY, By.DEPARTMENT)
    )
    if kind := request.GET.get("export", ""):
        return _export(board, check_kind(kind), request.GET.get("figure", ""))
    return serve_usage(request, board.query, "console/usage/activity.html", board=board)


def _export(board: ActivityBoard, kind: str, name: str) -> HttpResponseBase:
    rows: list[list[Plain]]
    if name in _FIGURES:
        spec: ChartSpec = getattr(board, name)
        rows, title = spec.to_rows(), spec.title
    elif name == "users":
        rows, title = user_rows(board.now.ground), str(_("Desktop users"))
    elif name in {by.value for by in _BY}:
        title = str(_BY[By(name)])
        rows = part_rows(By(name), parts.fetch_parts(board.now.ground, By(name)))
    elif name == "failures":
        rows, title = failure_rows(board.failures), str(_("Failed attempts"))
    else:
        raise Invalid("figure", "this is not one of the choices")
    asked = board.query.address
    file = f"activity-{name.replace('_', '-')}"
    return serve_sheet(board.query.viewer, kind, file, title, rows, asked=asked)


urlpatterns = [path("activity", show_activity, name="activity")]
