"""The pages of tenants: the provider and its customers."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.people import queries
from yunwei.base.people.actions import tenants
from yunwei.base.people.facts import Permission, Tenant, TenantChange, Viewer
from yunwei.faces.web.people_forms import (
    ACTIVE,
    IS_ACTIVE,
    SLUG,
    TENANT_FIELDS,
    form_status,
    read_flag,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.forms import Form, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec

MANAGE = Permission.MANAGE_TENANTS


TENANTS = ListSpec[Tenant](
    name="tenants",
    title=_("Tenants"),
    columns=(
        Column(
            name="name",
            label=_("Name"),
            value=lambda tenant: tenant.name,
            link=lambda tenant: reverse("tenant", args=(tenant.id,)),
            note=lambda tenant: tenant.slug,
            sort="name",
            is_main=True,
        ),
        Column(
            name="is_provider",
            label=_("Provider"),
            value=lambda tenant: str(tenant.is_provider),
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(
            name="is_active",
            label=_("Active"),
            value=lambda tenant: str(tenant.is_active),
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(name="time_zone", label=_("Time zone"), value=lambda tenant: tenant.time_zone),
        Column(
            name="created_at",
            label=_("Since"),
            value=lambda tenant: tenant.created_at,
            kind="day",
            sort="created_at",
            phone="label",
        ),
    ),
    filters=(
        Filter(name="search", label=_("Search")),
        Filter(
            name="is_active",
            label=_("Active"),
            options=lambda _viewer: ACTIVE,
            parse=read_flag,
            is_main=False,
        ),
    ),
    fetch=queries.fetch_tenants,
    row_id=lambda tenant: tenant.id,
    default_sort="name",
)


@page(MANAGE)
def tenants_page(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    return serve_list(request, viewer, TENANTS, "console/people/tenants.html")


@form_page(MANAGE)
def new_tenant(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    form = open_form(request, (SLUG, *TENANT_FIELDS), {"time_zone": viewer.time_zone})
    made = form.attempt(
        lambda sent: tenants.create_tenant(
            viewer, slug=sent.text("slug"), name=sent.text("name"), time_zone=sent.text("time_zone")
        )
    )
    if made:
        return done(request, "tenant", _("The customer was added."), tenant_id=made.id)
    return render(request, "console/people/new_tenant.html", form=form, status=form_status(form))


@form_page(MANAGE)
def tenant(request: HttpRequest, viewer: Viewer, tenant_id: int) -> HttpResponseBase:
    found = queries.access_tenant(viewer, tenant_id)
    first = {"name": found.name, "time_zone": found.time_zone}
    first["is_active"] = "true" if found.is_active else "false"
    form = open_form(request, (*TENANT_FIELDS, IS_ACTIVE), first)
    changed = form.attempt(lambda sent: tenants.change_tenant(viewer, tenant_id, _read(sent)))
    if changed:
        return done(request, "tenant", _("Saved."), tenant_id=tenant_id)
    context: dict[str, Any] = {"tenant": found, "form": form}
    return render(request, "console/people/tenant.html", status=form_status(form), **context)


def _read(form: Form) -> TenantChange:
    return TenantChange(
        name=form.text("name"),
        time_zone=form.text("time_zone"),
        is_active=form.is_on("is_active"),
    )


urlpatterns = [
    path("tenants", tenants_page, name="tenants"),
    path("tenants/new", new_tenant, name="new_tenant"),
    path("tenants/<int:tenant_id>", tenant, name="tenant"),
]
