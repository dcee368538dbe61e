"""The page of load: storms of logons, machines that fail whoever comes, sizes that would do."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.usage.asked import read_usage, serve_usage
from yunwei.faces.web.console.usage.stretches import UsageBoard
from yunwei.faces.web.shared.page import page
from yunwei.faces.web.shared.sheets import Plain, check_kind, serve_sheet
from yunwei.operate.reports import load_figures as figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.usage.facts.load import BlackHole, BootStorms, RightSize, Storms
from yunwei.operate.usage.queries import boots, load


@dataclass
class LoadBoard(UsageBoard):
    """What the page shows; files hold all."""

    @cached_property
    def found(self) -> Storms:
        return load.fetch_storms(self.now.ground)

    @cached_property
    def boots(self) -> BootStorms:
        return boots.fetch_boot_storms(self.now.ground)

    @property
    def starts(self) -> ChartSpec:
        return figures.desktop_starts(self.boots, time_zone=self.query.time_zone)

    @cached_property
    def black_holes(self) -> tuple[BlackHole, ...]:
        return load.fetch_black_holes(self.now.ground)

    @cached_property
    def sizes(self) -> tuple[RightSize, ...]:
        return load.fetch_right_sizes(self.now.ground)

    @property
    def spare(self) -> int:
        """Desktops that pools need not have had."""
        return sum(max(0, each.spare) for each in self.sizes)

    @property
    def lacking(self) -> int:
        """Pools that would have needed more than they have."""
        return sum(each.spare < 0 for each in self.sizes)


def _storm_rows(board: LoadBoard) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("From"), _("Until"), _("Attempts"), _("Usual then"), _("A minute at most"),
        _("Failed"), _("Users"), _("Usual logon (s)"),
    ]  # fmt: skip
    return [heading] + [
        [
            each.from_at, each.until_at, each.attempts, each.usual, each.per_minute,
            each.failures, each.users, each.logon_p50_s,
        ]
        for each in board.found.storms
    ]  # fmt: skip


def _boot_rows(board: LoadBoard) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("From"), _("Until"), _("Starts"), _("Usual then"), _("A minute at most"),
        _("Desktops"), _("Hosts"), _("Busiest host"), _("Starts on it"), _("Busiest pool"),
    ]  # fmt: skip
    return [heading] + [
        [
            each.from_at, each.until_at, each.starts, each.usual, each.per_minute,
            each.desktops, each.hosts, each.busiest_host, each.busiest_starts, each.busiest_pool,
        ]
        for each in board.boots.storms
    ]  # fmt: skip


def _start_rows(board: LoadBoard) -> list[list[Plain]]:
    return board.starts.to_rows()


def _hole_rows(board: LoadBoard) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("Desktop"), _("Pool"), _("Attempts"), _("Failed"), _("Users"), _("Last"),
        _("Failed on others of its pool"),
    ]  # fmt: skip
    return [heading] + [
        [
            each.name, each.pool, each.attempts, each.failures, each.users, each.last_at,
            each.others_ratio,
        ]
        for each in board.black_holes
    ]  # fmt: skip


def _size_rows(board: LoadBoard) -> list[list[Plain]]:
    heading: list[Plain] = [
        _("Pool"), _("Source"), _("Desktops"), _("Logons"), _("Most at once"),
        _("Size that would have done"), _("Refused by it"), _("Spare"),
    ]  # fmt: skip
    return [heading] + [
        [
            each.name, each.source_name, each.desktops, each.logons, each.peak, each.size,
            each.refused, each.spare,
        ]
        for each in board.sizes
    ]  # fmt: skip


_FILES = {
    "storms": _storm_rows,
    "boots": _boot_rows,
    "starts": _start_rows,
    "black_holes": _hole_rows,
    "sizes": _size_rows,
}


@page(Permission.SEE_MONITORING)
def show_load(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /load?period=7d"""
    board = LoadBoard(query=read_usage(request, viewer))
    if kind := request.GET.get("export", ""):
        return _export(board, check_kind(kind), request.GET.get("figure", ""))
    return serve_usage(request, board.query, "console/usage/load.html", board=board)


def _export(board: LoadBoard, kind: str, name: str) -> HttpResponseBase:
    if name not in _FILES:
        raise Invalid("figure", "this is not one of the choices")
    file = f"load-{name.replace('_', '-')}"
    asked = board.query.address
    return serve_sheet(
        board.query.viewer, kind, file, _("Load and sizing"), _FILES[name](board), asked=asked
    )


urlpatterns = [path("load", show_load, name="load")]
