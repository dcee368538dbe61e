"""A desktop user is asked whether they still need a desktop: keeps it, or gives it back."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.words import Text
from yunwei.operate.reclaim import actions, queries
from yunwei.operate.reclaim.facts import Answer, ReclaimState
from yunwei.operate.reclaim.rules.moving import can_withdraw, keeps_until

_USE = Permission.USE_PORTAL


@page(_USE)
def show_reclaim(request: HttpRequest, viewer: Viewer, reclaim: int) -> HttpResponseBase:
    """GET /portal/reclaims/N"""
    row, whole = queries.access_my_reclaim(viewer, reclaim)
    is_open = row.state.is_open and not row.leaves_as
    return render(
        request,
        "portal/reclaim.html",
        row=row,
        until=keeps_until(row, whole),
        can_keep=is_open and can_withdraw(whole),
        can_give_back=is_open and row.state is ReclaimState.ASKED and not row.answer,
    )


@action(_USE)
def answer(request: HttpRequest, viewer: Viewer, reclaim: int) -> HttpResponseBase:
    """POST /portal/reclaims/N/answer, act=keep|give_back, note=…"""
    word = request.POST.get("act", "")
    if word not in {Answer.KEEP.value, Answer.GIVE_BACK.value}:
        raise Refused()
    note = request.POST.get("note", "")
    text: Text
    text, tone = _("Thank you; it is noted."), "good"
    try:
        actions.answer(viewer, reclaim, Answer(word), note=note, now=CLOCK.now())
    except (Conflict, Invalid) as error:
        text, tone = say_error(error), "critical"
    return done(request, "portal_reclaim", text, tone=tone, reclaim=reclaim)


urlpatterns = [
    path("portal/reclaims/<int:reclaim>", show_reclaim, name="portal_reclaim"),
    path("portal/reclaims/<int:reclaim>/answer", answer, name="portal_reclaim_answer"),
]
