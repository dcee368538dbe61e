"""The pages of people who may sign in."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import TenantId
from yunwei.base.people import queries
from yunwei.base.people.actions import users
from yunwei.base.people.facts import (
    Permission,
    Person,
    PersonChange,
    PersonDraft,
    Role,
    Viewer,
)
from yunwei.base.people.rules import may
from yunwei.faces.web.people_forms import (
    ACTIVE,
    PASSWORD,
    USERNAME,
    all_tenants,
    form_status,
    person_fields,
    read_choice,
    read_flag,
    read_ids,
    read_secret,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.forms import Form, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import options

SEE, MANAGE = Permission.SEE_PEOPLE, Permission.MANAGE_PEOPLE

PEOPLE = ListSpec[Person](
    name="people",
    title=_("People"),
    columns=(
        Column(
            name="username",
            label=_("Name"),
            value=lambda person: person.display_name or person.username,
            link=lambda person: reverse("person", args=(person.id,)),
            note=lambda person: person.username,
            sort="username",
            is_main=True,
        ),
        Column(
            name="role",
            label=_("Role"),
            value=lambda person: person.role,
            kind="word",
            words="role",
            sort="role",
        ),
        Column(
            name="tenant",
            label=_("Tenant"),
            value=lambda person: person.tenant_name,
            sort="tenant_name",
        ),
        Column(
            name="email",
            label=_("E-mail"),
            value=lambda person: person.email,
            phone="hide",
        ),
        Column(
            name="has_totp",
            label=_("Second factor"),
            value=lambda person: str(person.has_totp),
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(
            name="is_active",
            label=_("Active"),
            value=lambda person: str(person.is_active),
            kind="word",
            words="yes_no",
            phone="label",
        ),
        Column(
            name="last_login_at",
            label=_("Last sign-in"),
            value=lambda person: person.last_login_at,
            kind="time",
            sort="last_login_at",
            phone="label",
        ),
    ),
    filters=(
        Filter(name="search", label=_("Search")),
        Filter(name="role", label=_("Role"), options=lambda _viewer: options("role"), parse=Role),
        Filter(name="tenant", label=_("Tenant"), options=all_tenants, parse=int),
        Filter(
            name="is_active",
            label=_("Active"),
            options=lambda _viewer: ACTIVE,
            parse=read_flag,
            is_main=False,
        ),
    ),
    fetch=queries.fetch_people,
    row_id=lambda person: person.id,
    default_sort="username",
    empty_icon="users-group",
    empty_title=_("Nobody yet"),
    empty_text=_("People who may sign in are listed here."),
)


@page(SEE)
def people(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    return serve_list(request, viewer, PEOPLE, "console/people/people.html")


@form_page(MANAGE)
def new_person(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    form = open_form(request, (USERNAME, *person_fields(viewer, is_new=True), PASSWORD))
    made = form.attempt(
        lambda sent: users.create_user(viewer, _read_draft(sent), password=read_secret(sent))
    )
    if made:
        return done(request, "person", _("The person was added."), user_id=made.id)
    return render(request, "console/people/new_person.html", form=form, status=form_status(form))


@form_page(SEE)
def person(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponseBase:
    found = queries.access_person(viewer, user_id)
    if not may(viewer, MANAGE, found.tenant):
        return render(request, "console/people/person.html", person=found)
    form = open_form(request, person_fields(viewer), _describe(found))
    changed = form.attempt(lambda sent: users.change_user(viewer, user_id, _read_change(sent)))
    if changed:
        return done(request, "person", _("Saved."), user_id=user_id)
    return _show(request, found, form)


@action(MANAGE)
def set_person_password(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponseBase:
    sent = open_form(request, (PASSWORD,))
    sent.attempt(lambda form: users.set_password(viewer, user_id, read_secret(form)))
    if not sent.errors and not sent.error:
        return done(request, "person", _("The new password holds."), user_id=user_id)
    found = queries.access_person(viewer, user_id)
    values: dict[str, tuple[str, ...]] = {
        key: (text,) for key, text in _describe(found).items() if isinstance(text, str)
    }
    form = Form(fields=person_fields(viewer), values=values, is_sent=False)
    return _show(request, found, form, password_form=sent)


@action(MANAGE)
def switch_person(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponseBase:
    is_active = request.POST.get("is_active") == "true"
    users.change_user(viewer, user_id, PersonChange(is_active=is_active))
    text = _("They can sign in again.") if is_active else _("They can no longer sign in.")
    return done(request, "person", text, user_id=user_id)


@action(MANAGE)
def reset_person_factor(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponseBase:
    users.reset_second_factor(viewer, user_id)
    return done(request, "person", _("The password alone lets them in now."), user_id=user_id)


def _show(
    request: HttpRequest, found: Person, form: Form, *, password_form: Form | None = None
) -> HttpResponseBase:
    asked = password_form or Form(fields=(PASSWORD,), values={}, is_sent=False)
    status = max(form_status(form), form_status(asked))
    context: dict[str, Any] = {"person": found, "form": form, "password_form": asked}
    return render(request, "console/people/person.html", status=status, **context)


def _read_draft(form: Form) -> PersonDraft:
    return PersonDraft(
        username=form.text("username"),
        role=read_choice(form, "role", Role),
        tenant=TenantId(form.number("tenant")),
        display_name=form.text("display_name"),
        email=form.text("email"),
        phone=form.text("phone"),
        desktop_login=form.text("desktop_login"),
        customers=read_ids(form, "customers"),
    )


def _read_change(form: Form) -> PersonChange:
    return PersonChange(
        role=read_choice(form, "role", Role),
        display_name=form.text("display_name"),
        email=form.text("email"),
        phone=form.text("phone"),
        desktop_login=form.text("desktop_login"),
        customers=read_ids(form, "customers"),
    )


def _describe(found: Person) -> dict[str, str | list[str]]:
    return {
        "role": found.role.value,
        "display_name": found.display_name,
        "email": found.email,
        "phone": found.phone,
        "desktop_login": found.desktop_login,
        "customers": [str(each) for each in found.customers],
    }


urlpatterns = [
    path("people", people, name="people"),
    path("people/new", new_person, name="new_person"),
    path("people/<int:user_id>", person, name="person"),
    path("people/<int:user_id>/password", set_person_password, name="set_person_password"),
    path("people/<int:user_id>/switch", switch_person, name="switch_person"),
    path(
        "people/<int:user_id>/reset-second-factor",
        reset_person_factor,
        name="reset_person_factor",
    ),
]
