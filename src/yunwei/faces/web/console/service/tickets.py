"""The pages of tickets: the queue, one with its log and clocks, opening one, writing into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TicketId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import parse_boolean, search_filter, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import options, word
from yunwei.faces.web.survey import address_of
from yunwei.operate.changes.queries import changes
from yunwei.operate.knowledge.queries import articles as knowledge
from yunwei.operate.letters.queries import mails
from yunwei.operate.service.actions import tickets as actions
from yunwei.operate.service.facts.clocks import ClockView, Metric, Priority
from yunwei.operate.service.facts.contracts import ContractSide, ContractState, ServiceType
from yunwei.operate.service.facts.surveys import SurveyState
from yunwei.operate.service.facts.tickets import (
    EntryDraft,
    EntryKind,
    RelatedTicket,
    Ticket,
    TicketDraft,
    TicketState,
    WaitReason,
)
from yunwei.operate.service.queries import contracts, emergencies, surveys, visits
from yunwei.operate.service.queries import tickets as queries
from yunwei.operate.service.rules.tickets import DETAILS, NEEDED, may_write

_MANY = PageRequest(limit=200)
_SOON = timedelta(minutes=30)
WORKS = (Permission.WORK_REQUESTS, Permission.USE_SERVICE)


def _due(row: Ticket) -> datetime | None:
    return row.due_at if row.state.is_open else None


TICKETS = ListSpec[Ticket](
    name="tickets",
    title=_("Tickets"),
    columns=(
        Column(
            name="title",
            label=_("Ticket"),
            value=lambda row: row.title,
            note=lambda row: row.code,
            link=lambda row: reverse("ticket", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="ticket_state",
        ),
        Column(
            name="priority",
            label=_("Priority"),
            value=lambda row: row.priority,
            kind="word",
            words="priority",
            sort="priority",
        ),
        Column(
            name="due_at",
            label=_("Next due"),
            value=_due,
            kind="time",
            sort="due_at",
            phone="label",
        ),
        Column(
            name="type",
            label=_("Service"),
            value=lambda row: row.type,
            kind="word",
            words="service_type",
            phone="label",
        ),
        Column(
            name="assignee",
            label=_("Who works on it"),
            value=lambda row: row.assignee_name,
            phone="label",
        ),
        Column(
            name="tenant", label=_("Customer"), value=lambda row: row.tenant_name, phone="label"
        ),
        Column(
            name="opened_at",
            label=_("Opened"),
            value=lambda row: row.opened_at,
            kind="time",
            sort="opened_at",
            phone="hide",
        ),
        Column(
            name="minutes",
            label=_("Minutes of work"),
            value=lambda row: row.minutes,
            kind="number",
            sort="minutes",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Number, title or who opened it")),
        Filter(
            name="is_open",
            label=_("Open or not: all"),
            options=lambda _viewer: [("yes", _("Still open")), ("no", _("Not open"))],
            parse=parse_boolean,
            kind="choice",
        ),
        word_filter("state", _("State: all"), "ticket_state"),
        word_filter("priority", _("Priority: all"), "priority"),
        word_filter("type", _("Service: all"), "service_type"),
        Filter(name="assignee", label=_("Who works on it"), parse=int, is_main=False),
        Filter(name="contract", label=_("Contract"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_tickets,
    row_id=lambda row: row.id,
    default_sort="-opened_at",
    refresh=("service",),
    empty_icon="inbox",
    empty_title=_("No tickets"),
    empty_text=_(
        "What a customer asks for by a contract that is in force stands here, with the clocks of "
        "what is owed."
    ),
)


@dataclass(frozen=True, kw_only=True)
class DrawnClock:
    """One clock as the template takes it."""

    metric: Metric
    view: ClockView
    tone: str


@page(*SEE)
def list_tickets(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /tickets"""
    can = any(may(viewer, each) for each in WORKS)
    return serve_list(request, viewer, TICKETS, "console/service/tickets.html", can=can)


@page(*SEE)
def show_ticket(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """GET /tickets/N"""
    return _show(request, viewer, TicketId(ticket))


def _show(
    request: HttpRequest, viewer: Viewer, ticket: TicketId, *, error: str = "", typed: str = ""
) -> HttpResponseBase:
    now = CLOCK.now()
    whole = queries.access_ticket(viewer, ticket, now=now)
    known = whole.ticket
    side = queries.side_of(viewer, known.tenant)
    can = any(may(viewer, each, known.tenant) for each in WORKS)
    works = can and side is ContractSide.PROVIDER
    is_closed = known.state is TicketState.CLOSED
    survey = surveys.find_survey_of(viewer, ticket, now=now) if is_closed else None
    is_grave = known.type is ServiceType.EMERGENCY
    merged = queries.fetch_merged(viewer, ticket)
    emergency = emergencies.find_emergency_of(viewer, ticket) if is_grave else None
    is_change = known.type is ServiceType.CHANGE
    may_declare = is_grave and emergency is None and known.state.is_open
    return render(
        request,
        "console/service/ticket.html",
        parts=("ticket",),
        status=422 if error else 200,
        whole=whole,
        ticket=known,
        details=[(key, text) for key, text in known.details.items() if text],
        clocks=[_draw(metric, view) for metric, view in whole.clocks.items()],
        kinds=may_write(known.state, side) if can else (),
        works=works,
        survey=survey,
        emergency=emergency,
        changes=changes.fetch_changes(viewer, {"ticket": ticket}).items if is_change else (),
        visits=visits.fetch_visits(viewer, {"tickets": [ticket, *_ids(merged)]}).items,
        merged=merged,
        files=mails.fetch_files(viewer, ticket),
        split_off=queries.fetch_tickets(viewer, {"split_from": ticket}).items,
        may_merge=works and known.state.is_open and not is_change,
        may_split=works and known.state not in (TicketState.CANCELLED, TicketState.MERGED),
        may_visit=works and known.state.is_open,
        may_plan=is_change and works and known.state.is_open,
        may_declare=may_declare and may(viewer, Permission.MANAGE_SERVICE, known.tenant),
        link=address_of(request, survey) if survey and survey.state is SurveyState.OPEN else "",
        articles=knowledge.fetch_near(viewer, f"{known.title} {known.description}"),
        workers=queries.fetch_workers(viewer, known.tenant) if works else (),
        priorities=options("priority"),
        reasons=options("wait_reason"),
        error=error,
        typed=typed,
    )


def _ids(merged: Iterable[RelatedTicket]) -> list[int]:
    return [each.ticket.id for each in merged]


def _draw(metric: Metric, view: ClockView) -> DrawnClock:
    tone = "critical" if view.is_overdue else "good" if not view.state.is_open else "accent"
    if view.state.is_open and not view.is_overdue and view.left <= _SOON:
        tone = "warning"
    return DrawnClock(metric=metric, view=view, tone=tone)


@action(*WORKS)
def write_entry(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """POST /tickets/N/write: kind, text, minutes, reason, priority, assignee"""
    id = TicketId(ticket)
    try:
        actions.write_entry(viewer, id, _read_entry(request), now=CLOCK.now())
    except (Conflict, Invalid) as error:
        typed = request.POST.get("text", "")
        return _show(request, viewer, id, error=say_error(error), typed=typed)
    return done(request, "ticket", _("Noted."), ticket=ticket)


def _read_entry(request: HttpRequest) -> EntryDraft:
    asked = request.POST
    try:
        kind = EntryKind(asked.get("kind", ""))
        reason = WaitReason(asked["reason"]) if asked.get("reason") else None
        priority = Priority(asked["priority"]) if asked.get("priority") else None
    except ValueError as error:
        raise Refused() from error
    minutes, assignee = asked.get("minutes", "").strip() or "0", asked.get("assignee", "")
    if not minutes.isascii() or not minutes.isdigit() or len(minutes) > 6:
        raise Invalid("minutes", "this is not a number")
    is_person = assignee.isascii() and assignee.isdigit() and len(assignee) < 10
    return EntryDraft(
        kind=kind,
        text=asked.get("text", ""),
        minutes=int(minutes),
        reason=reason if kind is EntryKind.WAITED else None,
        priority=priority if kind is EntryKind.PRIORITISED else None,
        assignee=UserId(int(assignee)) if is_person and kind is EntryKind.ASSIGNED else None,
    )


@form_page(*WORKS)
def new_ticket(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /tickets/new[?contract=N&type=remote&alarm=M]"""
    now = CLOCK.now()
    in_force = contracts.fetch_contracts(
        viewer, {"state": ContractState.IN_FORCE.value}, _MANY, now=now
    ).items
    asked = request.POST if request.method == "POST" else request.GET
    ids = [str(head.id) for head, _state in in_force]
    chosen = asked.get("contract") or next(iter(ids), "")
    if chosen not in ids:
        return render(request, "console/service/ticket_form.html", form=None, contracts=())
    whole = contracts.access_contract(viewer, ContractId(int(chosen)), now=now)
    types = [item.type for item in whole.holding.terms.services]
    wanted = next((each for each in types if each.value == asked.get("type")), types[0])
    form = open_form(request, tuple(_fields(viewer, wanted, whole)), _first(asked, chosen, wanted))
    made = form.attempt(
        lambda sent: actions.open_ticket(viewer, _read_ticket(sent, wanted), now=CLOCK.now())
    )
    if made is not None:
        return done(request, "ticket", _("The ticket was opened."), ticket=made)
    return render(
        request,
        "console/service/ticket_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        contracts=[head for head, _state in in_force],
        chosen=whole.contract,
        types=types,
        wanted=wanted,
        alarm=asked.get("alarm", ""),
    )


def _first(asked: Mapping[str, str], chosen: str, wanted: ServiceType) -> dict[str, str]:
    return {
        "contract": chosen,
        "type": wanted.value,
        "alarm": asked.get("alarm", ""),
        "title": asked.get("title", ""),
        "description": asked.get("description", ""),
    }


def _fields(
    viewer: Viewer, wanted: ServiceType, whole: contracts.WholeContract
) -> Iterable[FormField]:
    for key in ("contract", "type", "alarm"):
        yield FormField(key=key, label="", kind="hidden", is_required=False)
    yield FormField(
        key="priority",
        label=_("How grave it is"),
        kind="choice",
        options=options("priority"),
        default="p3",
    )
    yield FormField(key="title", label=_("What it is about, in a line"))
    yield FormField(
        key="description", label=_("What happened"), kind="area", rows=5, is_required=False
    )
    for key in DETAILS[wanted]:
        yield FormField(
            key=key,
            label=word("ticket_detail", key).label,
            kind="area",
            rows=2,
            is_required=key in NEEDED.get(wanted, ()),
        )
    if may(viewer, Permission.WORK_REQUESTS, whole.contract.tenant):
        yield FormField(
            key="reported_at",
            label=_("When the customer said it"),
            kind="instant",
            is_required=False,
            help=_("Empty: now. From then on the clocks run."),
        )


def _read_ticket(form: Form, wanted: ServiceType) -> TicketDraft:
    alarm = form.text("alarm")
    known = form.by_key
    return TicketDraft(
        contract=ContractId(form.number("contract")),
        type=wanted,
        priority=chosen_word(form, "priority", Priority),
        title=form.text("title"),
        description=form.text("description"),
        details={key: form.text(key) for key in DETAILS[wanted]},
        alarm=int(alarm) if alarm.isascii() and alarm.isdigit() and len(alarm) < 16 else None,
        reported_at=form.instant("reported_at") if "reported_at" in known else None,
    )


urlpatterns = [
    path("tickets", list_tickets, name="tickets"),
    path("tickets/new", new_ticket, name="ticket_new"),
    path("tickets/<int:ticket>", show_ticket, name="ticket"),
    path("tickets/<int:ticket>/write", write_entry, name="ticket_write"),
]
