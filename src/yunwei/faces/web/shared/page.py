"""One way to answer: who may, full page or one part of it, and what follows a change.

A view is decorated with `page`, which says who may ask, and is handed the viewer. It returns
`render` (the page, or the part that HTMX asked for), or `done` after a change.
"""

import functools
import json
from collections.abc import Callable, Iterable
from typing import Any, Concatenate
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from yunwei.base.core.errors import Refused
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.live import hub
from yunwei.faces.web.shared.words import Text

CLOCK = SystemClock()

type PlainView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
type ViewerView[**P] = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]


def page[**P](
    *permissions: Permission, methods: Iterable[str] = ("GET", "HEAD")
) -> Callable[[ViewerView[P]], PlainView[P]]:
    """Let in who has one of the permissions (anybody signed in, when none is named).

    Nobody is sent to the sign-in page; others see what is not there.
    """

    def decorate(view: ViewerView[P]) -> PlainView[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            viewer: Viewer | None = getattr(request, "viewer", None)
            if viewer is None:
                return ask_to_sign_in(request)
            # before anything is read: what changes while the page is made is told to it later
            request.live_mark = hub.mark()  # type: ignore[attr-defined]
            if permissions and not any(may(viewer, each) for each in permissions):
                raise Refused()
            return view(request, viewer, *args, **kwargs)

        return require_http_methods(list(methods))(guarded)

    return decorate


def form_page[**P](*permissions: Permission) -> Callable[[ViewerView[P]], PlainView[P]]:
    """`page` for views that also take what was typed."""
    return page(*permissions, methods=("GET", "HEAD", "POST"))


def action[**P](*permissions: Permission) -> Callable[[ViewerView[P]], PlainView[P]]:
    """`page` for views that only change something."""
    return page(*permissions, methods=("POST",))


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back here afterwards."""
    here = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    address = f"{reverse('account_login')}?{urlencode({'next': here})}"
    if getattr(request, "htmx", None):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def render(
    request: HttpRequest,
    template: str,
    *,
    parts: Iterable[str] = (),
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Return the page, or the one of its `parts` whose element HTMX wants to replace.

    A part is a `{% partialdef name %}` of the template and the id of its element.
    """
    asked = wanted_part(request, parts)
    name = f"{template}#{asked}" if asked else template
    response = TemplateResponse(request, name, context, status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target", "Cookie"))
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def wanted_part(request: HttpRequest, parts: Iterable[str]) -> str:
    """Return the name of the part that HTMX asks for, "" for the whole page."""
    details = getattr(request, "htmx", None)
    if not details or details.history_restore_request:
        return ""
    target = details.target or ""
    return target if target in tuple(parts) else ""


def done(
    request: HttpRequest,
    to: str,
    text: Text = "",
    *,
    refresh: Iterable[str] = (),
    tone: str = "good",
    **arguments: Any,
) -> HttpResponse:
    """Answer a change: a redirect, or for HTMX a word to the open page.

    refresh: live parts (see `live.py`) that the open page fetches again; none of them means
    that HTMX, too, goes to `to`.
    """
    parts = list(refresh)
    if getattr(request, "htmx", None) and parts:
        told = {"yw:done": {"text": str(text), "tone": tone, "parts": parts}}
        # header values are Latin-1; JSON's own escapes carry everything else
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
    if text:
        messages.add_message(request, messages.INFO, str(text), extra_tags=tone)
    address = resolve_url(to, **arguments)
    if getattr(request, "htmx", None):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    # 303: the browser asks for the next page with GET, whatever this request was
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def way_back(request: HttpRequest, fallback: str) -> str:
    """Return the page named by the form field `back`, when it is one of ours."""
    asked = request.POST.get("back") or request.GET.get("back") or ""
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if asked and is_ours else resolve_url(fallback)
