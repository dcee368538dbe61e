"""The forms of sources: what can be connected, adding one from its manifest, changing one.

With `try` the settings are tried, with `preview` what came lately is read by them; nothing is
kept then.
"""

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.choices import tenant_options
from yunwei.faces.web.shared.forms import (
    Form,
    FormField,
    access_manifest,
    manifest_fields,
    open_form,
    tenant_field,
    with_kept,
)
from yunwei.faces.web.shared.page import action, done, form_page, page, render
from yunwei.monitor.collect.actions import probes
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.actions.probes import Previewed
from yunwei.monitor.collect.facts import SourceAnswer, SourceDraft, SourceEdit, SourceRow
from yunwei.monitor.collect.queries import sources
from yunwei.plugins.sdk.contract import Read
from yunwei.plugins.sdk.manifest import CONNECTORS, Manifest, get_manifest

_PASTED = "pasted"


def localize(manifest: Manifest) -> str:
    return manifest.name.zh if (get_language() or "").startswith("zh") else manifest.name.en


def _fields(
    viewer: Viewer, manifest: Manifest, row: SourceRow | None = None
) -> tuple[FormField, ...]:
    own: tuple[FormField, ...] = (
        FormField(key="name", label=gettext_lazy("Name"), default=localize(manifest)),
    )
    tenants = tenant_options(viewer)
    if row is None:
        own += (
            tenant_field(
                tenants,
                label=gettext_lazy("Tenant"),
                help=gettext_lazy("Whose desktops these are."),
            ),
        )
    declared = manifest_fields(manifest, get_language() or "", kept=row.secrets_set if row else ())
    return (*own, *declared, *_history_field(manifest), *_pasted_field(manifest))


def _pasted_field(manifest: Manifest) -> tuple[FormField, ...]:
    """What a person wants to try the form on; it is not kept."""
    if Read.PAYLOADS.value not in manifest.reads:
        return ()
    return (
        FormField(
            key=_PASTED,
            label=gettext_lazy("Try it on"),
            kind="area",
            is_required=False,
            help=gettext_lazy("A payload to paste; when empty, the last ones received."),
        ),
    )


def _history_field(manifest: Manifest) -> tuple[FormField, ...]:
    """How far back to read at first: only for what keeps a past to be read."""
    kind = "number" if "activity" in manifest.reads else "hidden"
    return (
        FormField(
            key="history_days",
            label=gettext_lazy("Days of history to read at first"),
            kind=kind,
            default="30",
            minimum=0,
            maximum=400,
        ),
    )


def _read_draft(form: Form, connector: str) -> SourceDraft:
    return SourceDraft(
        tenant=TenantId(form.number("tenant")),
        connector=connector,
        name=form.text("name"),
        settings=form.settings,
        history_days=form.number("history_days"),
    )


@page(Permission.MANAGE_SOURCES)
def choose_connector(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /sources/new: the connectors there are"""
    found = sources.list_connectors()  # rule: the same for everybody
    return render(request, "console/sources/connectors.html", connectors=found)


@form_page(Permission.MANAGE_SOURCES)
def add_source(request: HttpRequest, viewer: Viewer, connector: str) -> HttpResponseBase:
    """GET, POST /sources/new/CONNECTOR; with `try` the settings are tried, not kept"""
    manifest = access_manifest(CONNECTORS, connector)
    form = open_form(request, _fields(viewer, manifest))
    if "try" in request.POST:
        answer = form.attempt(
            lambda sent: async_to_sync(probes.probe_draft)(viewer, _read_draft(sent, connector))
        )
        return _render_form(request, form, manifest, answer=answer)
    if "preview" in request.POST:
        previewed = form.attempt(
            lambda sent: probes.preview_payloads(
                viewer, _read_draft(sent, connector), typed=sent.text(_PASTED)
            )
        )
        return _render_form(request, form, manifest, previewed=previewed)
    made = form.attempt(lambda sent: actions.add_source(viewer, _read_draft(sent, connector)))
    if made is not None and made.issued:
        return _show_issued(request, made)
    if made is not None:
        return done(request, "source", _("The source was added. It is read now."), source=made.id)
    return _render_form(request, form, manifest)


@action(Permission.MANAGE_SOURCES)
def renew_secrets(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """POST /sources/N/renew: a new address to post to; the old one is void at once"""
    return _show_issued(request, actions.renew_secrets(viewer, SourceId(source)))


def _show_issued(request: HttpRequest, made: SourceRow) -> HttpResponseBase:
    """The one page that shows the address to post to; it can not be asked for again."""
    path_ = reverse("api:post_payload", args=[made.issued["token"]])
    address = request.build_absolute_uri(path_)
    response = render(request, "console/sources/issued.html", status=201, row=made, address=address)
    response["Cache-Control"] = "no-store"
    return response


@form_page(Permission.MANAGE_SOURCES)
def change_source(request: HttpRequest, viewer: Viewer, source: int) -> HttpResponseBase:
    """GET, POST /sources/N/change; with `try` the settings are tried, not kept"""
    row = sources.access_source(viewer, SourceId(source))
    manifest = get_manifest(CONNECTORS, row.connector)
    fields = _fields(viewer, manifest, row)
    first = with_kept(fields, row.settings)
    first |= {"name": row.name, "history_days": str(row.history_days)}
    form = open_form(request, fields, first)
    if "try" in request.POST:
        answer = form.attempt(lambda sent: _try_edit(viewer, row, sent))
        return _render_form(request, form, manifest, row=row, answer=answer)
    if "preview" in request.POST:
        previewed = form.attempt(lambda sent: _preview_edit(viewer, row, sent))
        return _render_form(request, form, manifest, row=row, previewed=previewed)
    if form.attempt(lambda sent: actions.change_source(viewer, row.id, _read_edit(sent))):
        return done(request, "source", _("Saved."), source=source)
    return _render_form(request, form, manifest, row=row)


def _read_edit(form: Form) -> SourceEdit:
    return SourceEdit(
        name=form.text("name"), settings=form.settings, history_days=form.number("history_days")
    )


def _draft_of(row: SourceRow, form: Form) -> SourceDraft:
    return SourceDraft(
        tenant=row.tenant, connector=row.connector, name=row.name, settings=form.settings
    )


def _try_edit(viewer: Viewer, row: SourceRow, form: Form) -> SourceAnswer:
    return async_to_sync(probes.probe_draft)(viewer, _draft_of(row, form), source=row.id)


def _preview_edit(viewer: Viewer, row: SourceRow, form: Form) -> tuple[Previewed, ...]:
    return probes.preview_payloads(
        viewer, _draft_of(row, form), source=row.id, typed=form.text(_PASTED)
    )


def _render_form(
    request: HttpRequest,
    form: Form,
    manifest: Manifest,
    *,
    row: SourceRow | None = None,
    answer: SourceAnswer | None = None,
    previewed: tuple[Previewed, ...] | None = None,
) -> HttpResponseBase:
    is_wrong = form.is_sent and bool(form.error or form.errors)
    return render(
        request,
        "console/sources/form.html",
        parts=("answer", "preview"),
        status=422 if is_wrong else 200,
        form=form,
        manifest=manifest,
        row=row,
        answer=answer,
        previewed=previewed,
        pasted=form.by_key.get(_PASTED),
    )


urlpatterns = [
    path("sources/new", choose_connector, name="source_new"),
    path("sources/new/<slug:connector>", add_source, name="source_add"),
    path("sources/<int:source>/change", change_source, name="source_change"),
    path("sources/<int:source>/renew", renew_secrets, name="source_renew"),
]
