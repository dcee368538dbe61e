"""The pages of relations: what depends on what, where inventory does not know it."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from yunwei.base.calendar.rules.reading import LONGEST_TEXT, decode_file
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import RelationId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import options, word
from yunwei.monitor.governance.actions import relations as actions
from yunwei.monitor.governance.facts.topology import (
    LineMatch,
    Relation,
    StoredRelation,
    WrittenRelation,
)
from yunwei.monitor.governance.queries import relations as queries
from yunwei.monitor.governance.rules.relation_lines import parse_csv

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_NOT_WRITTEN = ("in_pool", "beneath")


def _say_thing(kind: str, name: str) -> str:
    shown = _("all") if name == "*" else name
    return f"{word('thing_kind', kind).label} · {shown}"


def _columns(tenants: Mapping[str, str], *, can_change: bool) -> tuple[Column[StoredRelation], ...]:
    return (
        Column(
            name="child",
            label=_("What depends"),
            value=lambda row: _say_thing(row.line.child_kind, row.line.child),
            link=lambda row: reverse("relation", args=[row.id]) if can_change else "",
            sort="child",
            is_main=True,
        ),
        Column(
            name="relation",
            label=_("How"),
            value=lambda row: row.line.relation.value,
            kind="word",
            words="relation",
            sort="relation",
        ),
        Column(
            name="parent",
            label=_("On what"),
            value=lambda row: _say_thing(row.line.parent_kind, row.line.parent),
            sort="parent",
        ),
        Column(
            name="redundancy",
            label=_("Redundancy"),
            value=lambda row: row.line.redundancy,
            sort="redundancy",
        ),
        Column(
            name="tenant",
            label=_("Tenant"),
            value=lambda row: tenants.get(str(row.tenant), ""),
            is_default=len(tenants) > 1,
            phone="hide",
        ),
    )


def _build_list(viewer: Viewer) -> ListSpec[StoredRelation]:
    tenants = {value: str(text) for value, text in tenant_options(viewer)}
    return ListSpec[StoredRelation](
        name="relations",
        title=_("Relations"),
        columns=_columns(tenants, can_change=may(viewer, Permission.MANAGE_RULES)),
        filters=(
            search_filter(_("Name or redundancy")),
            word_filter("relation", _("How: all"), "relation", *_NOT_WRITTEN),
            Filter(
                name="tenant",
                label=_("Tenant: all"),
                options=lambda _viewer: list(tenants.items()),
                parse=int,
                kind="choice",
                is_main=len(tenants) > 1,
            ),
        ),
        fetch=queries.fetch_relations,
        row_id=lambda row: row.id,
        default_sort="child",
        refresh=("relations",),
        empty_icon="sitemap",
        empty_title=_("Nothing is written"),
        empty_text=_(
            "Which host a desktop runs on and to which pool it belongs is known from the sources. "
            "Write here what they do not tell: gateways, brokers, datastores, switches. A fault of "
            "one then explains the alarms of what depends on it."
        ),
    )


@page(*_SEE)
def list_relations(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /relations"""
    return serve_list(
        request,
        viewer,
        _build_list(viewer),
        "console/relations/list.html",
        tenants=tenant_options(viewer),
        **offer(viewer, Permission.MANAGE_RULES, "relation_new", _("Write a relation")),
    )


def _tenant_field(viewer: Viewer) -> FormField:
    return tenant_field(
        tenant_options(viewer),
        label=_("Tenant"),
        home=str(viewer.tenant),
        help=_("Whose things they are; names are looked up among these alone."),
    )


def _fields(viewer: Viewer, row: StoredRelation | None) -> tuple[FormField, ...]:
    kinds = options("thing_kind")
    fields = (
        FormField(key="child_kind", label=_("What depends"), kind="choice", options=kinds),
        FormField(
            key="child",
            label=_("Its name"),
            default="*",
            help=_("A name, an address or an id of the source; * for all of the kind."),
        ),
        FormField(
            key="relation",
            label=_("How"),
            kind="choice",
            options=options("relation", *_NOT_WRITTEN),
            default=Relation.SERVED_BY.value,
        ),
        FormField(
            key="parent_kind",
            label=_("On what"),
            kind="choice",
            options=options("thing_kind", "desktop", "pool", "site", "tenant"),
            default="gateway",
        ),
        FormField(key="parent", label=_("Name of what it depends on")),
        FormField(
            key="redundancy",
            label=_("Redundancy"),
            is_required=False,
            help=_("A name shared by several of which one is enough; empty: this one is needed."),
        ),
    )
    return fields if row else (_tenant_field(viewer), *fields)


def _read_line(form: Form) -> WrittenRelation:
    return WrittenRelation(
        relation=chosen_word(form, "relation", Relation),
        parent_kind=form.text("parent_kind"),
        parent=form.text("parent"),
        child_kind=form.text("child_kind"),
        child=form.text("child"),
        redundancy=form.text("redundancy"),
    )


@form_page(Permission.MANAGE_RULES)
def new_relation(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /relations/new; the button `preview` only says what the line would mean"""
    form = open_form(request, _fields(viewer, None))
    if "preview" in request.POST:
        return _render(request, form, match=_preview(viewer, form))

    def add(sent: Form) -> bool:
        actions.add_relation(viewer, TenantId(sent.number("tenant")), _read_line(sent))
        return True

    if form.attempt(add):
        return done(request, "relations", _("Written. It holds within ten seconds."))
    return _render(request, form)


@form_page(Permission.MANAGE_RULES)
def change_relation(request: HttpRequest, viewer: Viewer, relation: int) -> HttpResponseBase:
    """GET, POST /relations/N; the button `preview` only says what the line would mean"""
    row = queries.access_relation(viewer, RelationId(relation))
    form = open_form(request, _fields(viewer, row), _first(row.line))
    if "preview" in request.POST:
        return _render(request, form, row=row, match=_preview(viewer, form, row=row))

    def change(sent: Form) -> bool:
        actions.change_relation(viewer, RelationId(row.id), _read_line(sent))
        return True

    if form.attempt(change):
        return done(request, "relations", _("Written. It holds within ten seconds."))
    match = None if form.is_sent else queries.preview(viewer, row.tenant, row.line)
    return _render(request, form, row=row, match=match)


def _first(line: WrittenRelation) -> Mapping[str, str]:
    names = ("parent_kind", "parent", "child_kind", "child", "redundancy")
    return {name: getattr(line, name) for name in names} | {"relation": line.relation.value}


def _preview(viewer: Viewer, form: Form, *, row: StoredRelation | None = None) -> LineMatch | None:
    def ask(sent: Form) -> LineMatch:
        tenant = row.tenant if row else TenantId(sent.number("tenant"))
        return queries.preview(viewer, tenant, _read_line(sent))

    return form.attempt(ask)


def _render(
    request: HttpRequest,
    form: Form,
    *,
    row: StoredRelation | None = None,
    match: LineMatch | None = None,
) -> HttpResponseBase:
    return render(
        request,
        "console/relations/form.html",
        status=422 if form.is_sent and match is None else 200,
        form=form,
        row=row,
        match=match,
        title=_("Change a relation") if row else _("Write a relation"),
    )


@action(Permission.MANAGE_RULES)
def remove_relation(request: HttpRequest, viewer: Viewer, relation: int) -> HttpResponseBase:
    """POST /relations/N/remove"""
    actions.remove_relation(viewer, RelationId(relation))
    return done(request, "relations", _("The relation was removed."))


_MODES = (("merge", _("Add to what is written")), ("replace", _("Put it in the place of all")))


def _import_fields(viewer: Viewer) -> tuple[FormField, ...]:
    return (
        _tenant_field(viewer),
        FormField(key="file", label=_("File"), kind="file", is_required=False),
        FormField(key="text", label=_("Or its text"), kind="area", is_required=False),
        FormField(key="mode", label=_("How"), kind="choice", options=_MODES, default="merge"),
    )


@form_page(Permission.MANAGE_RULES)
def import_relations(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /relations/import"""
    form = open_form(request, _import_fields(viewer))
    count = form.attempt(lambda sent: _import(request, viewer, sent))
    if count is not None:
        text = ngettext("%(count)s line is written.", "%(count)s lines are written.", count)
        return done(request, "relations", text % {"count": count})
    return render(
        request, "console/relations/import.html", status=422 if form.is_sent else 200, form=form
    )


def _import(request: HttpRequest, viewer: Viewer, form: Form) -> int:
    lines, tenant = parse_csv(_read_text(request, form)), TenantId(form.number("tenant"))
    match form.text("mode"):
        case "merge":
            return actions.merge_relations(viewer, tenant, lines)
        case "replace":
            return actions.replace_relations(viewer, tenant, lines, now=CLOCK.now())
    raise Invalid("mode", "this is not one of the choices")


def _read_text(request: HttpRequest, form: Form) -> str:
    sent = request.FILES.get("file")
    if sent is not None and (sent.size or 0) > LONGEST_TEXT:
        raise Invalid("file", "the file is too long")
    text = decode_file(sent.read()) if sent is not None else form.text("text")
    if not text.strip():
        raise Invalid("file", "choose a file, or paste its text")
    return text


@page(*_SEE)
def download_relations(request: HttpRequest, viewer: Viewer, tenant: int) -> HttpResponseBase:
    """GET /relations/of/N.csv: a tenant's table as the import reads it"""
    return HttpResponse(
        queries.write_file(viewer, TenantId(tenant)).encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="relations.csv"',
            "Cache-Control": "private, no-store",
        },
    )


urlpatterns = [
    path("relations", list_relations, name="relations"),
    path("relations/new", new_relation, name="relation_new"),
    path("relations/import", import_relations, name="relation_import"),
    path("relations/of/<int:tenant>.csv", download_relations, name="relation_file"),
    path("relations/<int:relation>", change_relation, name="relation"),
    path("relations/<int:relation>/remove", remove_relation, name="relation_remove"),
]
