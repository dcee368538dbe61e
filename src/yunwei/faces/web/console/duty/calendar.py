"""The calendar of who is on duty: a month's sheet or a week's bars, gaps in red."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScheduleId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.wall_clock import local_day
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.duty.grid import build_sheet
from yunwei.faces.web.shared.calendars import calendar_of
from yunwei.faces.web.shared.day_bars import month_days, span_of_days, week_days
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.duty.facts.plans import OverrideRow
from yunwei.monitor.duty.facts.schedules import Schedule
from yunwei.monitor.duty.queries import changes as change_queries
from yunwei.monitor.duty.queries import findings, plans

SEE = (Permission.SEE_MONITORING,)
VIEWS: dict[str, Text] = {"month": _("Month"), "week": _("Week")}
_MANY = PageRequest(limit=200)
_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for. schedule: None when there is none at all."""

    schedule: Schedule | None
    view: str
    day: date

    def url(self, **changes: str) -> str:
        known = {"view": self.view, "day": self.day.isoformat()}
        if self.schedule is not None:
            known["schedule"] = str(self.schedule.id)
        return f"{reverse('duty')}?{urlencode(known | changes)}"

    @property
    def days(self) -> list[date]:
        return month_days(self.day) if self.view == "month" else week_days(self.day)

    @property
    def before_url(self) -> str:
        if self.view == "week":
            return self.url(day=(self.day - timedelta(days=7)).isoformat())
        return self.url(day=(self.day.replace(day=1) - timedelta(days=1)).isoformat())

    @property
    def after_url(self) -> str:
        if self.view == "week":
            return self.url(day=(self.day + timedelta(days=7)).isoformat())
        return self.url(
            day=(self.day.replace(day=1) + timedelta(days=31)).replace(day=1).isoformat()
        )

    @property
    def today_url(self) -> str:
        return self.url(day="")

    @property
    def views(self) -> list[tuple[Text, str, bool]]:
        return [(text, self.url(view=name), name == self.view) for name, text in VIEWS.items()]

    @property
    def title(self) -> str:
        if self.view == "month":
            return f"{self.day.year} · {MONTHS[self.day.month]}"
        days = self.days
        return f"{days[0]:%Y-%m-%d} – {days[-1]:%m-%d}"


def _read(request: HttpRequest, schedules: list[Schedule], viewer: Viewer) -> Asked:
    wanted = request.GET.get("schedule", "")
    view = request.GET.get("view", "month")
    if view not in VIEWS:
        raise Invalid("view", "this is not one of the choices")
    schedule = schedules[0] if schedules else None
    if wanted:
        number = int(wanted) if wanted.isdecimal() else 0
        schedule = plans.access_schedule(viewer, ScheduleId(number))
    return Asked(schedule=schedule, view=view, day=_read_day(request, schedule))


def _read_day(request: HttpRequest, schedule: Schedule | None) -> date:
    typed = request.GET.get("day", "")
    if not typed:
        now = CLOCK.now()
        return local_day(now, schedule.zone) if schedule else now.date()
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("day", "this is not a day") from error
    if not _FIRST < day.year < _LAST:
        raise Invalid("day", "this is not a day")
    return day


@page(*SEE)
def show_duty(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /duty?schedule=N&view=month|week&day=YYYY-MM-DD"""
    now = CLOCK.now()
    rows = plans.fetch_schedules(viewer, page=_MANY, now=now).items
    asked = _read(request, [row.schedule for row in rows], viewer)
    if asked.schedule is None:
        return render(request, "console/duty/none.html", asked=asked)
    within = span_of_days(asked.days, asked.schedule.zone)
    month = asked.day.month if asked.view == "month" else None
    calendar = calendar_of(viewer, asked.schedule.tenant, asked.days)
    plan = plans.fetch_plan(viewer, asked.schedule.id, within, now=now)
    return render(
        request,
        "console/duty/calendar.html",
        parts=("sheet",),
        asked=asked,
        schedule=asked.schedule,
        rows=rows,
        sheet=build_sheet(plan, asked.days, calendar, now=now, month=month),
        on_duty=next((row.now for row in rows if row.schedule.id == asked.schedule.id), ()),
        findings=findings.fetch_findings(viewer, asked.schedule.id, now=now),
        changes=_changes(viewer, asked.schedule.id, now.isoformat()),
        hours=range(0, 24, 3),
    )


def _changes(viewer: Viewer, schedule: ScheduleId, since: str) -> list[OverrideRow]:
    filters = {"schedule": schedule, "since": since}
    found = [
        *change_queries.fetch_overrides(viewer, filters).items,
        *change_queries.fetch_temporaries(viewer, filters).items,
    ]
    return sorted(found, key=lambda row: row.span)


urlpatterns = [path("duty", show_duty, name="duty")]
