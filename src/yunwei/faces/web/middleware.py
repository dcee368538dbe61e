"""What happens round every page: who asks, in which language and zone, and how errors are told.

REST tells its own errors; only what goes wrong before it is reached is answered here, as JSON.
"""

from collections.abc import Callable
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.contrib.auth import logout
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from yunwei.base.core.errors import Conflict, EngineAway, Invalid, Refused, SendError, SourceError
from yunwei.base.people import queries
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.error_texts import say_error

type GetResponse = Callable[[HttpRequest], HttpResponseBase]

_AWAY = (EngineAway, OperationalError, InterfaceError)


class ViewerMiddleware:
    """Sets `request.viewer` (a Viewer, or None for nobody) and speaks their language."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.viewer = None  # type: ignore[attr-defined]
        try:
            viewer = _find_viewer(request)
        except _AWAY:
            return away(request)
        request.viewer = viewer  # type: ignore[attr-defined]
        if viewer is None:
            return self._get_response(request)
        translation.activate(viewer.language)
        request.LANGUAGE_CODE = viewer.language
        with timezone.override(ZoneInfo(viewer.time_zone)):
            return self._get_response(request)


def _find_viewer(request: HttpRequest) -> Viewer | None:
    if not request.user.is_authenticated:
        return None
    address = str(request.META.get("REMOTE_ADDR", ""))
    viewer = queries.viewer_of(request.user.pk, address=address)
    if viewer is None:
        # locked out since the sign-in, alone or with the whole tenant
        logout(request)
    return viewer


class ErrorMiddleware:
    """Turns the errors that pages may let through into pages, or a word to an open page."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        match error:
            case Refused():
                return page_not_found(request)
            case Invalid():
                text = say_error(error.why)
                return problem(request, 422, f"{error.field}: {text}" if error.field else text)
            case Conflict():
                return problem(request, 409, say_error(error))
            case SourceError() | SendError():
                return problem(request, 502, say_error(error))
            case EngineAway() | OperationalError() | InterfaceError():
                return away(request)
            case _:
                return None


def problem(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """Answer that something is wrong: a page; for HTMX a header that the open page shows."""
    if request.path.startswith("/api/"):
        body = {"code": _API_CODES.get(status, "failed"), "message": text, "field": None}
        return JsonResponse(body, status=status)
    if getattr(request, "htmx", None):
        return HttpResponse(status=status, headers={"HX-Problem": quote(text)})
    viewer = getattr(request, "viewer", None)
    # without PostgreSQL no page has its frame: that asks for sessions and messages
    is_bare = viewer is None or status >= 500
    context = {
        "frame": "shared/bare.html" if is_bare else "shared/base.html",
        "status": status,
        "text": text,
    }
    content = render_to_string("account/problem.html", context, None if status >= 500 else request)
    return HttpResponse(content, status=status, headers={"Cache-Control": "no-store"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what can not be read, mostly a host name that nobody allowed."""
    text = _("This can not be read, or the platform is not told that it has this host name.")
    return problem(request, 400, text)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what is not there, and just so what is not the viewer's to see."""
    return problem(request, 404, say_error(Refused()))


def away(request: HttpRequest) -> HttpResponse:
    response = problem(request, 503, _("The database does not answer. It is being waited for."))
    response["Retry-After"] = "5"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return problem(request, 500, _("Something went wrong here. It has been written down."))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer who asks too often (sign-in, second factor, password)."""
    text = _("Too many attempts. Wait a few minutes and try again.")
    response = problem(request, 429, text)
    response["Retry-After"] = "300"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("This page was open for too long. Load it again and repeat what you did.")
    return problem(request, 403, text)


_API_CODES = {
    400: "bad_request",
    403: "csrf_failed",
    404: "not_found",
    409: "conflict",
    422: "invalid",
    429: "too_many_requests",
    500: "failed",
    502: "source_failed",
    503: "engine_away",
}
