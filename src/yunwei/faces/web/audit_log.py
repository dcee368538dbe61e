"""The pages of the audit log: who did what, when, from where, and what it was before."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.people import queries
from yunwei.base.people.facts import AuditEntry, Permission, Viewer
from yunwei.faces.web.audit_words import GROUPS, KINDS, say_kind, say_verb
from yunwei.faces.web.people_forms import all_tenants
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import parse_local
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec

AUDIT = ListSpec[AuditEntry](
    name="audit",
    title=_("Audit log"),
    columns=(
        Column(
            name="at",
            label=_("When"),
            value=lambda entry: entry.at,
            kind="day",
            sort="at",
            link=lambda entry: reverse("audit_entry", args=(entry.id,)),
            is_main=True,
        ),
        Column(
            name="user",
            label=_("Who"),
            value=lambda entry: entry.user_name,
            note=lambda entry: entry.address,
            sort="user_name",
        ),
        Column(
            name="verb",
            label=_("What"),
            value=lambda entry: say_verb(entry.verb),
            note=lambda entry: entry.verb,
            sort="verb",
        ),
        Column(
            name="object",
            label=_("On what"),
            value=lambda entry: entry.object_name or entry.object_id,
            note=lambda entry: say_kind(entry.object_kind),
        ),
        Column(
            name="detail",
            label=_("Detail"),
            value=lambda entry: entry.detail,
            phone="hide",
        ),
    ),
    filters=(
        Filter(name="search", label=_("Search")),
        Filter(name="verb", label=_("What"), options=lambda _viewer: GROUPS.items()),
        Filter(name="since", label=_("From"), kind="datetime-local", parse=parse_local),
        Filter(name="until", label=_("Until"), kind="datetime-local", parse=parse_local),
        Filter(
            name="tenant",
            label=_("Tenant"),
            options=all_tenants,
            parse=int,
            is_main=False,
        ),
        Filter(
            name="object_kind",
            label=_("Kind of thing"),
            options=lambda _viewer: KINDS.items(),
            is_main=False,
        ),
        Filter(name="object_id", label=_("Number of the thing"), kind="text", is_main=False),
    ),
    fetch=queries.fetch_audit,
    row_id=lambda entry: entry.id,
    default_sort="-at",
    empty_icon="clipboard-list",
    empty_title=_("Nothing yet"),
    empty_text=_("Every sign-in and every change is written down here, for good."),
)


@page(Permission.SEE_AUDIT)
def audit(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    return serve_list(request, viewer, AUDIT)


@page(Permission.SEE_AUDIT)
def audit_entry(request: HttpRequest, viewer: Viewer, entry_id: int) -> HttpResponseBase:
    entry = queries.access_audit_entry(viewer, entry_id)
    names = sorted(entry.before.keys() | entry.after.keys())
    changes = [(name, entry.before.get(name), entry.after.get(name)) for name in names]
    context: dict[str, Any] = {
        "entry": entry,
        "changes": changes,
        "verb": say_verb(entry.verb),
        "kind": say_kind(entry.object_kind),
    }
    return render(request, "console/people/audit_entry.html", **context)


urlpatterns = [
    path("audit", audit, name="audit"),
    path("audit/<int:entry_id>", audit_entry, name="audit_entry"),
]
