"""The pages of logon analysis: how long logons take, where their time goes, why attempts fail."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.usage.asked import read_usage, serve_usage
from yunwei.faces.web.console.usage.sheets import (
    attempt_rows,
    failure_rows,
    logon_rows,
    phase_rows,
)
from yunwei.faces.web.console.usage.stretches import PARTS, UsageBoard, order_parts, read_by
from yunwei.faces.web.shared.page import page, render
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.operate.reports import usage_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.usage.facts.use import Attempts, By, Failures, Logon, Phase, Phases
from yunwei.operate.usage.queries import logons, parts

SLOWEST_SHOWN = 20
_FILE_ROWS = 1000


@dataclass
class LogonBoard(UsageBoard):
    """What the page shows; only what is shown is asked."""

    by: By = By.POOL

    @cached_property
    def logon_times(self) -> ChartSpec:
        told = logons.fetch_logon_times(self.now.ground)
        return figures.logon_times(told, period=self.query.ends, time_zone=self.query.time_zone)

    @cached_property
    def phases(self) -> Phases:
        return logons.fetch_phases(self.now.ground)

    @property
    def phase_rows(self) -> list[Phase]:
        """Stages, and what none of them accounts for as the last one."""
        return [*self.phases.rows, *([self.phases.gap] if self.phases.gap else [])]

    @cached_property
    def slowest(self) -> tuple[Logon, ...]:
        return logons.fetch_slowest(self.now.ground, limit=SLOWEST_SHOWN)

    @cached_property
    def parts(self) -> list[tuple[str, Attempts]]:
        """Attempts by what they are told apart by; times in their order, others most first."""
        found = parts.fetch_named_attempts(self.now.ground, self.by)
        return order_parts(self.by, found, lambda each: each[1].part)

    @cached_property
    def failures(self) -> tuple[Failures, ...]:
        return parts.fetch_failures(self.now.ground)

    @property
    def failed_stages(self) -> list[tuple[str, int]]:
        return list(self.phases.failed.items())


@page(Permission.SEE_MONITORING)
def show_logons(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /logons?period=7d&by=pool"""
    board = LogonBoard(query=read_usage(request, viewer), by=read_by(request, PARTS, By.POOL))
    if kind := request.GET.get("export", ""):
        return _export(board, check_kind(kind), request.GET.get("figure", ""))
    return serve_usage(request, board.query, "console/usage/logons.html", board=board)


def _export(board: LogonBoard, kind: str, name: str) -> HttpResponseBase:
    rows: list[list[Plain]]
    if name == "logon_times":
        rows, title = board.logon_times.to_rows(), board.logon_times.title
    elif name == "phases":
        rows, title = phase_rows(board.phases), str(_("Stages of logons"))
    elif name == "slowest":
        found = logons.fetch_slowest(board.now.ground, limit=_FILE_ROWS)
        rows, title = logon_rows(found), str(_("Slowest logons"))
    elif name in {by.value for by in PARTS}:
        title = str(PARTS[By(name)])
        rows = attempt_rows(By(name), LogonBoard(query=board.query, by=By(name)).parts)
    elif name == "failures":
        rows, title = failure_rows(board.failures), str(_("Failed attempts"))
    else:
        raise Invalid("figure", "this is not one of the choices")
    asked = board.query.address
    return serve_sheet(
        board.query.viewer, kind, f"logons-{name.replace('_', '-')}", title, rows, asked=asked
    )


class Bar(NamedTuple):
    """One line of a waterfall, in thousandths of the whole. began_s: None where not told."""

    name: str
    seconds: float
    began_s: float | None
    x: float
    width: float
    tone: str


def build_waterfall(logon: Logon) -> list[Bar]:
    """Return the stages of a logon where they lie in it. Those whose beginning is not told are laid
    behind the one before; what no stage accounts for comes last."""
    ends_s = [logon.logon_s or 0.0, logon.staged_s]
    starts_s: list[float] = []
    reached_s = 0.0
    for stage in logon.stages:
        began_s = (
            reached_s
            if stage.began_at is None
            else max(0.0, (stage.began_at - logon.started_at).total_seconds())
        )
        starts_s.append(began_s)
        reached_s = began_s + stage.seconds
        ends_s.append(reached_s)
    scale = 1000 / (max(ends_s) or 1.0)
    bars = [
        Bar(
            stage.name,
            stage.seconds,
            None if stage.began_at is None else began_s,
            began_s * scale,
            stage.seconds * scale,
            "critical" if stage.has_failed else "accent",
        )
        for stage, began_s in zip(logon.stages, starts_s, strict=True)
    ]
    if logon.gap_s:
        bars.append(
            Bar("", logon.gap_s, None, 1000 - logon.gap_s * scale, logon.gap_s * scale, "idle")
        )
    return bars


@page(Permission.SEE_MONITORING)
def show_logon(
    request: HttpRequest, viewer: Viewer, source: int, started_ms: int, native_id: str
) -> HttpResponseBase:
    """GET /logons/1/1764055858000/txn-0001"""
    back = reverse("logons")
    try:
        logon = logons.fetch_logon(viewer, SourceId(source), started_ms, native_id)
    except EngineAway:
        return render(request, "console/usage/logon.html", is_away=True, back=back)
    return render(
        request,
        "console/usage/logon.html",
        logon=logon,
        bars=build_waterfall(logon),
        is_told=all(stage.began_at for stage in logon.stages),
        back=back,
    )


urlpatterns = [
    path("logons", show_logons, name="logons"),
    path("logons/<int:source>/<int:started_ms>/<path:native_id>", show_logon, name="logon"),
]
