"""The page of what a customer wants of its reports: to whom they may go outside, how large."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, done, form_page, render
from yunwei.operate.reports import actions, queries
from yunwei.operate.reports.letters import ReportSettings

_MANAGE = Permission.MANAGE_REPORTS
_MB = 1024 * 1024


@form_page(_MANAGE)
def change_settings(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /reports/settings[?tenant=N]"""
    tenants = tenant_options(viewer)
    tenant = _read_tenant(request, viewer)
    known = queries.fetch_settings(viewer, tenant)
    form = open_form(request, _FIELDS, _first(known))
    if form.is_sent and form.attempt(lambda sent: _change(viewer, known, sent)) is not None:
        return done(request, "reports", _("Saved."))
    return render(
        request,
        "console/reports/settings.html",
        status=422 if form.is_sent else 200,
        form=form,
        tenant=str(tenant),
        tenants=tenants,
        name=dict(tenants).get(str(tenant), ""),
    )


def _read_tenant(request: HttpRequest, viewer: Viewer) -> TenantId:
    text = request.GET.get("tenant", "")
    if not text:
        return viewer.tenant
    if not text.isdecimal() or int(text) not in viewer.tenants:
        raise Refused()
    return TenantId(int(text))


_FIELDS = (
    FormField(key="version", label="", kind="hidden"),
    FormField(
        key="allows_outside",
        label=_("Reports may be sent to mail addresses from outside"),
        kind="boolean",
        is_required=False,
        help=_("To people who have no account here. They get the files and no link."),
    ),
    FormField(
        key="domains",
        label=_("Only to these domains"),
        kind="area",
        is_required=False,
        help=_("One a line, such as example.com; whoever is below one is meant too. Empty: any."),
    ),
    FormField(
        key="most_bytes",
        label=_("Attach files up to (MB)"),
        kind="number",
        minimum=1,
        maximum=50,
        help=_("A mail whose files are larger has the link to the report in their place."),
    ),
)


def _first(known: ReportSettings) -> Mapping[str, str]:
    return {
        "version": str(known.version),
        "allows_outside": "true" if known.allows_outside else "false",
        "domains": "\n".join(known.domains),
        "most_bytes": f"{known.most_bytes / _MB:g}",
    }


def _change(viewer: Viewer, known: ReportSettings, form: Form) -> bool:
    settings = replace(
        known,
        version=form.number("version"),
        allows_outside=form.is_on("allows_outside"),
        domains=tuple(form.text("domains").split()),
        most_bytes=form.number("most_bytes") * _MB,
    )
    actions.change_settings(viewer, settings, now=CLOCK.now())
    return True


urlpatterns = [path("reports/settings", change_settings, name="report_settings")]
