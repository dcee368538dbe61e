"""The pages of reports of one's own: their list, and the editor with its preview and versions."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunwei.base.core.condition import say_condition
from yunwei.base.core.errors import Conflict, EngineAway, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Language, Permission, Viewer
from yunwei.faces.web.console.own_forms import OwnForm, read_form, show_form
from yunwei.faces.web.console.reports import read_tenant, usual_tenant
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, yes_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.report_drawing import draw_content
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options, word
from yunwei.operate.reports import own_actions, own_queries
from yunwei.operate.reports.definitions import BUILT_IN, SectionKind
from yunwei.operate.reports.own import (
    OwnContent,
    OwnDefinition,
    OwnSection,
    OwnVersion,
    copy_built_in,
    find_differences,
    own_id,
)
from yunwei.operate.usage.rules.choosing import CONNECTION_FIELDS, read_connection_condition

_MANAGE = Permission.MANAGE_REPORTS
_MOST_LOGO = 300 * 1024


def say_title(own: OwnDefinition) -> str:
    return own.title(translation.get_language() or "en")


OWN_REPORTS = ListSpec[OwnDefinition](
    name="own_reports",
    title=gettext_lazy("Own reports"),
    columns=(
        Column(
            name="title",
            label=gettext_lazy("Report"),
            value=say_title,
            link=lambda row: reverse("own_report", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="version",
            label=gettext_lazy("Version"),
            value=lambda row: row.version,
            kind="number",
            phone="label",
        ),
        Column(
            name="is_shared",
            label=gettext_lazy("Shared"),
            value=lambda row: row.is_shared,
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(
            name="changed_at",
            label=gettext_lazy("Changed"),
            value=lambda row: row.changed_at,
            kind="time",
            sort="changed_at",
            phone="label",
        ),
        Column(
            name="changed_by",
            label=gettext_lazy("Changed by"),
            value=lambda row: row.changed_by,
            phone="hide",
        ),
        Column(
            name="tenant",
            label=gettext_lazy("Tenant"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
    ),
    filters=(
        search_filter(gettext_lazy("Title or person")),
        yes_filter(
            "removed",
            gettext_lazy("Put away: no"),
            gettext_lazy("Was put away"),
            gettext_lazy("Was not put away"),
        ),
    ),
    fetch=own_queries.fetch_own,
    row_id=lambda row: row.id,
    default_sort="-changed_at",
    refresh=("reports",),
    empty_icon="report",
    empty_title=gettext_lazy("No reports of your own"),
    empty_text=gettext_lazy("Copy a built-in report and change it, or begin with an empty one."),
)


@page(_MANAGE)
def list_own(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /reports/own"""
    return serve_list(
        request,
        viewer,
        OWN_REPORTS,
        "console/reports/own_list.html",
        kinds=[(key, each.title) for key, each in BUILT_IN.items()],
        **offer(viewer, _MANAGE, "own_report_new", gettext_lazy("New report of your own")),
    )


@form_page(_MANAGE)
def new_own(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /reports/own/new[?from=monthly or own-7][&tenant=3]"""
    if request.method == "POST":
        tenant = read_tenant(viewer, request.POST.get("tenant", ""))
        return _take(request, viewer, tenant, None)
    tenant, content = _beginning(viewer, request.GET.get("from", ""))
    asked = request.GET.get("tenant", "")
    if asked:
        tenant = read_tenant(viewer, asked)
    return _show(request, viewer, tenant, show_form(content), None)


def _beginning(viewer: Viewer, copied: str) -> tuple[TenantId, OwnContent]:
    """Return what a new report begins with, and whose it is."""
    number = own_id(copied)
    if number is not None:
        known = own_queries.access_own(viewer, number)
        content = own_queries.access_version(viewer, number, known.version).content
        return known.tenant, content
    usual = usual_tenant(viewer, [value for value, _text in tenant_options(viewer)])
    tenant = TenantId(int(usual)) if usual else viewer.tenants[0]
    if copied in BUILT_IN:
        titles = {}
        for language in Language:
            with translation.override(language.value):
                titles[language.value] = str(BUILT_IN[copied].title)
        return tenant, copy_built_in(BUILT_IN[copied], titles)
    return tenant, OwnContent(sections=(OwnSection(kind=SectionKind.FINDINGS),))


@form_page(_MANAGE)
def edit_own(request: HttpRequest, viewer: Viewer, own: int) -> HttpResponseBase:
    """GET, POST /reports/own/N[?version=2]"""
    known = own_queries.access_own(viewer, own, removed=True)
    if request.method == "POST":
        return _take(request, viewer, known.tenant, known)
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 9 else known.version
    newest = own_queries.access_version(viewer, own, known.version)
    shown = newest if number == known.version else own_queries.access_version(viewer, own, number)
    form = show_form(
        shown.content, saved=newest.content, is_shared=known.is_shared, version=known.version
    )
    return _show(request, viewer, known.tenant, form, known, shown=number)


def _take(
    request: HttpRequest, viewer: Viewer, tenant: TenantId, known: OwnDefinition | None
) -> HttpResponseBase:
    """Do what a button of the editor says."""
    form, act = read_form(request.POST), request.POST.get("act", "save")
    try:
        if act in {"save", "copy"}:
            return _save(request, viewer, tenant, known if act == "save" else None, form)
        if act == "logo":
            form = _take_logo(request, viewer, tenant, form)
    except Invalid as error:
        return _show(request, viewer, tenant, form, known, error=error)
    except Conflict as error:
        return _show(request, viewer, tenant, form, known, conflict=say_error(error))
    form.act(f"add:{request.POST.get('add', '')}" if act == "add" else act)
    form.base = form.content
    return _show(request, viewer, tenant, form, known)


def _save(
    request: HttpRequest,
    viewer: Viewer,
    tenant: TenantId,
    known: OwnDefinition | None,
    form: OwnForm,
) -> HttpResponseBase:
    if known is None:
        content = _rename(form) if form.version else form.content
        made = own_actions.add_own(
            viewer,
            tenant,
            content,
            is_shared=form.is_shared,
            note=form.note,
            now=CLOCK.now(),
        )
        return done(request, "own_report", _("Saved as version 1."), own=made)
    number = own_actions.change_own(
        viewer,
        known.id,
        form.content,
        version=form.version,
        is_shared=form.is_shared,
        note=form.note,
        now=CLOCK.now(),
    )
    text = _("Saved as version %(number)s.") % {"number": number}
    return done(request, "own_report", text, own=known.id)


def _rename(form: OwnForm) -> OwnContent:
    """Return a copy under another name than what it is a copy of."""
    content, saved = form.content, form.saved
    if saved is None or (content.title_zh, content.title_en) != (saved.title_zh, saved.title_en):
        return content
    return replace(
        content,
        title_zh=_copied(content.title_zh, Language.CHINESE),
        title_en=_copied(content.title_en, Language.ENGLISH),
    )


def _copied(title: str, language: Language) -> str:
    with translation.override(language.value):
        return _("%(title)s (copy)") % {"title": title} if title else ""


def _take_logo(request: HttpRequest, viewer: Viewer, tenant: TenantId, form: OwnForm) -> OwnForm:
    sent = request.FILES.get("file")
    data = sent.read(_MOST_LOGO) if sent is not None else b""
    typed = request.POST.copy()
    typed["logo"] = own_actions.add_logo(viewer, tenant, data, now=CLOCK.now())
    return read_form(typed)


def _show(
    request: HttpRequest,
    viewer: Viewer,
    tenant: TenantId,
    form: OwnForm,
    known: OwnDefinition | None,
    *,
    shown: int = 0,
    error: Invalid | None = None,
    conflict: str = "",
) -> HttpResponseBase:
    response = render(
        request,
        "console/reports/own.html",
        parts=("own-editor",),
        status=422 if (error or conflict) and not getattr(request, "htmx", None) else 200,
        form=form,
        own=known,
        title=say_title(known) if known else "",
        tenant=tenant,
        tenants=tenant_options(viewer) if known is None else (),
        versions=_versions(viewer, known) if known else (),
        shown=shown,
        error=say_error(error) if error else conflict,
        error_field=error.field if error else "",
        said=_say_filter(form.content.condition),
        periods=options("report_period"),
        compared=options("report_compared"),
        languages=options("language"),
        fields=[
            (each.name, each.label.say(translation.get_language() or "en"))
            for each in CONNECTION_FIELDS
        ],
    )
    if getattr(request, "htmx", None):
        response.headers["HX-Trigger-After-Swap"] = "yw:draft"
    return response


def _say_filter(text: str) -> str:
    """Return the filter as a sentence, "" where it is none or can not be read."""
    try:
        condition = read_connection_condition(text) if text else None
    except Invalid:
        return ""
    language = translation.get_language() or "en"
    return say_condition(condition, language, fields=CONNECTION_FIELDS) if condition else ""


def _versions(viewer: Viewer, known: OwnDefinition) -> list[dict[str, Any]]:
    """Return the versions with what each of them changed, the newest first."""
    found = own_queries.fetch_versions(viewer, known.id)
    before: list[OwnVersion | None] = [*found[1:], None]
    return [
        {
            "version": each,
            "changes": [
                (
                    word("report_difference", what),
                    word("report_section", kind).label if kind else "",
                )
                for what, kind in find_differences(
                    earlier.content if earlier else None, each.content
                )
            ],
        }
        for each, earlier in zip(found, before, strict=True)
    ]


@action(_MANAGE)
def preview_own(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /reports/own/preview: how the draft looks for the latest time that is over"""
    asked = request.POST.get("tenant", "")
    if not asked.isdecimal() or int(asked) not in viewer.tenants:
        raise Refused()
    tenant, draft = TenantId(int(asked)), read_form(request.POST).content
    try:
        content = own_queries.preview(viewer, tenant, draft, language=draft.language, clock=CLOCK)
        with translation.override(content.language):
            drawn = draw_content(content)
    except (Invalid, EngineAway) as error:
        return render(request, "console/reports/_preview.html", error=say_error(error))
    return render(request, "console/reports/_preview.html", content=drawn)


@action(_MANAGE)
def act_on_own(request: HttpRequest, viewer: Viewer, own: int) -> HttpResponseBase:
    """POST /reports/own/N/act: act (remove, restore)"""
    act = request.POST.get("act", "")
    try:
        if act == "remove":
            own_actions.remove_own(viewer, own, now=CLOCK.now())
            return done(request, "own_reports", _("Put away; what was made of it stays."))
        if act == "restore":
            own_actions.restore_own(viewer, own, now=CLOCK.now())
            return done(request, "own_report", _("It is back."), own=own)
    except Conflict as error:
        return done(request, "own_report", say_error(error), tone="critical", own=own)
    raise Refused()


@page(_MANAGE)
def show_logo(request: HttpRequest, viewer: Viewer, tenant: int, sha256: str) -> HttpResponseBase:
    """GET /reports/own/logos/T/HASH"""
    logo = own_queries.access_logo(viewer, TenantId(tenant), sha256)
    return HttpResponse(
        logo.data,
        content_type=logo.content_type,
        headers={"Cache-Control": "private, max-age=86400"},
    )


urlpatterns = [
    path("reports/own", list_own, name="own_reports"),
    path("reports/own/new", new_own, name="own_report_new"),
    path("reports/own/preview", preview_own, name="own_report_preview"),
    path("reports/own/<int:own>", edit_own, name="own_report"),
    path("reports/own/<int:own>/act", act_on_own, name="own_report_act"),
    path("reports/own/logos/<int:tenant>/<str:sha256>", show_logo, name="own_report_logo"),
]
