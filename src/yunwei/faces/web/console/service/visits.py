"""The pages of visits on site: their list, one that is worked by on a telephone, its signature."""

import base64
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TicketId, UserId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.cases import read_upload
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, open_form, write_instant
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.service.actions import visits as actions
from yunwei.operate.service.facts.tickets import Ticket
from yunwei.operate.service.facts.visits import (
    Position,
    SignDraft,
    SignMethod,
    Visit,
    VisitDraft,
    VisitState,
    WholeVisit,
    Work,
)
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries import visits as queries
from yunwei.operate.service.queries.visit_paper import render_sheet
from yunwei.operate.service.rules.uploads import PAPER
from yunwei.operate.service.rules.visits import propose_times

SEE, WORK = Permission.SEE_SERVICE, Permission.WORK_REQUESTS
SIGNS = (WORK, Permission.USE_SERVICE)

VISITS = ListSpec[Visit](
    name="visits",
    title=_("Visits on site"),
    columns=(
        Column(
            name="title",
            label=_("Visit on site"),
            value=lambda row: row.ticket_title,
            note=lambda row: row.code,
            link=lambda row: reverse("visit", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="visit_state",
        ),
        Column(
            name="starts_at",
            label=pgettext_lazy("visit", "From"),
            value=lambda row: row.starts_at,
            kind="time",
            sort="starts_at",
            phone="label",
        ),
        Column(
            name="engineer",
            label=_("Engineer"),
            value=lambda row: row.engineer_name,
            sort="engineer",
            phone="label",
        ),
        Column(name="address", label=_("Address"), value=lambda row: row.address, phone="label"),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
        Column(
            name="days",
            label=_("Days of the contract"),
            value=lambda row: row.days,
            kind="number",
            phone="hide",
        ),
        Column(
            name="minutes",
            label=_("Minutes of work"),
            value=lambda row: row.minutes,
            kind="number",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Number, ticket, engineer, address or customer")),
        word_filter("state", _("State: all"), "visit_state"),
        Filter(
            name="tenant",
            label=_("Customer: all"),
            options=tenant_options,
            parse=int,
            kind="choice",
        ),
        Filter(name="engineer", label=_("Engineer"), parse=int, is_main=False),
        Filter(name="ticket", label=_("Ticket"), parse=int, is_main=False),
        Filter(name="contract", label=_("Contract"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_visits,
    row_id=lambda row: row.id,
    default_sort="-starts_at",
    refresh=("service",),
    empty_icon="map-pin",
    empty_title=_("No visits on site"),
    empty_text=_(
        "A visit is planned at a ticket: when, who, where, what to bring. On site it is worked by "
        "on a telephone, and signed by the customer."
    ),
)


@page(SEE)
def list_visits(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /visits"""
    return serve_list(request, viewer, VISITS, "console/service/visits.html")


@page(SEE)
def show_visit(request: HttpRequest, viewer: Viewer, visit: int) -> HttpResponseBase:
    """GET /visits/N"""
    return _show(request, viewer, visit)


def _show(request: HttpRequest, viewer: Viewer, visit: int, *, error: str = "") -> HttpResponseBase:
    whole = queries.access_visit(viewer, visit)
    known = whole.visit
    works = may(viewer, WORK, known.tenant)
    speaks = may(viewer, Permission.USE_SERVICE) and viewer.tenant == known.tenant
    return render(
        request,
        "console/service/visit.html",
        status=422 if error else 200,
        whole=whole,
        visit=known,
        works=works,
        may_change=works and known.state is VisitState.PLANNED,
        may_write=works and known.state in (VisitState.ARRIVED, VisitState.DONE),
        may_sign=(works or speaks) and known.state is VisitState.DONE,
        image=_picture(whole),
        file_kinds=("pdf", "docx"),
        error=error,
        typed=request.POST,
    )


def _picture(whole: WholeVisit) -> str:
    """Return the drawing of a signature as an address of its own, "" without one."""
    signature = whole.signature
    if signature is None or signature.method is not SignMethod.SCREEN:
        return ""
    return f"data:image/svg+xml;base64,{base64.b64encode(whole.image).decode()}"


@form_page(WORK)
def new_visit(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """GET, POST /tickets/N/visits/new"""
    known = tickets.access_ticket(viewer, TicketId(ticket), now=CLOCK.now()).ticket
    if not may(viewer, WORK, known.tenant):
        raise Refused()
    form = open_form(request, tuple(_fields(viewer, known)), _first(viewer, known))
    made = form.attempt(
        lambda sent: actions.plan_visit(viewer, known.id, _read(sent), now=CLOCK.now())
    )
    if made is not None:
        return done(request, "visit", _("The visit is planned."), visit=made)
    return _form(request, form, known.title, back=reverse("ticket", args=[ticket]))


@form_page(WORK)
def change_visit(request: HttpRequest, viewer: Viewer, visit: int) -> HttpResponseBase:
    """GET, POST /visits/N/change"""
    known = actions.access_work(viewer, visit).visit
    ticket = tickets.access_ticket(viewer, known.ticket, now=CLOCK.now()).ticket
    version = FormField(key="version", label="", kind="hidden", default=str(known.version))
    told = ("address", "contact", "bring", "note")
    first = {
        **{name: getattr(known, name) for name in told},
        "starts_at": write_instant(known.starts_at),
        "ends_at": write_instant(known.ends_at),
        "engineer": str(known.engineer),
        "version": str(known.version),
    }
    form = open_form(request, (version, *_fields(viewer, ticket)), first)

    def change(sent: Form) -> bool:
        number = sent.number("version")
        actions.change_visit(viewer, visit, _read(sent), version=number, now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "visit", _("Saved."), visit=visit)
    return _form(request, form, known.ticket_title, back=reverse("visit", args=[visit]))


def _form(request: HttpRequest, form: Form, title: str, *, back: str) -> HttpResponseBase:
    status = 422 if form.is_sent else 200
    template = "console/service/visit_form.html"
    return render(request, template, status=status, form=form, title=title, back=back)


def _first(viewer: Viewer, ticket: Ticket) -> dict[str, str]:
    starts_at, ends_at = propose_times(CLOCK.now(), viewer.time_zone)
    return {
        "starts_at": write_instant(starts_at),
        "ends_at": write_instant(ends_at),
        "engineer": str(ticket.assignee or ""),
        "address": ticket.details.get("place", ""),
        "contact": ticket.details.get("entry", ""),
    }


def _fields(viewer: Viewer, ticket: Ticket) -> Iterator[FormField]:
    people = _workers(viewer, ticket)
    yield FormField(key="starts_at", label=pgettext_lazy("visit", "From"), kind="instant")
    yield FormField(key="ends_at", label=_("Until"), kind="instant")
    yield FormField(key="engineer", label=_("Engineer"), kind="choice", options=people)
    yield FormField(key="address", label=_("Address"), kind="area", rows=2)
    yield FormField(key="contact", label=_("Whom to ask for"), is_required=False)
    yield FormField(key="bring", label=_("What to bring"), kind="area", rows=3, is_required=False)
    yield FormField(key="note", label=_("Note"), kind="area", rows=2, is_required=False)


def _workers(viewer: Viewer, ticket: Ticket) -> list[tuple[str, Text]]:
    found = tickets.fetch_workers(viewer, ticket.tenant)
    return [(str(each.id), each.display_name or each.username) for each in found]


def _read(form: Form) -> VisitDraft:
    engineer = form.text("engineer")
    if not (engineer.isascii() and engineer.isdigit() and len(engineer) < 16):
        raise Invalid("engineer", "there is no such person")
    return VisitDraft(
        starts_at=form.needed_instant("starts_at"),
        ends_at=form.needed_instant("ends_at"),
        engineer=UserId(int(engineer)),
        address=form.text("address"),
        contact=form.text("contact"),
        bring=form.text("bring"),
        note=form.text("note"),
    )


@action(WORK)
def act_on_visit(request: HttpRequest, viewer: Viewer, visit: int) -> HttpResponseBase:
    """POST /visits/N/act: act (arrive with position, done with result, attach with file, cancel)"""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Refused()
    actions.access_work(viewer, visit)
    try:
        text = act(request, viewer, visit)
    except (Conflict, Invalid) as error:
        return _show(request, viewer, visit, error=say_error(error))
    return done(request, "visit", text, visit=visit)


def _arrive(request: HttpRequest, viewer: Viewer, visit: int) -> Text:
    position = _position(request.POST.get("position", ""))
    actions.arrive(viewer, visit, position=position, now=CLOCK.now())
    return _("Noted: you are on site.")


def _position(text: str) -> Position | None:
    """Return a position sent as `latitude,longitude,accuracy`, None for none."""
    if not text:
        return None
    try:
        latitude, longitude, accuracy_m = map(float, text.split(","))
    except ValueError as error:
        raise Invalid("position", "this is not a position") from error
    return Position(latitude=latitude, longitude=longitude, accuracy_m=accuracy_m)


def _finish(request: HttpRequest, viewer: Viewer, visit: int) -> Text:
    minutes = request.POST.get("minutes", "").strip() or "0"
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 8):
        raise Invalid("minutes", "this is not a number")
    work = Work(
        result=request.POST.get("result", ""),
        minutes=int(minutes),
        is_solved="is_solved" in request.POST,
    )
    upload = read_upload(request) if request.FILES.get("file") is not None else None
    actions.finish_visit(viewer, visit, work, now=CLOCK.now())
    if upload is not None:
        actions.add_file(viewer, visit, upload, now=CLOCK.now())
    return _("Noted; now the customer may sign.")


def _attach(request: HttpRequest, viewer: Viewer, visit: int) -> Text:
    actions.add_file(viewer, visit, read_upload(request), now=CLOCK.now())
    return _("The file is kept.")


def _cancel(request: HttpRequest, viewer: Viewer, visit: int) -> Text:
    actions.cancel_visit(viewer, visit, note=request.POST.get("note", ""), now=CLOCK.now())
    return _("The visit is cancelled.")


_ACTS: dict[str, Callable[[HttpRequest, Viewer, int], Text]] = {
    "arrive": _arrive,
    "done": _finish,
    "attach": _attach,
    "cancel": _cancel,
}


@action(*SIGNS)
def sign_visit(request: HttpRequest, viewer: Viewer, visit: int) -> HttpResponseBase:
    """POST /visits/N/sign: name, role, remark, and strokes or a file"""
    actions.access_signing(viewer, visit)
    sent = request.POST
    draft = SignDraft(
        name=sent.get("name", ""),
        role=sent.get("role", ""),
        remark=sent.get("remark", ""),
        strokes=sent.get("strokes", ""),
    )
    try:
        has_scan = request.FILES.get("file") is not None
        scan = read_upload(request, kinds=PAPER) if has_scan else None
        actions.sign_visit(viewer, visit, draft, scan=scan, now=CLOCK.now())
    except (Conflict, Invalid) as error:
        return _show(request, viewer, visit, error=say_error(error))
    return done(request, "visit", _("Signed. Thank you."), visit=visit)


@page(SEE)
def take_file(request: HttpRequest, viewer: Viewer, visit: int, file: int) -> HttpResponseBase:
    """GET /visits/N/files/M"""
    found = queries.fetch_file(viewer, visit, file)
    return send_file(found.name, found.content_type, found.data)


@page(SEE)
def download_sheet(request: HttpRequest, viewer: Viewer, visit: int, kind: str) -> HttpResponseBase:
    """GET /visits/N/sheet/pdf (docx)"""
    whole = queries.access_visit(viewer, visit)
    if kind not in {"pdf", "docx"}:
        raise Refused()
    language = get_language() or viewer.language.value
    content_type, data = render_sheet(whole, kind, language=language, time_zone=viewer.time_zone)
    actions.note_taken(viewer, visit, kind)
    return send_file(f"{whole.visit.code}-{language[:2]}.{kind}", content_type, data)


urlpatterns = [
    path("visits", list_visits, name="visits"),
    path("tickets/<int:ticket>/visits/new", new_visit, name="visit_new"),
    path("visits/<int:visit>", show_visit, name="visit"),
    path("visits/<int:visit>/change", change_visit, name="visit_change"),
    path("visits/<int:visit>/act", act_on_visit, name="visit_act"),
    path("visits/<int:visit>/sign", sign_visit, name="visit_sign"),
    path("visits/<int:visit>/files/<int:file>", take_file, name="visit_file"),
    path("visits/<int:visit>/sheet/<str:kind>", download_sheet, name="visit_sheet"),
]
