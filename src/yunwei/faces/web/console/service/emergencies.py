"""The pages of emergencies: the list, one with its time line and updates, how one is declared."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import EmergencyId, TenantId, TicketId, UserId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import ListSpec
from yunwei.faces.web.shared.words import Text, options
from yunwei.operate.service.actions import emergencies as actions
from yunwei.operate.service.facts.emergencies import (
    Emergency,
    EmergencyState,
    LineKind,
    Telling,
    UpdateDraft,
)
from yunwei.operate.service.queries import emergencies as queries
from yunwei.operate.service.queries import improvements as register
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries.emergency_words import FINDINGS
from yunwei.operate.service.rules.emergencies import may_lead, may_tell

WORK, MANAGE = Permission.WORK_REQUESTS, Permission.MANAGE_SERVICE

EMERGENCIES = ListSpec[Emergency](
    name="emergencies",
    title=_("Emergencies"),
    columns=(
        Column(
            name="title",
            label=_("Emergency"),
            value=lambda row: row.ticket_title,
            note=lambda row: row.code,
            link=lambda row: reverse("emergency", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="emergency_state",
        ),
        Column(
            name="commander",
            label=_("Who leads"),
            value=lambda row: row.commander_name,
            phone="label",
        ),
        Column(
            name="update_due_at",
            label=_("Next update due"),
            value=lambda row: row.update_due_at,
            kind="time",
            sort="update_due_at",
            phone="label",
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
        Column(
            name="declared_at",
            label=pgettext_lazy("emergency", "Declared"),
            value=lambda row: row.declared_at,
            kind="time",
            sort="declared_at",
            phone="hide",
        ),
        Column(
            name="ended_at",
            label=pgettext_lazy("emergency", "Ended"),
            value=lambda row: row.ended_at,
            kind="time",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Number, ticket, customer or person")),
        word_filter("state", _("State: all"), "emergency_state"),
    ),
    fetch=queries.fetch_emergencies,
    row_id=lambda row: row.id,
    default_sort="-declared_at",
    refresh=("service",),
    empty_icon="shield-check",
    empty_title=_("No emergencies"),
    empty_text=_(
        "A service manager declares a ticket for emergency response an emergency: one person "
        "leads, another tells the customer, and everything stands on one time line."
    ),
)


@page(*SEE)
def list_emergencies(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /emergencies"""
    return serve_list(request, viewer, EMERGENCIES, "console/service/emergencies.html")


@page(*SEE)
def show_emergency(request: HttpRequest, viewer: Viewer, emergency: int) -> HttpResponseBase:
    """GET /emergencies/N"""
    return _show(request, viewer, EmergencyId(emergency))


def _show(
    request: HttpRequest, viewer: Viewer, emergency: EmergencyId, *, error: str = ""
) -> HttpResponseBase:
    known, now = queries.access_emergency(viewer, emergency), CLOCK.now()
    is_on = known.state is EmergencyState.DECLARED
    is_manager = may(viewer, MANAGE, known.tenant)
    works = may(viewer, WORK, known.tenant)
    telling, user = known.telling, viewer.user_id
    due_at = known.update_due_at
    can_write = works and known.state is EmergencyState.ENDED
    return render(
        request,
        "console/service/emergency.html",
        parts=("lines",),
        status=422 if error else 200,
        found=known,
        lines=queries.look_at_timeline(viewer, known, now=now),
        works=works and is_on,
        tells=is_on and works and may_tell(telling, user, is_manager=is_manager),
        leads=is_on and works and may_lead(telling, user, is_manager=is_manager),
        is_late=due_at is not None and due_at <= now,
        can_write=can_write,
        releases=can_write and is_manager,
        findings=_findings(known),
        actions=()
        if is_on
        else register.fetch_improvements(viewer, {"emergency": emergency}).items,
        kinds=options("written_line"),
        file_kinds=("pdf", "docx"),
        error=error,
        typed=request.POST,
    )


def _findings(known: Emergency) -> list[tuple[Text, str]]:
    said = known.postmortem
    if said is None:
        return []
    return [(text, getattr(said, name)) for name, text in FINDINGS.items()]


@form_page(MANAGE)
def declare_emergency(request: HttpRequest, viewer: Viewer, ticket: int) -> HttpResponseBase:
    """GET, POST /tickets/N/emergency"""
    known = tickets.access_ticket(viewer, TicketId(ticket), now=CLOCK.now()).ticket
    if not may(viewer, MANAGE, known.tenant):
        raise Refused()
    first = {"commander": str(known.assignee or ""), "teller": str(viewer.user_id or "")}
    fields = (
        FormField(key="reason", label=_("Why it is an emergency"), kind="area", rows=3),
        *_telling_fields(viewer, known.tenant),
    )
    form = open_form(request, fields, first)

    def declare(sent: Form) -> EmergencyId:
        telling, reason = _read_telling(sent), sent.text("reason")
        return actions.declare_emergency(viewer, known.id, telling, reason=reason, now=CLOCK.now())

    made = form.attempt(declare)
    if made is not None:
        return done(request, "emergency", _("Declared: everybody is being told."), emergency=made)
    return _render_form(
        request,
        form,
        title=_("Declare an emergency"),
        back=(reverse("ticket", args=[ticket]), known.title),
    )


@form_page(WORK)
def lead_emergency(request: HttpRequest, viewer: Viewer, emergency: int) -> HttpResponseBase:
    """GET, POST /emergencies/N/lead"""
    known = _of_workers(viewer, emergency)
    is_manager = may(viewer, MANAGE, known.tenant)
    if not may_lead(known.telling, viewer.user_id, is_manager=is_manager):
        raise Refused()
    telling = known.telling
    first = {
        "commander": str(telling.commander),
        "teller": str(telling.teller),
        "update_minutes": str(telling.update_minutes),
        "people": [str(each) for each in telling.people],
        "outside": "\n".join(telling.outside),
    }
    form = open_form(request, tuple(_telling_fields(viewer, known.tenant)), first)

    def lead(sent: Form) -> bool:
        actions.lead_emergency(viewer, known.id, _read_telling(sent), now=CLOCK.now())
        return True

    if form.attempt(lead):
        return done(request, "emergency", _("Saved."), emergency=emergency)
    return _render_form(request, form, title=_("Who leads and who tells"), back=_back(known))


def _of_workers(viewer: Viewer, emergency: int) -> Emergency:
    known = queries.access_emergency(viewer, EmergencyId(emergency))
    if not may(viewer, WORK, known.tenant):
        raise Refused()
    return known


def _back(known: Emergency) -> tuple[str, str]:
    return reverse("emergency", args=[known.id]), known.ticket_title


def _render_form(
    request: HttpRequest, form: Form, *, title: Text, back: tuple[str, str]
) -> HttpResponseBase:
    return render(
        request,
        "console/service/emergency_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        title=title,
        back_url=back[0],
        back_label=back[1],
    )


def _telling_fields(viewer: Viewer, tenant: TenantId) -> Iterable[FormField]:
    people = list(_people(viewer, tenant))
    yield FormField(key="commander", label=_("Who leads"), kind="choice", options=people)
    yield FormField(key="teller", label=_("Who tells"), kind="choice", options=people)
    yield FormField(
        key="update_minutes",
        label=_("Minutes from one update to the next, at most"),
        kind="number",
        minimum=5,
        maximum=1440,
        default="60",
    )
    yield FormField(
        key="people",
        label=_("Who is told besides the customer's contacts"),
        kind="several",
        options=people,
        is_required=False,
    )
    yield FormField(
        key="outside",
        label=_("Mail addresses of others, one a line"),
        kind="area",
        rows=2,
        is_required=False,
    )


def _people(viewer: Viewer, tenant: TenantId) -> Iterable[tuple[str, str]]:
    for each in tickets.fetch_workers(viewer, tenant):
        yield str(each.id), each.display_name or each.username


def _read_telling(form: Form) -> Telling:
    return Telling(
        commander=UserId(form.number("commander")),
        teller=UserId(form.number("teller")),
        update_minutes=form.number("update_minutes"),
        people=tuple(UserId(int(each)) for each in form.several("people") if each.isdecimal()),
        outside=tuple(form.text("outside").split()),
    )


@action(WORK)
def act_on_emergency(request: HttpRequest, viewer: Viewer, emergency: int) -> HttpResponseBase:
    """POST /emergencies/N/act: act (write with kind, text, at; update with text, next_minutes; end
    with resolution; release)"""
    known = _of_workers(viewer, emergency)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Refused()
    try:
        text = act(request, viewer, known.id)
    except (Conflict, Invalid) as error:
        return _show(request, viewer, known.id, error=say_error(error))
    return done(request, "emergency", text, emergency=emergency)


def _write(request: HttpRequest, viewer: Viewer, id: EmergencyId) -> Text:
    try:
        kind = LineKind(request.POST.get("kind", ""))
    except ValueError as error:
        raise Refused() from error
    actions.write_line(
        viewer, id, kind, request.POST.get("text", ""), at=_when(request), now=CLOCK.now()
    )
    return _("Noted.")


def _when(request: HttpRequest) -> datetime | None:
    form = open_form(request, (FormField(key="at", label="", kind="instant", is_required=False),))
    return form.instant("at")


def _update(request: HttpRequest, viewer: Viewer, id: EmergencyId) -> Text:
    minutes = request.POST.get("next_minutes", "").strip()
    if minutes and not (minutes.isascii() and minutes.isdecimal() and len(minutes) < 6):
        raise Invalid("next_minutes", "this is not a number")
    draft = UpdateDraft(
        text=request.POST.get("text", ""), next_minutes=int(minutes) if minutes else None
    )
    actions.send_update(viewer, id, draft, now=CLOCK.now())
    return _("Everybody is being told.")


def _end(request: HttpRequest, viewer: Viewer, id: EmergencyId) -> Text:
    resolution = request.POST.get("resolution", "")
    actions.end_emergency(viewer, id, resolution=resolution, now=CLOCK.now())
    return _("It has ended: everybody is being told.")


def _release(_request: HttpRequest, viewer: Viewer, id: EmergencyId) -> Text:
    actions.release_postmortem(viewer, id, now=CLOCK.now())
    return _("Released: the customer reads it from now on.")


_ACTS: dict[str, Callable[[HttpRequest, Viewer, EmergencyId], Text]] = {
    "write": _write,
    "update": _update,
    "end": _end,
    "release": _release,
}

urlpatterns = [
    path("emergencies", list_emergencies, name="emergencies"),
    path("tickets/<int:ticket>/emergency", declare_emergency, name="emergency_new"),
    path("emergencies/<int:emergency>", show_emergency, name="emergency"),
    path("emergencies/<int:emergency>/lead", lead_emergency, name="emergency_lead"),
    path("emergencies/<int:emergency>/act", act_on_emergency, name="emergency_act"),
]
