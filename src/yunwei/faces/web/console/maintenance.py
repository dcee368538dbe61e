"""The calendar of maintenance: when mask rules hold, what holds now, what comes next."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.icalendar import Event, render_calendar
from yunwei.base.core.ids import TenantId
from yunwei.base.core.wall_clock import Span, local_day
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.maintenance_grid import build_sheet
from yunwei.faces.web.shared.calendars import calendar_of
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.day_bars import month_days, span_of_days, week_days
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.monitor.duty.queries.feeds import access_feed_user
from yunwei.monitor.governance.facts.windows import Window, WindowKind
from yunwei.monitor.governance.queries.windows import WindowsAsked, fetch_windows

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
VIEWS: dict[str, Text] = {"month": gettext_lazy("Month"), "week": gettext_lazy("Week")}
_FIRST, _LAST = 2000, 2100
_FEED_BACK, _FEED_AHEAD = timedelta(days=14), timedelta(days=80)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for. tenant, kind: None for all."""

    view: str
    day: date
    tenant: TenantId | None
    kind: WindowKind | None
    zone: ZoneInfo

    def url(self, **changes: str) -> str:
        known = {"view": self.view, "day": self.day.isoformat(), **self.filters} | changes
        left = {name: value for name, value in known.items() if value}
        return f"{reverse('maintenance')}?{urlencode(left)}"

    @property
    def filters(self) -> dict[str, str]:
        return {"tenant": str(self.tenant or ""), "kind": self.kind.value if self.kind else ""}

    @property
    def days(self) -> list[date]:
        return month_days(self.day) if self.view == "month" else week_days(self.day)

    @property
    def before_url(self) -> str:
        away = self.day.day if self.view == "month" else 7
        return self.url(day=(self.day - timedelta(days=away)).isoformat())

    @property
    def after_url(self) -> str:
        if self.view == "week":
            return self.url(day=(self.day + timedelta(days=7)).isoformat())
        following = (self.day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return self.url(day=following.isoformat())

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
        return f"{self.days[0]:%Y-%m-%d} – {self.days[-1]:%m-%d}"

    @property
    def file_url(self) -> str:
        left = {name: value for name, value in self.filters.items() if value}
        return f"{reverse('maintenance_file')}?{urlencode(left)}".rstrip("?")

    def of(self, within: Span) -> WindowsAsked:
        kinds = (self.kind,) if self.kind else ()
        return WindowsAsked(within=within, tenant=self.tenant, kinds=kinds)


def _read(request: HttpRequest) -> Asked:
    view = request.GET.get("view", "") or "month"
    if view not in VIEWS:
        raise Invalid("view", "this is not one of the choices")
    zone = ZoneInfo(timezone.get_current_timezone_name())
    return Asked(
        view=view,
        day=_read_day(request.GET.get("day", "")) or local_day(CLOCK.now(), zone),
        tenant=_read_tenant(request.GET.get("tenant", "")),
        kind=_read_kind(request.GET.get("kind", "")),
        zone=zone,
    )


def _read_day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("day", "this is not a day") from error
    if not _FIRST < day.year < _LAST:
        raise Invalid("day", "this is not a day")
    return day


def _read_tenant(typed: str) -> TenantId | None:
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 18:
        raise Invalid("tenant", "there is no such tenant")
    return TenantId(int(typed))


def _read_kind(typed: str) -> WindowKind | None:
    try:
        return WindowKind(typed) if typed else None
    except ValueError as error:
        raise Invalid("kind", "this is not one of the choices") from error


@page(*_SEE)
def show_maintenance(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /maintenance?view=month|week&day=YYYY-MM-DD&tenant=N&kind=once|recurring|flexible"""
    asked = _read(request)
    within = span_of_days(asked.days, asked.zone)
    plan = fetch_windows(viewer, asked.of(within), now=CLOCK.now())
    calendar = calendar_of(viewer, _whose_days(viewer, asked), asked.days)
    month = asked.day.month if asked.view == "month" else None
    tenants = tenant_options(viewer)
    return render(
        request,
        "console/maintenance/calendar.html",
        parts=("sheet",),
        asked=asked,
        plan=plan,
        sheet=build_sheet(plan, asked.days, calendar, asked.zone, month=month),
        tenants=tenants if len(tenants) > 1 else (),
        tenant_names={int(value): text for value, text in tenants},
        kinds=options("window_kind"),
        hours=range(0, 24, 3),
    )


def _whose_days(viewer: Viewer, asked: Asked) -> TenantId:
    """By whose calendar days are marked: the asked tenant's, else one's own."""
    if asked.tenant is not None:
        return asked.tenant
    return viewer.tenant if viewer.tenant in viewer.tenants else viewer.tenants[0]


@page(*_SEE)
def download_maintenance(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /maintenance.ics?tenant=N&kind=…"""
    response = _answer_file(request, viewer, _read(request))
    response.headers["Content-Disposition"] = 'attachment; filename="maintenance.ics"'
    return response


@require_safe
def read_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /maintenance/feed/TOKEN.ics: no sign-in, the secret is that of one's duty calendar"""
    viewer = people.viewer_of(access_feed_user(token, now=CLOCK.now()))
    if viewer is None:
        raise Refused()
    with translation.override(viewer.language.value):
        return _answer_file(request, viewer, _read(request))


def _answer_file(request: HttpRequest, viewer: Viewer, asked: Asked) -> HttpResponse:
    """Two weeks back, eighty days ahead; what only might hold is left out."""
    now = CLOCK.now()
    within = Span(now - _FEED_BACK, now + _FEED_AHEAD)
    plan = fetch_windows(viewer, asked.of(within), now=now)
    events = (_as_event(request, each) for each in plan.windows if not each.is_planned)
    return HttpResponse(
        render_calendar(_("Maintenance"), events, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
    )


def _as_event(request: HttpRequest, window: Window) -> Event:
    rule = window.rule
    address = request.build_absolute_uri(reverse("mask_rule", args=[rule.id]))
    effect = word("effect_short", rule.effect).label
    return Event(
        uid=f"{rule.id}-{window.span.start:%Y%m%dT%H%M%SZ}.maintenance@yunwei",
        summary=f"{effect} · {rule.name}",
        start=window.span.start,
        end=window.span.end,
        description=f"{rule.reason}\n{rule.owner}\n{address}",
        sequence=rule.version,
    )


urlpatterns = [
    path("maintenance", show_maintenance, name="maintenance"),
    path("maintenance.ics", download_maintenance, name="maintenance_file"),
    path("maintenance/feed/<str:token>.ics", read_feed, name="maintenance_feed"),
]
