"""A desktop user repairs their own desktop: look at it, hear why, let the safe thing be done, see
whether it helped; and write to support, with the evidence, when it did not."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import DesktopId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.page import CLOCK, action, done, page, render
from yunwei.faces.web.shared.row_ids import read_row_id
from yunwei.operate.diagnosis.facts.verdicts import Verdict
from yunwei.operate.selfservice.actions import acts as actions
from yunwei.operate.selfservice.facts.requests import RequestKind
from yunwei.operate.selfservice.queries import acts as queries
from yunwei.operate.selfservice.queries.requests import fetch_offers
from yunwei.operate.selfservice.rules.acts import choose_repairs
from yunwei.plugins.sdk.contract import DesktopAct

_USE = Permission.USE_PORTAL


@action(_USE)
def check_desktop(request: HttpRequest, viewer: Viewer, desktop: int) -> HttpResponseBase:
    """POST /portal/desktops/N/check"""
    made = actions.check_my_desktop(viewer, DesktopId(desktop), now=CLOCK.now())
    return done(request, "portal_diagnosis", diagnosis=made)


@page(_USE)
def show_diagnosis(request: HttpRequest, viewer: Viewer, diagnosis: int) -> HttpResponseBase:
    """GET /portal/diagnoses/N"""
    row = queries.access_my_diagnosis(viewer, diagnosis)
    desktop = queries.find_my_desktop(viewer, row.subject_id)
    assert row.verdict is not None  # noqa: S101  one row has it
    return render(
        request,
        "portal/diagnosis.html",
        row=row,
        top=row.verdict.top,
        is_ours=row.verdict.is_ours,
        is_mine=desktop is not None,
        desktop=desktop,
        requests=_wanted(viewer, row.verdict) if desktop else (),
        repairs=choose_repairs(row.verdict, desktop, viewer.desktop_login) if desktop else (),
    )


def _wanted(viewer: Viewer, verdict: Verdict) -> tuple[RequestKind, ...]:
    """Return what is offered among what would help against the best founded cause."""
    top = verdict.top
    wanted = {each.request for each in top.remedies} if top else set()
    if not any(wanted):
        return ()
    return tuple(each.kind for each in fetch_offers(viewer) if each.kind.value in wanted)


@action(_USE)
def repair(request: HttpRequest, viewer: Viewer, diagnosis: int) -> HttpResponseBase:
    """POST /portal/diagnoses/N/repair, act=restart"""
    try:
        act = DesktopAct(request.POST.get("act", ""))
    except ValueError as error:
        raise Invalid("act", "this is not one of the choices") from error
    try:
        made = actions.ask_repair(viewer, diagnosis, act, now=CLOCK.now())
    except Conflict as error:
        text = say_error(error)
        return done(request, "portal_diagnosis", text, tone="critical", diagnosis=diagnosis)
    return done(request, "portal_act", act=made)


@page(_USE)
def show_act(request: HttpRequest, viewer: Viewer, act: int) -> HttpResponseBase:
    """GET /portal/acts/N"""
    row = queries.access_my_act(viewer, act)
    is_mine = queries.find_my_desktop(viewer, row.desktop) is not None
    told = queries.access_message_of_act(viewer, row.id)
    return render(request, "portal/act.html", parts=("act",), act=row, is_mine=is_mine, told=told)


@action(_USE)
def write(request: HttpRequest, viewer: Viewer, diagnosis: int) -> HttpResponseBase:
    """POST /portal/diagnoses/N/message, text=…, act=7"""
    actions.write_to_support(
        viewer,
        diagnosis,
        request.POST.get("text", ""),
        act=read_row_id(request.POST.get("act", ""), "act"),
        now=CLOCK.now(),
    )
    return done(request, "portal", _("Support has your message and what was found."))


urlpatterns = [
    path("portal/desktops/<int:desktop>/check", check_desktop, name="portal_check"),
    path("portal/diagnoses/<int:diagnosis>", show_diagnosis, name="portal_diagnosis"),
    path("portal/diagnoses/<int:diagnosis>/repair", repair, name="portal_repair"),
    path("portal/diagnoses/<int:diagnosis>/message", write, name="portal_message"),
    path("portal/acts/<int:act>", show_act, name="portal_act"),
]
