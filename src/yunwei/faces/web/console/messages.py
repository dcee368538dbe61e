"""What the viewer was told on screen, and the little number at the bell."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.ids import MessageId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.monitor.notify.actions import messages as actions
from yunwei.monitor.notify.queries import messages as message_queries

_MANY = 99


@page(Permission.SEE_MONITORING)
def list_messages(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /messages: what I was told, newest first; ?unread=yes for what I have not read"""
    only_unread = request.GET.get("unread") == "yes"
    wanted = PageRequest(limit=50, cursor=request.GET.get("cursor") or None)
    found = message_queries.fetch_my_messages(viewer, only_unread=only_unread, page=wanted)
    return render(
        request,
        "console/messages/list.html",
        parts=("rows",),
        messages_page=found,
        only_unread=only_unread,
    )


@page()
def show_bell(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /messages/bell: how many messages wait"""
    count = message_queries.count_unread(viewer)
    shown = f"{_MANY}+" if count > _MANY else str(count)
    content = (
        format_html('<span class="yw-dot-count" data-test="unread">{}</span>', shown)
        if count
        else ""
    )
    return HttpResponse(content, headers={"Cache-Control": "private, no-store"})


@action(Permission.SEE_MONITORING)
def read_messages(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /messages/read with `message`, or all without it"""
    asked = request.POST.get("message", "")
    message = MessageId(int(asked)) if asked.isdecimal() else None
    actions.mark_read(viewer, message, now=CLOCK.now())
    text = "" if message else _("All are read.")
    return done(request, "messages", text, refresh=("messages",))


urlpatterns = [
    path("messages", list_messages, name="messages"),
    path("messages/bell", show_bell, name="bell"),
    path("messages/read", read_messages, name="messages_read"),
]
