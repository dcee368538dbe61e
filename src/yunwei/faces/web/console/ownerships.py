"""The pages of ownership: who looks after which object or pool, so that routes need no names."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import OwnershipId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.targets import (
    Whom,
    build_badges,
    describe_targets,
    fetch_whom,
    person_fields,
    read_targets,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    pool_options,
    search_filter,
    tenant_options,
    word_filter,
)
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import options
from yunwei.monitor.notify.actions import ownerships as actions
from yunwei.monitor.notify.facts.reaching import OwnershipDraft, OwnershipRow, Scope
from yunwei.monitor.notify.queries import ownerships as queries

_SEE = (Permission.SEE_RULES, Permission.MANAGE_RULES)


def say_what(row: OwnershipRow) -> str:
    return row.ownership.path or row.pool_name


def _build_list(viewer: Viewer, whom: Whom) -> ListSpec[OwnershipRow]:
    """The list with the names of those who own; they are fetched once for all its rows."""
    can = may(viewer, Permission.MANAGE_RULES)
    return ListSpec[OwnershipRow](
        name="ownership",
        title=_("Ownership"),
        columns=(
            Column(
                name="what",
                label=_("What"),
                value=say_what,
                link=lambda row: reverse("ownership", args=[row.ownership.id]) if can else "",
                sort="what",
                is_main=True,
            ),
            Column(
                name="scope",
                label=_("Kind"),
                value=lambda row: row.ownership.scope.value,
                kind="word",
                words="ownership_scope",
            ),
            Column(
                name="owners",
                label=_("Who owns it"),
                value=lambda row: [each.text for each in build_badges(row.ownership.targets, whom)],
                kind="tags",
            ),
            Column(name="note", label=_("Note"), value=lambda row: row.ownership.note),
            Column(
                name="changed_at",
                label=_("Changed"),
                value=lambda row: row.ownership.changed_at,
                kind="time",
                sort="changed_at",
                phone="hide",
            ),
        ),
        filters=(
            search_filter(_("Path or pool")),
            word_filter("scope", _("Kind"), "ownership_scope"),
        ),
        fetch=lambda asker, filters, asked: queries.fetch_ownerships(
            asker, filters=filters, page=asked
        ),
        row_id=lambda row: row.ownership.id,
        default_sort="what",
        empty_icon="user-check",
        empty_title=_("Nobody owns anything yet"),
        empty_text=_(
            "Say who looks after an object with everything beneath it, or after a pool. Routes and "
            "escalation steps then tell “the owner”, and need no change when people do."
        ),
    )


@page(*_SEE)
def list_ownerships(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /ownership"""
    return serve_list(
        request,
        viewer,
        _build_list(viewer, fetch_whom(viewer)),
        "console/ownerships/list.html",
        **offer(viewer, Permission.MANAGE_RULES, "ownership_new", _("Add an owner")),
    )


def _fields(viewer: Viewer, *, row: OwnershipRow | None) -> tuple[FormField, ...]:
    note = FormField(key="note", label=_("Note"), is_required=False)
    whom = fetch_whom(viewer)
    return (*(_what_fields(viewer) if row is None else ()), *person_fields(str, whom), note)


def _what_fields(viewer: Viewer) -> tuple[FormField, ...]:
    tenants = tenant_options(viewer)
    return (
        tenant_field(
            tenants,
            label=_("Tenant"),
            home=str(viewer.tenant),
            help=_("In whose table it stands. A customer's own table goes before the provider's."),
        ),
        FormField(key="scope", label=_("Kind"), kind="choice", options=options("ownership_scope")),
        FormField(
            key="path",
            label=_("Path of the object"),
            is_required=False,
            help=_("For an object: /host/H-03. What lies beneath it counts as well; / is all."),
        ),
        FormField(
            key="pool",
            label=_("Pool"),
            kind="choice",
            options=[("", "–"), *pool_options(viewer)],
            is_required=False,
            help=_("For a pool: alarms of its desktops."),
        ),
    )


def _read_draft(form: Form, *, row: OwnershipRow | None) -> OwnershipDraft:
    whom = read_targets(form)
    pool = form.text("pool")
    return OwnershipDraft(
        scope=row.ownership.scope if row else chosen_word(form, "scope", Scope),
        path=form.text("path"),
        pool=int(pool) if pool.isdecimal() else None,
        people=whom.people,
        roles=whom.roles,
        schedules=whom.schedules,
        note=form.text("note"),
    )


@form_page(Permission.MANAGE_RULES)
def new_ownership(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /ownership/new"""
    form = open_form(request, _fields(viewer, row=None))
    made = form.attempt(
        lambda sent: actions.add_ownership(
            viewer,
            TenantId(sent.number("tenant")),
            _read_draft(sent, row=None),
            now=CLOCK.now(),
        )
    )
    if made is not None:
        return done(request, "ownerships", _("The owner was added."))
    return _render(request, form)


@form_page(Permission.MANAGE_RULES)
def change_ownership(request: HttpRequest, viewer: Viewer, ownership: int) -> HttpResponseBase:
    """GET, POST /ownership/N"""
    row = queries.access_ownership(viewer, OwnershipId(ownership))
    first = describe_targets(row.ownership.targets) | {"note": row.ownership.note}
    form = open_form(request, _fields(viewer, row=row), first)

    def change(sent: Form) -> bool:
        draft = _read_draft(sent, row=row)
        actions.change_ownership(viewer, row.ownership.id, draft, now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "ownerships", _("Saved."))
    return _render(request, form, row=row)


def _render(
    request: HttpRequest, form: Form, *, row: OwnershipRow | None = None
) -> HttpResponseBase:
    return render(
        request,
        "console/ownerships/form.html",
        status=422 if form.is_sent else 200,
        form=form,
        row=row,
        title=say_what(row) if row else _("New owner"),
    )


@action(Permission.MANAGE_RULES)
def remove_ownership(request: HttpRequest, viewer: Viewer, ownership: int) -> HttpResponseBase:
    """POST /ownership/N/remove"""
    actions.remove_ownership(viewer, OwnershipId(ownership))
    return done(request, "ownerships", _("Nobody owns it any more."))


urlpatterns = [
    path("ownership", list_ownerships, name="ownerships"),
    path("ownership/new", new_ownership, name="ownership_new"),
    path("ownership/<int:ownership>", change_ownership, name="ownership"),
    path("ownership/<int:ownership>/remove", remove_ownership, name="ownership_remove"),
]
