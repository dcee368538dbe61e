"""What the address of a page of use asks: which time, compared with which, and whose use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import EngineAway, Invalid, Refused
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.choices import department_options, pool_options, tenant_options
from yunwei.faces.web.shared.page import CLOCK, render
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import Asked, Chosen
from yunwei.operate.usage.queries import activity
from yunwei.operate.usage.queries.ground import choose_zone

PERIODS: Mapping[str, tuple[Text, int]] = {
    "today": (_("Today"), 1),
    "7d": (_("7 days"), 7),
    "30d": (_("30 days"), 30),
}
_CUSTOM = "custom"
_FILTERS = ("tenant", "pool", "department", "client", "user")
_CLIENTS_OF = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One filter of the bar. options: what may be chosen; none: it is typed."""

    name: str
    label: Text
    typed: str
    options: list[tuple[str, Text]]


@dataclass(frozen=True, kw_only=True)
class UsageQuery:
    """What the address asks. before: the time of the same length just before. ends: those of the
    days shown, the last of which may not be over. more: what a page asks besides."""

    viewer: Viewer
    path: str
    period: str
    asked: Asked
    before: Asked
    ends: tuple[datetime, datetime]
    typed: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def time_zone(self) -> str:
        return self.asked.time_zone

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, for the fields of an own choice."""
        zone = ZoneInfo(self.time_zone)
        last = (self.ends[1] - timedelta(seconds=1)).astimezone(zone).date()
        return self.ends[0].astimezone(zone).date(), last

    @property
    def is_one_day(self) -> bool:
        return self.days[0] == self.days[1]

    @property
    def address(self) -> dict[str, str]:
        """What the address says, in few words."""
        told = {"period": self.period}
        if self.period == _CUSTOM:
            told |= {"since": self.days[0].isoformat(), "until": self.days[1].isoformat()}
        return told | self._kept

    @property
    def _kept(self) -> dict[str, str]:
        return {name: text for name, text in {**self.typed, **self.more}.items() if text}

    def url(self, **changes: str) -> str:
        told = {name: text for name, text in (self.address | changes).items() if text}
        return f"{self.path}?{urlencode(told)}"

    @property
    def periods(self) -> list[tuple[Text, str, bool]]:
        """Each period with its address and whether it is the present one."""
        return [
            (text, f"{self.path}?{urlencode({'period': name, **self._kept})}", name == self.period)
            for name, (text, _days) in PERIODS.items()
        ]

    @property
    def export(self) -> str:
        """The beginning of the addresses of files: `figure` and the kind come behind it."""
        return self.url() + "&"

    @property
    def is_narrowed(self) -> bool:
        return any(self.typed.values())

    @property
    def choices(self) -> list[Choice]:
        tenants = tenant_options(self.viewer)
        offered = (
            ("tenant", _("Tenant: all"), [(str(key), name) for key, name in tenants]),
            ("department", _("Department: all"), list(department_options(self.viewer))),
            ("pool", _("Pool: all"), list(pool_options(self.viewer))),
            ("client", _("Client: all"), self._clients()),
        )
        return [
            Choice(name=name, label=label, typed=self.typed[name], options=options)
            for name, label, options in offered
            if len(options) > 1 or (name != "tenant" and options)
        ]

    def _clients(self) -> list[tuple[str, Text]]:
        since = self.asked.to_at - _CLIENTS_OF
        try:
            found = activity.fetch_clients(self.viewer, since, self.asked.to_at)
        except EngineAway:
            return []
        return [(name, name) for name in found]


def read_usage(request: HttpRequest, viewer: Viewer, usual: str = "7d") -> UsageQuery:
    """Return what the address asks; raises Invalid naming the parameter that is wrong."""
    typed = {name: request.GET.get(name, "").strip() for name in _FILTERS}
    tenant = _read_tenant(viewer, typed["tenant"])
    chosen = Chosen(
        tenant=tenant,
        pool=_read_pool(viewer, typed["pool"]),
        department=typed["department"],
        client=typed["client"],
        login=typed["user"],
    )
    zone = ZoneInfo(choose_zone(viewer, tenant))
    now = CLOCK.now()
    period, first, last = _read_days(request, now.astimezone(zone).date(), usual)
    ends = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    asked = Asked(from_at=ends[0], to_at=min(ends[1], now), time_zone=zone.key, chosen=chosen)
    if asked.from_at >= asked.to_at:
        raise Invalid("since", "this is still to come")
    earlier = _midnight(first - (last - first) - timedelta(days=1), zone)
    before = replace(asked, from_at=earlier, to_at=earlier + (asked.to_at - asked.from_at))
    return UsageQuery(
        viewer=viewer,
        path=request.path,
        period=period,
        asked=asked,
        before=before,
        ends=ends,
        typed=typed,
    )


def serve_usage(
    request: HttpRequest, query: UsageQuery, template: str, **context: Any
) -> HttpResponseBase:
    """Answer with a page of use, under the shortest address that says the same: one that names a
    period stays true tomorrow."""
    has_both = bool(request.GET.get("period") and request.GET.get("since"))
    is_long = has_both and query.period != _CUSTOM
    if is_long and not getattr(request, "htmx", None):
        return redirect(query.url())
    response = render(request, template, parts=("usage",), query=query, **context)
    if is_long:
        response.headers["HX-Push-Url"] = query.url()
    return response


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _read_days(request: HttpRequest, today: date, usual: str) -> tuple[str, date, date]:
    """Return the name of the period, its first and its last day."""
    name = request.GET.get("period", "")
    texts = request.GET.get("since", ""), request.GET.get("until", "")
    if name not in {"", _CUSTOM, *PERIODS}:
        raise Invalid("period", "this is not one of the choices")
    if name in PERIODS or not (name or any(texts)):
        chosen = name or usual
        days = today - timedelta(days=PERIODS[chosen][1] - 1), today
        # the form sends the days that it shows besides; changed, they are what is meant
        if not any(texts) or texts == tuple(day.isoformat() for day in days):
            return chosen, *days
    until = _read_day("until", texts[1], today)
    since = _read_day("since", texts[0], until)
    if since > until:
        raise Invalid("since", "it must be before the end")
    return _CUSTOM, since, until


def _read_day(field: str, text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError as error:
        raise Invalid(field, "this is not a day") from error


def _read_tenant(viewer: Viewer, text: str) -> TenantId | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) not in viewer.tenants:
        raise Refused()
    return TenantId(int(text))


def _read_pool(viewer: Viewer, text: str) -> tuple[SourceId, str] | None:
    if not text:
        return None
    if not text.isdecimal():
        raise Refused()
    found = inventory.access_pool(viewer, int(text))
    return found.source, found.native_id
