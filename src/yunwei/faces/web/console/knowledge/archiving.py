"""The page by which a team takes its articles out as one file, and brings them in again."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, open_form, tenant_field
from yunwei.faces.web.shared.page import CLOCK, done, form_page, page, render
from yunwei.operate.knowledge import actions
from yunwei.operate.knowledge.facts.own import Imported
from yunwei.operate.knowledge.queries import own
from yunwei.operate.knowledge.rules.archives import LARGEST_BYTES


def _fields(viewer: Viewer) -> tuple[FormField, ...]:
    home = str(viewer.tenant)
    return (
        tenant_field(tenant_options(viewer), label=_("Tenant"), home=home),
        FormField(key="file", label=_("ZIP file"), kind="file", is_required=False),
    )


@form_page(own.WRITE)
def archive(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /knowledge/archive"""
    form = open_form(request, _fields(viewer))
    made = form.attempt(lambda sent: _import(request, viewer, sent))
    if made is not None:
        added = len(made.added)
        text = ngettext("%(count)s draft is added", "%(count)s drafts are added", added)
        known = ngettext("%(count)s is there already", "%(count)s are there already", made.known)
        said = f"{text % {'count': added}} · {known % {'count': made.known}}"
        return done(request, "own_articles", said)
    return render(
        request,
        "console/knowledge/archive.html",
        status=422 if form.is_sent else 200,
        form=form,
        tenants=tenant_options(viewer),
    )


def _import(request: HttpRequest, viewer: Viewer, form: Form) -> Imported:
    sent = request.FILES.get("file")
    if sent is None:
        raise Invalid("file", "choose a file")
    tenant = TenantId(form.number("tenant"))
    return actions.import_articles(viewer, tenant, sent.read(LARGEST_BYTES + 1), now=CLOCK.now())


@page(own.WRITE)
def export(request: HttpRequest, viewer: Viewer, tenant: int) -> HttpResponseBase:
    """GET /knowledge/archive/TENANT.zip"""
    now = CLOCK.now()
    try:
        data = own.export_own(viewer, TenantId(tenant), now=now)
    except Conflict as error:
        return done(request, "own_articles", say_error(error), tone="critical")
    return send_file(f"articles-{tenant}-{now:%Y%m%d}.zip", "application/zip", data)


urlpatterns = [
    path("knowledge/archive", archive, name="article_archive"),
    path("knowledge/archive/<int:tenant>.zip", export, name="article_archive_export"),
]
