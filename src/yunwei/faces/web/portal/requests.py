"""A desktop user asks for things: what is offered, forms, how it goes; and approves for others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import DesktopId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.row_ids import find_row_id
from yunwei.faces.web.shared.words import Text, options
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.selfservice.actions import requests as actions
from yunwei.operate.selfservice.facts.requests import UNTIL, RequestDraft, RequestKind
from yunwei.operate.selfservice.queries import requests as queries
from yunwei.operate.selfservice.queries.askers import fetch_my_pools
from yunwei.operate.selfservice.rules.catalogue import CATALOGUE, KindSpec

_USE = Permission.USE_PORTAL


class Decide(Protocol):
    """One of the actions by which people approve or decline."""

    def __call__(
        self, viewer: Viewer, request: int, *, is_approved: bool, note: str, now: datetime
    ) -> None: ...


_DETAILS: dict[str, Text] = {
    "colleague": _("Your colleague's login name"),
    "cpu": _("Processors (vCPU)"),
    "memory_gib": _("Memory (GiB)"),
    "disk_gib": _("Disk in all (GiB)"),
    "disk": _("Which disk grows"),
    "software": _("Which software, and which version"),
    "pool": _("Pool to use"),
    "from_pool": _("Pool that you do not need any more"),
    "until": _("Until the end of"),
}


@page(_USE)
def list_requests(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /portal/requests"""
    return render(
        request,
        "portal/requests/list.html",
        parts=("mine",),
        mine=queries.fetch_my_requests(viewer, page=PageRequest(limit=50)).items,
        to_approve=queries.fetch_to_approve(viewer),
        offers=queries.fetch_offers(viewer),
    )


@form_page(_USE)
def new_request(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponseBase:
    """GET, POST /portal/requests/new/KIND[?desktop=7]"""
    offer = next((each for each in queries.fetch_offers(viewer) if each.kind.value == kind), None)
    if offer is None:
        raise Refused()
    form = open_form(
        request,
        tuple(_fields(viewer, offer.kind)),
        {"desktop": request.GET.get("desktop", "")},
    )
    made = form.attempt(
        lambda sent: actions.ask_request(viewer, _read(sent, offer.kind), now=CLOCK.now())
    )
    if made is not None:
        return done(request, "portal_request", _("You have asked for it."), request_id=made)
    return render(
        request,
        "portal/requests/new.html",
        status=422 if form.is_sent else 200,
        form=form,
        rule=offer,
        spec=CATALOGUE[offer.kind],
        quota=queries.fetch_quota_use(viewer, offer, now=CLOCK.now()),
    )


def _fields(viewer: Viewer, kind: RequestKind) -> Iterable[FormField]:
    spec = CATALOGUE[kind]
    if spec.needs_desktop:
        mine = [(str(each.id), each.name) for each in inventory.fetch_my_desktops(viewer)]
        yield FormField(key="desktop", label=_("Desktop"), kind="choice", options=mine)
    pools = [each.name for each in fetch_my_pools(viewer)] if "pool" in spec.details else []
    yield from (_detail_field(spec, name, pools) for name in spec.details)
    yield FormField(key="reason", label=_("What is it for?"), kind="area", rows=3)


def _detail_field(spec: KindSpec, name: str, pools: Sequence[str]) -> FormField:
    """Return the field of one detail. pools: names of those that may be asked for."""
    is_required = name not in spec.optional or name in spec.choices
    field = FormField(key=name, label=_DETAILS[name], is_required=is_required)
    if name in spec.numbers:
        least, most = spec.numbers[name]
        return replace(field, kind="number", minimum=least, maximum=most)
    if name in spec.choices:
        return replace(field, kind="choice", options=options("request_choice"))
    if name in ("pool", "from_pool"):
        none: list[tuple[str, Text]] = [] if is_required else [("", _("None"))]
        return replace(field, kind="choice", options=[*none, *((each, each) for each in pools)])
    return replace(field, kind="day") if name == UNTIL else field


def _read(form: Form, kind: RequestKind) -> RequestDraft:
    desktop = find_row_id(form.text("desktop"))
    return RequestDraft(
        kind=kind,
        desktop=DesktopId(desktop) if desktop is not None else None,
        reason=form.text("reason"),
        details={name: form.text(name) for name in CATALOGUE[kind].details},
    )


@page(_USE)
def show_request(request: HttpRequest, viewer: Viewer, request_id: int) -> HttpResponseBase:
    """GET /portal/requests/N"""
    whole = queries.access_my_request(viewer, request_id)
    row = whole.request
    approves = row.asked_by != viewer.name and row.state.value == "line"
    return render(
        request,
        "portal/requests/detail.html",
        parts=("standing",),
        whole=whole,
        row=row,
        is_mine=row.asked_by == viewer.name,
        approves=approves,
        spent=queries.fetch_spent_before(viewer, row, now=CLOCK.now()) if approves else None,
        can_cancel=row.state.value in {"line", "provider", "approved"},
    )


@action(_USE)
def cancel_request(request: HttpRequest, viewer: Viewer, request_id: int) -> HttpResponseBase:
    """POST /portal/requests/N/cancel"""
    text: Text
    text, tone = _("You have taken it back."), "good"
    try:
        actions.cancel_request(viewer, request_id, now=CLOCK.now())
    except Conflict as error:
        text, tone = say_error(error), "critical"
    return done(request, "portal_request", text, tone=tone, request_id=request_id)


@action(_USE)
def decide(request: HttpRequest, viewer: Viewer, request_id: int) -> HttpResponseBase:
    """POST /portal/requests/N/decide, act=approve|decline, note=…"""
    return decide_on(request, viewer, request_id, "portal_request", actions.decide_first)


def decide_on(
    request: HttpRequest, viewer: Viewer, request_id: int, back: str, decide: Decide
) -> HttpResponseBase:
    """Approve or decline; what stands against it is said on the page of the request."""
    word = request.POST.get("act", "")
    if word not in {"approve", "decline"}:
        raise Refused()
    is_approved = word == "approve"
    note = request.POST.get("note", "")
    text: Text
    text, tone = (_("Approved.") if is_approved else _("Declined.")), "good"
    try:
        decide(viewer, request_id, is_approved=is_approved, note=note, now=CLOCK.now())
    except (Conflict, Invalid) as error:
        text, tone = say_error(error), "critical"
    return done(request, back, text, tone=tone, request_id=request_id)


urlpatterns = [
    path("portal/requests", list_requests, name="portal_requests"),
    path("portal/requests/new/<slug:kind>", new_request, name="portal_request_new"),
    path("portal/requests/<int:request_id>", show_request, name="portal_request"),
    path("portal/requests/<int:request_id>/cancel", cancel_request, name="portal_request_cancel"),
    path("portal/requests/<int:request_id>/decide", decide, name="portal_request_decide"),
]
