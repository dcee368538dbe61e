"""Who asks REST: a bearer token, or a page's session (with its CSRF token). Sets the viewer."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja.security import APIKeyCookie, HttpBearer

from yunwei.base.core.errors import Refused
from yunwei.base.people import queries
from yunwei.base.people.facts import Viewer


class TokenAuth(HttpBearer):
    """`Authorization: Bearer yw_…`, made in the profile page or by `yunwei token create`."""

    openapi_description = "API token"

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        address = str(request.META.get("REMOTE_ADDR", ""))
        viewer = queries.viewer_of_token(token, address=address)
        if viewer is not None:
            request.viewer = viewer  # type: ignore[attr-defined]
            translation.activate(viewer.language)
        return viewer


class SessionAuth(APIKeyCookie):
    """The session of who is signed in to the pages."""

    def __init__(self) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)

    def __call__(self, request: HttpRequest) -> Any:
        # a token that is wrong must not be saved by a session, nor a stranger get a CSRF error
        if "Authorization" in request.headers or getattr(request, "viewer", None) is None:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        return cast("Viewer | None", getattr(request, "viewer", None))


def viewer_of_request(request: HttpRequest) -> Viewer:
    """Return who asks; raises Refused when nobody does (no operation without sign-in needs it)."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        raise Refused()
    return cast("Viewer", viewer)
