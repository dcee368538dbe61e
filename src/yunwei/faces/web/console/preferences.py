"""Language and theme, switched from any page."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST

from yunwei.base.core.errors import Invalid
from yunwei.base.people.actions import users
from yunwei.base.people.facts import Language, PersonChange, Theme, Viewer
from yunwei.faces.web.shared.page import action, way_back

_YEAR = timedelta(days=365)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """POST /preferences/language: for nobody it is kept by the browser, else with the person"""
    try:
        language = Language(request.POST.get("language", ""))
    except ValueError as error:
        raise Invalid("language", "this is not one of the choices") from error
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is not None and viewer.user_id is not None:
        users.change_user(viewer, viewer.user_id, PersonChange(language=language))
    response = _go_back(request)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language.value,
        max_age=_YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


@action()
def choose_theme(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /preferences/theme"""
    try:
        theme = Theme(request.POST.get("theme", ""))
    except ValueError as error:
        raise Invalid("theme", "this is not one of the choices") from error
    if viewer.user_id is not None:
        users.change_user(viewer, viewer.user_id, PersonChange(theme=theme))
    return _go_back(request)


def _go_back(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(way_back(request, "/"))
    response.status_code = 303
    return response


urlpatterns = [
    path("preferences/language", choose_language, name="language"),
    path("preferences/theme", choose_theme, name="theme"),
]
