"""The pages on which tickets become one, two again, or a part of one becomes another."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import TicketId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, chosen_word, open_form
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, render
from yunwei.faces.web.shared.words import options, word
from yunwei.operate.service.actions import merging as actions
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import Entry, SplitDraft, WholeTicket
from yunwei.operate.service.queries import tickets as queries
from yunwei.operate.service.rules.tickets import DETAILS, NEEDED

WORKS = Permission.WORK_REQUESTS


@form_page(WORKS)
def merge_ticket(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """GET, POST /tickets/N/merge: into, note"""
    known = _access(viewer, ticket).ticket
    others = queries.fetch_open_beside(viewer, known)
    form = open_form(
        request,
        (
            FormField(
                key="into",
                label=_("Goes on in"),
                kind="choice",
                options=[
                    (str(each.id), f"{each.code} {each.title} · {each.contract_name}")
                    for each in others
                ],
            ),
            FormField(key="note", label=_("Why"), kind="area", rows=2, is_required=False),
        ),
    )
    form.attempt(
        lambda sent: actions.merge_ticket(
            viewer,
            known.id,
            TicketId(sent.number("into")),
            note=sent.text("note"),
            now=CLOCK.now(),
        )
    )
    if form.is_sent and not (form.error or form.errors):
        return done(request, "ticket", _("Merged."), ticket=form.number("into"))
    return render(
        request,
        "console/service/ticket_merge.html",
        status=422 if form.is_sent else 200,
        form=form,
        ticket=known,
        others=others,
        back=reverse("ticket", args=[ticket]),
    )


@action(WORKS)
def part_ticket(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """POST /tickets/N/part: note"""
    note = request.POST.get("note", "")
    try:
        actions.part_ticket(viewer, TicketId(ticket), note=note, now=CLOCK.now())
    except Conflict as error:
        return done(request, "ticket", say_error(error), tone="critical", ticket=ticket)
    return done(request, "ticket", _("It goes on by itself again."), ticket=ticket)


@form_page(WORKS)
def split_ticket(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """GET, POST /tickets/N/split[?entry=M]: entry, type, priority, title, description, details"""
    whole = _access(viewer, ticket)
    asked = request.POST if request.method == "POST" else request.GET
    entry = _find_entry(whole, asked.get("entry", ""))
    wanted = next(
        (each.type for each in whole.terms.services if each.type.value == asked.get("type")),
        whole.ticket.type,
    )
    first = {
        "entry": str(entry.id) if entry else "",
        "type": wanted.value,
        "priority": whole.ticket.priority.value,
        "title": "",
        "description": entry.text if entry else "",
        **{key: whole.ticket.details.get(key, "") for key in DETAILS[wanted]},
    }
    form = open_form(request, tuple(_split_fields(whole, wanted)), first)
    made = form.attempt(
        lambda sent: actions.split_ticket(
            viewer, whole.ticket.id, _read_split(sent, entry, wanted), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "ticket", _("The part is a ticket of its own."), ticket=made)
    return render(
        request,
        "console/service/ticket_split.html",
        status=422 if form.is_sent else 200,
        form=form,
        ticket=whole.ticket,
        entry=entry,
        back=reverse("ticket", args=[ticket]),
    )


def _split_fields(whole: WholeTicket, wanted: ServiceType) -> Iterable[FormField]:
    yield FormField(key="entry", label="", kind="hidden", is_required=False)
    yield FormField(key="title", label=_("What it is about, in a line"))
    yield FormField(
        key="description", label=_("What happened"), kind="area", rows=5, is_required=False
    )
    yield FormField(
        key="type",
        label=_("Service"),
        kind="choice",
        options=[
            (each.type.value, word("service_type", each.type).label)
            for each in whole.terms.services
        ],
    )
    yield FormField(
        key="priority", label=_("How grave it is"), kind="choice", options=options("priority")
    )
    for key in DETAILS[wanted]:
        yield FormField(
            key=key,
            label=word("ticket_detail", key).label,
            kind="area",
            rows=2,
            is_required=key in NEEDED.get(wanted, ()),
        )


def _read_split(form: Form, entry: Entry | None, wanted: ServiceType) -> SplitDraft:
    return SplitDraft(
        title=form.text("title"),
        description=form.text("description"),
        entry=entry.id if entry else None,
        type=wanted,
        priority=chosen_word(form, "priority", Priority),
        details={key: form.text(key) for key in DETAILS[wanted]},
    )


def _access(viewer: Viewer, ticket: int) -> WholeTicket:
    """Return a ticket that the viewer works on; raises Refused."""
    whole = queries.access_ticket(viewer, TicketId(ticket), now=CLOCK.now())
    require(viewer, WORKS, whole.ticket.tenant)
    return whole


def _find_entry(whole: WholeTicket, asked: str) -> Entry | None:
    if not asked:
        return None
    found = next((each for each in whole.entries if str(each.id) == asked), None)
    if found is None:
        raise Refused()
    return found


urlpatterns = [
    path("tickets/<int:ticket>/merge", merge_ticket, name="ticket_merge"),
    path("tickets/<int:ticket>/part", part_ticket, name="ticket_part"),
    path("tickets/<int:ticket>/split", split_ticket, name="ticket_split"),
]
