"""The overview: the present on one screen, each figure leading to what it counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.collect.facts import SourceRow
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.duty.facts.plans import Presence
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.queries import plans
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import LicenceRow, NowCounts
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import Peak, Series
from yunwei.operate.reports import figures
from yunwei.operate.reports.charts import ChartSpec
from yunwei.plugins.sdk.contract import Read

PARTS = ("now", "curve", "alarms", "desktops", "licences", "sources")
_SOON = timedelta(days=30)


@dataclass
class Board:
    """What the overview may show; only what its part asks is fetched."""

    viewer: Viewer
    moment: datetime

    @cached_property
    def now(self) -> NowCounts:
        return inventory.fetch_now(self.viewer)

    @cached_property
    def curve(self) -> ChartSpec | None:
        """None while the store of measurements does not answer: the rest must still show."""
        viewer = self.viewer
        try:
            usual = telemetry.usual_curve(viewer, self.day, viewer.time_zone)
            return figures.users_online(
                self.online, usual, period=self.ends, time_zone=viewer.time_zone
            )
        except EngineAway:
            return None

    @cached_property
    def peak(self) -> Peak | None:
        try:
            return self.online.peak
        except EngineAway:
            return None

    @cached_property
    def online(self) -> Series:
        """Users online today; raises EngineAway."""
        return telemetry.online_curve(self.viewer, self.day, self.viewer.time_zone)

    @cached_property
    def open_by_severity(self) -> dict[Severity, int]:
        return alarm_queries.count_open_by_severity(self.viewer)

    @cached_property
    def open_alarms(self) -> int:
        return sum(self.open_by_severity.values())

    @cached_property
    def worst(self) -> str:
        """The worst severity that stands open, "" when nothing does."""
        return next((each.value for each, count in self.open_by_severity.items() if count), "")

    @cached_property
    def newest_alarms(self) -> tuple[AlarmRow, ...]:
        wanted = PageRequest(limit=8, sort="-raised_at")
        return alarm_queries.fetch_alarms(self.viewer, page=wanted).items

    @cached_property
    def licences(self) -> tuple[LicenceRow, ...]:
        wanted = PageRequest(limit=6, sort="-used_ratio")
        return inventory.fetch_licences(self.viewer, page=wanted).items

    @cached_property
    def scarcest(self) -> LicenceRow | None:
        """The licence of which the greatest share is used."""
        return next((each for each in self.licences if each.used_ratio is not None), None)

    @cached_property
    def on_duty(self) -> tuple[Presence, ...]:
        return plans.fetch_present(self.viewer)

    @cached_property
    def primaries(self) -> list[str]:
        """Who is to be told first, of all schedules."""
        found = (each.user_name for each in self.on_duty if each.role is DutyRole.PRIMARY)
        return list(dict.fromkeys(name for name in found if name))

    @cached_property
    def soon(self) -> datetime:
        return self.moment + _SOON

    @cached_property
    def all_sources(self) -> Page[SourceRow]:
        return source_queries.fetch_sources(self.viewer, page=PageRequest(limit=50))

    @cached_property
    def sources(self) -> list[SourceRow]:
        """People's own sources, and the platform's when it is in trouble; trouble first."""
        shown = [
            row for row in self.all_sources.items if not row.is_internal or row.state.is_trouble
        ]
        return sorted(shown, key=lambda row: (not row.state.is_trouble, row.name))

    @cached_property
    def is_new(self) -> bool:
        """Nothing is connected yet: say what to do first instead of showing zeros."""
        return not any(_brings_desktops(row) for row in self.all_sources.items)

    @cached_property
    def may_add(self) -> bool:
        return may(self.viewer, Permission.MANAGE_SOURCES)

    @cached_property
    def day(self) -> date:
        return self.moment.astimezone(ZoneInfo(self.viewer.time_zone)).date()

    @cached_property
    def ends(self) -> tuple[datetime, datetime]:
        return day_ends(self.day, self.viewer.time_zone)


def _brings_desktops(row: SourceRow) -> bool:
    return any(each.read == Read.INVENTORY.value for each in row.reads)


def day_ends(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """Return the first instants of a day and of the next, in a zone."""
    zone = ZoneInfo(time_zone)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    return start, datetime(following.year, following.month, following.day, tzinfo=zone)


@page()
def show_overview(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /: the overview, or for desktop users their own page."""
    if not may(viewer, Permission.SEE_MONITORING):
        return redirect("portal")
    board = Board(viewer=viewer, moment=CLOCK.now())
    return render(request, "console/overview.html", parts=PARTS, board=board)


urlpatterns = [path("", show_overview, name="overview")]
