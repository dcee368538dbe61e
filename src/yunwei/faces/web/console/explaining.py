"""The page of who would be told of an alarm, now or at another instant, and why somebody not."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, TenantId, UserId
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.targets import people_options
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word
from yunwei.faces.web.shared.page import CLOCK, page, render
from yunwei.faces.web.shared.words import options
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.notify.facts.explaining import Explanation, MadeUpAlarm, WouldTell
from yunwei.monitor.notify.queries import explaining as queries

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)


@page(*_SEE)
def explain_routes(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /routes/explain?alarm=N, or with the fields of a made-up alarm; &at=…&user=N"""
    typed = request.GET.get("alarm", "")
    alarm = access_alarm(viewer, AlarmId(int(typed))).alarm if typed.isdecimal() else None
    form = _open(request, viewer, alarm)
    found: Explanation | None = None
    try:
        found = _ask(viewer, form, alarm) if alarm or "severity" in request.GET else None
    except Invalid as error:
        form.refuse(error)
    return render(
        request,
        "console/routes/explain.html",
        parts=("explained",),
        status=422 if form.errors or form.error else 200,
        form=form,
        alarm=alarm,
        found=found,
        by_time=_by_time(found) if found else [],
    )


def _open(request: HttpRequest, viewer: Viewer, alarm: Alarm | None) -> Form:
    fields = tuple(_fields(viewer, alarm))
    values: dict[str, tuple[str, ...]] = {
        each.key: (request.GET.get(each.key, each.default),) for each in fields
    }
    return Form(fields=fields, values=values, is_sent=False)


def _fields(viewer: Viewer, alarm: Alarm | None) -> Iterable[FormField]:
    if alarm is not None:
        yield FormField(key="alarm", label="", kind="hidden", default=str(alarm.id))
    else:
        yield from _made_up_fields(viewer)
    yield FormField(
        key="at", label=_("When"), kind="instant", is_required=False, help=_("Empty: now.")
    )
    people = people_options(viewer)
    if people:
        yield FormField(
            key="user",
            label=_("And why not…"),
            kind="choice",
            options=[("", "–"), *people],
            is_required=False,
        )


def _made_up_fields(viewer: Viewer) -> Iterable[FormField]:
    tenants = tenant_options(viewer)
    home = str(viewer.tenant)
    default = home if home in dict(tenants) else next((value for value, _text in tenants), "")
    yield FormField(
        key="tenant",
        label=_("Tenant"),
        kind="choice" if len(tenants) > 1 else "hidden",
        options=tenants,
        default=default,
    )
    yield FormField(
        key="severity",
        label=_("Severity"),
        kind="choice",
        options=options("severity", "indeterminate"),
        default=Severity.CRITICAL.value,
    )
    yield FormField(key="managed_object", label=_("Managed object"), default="/host/H-03")
    yield FormField(key="alarm_type", label=_("Alarm type"), is_required=False)
    yield FormField(key="text", label=_("Text"), is_required=False)


def _ask(viewer: Viewer, form: Form, alarm: Alarm | None) -> Explanation:
    at, now, typed = form.instant("at"), CLOCK.now(), form.text("user")
    user = UserId(int(typed)) if typed.isdecimal() else None
    if alarm is not None:
        return queries.explain_alarm(viewer, alarm.id, at=at, user=user, now=now)
    path_of = form.text("managed_object")
    if not path_of.startswith("/"):
        raise Invalid("managed_object", "a path begins with /")
    made_up = MadeUpAlarm(
        tenant=TenantId(form.number("tenant")),
        severity=chosen_word(form, "severity", Severity),
        managed_object=path_of,
        alarm_type=form.text("alarm_type"),
        text=form.text("text"),
    )
    return queries.explain_made_up(viewer, made_up, at=at, user=user, now=now)


def _by_time(found: Explanation) -> list[tuple[datetime, bool, list[WouldTell]]]:
    """Return what would be told, by when: (instant, whether at once, messages)."""
    instants = sorted({each.at for each in found.told})
    return [(at, at == found.at, [each for each in found.told if each.at == at]) for at in instants]


urlpatterns = [path("routes/explain", explain_routes, name="routes_explain")]
