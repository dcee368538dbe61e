"""The page on which the platform says whether its own work is in time, and tells the outside so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, done, form_page, page, render
from yunwei.monitor.notify.actions import audit as actions
from yunwei.monitor.notify.facts.audit import Audit, Finding, Overdue
from yunwei.monitor.notify.queries.audit import fetch_audit

_SILENT_AFTER = timedelta(minutes=5)
_ORDER = (Overdue.INTAKE, Overdue.RAISE, Overdue.ESCALATION, Overdue.MESSAGE)


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One thing that is looked at. link: to the oldest that is overdue, "" where it has no page."""

    kind: Overdue
    state: str
    finding: Finding | None
    link: str


def build_lines(audit: Audit) -> list[CheckLine]:
    """Return a line for each thing that the auditor looks at."""
    found = {each.kind: each for each in audit.findings}
    usual = "unknown" if audit.at is None else "well"
    return [
        CheckLine(
            kind=kind,
            state="overdue" if kind in found else usual,
            finding=found.get(kind),
            link=_link(found.get(kind)),
        )
        for kind in _ORDER
    ]


def _link(finding: Finding | None) -> str:
    if finding is None or finding.kind is not Overdue.RAISE or not finding.example:
        return ""
    return reverse("alarm", args=[int(finding.example)])


def _fields(audit: Audit) -> tuple[FormField, ...]:
    return (
        FormField(
            key="url",
            label=gettext_lazy("Address of the outside monitor"),
            kind="secret",
            is_kept=bool(audit.heartbeat_host),
            is_required=False,
            help=gettext_lazy(
                "It is asked every minute while nothing is overdue. Whoever knows the address can"
                " keep the monitor quiet: it is stored encrypted and not shown again."
            ),
        ),
    )


@page(Permission.MANAGE_TENANTS)
def show_self_check(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /self-check"""
    audit = fetch_audit(viewer)
    return _render(request, audit, open_form(request, _fields(audit)))


@form_page(Permission.MANAGE_TENANTS)
def change_heartbeat(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /self-check/heartbeat with `url`; with `stop` it goes nowhere any more"""
    audit = fetch_audit(viewer)
    form = open_form(request, _fields(audit))

    def change(sent: Form) -> bool:
        url = "" if "stop" in request.POST else sent.text("url")
        if url or "stop" in request.POST:
            actions.change_heartbeat(viewer, url, box=secret_box(), now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "self_check", _("Saved."))
    return _render(request, audit, form, status=422 if form.is_sent else 200)


def _render(
    request: HttpRequest, audit: Audit, form: Form, *, status: int = 200
) -> HttpResponseBase:
    return render(
        request,
        "console/self_check/detail.html",
        parts=("checks",),
        status=status,
        audit=audit,
        lines=build_lines(audit),
        form=form,
        is_silent=_is_silent(audit, CLOCK.now()),
        is_set_by_environment=bool(load_settings().heartbeat_url),
    )


def _is_silent(audit: Audit, now: datetime) -> bool:
    """Whether the auditor itself has not looked for too long."""
    return audit.at is not None and now - audit.at > _SILENT_AFTER


urlpatterns = [
    path("self-check", show_self_check, name="self_check"),
    path("self-check/heartbeat", change_heartbeat, name="heartbeat"),
]
