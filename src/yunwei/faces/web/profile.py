"""The page of who is signed in: details, how pages look, how they sign in, API tokens."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries
from yunwei.base.people.actions import tokens, users
from yunwei.base.people.facts import (
    ApiToken,
    Language,
    Permission,
    Person,
    PersonChange,
    Theme,
    Viewer,
)
from yunwei.base.people.rules import may
from yunwei.faces.web.people_forms import PROFILE_FIELDS, TIME_ZONE, form_status, read_choice
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import action, done, form_page, page, render

LANGUAGE = FormField(
    key="language",
    label=_("Language"),
    kind="choice",
    options=(("zh-hans", "简体中文"), ("en", "English")),
)
THEME = FormField(
    key="theme",
    label=_("Theme"),
    kind="choice",
    options=(("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))),
)
TOKEN_FIELDS = (
    FormField(key="name", label=_("What it is for")),
    FormField(
        key="expires_at",
        label=_("Valid until"),
        kind="instant",
        is_required=False,
        help=_("Empty: until it is revoked."),
    ),
)


@form_page()
def profile(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    me = queries.access_person(viewer, viewer.user_id or 0)
    form = open_form(request, (*PROFILE_FIELDS, LANGUAGE, THEME, TIME_ZONE), _describe(me))
    if form.attempt(lambda sent: users.change_user(viewer, me.id, _read_change(sent))):
        return done(request, "profile", _("Saved."))
    return _show(request, viewer, me, form)


@page()
def security(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET mfa_index, to which allauth's pages come back: all of it stands in the profile."""
    return redirect("profile")


@action(Permission.USE_API_TOKENS)
def new_token(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The one page that shows a token's text; it can not be asked for again."""
    form = open_form(request, TOKEN_FIELDS)
    made = form.attempt(
        lambda sent: tokens.create_token(
            viewer, name=sent.text("name"), expires_at=sent.instant("expires_at")
        )
    )
    if made is None:
        me = queries.access_person(viewer, viewer.user_id or 0)
        return _show(request, viewer, me, _first_form(me), token_form=form)
    context: dict[str, Any] = {"made": made[0], "text": made[1]}
    response = render(request, "console/people/new_token.html", status=201, **context)
    response["Cache-Control"] = "no-store"
    return response


@action(Permission.USE_API_TOKENS)
def revoke_token(request: HttpRequest, viewer: Viewer, token_id: int) -> HttpResponseBase:
    tokens.revoke_token(viewer, token_id)
    return done(request, "profile", _("The token no longer works."))


def _show(
    request: HttpRequest, viewer: Viewer, me: Person, form: Form, *, token_form: Form | None = None
) -> HttpResponseBase:
    asked = token_form or Form(fields=TOKEN_FIELDS, values={}, is_sent=False)
    return render(
        request,
        "console/people/profile.html",
        status=max(form_status(form), form_status(asked)),
        me=me,
        form=form,
        token_form=asked,
        tokens=_own_tokens(viewer),
        may_have_tokens=may(viewer, Permission.USE_API_TOKENS),
    )


def _own_tokens(viewer: Viewer) -> tuple[ApiToken, ...]:
    if not may(viewer, Permission.USE_API_TOKENS):
        return ()
    wanted = {"user": viewer.user_id, "is_revoked": False}
    return queries.fetch_tokens(viewer, wanted, PageRequest(limit=200)).items


def _first_form(me: Person) -> Form:
    values: dict[str, tuple[str, ...]] = {key: (text,) for key, text in _describe(me).items()}
    fields = (*PROFILE_FIELDS, LANGUAGE, THEME, TIME_ZONE)
    return Form(fields=fields, values=values, is_sent=False)


def _read_change(form: Form) -> PersonChange:
    return PersonChange(
        display_name=form.text("display_name"),
        email=form.text("email"),
        phone=form.text("phone"),
        language=read_choice(form, "language", Language),
        theme=read_choice(form, "theme", Theme),
        time_zone=form.text("time_zone"),
    )


def _describe(me: Person) -> dict[str, str]:
    return {
        "display_name": me.display_name,
        "email": me.email,
        "phone": me.phone,
        "language": me.language.value,
        "theme": me.theme.value,
        "time_zone": me.time_zone,
    }


urlpatterns = [
    path("profile", profile, name="profile"),
    path("profile/security", security, name="mfa_index"),
    path("profile/tokens", new_token, name="new_token"),
    path("profile/tokens/<int:token_id>/revoke", revoke_token, name="revoke_token"),
]
