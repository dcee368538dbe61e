"""The page behind the link in a message: its reader acknowledges one alarm without signing in.

Asking for the page changes nothing, since mail programs and virus scanners follow links, too.
"""

from datetime import timedelta
from functools import cache as once
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.settings import load_settings
from yunwei.base.infra.signing import Signer, open_signer
from yunwei.faces.web.middleware import too_many_requests
from yunwei.faces.web.shared.choices import ACKNOWLEDGED_FOR, read_length
from yunwei.faces.web.shared.forms import FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, render
from yunwei.monitor.notify.actions import links
from yunwei.monitor.notify.facts.links import LinkState, OpenedLink
from yunwei.monitor.notify.rules.links import PURPOSE

_TIMES_A_MINUTE = 30
_STATUS: dict[LinkState, int] = {
    LinkState.READY: 200,
    LinkState.USED: 410,
    LinkState.EXPIRED: 410,
    LinkState.OVER: 410,
}
_FIELDS = (
    FormField(
        key="length",
        label=_("Acknowledge for"),
        kind="choice",
        options=ACKNOWLEDGED_FOR,
        is_required=False,
    ),
)


@once
def link_signer() -> Signer:
    """This installation's signer of links; its key is read once per process."""
    return open_signer(load_settings(), PURPOSE)


@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET, POST /acknowledge/TOKEN"""
    address = str(request.META.get("REMOTE_ADDR") or "")
    if _asks_too_often(address):
        return too_many_requests(request)
    try:
        opened = links.open_link(link_signer(), token, address=address, now=CLOCK.now())
    except (Invalid, Refused):
        return _close(render(request, "account/acknowledge.html", status=404, opened=None))
    viewer = opened.viewer
    with translation.override(viewer.language), timezone.override(ZoneInfo(viewer.time_zone)):
        return _answer(request, token, opened, address=address)


def _answer(
    request: HttpRequest, token: str, opened: OpenedLink, *, address: str
) -> HttpResponseBase:
    form = open_form(request, _FIELDS)
    is_done = False
    if request.method == "POST" and opened.state is LinkState.READY:
        now = CLOCK.now()
        try:
            length = read_length(form.text("length"))
            until = now + length if length else None
            links.acknowledge_by_link(link_signer(), token, address=address, now=now, until=until)
            is_done = True
        except Conflict:
            # somebody was faster: say how things stand now
            pass
        opened = links.open_link(link_signer(), token, address=address, now=now)
    response = render(
        request,
        "account/acknowledge.html",
        status=200 if is_done else _STATUS[opened.state],
        opened=opened,
        row=opened.row,
        alarm=opened.row.alarm,
        form=form,
        is_done=is_done,
    )
    # in the reader's language, while it is the one of this thread
    return _close(response.render())


def _close(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it is neither kept nor told to whoever is visited next."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _asks_too_often(address: str) -> bool:
    key = f"acknowledge:{address}:{int(CLOCK.now().timestamp() // 60)}"
    cache.add(key, 0, timeout=int(timedelta(minutes=2).total_seconds()))
    return int(cache.incr(key)) > _TIMES_A_MINUTE


urlpatterns = [path("acknowledge/<str:token>", acknowledge_by_link, name="acknowledge_by_link")]
