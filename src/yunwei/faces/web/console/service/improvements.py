"""The pages of the improvement register: the list, one entry, and what becomes of it."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, ImprovementId, TenantId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.cases import read_day
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, none_option, open_form, tenant_field
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.service.actions import improvements as actions
from yunwei.operate.service.facts.improvements import (
    Improvement,
    ImprovementDraft,
    ImprovementState,
)
from yunwei.operate.service.queries import contracts, tickets
from yunwei.operate.service.queries import improvements as queries
from yunwei.operate.service.rules.improvements import is_late

_MANY = PageRequest(limit=200)
_WORKS = Permission.WORK_REQUESTS

IMPROVEMENTS = ListSpec[Improvement](
    name="improvements",
    title=_("Improvement register"),
    columns=(
        Column(
            name="title",
            label=_("What is to become better"),
            value=lambda row: row.title,
            note=lambda row: row.code,
            link=lambda row: reverse("improvement", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="improvement_state",
        ),
        Column(name="owner", label=_("Owner"), value=lambda row: row.owner_name, phone="label"),
        Column(
            name="due_on",
            label=_("To be done by"),
            value=lambda row: row.due_on and row.due_on.isoformat(),
            sort="due_on",
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
            name="result", label=_("What became of it"), value=lambda row: row.result, phone="hide"
        ),
        Column(
            name="opened_at",
            label=_("Opened"),
            value=lambda row: row.opened_at,
            kind="time",
            sort="opened_at",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Number, words, customer or owner")),
        word_filter("state", _("State: all"), "improvement_state"),
        Filter(
            name="tenant",
            label=_("Customer: all"),
            options=tenant_options,
            parse=int,
            kind="choice",
        ),
        Filter(name="owner", label=_("Owner"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_improvements,
    row_id=lambda row: row.id,
    default_sort="-opened_at",
    refresh=("service",),
    empty_icon="trending-up",
    empty_title=_("The improvement register is empty"),
    empty_text=_(
        "A low score in a survey opens an entry by itself. Others are written by hand: what is to "
        "become better, who sees to it, and until when."
    ),
)


@page(*SEE)
def list_improvements(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /improvements"""
    return serve_list(
        request,
        viewer,
        IMPROVEMENTS,
        "console/service/improvements.html",
        can=may(viewer, _WORKS),
        **offer(viewer, _WORKS, "improvement_new", _("Write an entry")),
    )


@page(*SEE)
def show_improvement(request: HttpRequest, viewer: Viewer, improvement: int) -> HttpResponseBase:
    """GET /improvements/N"""
    return _show(request, viewer, ImprovementId(improvement))


def _show(
    request: HttpRequest, viewer: Viewer, improvement: ImprovementId, *, error: str = ""
) -> HttpResponseBase:
    found = queries.access_improvement(viewer, improvement)
    today = CLOCK.now().astimezone(ZoneInfo(viewer.time_zone)).date()
    is_open = found.state is ImprovementState.OPEN
    return render(
        request,
        "console/service/improvement.html",
        parts=("improvement",),
        status=422 if error else 200,
        found=found,
        is_late=is_late(found.due_on, found.state, today),
        can=is_open and may(viewer, _WORKS, found.tenant),
        error=error,
        typed=request.POST.get("result", ""),
    )


@form_page(_WORKS)
def new_improvement(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /improvements/new"""
    tenants = tenant_options(viewer)
    form = open_form(request, tuple(_fields(viewer, tenants, None)))

    def add(sent: Form) -> ImprovementId:
        tenant = TenantId(sent.number("tenant"))
        return actions.add_improvement(viewer, tenant, _read(sent), now=CLOCK.now())

    made = form.attempt(add)
    if made is not None:
        return done(request, "improvement", _("Noted."), improvement=made)
    return _render_form(request, form, None)


@form_page(_WORKS)
def change_improvement(request: HttpRequest, viewer: Viewer, improvement: int) -> HttpResponseBase:
    """GET, POST /improvements/N/change"""
    known = queries.access_improvement(viewer, ImprovementId(improvement))
    first = {
        "title": known.title,
        "text": known.text,
        "contract": str(known.contract or ""),
        "owner": str(known.owner or ""),
        "due_on": known.due_on.isoformat() if known.due_on else "",
    }
    form = open_form(request, tuple(_fields(viewer, (), known)), first)

    def change(sent: Form) -> bool:
        actions.change_improvement(viewer, known.id, _read(sent), now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "improvement", _("Saved."), improvement=improvement)
    return _render_form(request, form, known)


def _render_form(request: HttpRequest, form: Form, known: Improvement | None) -> HttpResponseBase:
    status = 422 if form.is_sent else 200
    template = "console/service/improvement_form.html"
    return render(request, template, status=status, form=form, known=known)


def _fields(
    viewer: Viewer, tenants: Iterable[tuple[str, Text]], known: Improvement | None
) -> Iterable[FormField]:
    if known is None:
        yield tenant_field(list(tenants), label=_("Customer"))
    yield FormField(key="title", label=_("What is to become better, in a line"))
    yield FormField(
        key="text",
        label=_("Why, and how it will show"),
        kind="area",
        rows=5,
        is_required=False,
    )
    if known is not None:
        # whose it is decides which contracts and which people there are
        yield FormField(
            key="contract",
            label=_("Contract"),
            kind="choice",
            is_required=False,
            options=[none_option(), *_contracts(viewer, known.tenant)],
        )
        yield FormField(
            key="owner",
            label=_("Owner"),
            kind="choice",
            is_required=False,
            options=[none_option(), *_people(viewer, known.tenant)],
        )
    yield FormField(key="due_on", label=_("To be done by"), kind="day", is_required=False)


def _contracts(viewer: Viewer, tenant: TenantId) -> Iterable[tuple[str, str]]:
    found = contracts.fetch_contracts(viewer, {"tenant": tenant}, _MANY, now=CLOCK.now())
    for head, _state in found.items:
        yield str(head.id), f"{head.number} {head.name}"


def _people(viewer: Viewer, tenant: TenantId) -> Iterable[tuple[str, str]]:
    for each in tickets.fetch_workers(viewer, tenant):
        yield str(each.id), each.display_name or each.username


def _read(form: Form) -> ImprovementDraft:
    contract, owner = form.text("contract"), form.text("owner")
    return ImprovementDraft(
        title=form.text("title"),
        text=form.text("text"),
        contract=ContractId(form.number("contract")) if contract else None,
        owner=UserId(form.number("owner")) if owner else None,
        due_on=read_day(form.text("due_on"), "due_on"),
    )


@action(_WORKS)
def end_improvement(request: HttpRequest, viewer: Viewer, improvement: int) -> HttpResponseBase:
    """POST /improvements/N/end: state (done, dropped), result"""
    id, asked = ImprovementId(improvement), request.POST.get("state", "")
    queries.access_improvement(viewer, id)
    if asked not in (ImprovementState.DONE, ImprovementState.DROPPED):
        raise Refused()
    try:
        result = request.POST.get("result", "")
        actions.end_improvement(viewer, id, ImprovementState(asked), result=result, now=CLOCK.now())
    except (Conflict, Invalid) as error:
        return _show(request, viewer, id, error=say_error(error))
    return done(request, "improvement", _("Noted."), improvement=improvement)


urlpatterns = [
    path("improvements", list_improvements, name="improvements"),
    path("improvements/new", new_improvement, name="improvement_new"),
    path("improvements/<int:improvement>", show_improvement, name="improvement"),
    path("improvements/<int:improvement>/change", change_improvement, name="improvement_change"),
    path("improvements/<int:improvement>/end", end_improvement, name="improvement_end"),
]
