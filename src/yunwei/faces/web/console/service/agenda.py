"""The service calendar: visits, windows of changes and event plans of a month, day by day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.operate.assurance.facts import PlanState
from yunwei.operate.assurance.queries.plans import fetch_plans
from yunwei.operate.changes.queries.changes import fetch_windows
from yunwei.operate.changes.queries.words import say_said
from yunwei.operate.service.facts.visits import VisitState
from yunwei.operate.service.queries.visits import fetch_visits

_MANY = PageRequest(limit=500)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something on the calendar. words: which set its state is of."""

    kind: str
    title: str
    note: str
    url: str
    state: str
    words: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Day:
    on: date
    is_today: bool
    marks: list[Mark]


@page(Permission.SEE_SERVICE)
def show_agenda(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /service-calendar?month=YYYY-MM"""
    zone = ZoneInfo(viewer.time_zone)
    today = CLOCK.now().astimezone(zone).date()
    first = _month(request.GET.get("month", ""), today)
    after = _next(first)
    since = datetime(first.year, first.month, 1, tzinfo=zone)
    until = datetime(after.year, after.month, 1, tzinfo=zone)
    marks = [
        *_visits(viewer, since, until),
        *_changes(viewer, since, until),
        *_plans(viewer, since, until),
    ]
    marks.sort(key=lambda each: (each.starts_at, each.kind, each.url))
    return render(
        request,
        "console/service/agenda.html",
        first=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{after:%Y-%m}",
        days=[day for day in _days(marks, (first, after), zone, today) if day.marks],
        today=today,
    )


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError as error:
        raise Invalid("month", "this is not one of the choices") from error


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _days(marks: list[Mark], month: tuple[date, date], zone: ZoneInfo, today: date) -> list[Day]:
    first, after = month
    days = []
    for number in range((after - first).days):
        on = first + timedelta(days=number)
        start = datetime(on.year, on.month, on.day, tzinfo=zone)
        end = start + timedelta(days=1)
        touching = [each for each in marks if each.starts_at < end and each.ends_at > start]
        days.append(Day(on=on, is_today=on == today, marks=touching))
    return days


def _visits(viewer: Viewer, since: datetime, until: datetime) -> list[Mark]:
    found = fetch_visits(viewer, {"since": since, "until": until}, _MANY).items
    return [
        Mark(
            kind="visit",
            title=f"{each.code} {each.ticket_title}",
            note=f"{each.engineer_name} · {each.address} · {each.tenant_name}",
            url=reverse("visit", args=[each.id]),
            state=each.state.value,
            words="visit_state",
            starts_at=each.starts_at,
            ends_at=each.ends_at,
        )
        for each in found
        if each.state is not VisitState.CANCELLED
    ]


def _changes(viewer: Viewer, since: datetime, until: datetime) -> list[Mark]:
    return [
        Mark(
            kind="change",
            title=f"CH-{each.id:05d} {say_said(each.title)}",
            note=each.tenant_name,
            url=reverse("change", args=[each.id]),
            state=each.state.value,
            words="runbook_state",
            starts_at=each.starts_at,
            ends_at=each.ends_at,
        )
        for each in fetch_windows(viewer, since, until)
    ]


def _plans(viewer: Viewer, since: datetime, until: datetime) -> list[Mark]:
    return [
        Mark(
            kind="plan",
            title=f"{each.code} {each.draft.name}",
            note=each.tenant_name,
            url=reverse("event_plan", args=[each.id]),
            state=each.state.value,
            words="event_plan_state",
            starts_at=each.draft.starts_at,
            ends_at=each.draft.ends_at,
        )
        for each in fetch_plans(viewer, None, _MANY).items
        if each.state is not PlanState.CANCELLED
        and each.draft.starts_at < until
        and each.draft.ends_at > since
    ]


urlpatterns = [path("service-calendar", show_agenda, name="service_calendar")]
