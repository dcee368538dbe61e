"""The pages of named sets: lists of values that the conditions of many rules share."""

from collections.abc import Sequence
from itertools import chain

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import TenantId
from yunwei.base.named_sets import actions, queries
from yunwei.base.named_sets.facts import NamedSetDraft, NamedSetRow, SetKind, SetUse
from yunwei.base.named_sets.rules.drafts import read_values
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    search_filter,
    tenant_options,
    word_filter,
    yes_filter,
)
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.sheets import serve_sheet
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text, options, word

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)
_USED_BY = {
    "mask_rule": "mask_rule",
    "noise_rule": "noise_rule",
    "threshold_rule": "threshold_rule",
    "route": "route",
}
"""Kind of rule → the name of its page's address."""

NAMED_SETS = ListSpec[NamedSetRow](
    name="named-sets",
    title=_("Named sets"),
    columns=(
        Column(
            name="name",
            label=_("Named set"),
            value=lambda row: row.named_set.name,
            note=lambda row: row.named_set.note,
            link=lambda row: reverse("named_set", args=[row.named_set.id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="kind",
            label=_("What it holds"),
            value=lambda row: row.named_set.kind,
            kind="word",
            words="set_kind",
            sort="kind",
        ),
        Column(
            name="size",
            label=_("Values"),
            value=lambda row: row.size,
            kind="number",
            sort="size",
            phone="label",
        ),
        Column(
            name="uses",
            label=_("Rules that use it"),
            value=lambda row: row.uses,
            kind="number",
            sort="uses",
            phone="label",
        ),
        Column(
            name="is_shared",
            label=_("Shared with customers"),
            value=lambda row: str(row.named_set.is_shared),
            kind="word",
            words="yes_no",
            phone="hide",
        ),
        Column(name="tenant", label=_("Tenant"), value=lambda row: row.tenant_name, phone="hide"),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row.named_set.changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
        Column(
            name="changed_by",
            label=_("By"),
            value=lambda row: row.named_set.changed_by,
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name or value")),
        word_filter("kind", _("What it holds: all"), "set_kind"),
        yes_filter("is_used", _("In rules: all"), _("Used by a rule"), _("Used by no rule")),
        yes_filter("is_empty", _("Values: all"), _("Empty"), _("Not empty")),
    ),
    fetch=lambda viewer, filters, asked: queries.fetch_sets(viewer, filters=filters, page=asked),
    row_id=lambda row: row.named_set.id,
    default_sort="name",
    refresh=("named_sets",),
    empty_icon="category",
    empty_title=_("No named sets"),
    empty_text=_(
        "Give a list a name, such as “core hosts”, and let conditions ask whether an alarm is "
        "about one of them. A change of the list holds for every rule that names it, at once."
    ),
)


@page(*_SEE)
def list_sets(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /named-sets"""
    return serve_list(
        request,
        viewer,
        NAMED_SETS,
        "console/named_sets/list.html",
        **offer(viewer, Permission.MANAGE_RULES, "named_set_new", _("Add a named set")),
    )


def _fields(
    tenants: Sequence[tuple[str, Text]], *, may_share: bool, home: str = ""
) -> tuple[FormField, ...]:
    shared = FormField(
        key="is_shared",
        label=_("Customers' rules may name it"),
        kind="boolean",
        help=_("Of the provider's sets only. Customers then also see what it holds."),
        is_required=False,
    )
    return (
        *_tenant_field(tenants, home),
        FormField(key="name", label=_("Name")),
        FormField(
            key="kind",
            label=_("What it holds"),
            kind="choice",
            options=options("set_kind"),
            help=_("An object stands for itself and all beneath it; an address may be a network."),
        ),
        FormField(
            key="values",
            label=_("Values"),
            kind="area",
            rows=12,
            is_required=False,
            help=_(
                "One on a line, as many as 10,000; pasted columns and lists with commas are taken "
                "apart, doubles are dropped. While it is empty nothing matches."
            ),
        ),
        FormField(key="note", label=_("Note"), is_required=False),
        *([shared] if may_share else []),
    )


def _tenant_field(tenants: Sequence[tuple[str, Text]], home: str) -> tuple[FormField, ...]:
    if not tenants:
        return ()
    return (tenant_field(tenants, label=_("Tenant"), home=home),)


def _read_draft(form: Form) -> NamedSetDraft:
    kind = chosen_word(form, "kind", SetKind)
    return NamedSetDraft(
        name=form.text("name"),
        kind=kind,
        values=read_values(form.text("values"), kind),
        note=form.text("note"),
        is_shared=form.is_on("is_shared") if "is_shared" in form.by_key else False,
    )


@form_page(Permission.MANAGE_RULES)
def new_set(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /named-sets/new"""
    tenants = tenant_options(viewer)
    fields = _fields(tenants, may_share=_may_share(viewer), home=str(viewer.tenant))
    form = open_form(request, fields)
    made = form.attempt(
        lambda sent: actions.add_set(
            viewer, TenantId(sent.number("tenant")), _read_draft(sent), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "named_set", _("The named set was added."), named_set=made)
    return _render(request, form)


def _may_share(viewer: Viewer) -> bool:
    """Only people of the provider see the choice; whose set may be shared the action decides."""
    return len(viewer.tenants) > 1


@form_page(*_SEE)
def show_set(request: HttpRequest, viewer: Viewer, named_set: int) -> HttpResponseBase:
    """GET, POST /named-sets/N"""
    row = queries.access_set(viewer, named_set)
    kept = row.named_set
    first = {
        "name": kept.name,
        "kind": kept.kind.value,
        "values": "\n".join(kept.values),
        "note": kept.note,
        "is_shared": "true" if kept.is_shared else "false",
        "version": str(kept.version),
    }
    looked_at = FormField(key="version", label="", kind="hidden", is_required=False)
    form = open_form(request, (*_fields((), may_share=row.may_be_shared), looked_at), first)
    changed = form.attempt(
        lambda sent: actions.change_set(
            viewer,
            kept.id,
            _read_draft(sent),
            now=CLOCK.now(),
            version=sent.number("version") if sent.text("version") else None,
        )
    )
    if changed is not None:
        return done(request, "named_set", _say_changed(row), named_set=named_set)
    return _render(request, form, row=row, uses=queries.fetch_uses(viewer, named_set))


def _say_changed(row: NamedSetRow) -> str:
    if not row.uses:
        return gettext("Saved.")
    return gettext("Saved. The rules that use it go by it from now on.")


@action(Permission.MANAGE_RULES)
def remove_set(request: HttpRequest, viewer: Viewer, named_set: int) -> HttpResponseBase:
    """POST /named-sets/N/remove"""
    try:
        actions.remove_set(viewer, named_set)
    except Conflict as error:
        return done(request, "named_set", say_error(error), tone="critical", named_set=named_set)
    return done(request, "named_sets", _("The named set was removed."))


@page(*_SEE)
def export_set(request: HttpRequest, viewer: Viewer, named_set: int) -> HttpResponseBase:
    """GET /named-sets/N/export: its values as a CSV file"""
    kept = queries.access_set(viewer, named_set).named_set
    heading = str(word("set_kind", kept.kind).label)
    rows = chain([[heading]], ([value] for value in kept.values))
    name = f"named-set-{kept.id}"
    return serve_sheet(viewer, "csv", name, kept.name, rows, asked={"name": kept.name})


def _render(
    request: HttpRequest,
    form: Form,
    *,
    row: NamedSetRow | None = None,
    uses: Sequence[SetUse] = (),
) -> HttpResponseBase:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    is_wrong = form.is_sent and bool(form.error or form.errors)
    return render(
        request,
        "console/named_sets/set.html",
        status=422 if is_wrong else 200,
        form=form,
        row=row,
        used_by=[(each, _address_of(each, viewer)) for each in uses],
        example_field=_EXAMPLES[row.named_set.kind] if row else "",
        can=may(viewer, Permission.MANAGE_RULES) and (row is None or row.may_change),
    )


def _address_of(use: SetUse, viewer: Viewer) -> str:
    """A route's page is its form, which is only for those who may change it."""
    if use.kind == "route" and not may(viewer, Permission.MANAGE_RULES):
        return ""
    return reverse(_USED_BY[use.kind], args=[use.id])


_EXAMPLES = {
    SetKind.OBJECTS: "managed_object",
    SetKind.ALARM_TYPES: "alarm_type",
    SetKind.SOURCES: "source_name",
    SetKind.ADDRESSES: "address",
    SetKind.TEXTS: "object_name",
}


urlpatterns = [
    path("named-sets", list_sets, name="named_sets"),
    path("named-sets/new", new_set, name="named_set_new"),
    path("named-sets/<int:named_set>", show_set, name="named_set"),
    path("named-sets/<int:named_set>/remove", remove_set, name="named_set_remove"),
    path("named-sets/<int:named_set>/export", export_set, name="named_set_export"),
]
