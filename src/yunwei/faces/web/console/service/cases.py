"""The pages of cases: the list, one on its six steps, and what is done with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import CaseId, ContractId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    parse_boolean,
    search_filter,
    tenant_options,
    word_filter,
)
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.files import send_file
from yunwei.faces.web.shared.forms import Form, FormField, none_option, open_form, tenant_field
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text, options
from yunwei.operate.service.actions import cases as actions
from yunwei.operate.service.facts.cases import (
    STEPS,
    Case,
    CaseDraft,
    CaseStep,
    DocumentKind,
    place_of,
)
from yunwei.operate.service.facts.contracts import ContractSide, InterfacePerson
from yunwei.operate.service.queries import cases as queries
from yunwei.operate.service.queries import contracts
from yunwei.operate.service.rules.cases import whose_turn
from yunwei.operate.service.rules.uploads import LARGEST_BYTES, Upload, check_upload

_MANY = PageRequest(limit=200)
OPENS = (Permission.MANAGE_SERVICE, Permission.USE_SERVICE)

CASES = ListSpec[Case](
    name="cases",
    title=_("Cases"),
    columns=(
        Column(
            name="title",
            label=_("Case"),
            value=lambda row: row.title,
            note=lambda row: row.code,
            link=lambda row: reverse("case", args=[row.id]),
            sort="title",
            is_main=True,
        ),
        Column(
            name="step",
            label=_("Step"),
            value=lambda row: row.step,
            kind="word",
            words="case_step",
            sort="step",
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row.tenant_name,
            sort="tenant",
            phone="label",
        ),
        Column(
            name="contract", label=_("Contract"), value=lambda row: row.contract_name, phone="label"
        ),
        Column(
            name="since",
            label=_("At this step since"),
            value=lambda row: row.since,
            kind="time",
            phone="label",
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
        search_filter(_("Number, title, customer or contract")),
        Filter(
            name="is_open",
            label=_("Open or not: all"),
            options=lambda _viewer: [("yes", _("Still open")), ("no", _("Not open"))],
            parse=parse_boolean,
            kind="choice",
        ),
        word_filter("step", _("Step: all"), "case_step"),
    ),
    fetch=queries.fetch_cases,
    row_id=lambda row: row.id,
    default_sort="-opened_at",
    refresh=("service",),
    empty_icon="list-check",
    empty_title=_("No cases"),
    empty_text=_(
        "A case takes one service for a customer through six steps, from the enquiry to the signed "
        "acceptance. It shows whose turn it is, and what is missing for the next step."
    ),
)


@dataclass(frozen=True, kw_only=True)
class DrawnStep:
    """One of the six steps as the template takes it. state: done, current or ahead."""

    step: CaseStep
    number: int
    state: str
    begun_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DrawnSide:
    side: ContractSide
    people: list[InterfacePerson]
    owes: int


@page(*SEE)
def list_cases(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /cases"""
    can = any(may(viewer, each) for each in OPENS)
    return serve_list(request, viewer, CASES, "console/service/cases.html", can=can)


@page(*SEE)
def show_case(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """GET /cases/N"""
    return show(request, viewer, CaseId(case))


def show(
    request: HttpRequest, viewer: Viewer, case: CaseId, *, error: str = "", at: str = ""
) -> HttpResponseBase:
    """Return a case's page. at: which of its forms an error is about."""
    now = CLOCK.now()
    whole = queries.access_case(viewer, case, now=now)
    known = whole.case
    turns = whose_turn(whole.missing)
    manages = may(viewer, Permission.MANAGE_SERVICE, known.tenant)
    speaks = may(viewer, Permission.USE_SERVICE) and viewer.tenant == known.tenant
    works = may(viewer, Permission.WORK_REQUESTS, known.tenant)
    side = ContractSide.PROVIDER if works else ContractSide.CUSTOMER
    return render(
        request,
        "console/service/case.html",
        parts=("case",),
        status=422 if error else 200,
        whole=whole,
        case=known,
        steps=[_draw(each, whole) for each in STEPS],
        sides=[
            DrawnSide(side=each, people=whole.speakers(each, now), owes=turns[each])
            for each in ContractSide
        ],
        manages=manages and known.step.is_open,
        changes=(manages and known.step.is_open) or (speaks and known.step is CaseStep.ENQUIRY),
        writes=(works or speaks) and known.step.is_open,
        side=side,
        works=works,
        speaks=speaks,
        backs=[each for each in STEPS if 0 < place_of(each) < known.place],
        kinds=options("document_kind"),
        error=error,
        error_at=at,
    )


def _draw(step: CaseStep, whole: queries.WholeCase) -> DrawnStep:
    number, place = place_of(step), whole.case.place
    state = "done" if number < place else "current" if number == place else "ahead"
    begun_at = whole.begun_at(step) if number <= place else None
    return DrawnStep(step=step, number=number, state=state, begun_at=begun_at)


@form_page(*OPENS)
def new_case(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /cases/new"""
    tenants = tenant_options(viewer)
    form = open_form(request, tuple(_fields(viewer, tenants, None)), None)

    def add(sent: Form) -> CaseId:
        draft = _read(sent)
        return actions.open_case(viewer, TenantId(sent.number("tenant")), draft, now=CLOCK.now())

    made = form.attempt(add)
    if made is not None:
        return done(request, "case", _("The case was opened."), case=made)
    return _render_form(request, form, None)


@form_page(*OPENS)
def change_case(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """GET, POST /cases/N/change"""
    whole = queries.access_case(viewer, CaseId(case), now=CLOCK.now())
    known = whole.case
    first = {"title": known.title, "need": known.need, "contract": str(known.contract or "")}
    form = open_form(request, tuple(_fields(viewer, (), known)), first)

    def change(sent: Form) -> bool:
        actions.change_case(viewer, known.id, _read(sent), now=CLOCK.now())
        return True

    if form.attempt(change):
        return done(request, "case", _("Saved."), case=case)
    return _render_form(request, form, known)


def _render_form(request: HttpRequest, form: Form, known: Case | None) -> HttpResponseBase:
    status = 422 if form.is_sent else 200
    template = "console/service/case_form.html"
    return render(request, template, status=status, form=form, case=known)


def _fields(
    viewer: Viewer, tenants: Iterable[tuple[str, Text]], known: Case | None
) -> Iterable[FormField]:
    if known is None:
        yield tenant_field(list(tenants), label=_("Customer"))
    yield FormField(key="title", label=_("What it is about, in a line"))
    yield FormField(
        key="need",
        label=_("What is needed"),
        kind="area",
        rows=6,
        is_required=False,
        help=_("Type of service, goal, when: what both sides mean when they speak of it."),
    )
    if may(viewer, Permission.MANAGE_SERVICE):
        yield FormField(
            key="contract",
            label=_("Contract"),
            kind="choice",
            is_required=False,
            options=[none_option(), *_contracts(viewer, known)],
            help=_("At the latest in the second step. A contract has one case."),
        )


def _contracts(viewer: Viewer, known: Case | None) -> Iterable[tuple[str, str]]:
    filters = {"tenant": known.tenant} if known else {}
    found = contracts.fetch_contracts(viewer, filters, _MANY, now=CLOCK.now())
    for head, _state in found.items:
        if head.ended_at is None:
            yield str(head.id), f"{head.number} {head.name} · {head.tenant_name}"


def _read(form: Form) -> CaseDraft:
    chosen = form.text("contract")
    is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 16
    return CaseDraft(
        title=form.text("title"),
        need=form.text("need"),
        contract=ContractId(int(chosen)) if is_number else None,
    )


@action(*SEE)
def act_on_case(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """POST /cases/N/act: act (advance, back, cancel, task), to, note, key, on"""
    id = CaseId(case)
    queries.access_case(viewer, id, now=CLOCK.now())
    asked = request.POST.get("act", "")
    try:
        text = _act(request, viewer, id, asked)
    except (Conflict, Invalid) as error:
        return show(request, viewer, id, error=say_error(error), at=request.POST.get("key", asked))
    return done(request, "case", text, case=case)


def _act(request: HttpRequest, viewer: Viewer, case: CaseId, asked: str) -> Text:
    now, sent = CLOCK.now(), request.POST
    note = sent.get("note", "")
    match asked:
        case "advance":
            actions.advance_case(viewer, case, now=now)
            return _("The next step has begun.")
        case "back":
            if sent.get("to") not in STEPS:
                raise Refused()
            actions.go_back(viewer, case, CaseStep(sent["to"]), note=note, now=now)
            return _("Back at an earlier step.")
        case "cancel":
            actions.cancel_case(viewer, case, note=note, now=now)
            return _("The case was cancelled.")
        case "task":
            on = read_day(sent.get("on", ""), "on")
            actions.finish_task(viewer, case, sent.get("key", ""), on=on, note=note, now=now)
            return _("Noted: the task is done.")
    raise Refused()


def read_day(text: str, field: str) -> date | None:
    """Return a day as it was typed, None for nothing; raises Invalid."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Invalid(field, "this is not a day") from error


@action(*SEE)
def add_document(request: HttpRequest, viewer: Viewer, case: int) -> HttpResponseBase:
    """POST /cases/N/documents: file, kind"""
    id, kind = CaseId(case), request.POST.get("kind", "")
    queries.access_case(viewer, id, now=CLOCK.now())
    if kind not in set(DocumentKind):
        raise Refused()
    try:
        actions.add_document(viewer, id, read_upload(request), DocumentKind(kind), now=CLOCK.now())
    except (Conflict, Invalid) as error:
        return show(request, viewer, id, error=say_error(error), at="document")
    return done(request, "case", _("The file was put into the case."), case=case)


def read_upload(request: HttpRequest, **kinds: tuple[str, ...]) -> Upload:
    """Return the file that was sent; raises Invalid at `file`."""
    sent = request.FILES.get("file")
    if sent is None:
        raise Invalid("file", "choose a file")
    if (sent.size or 0) > LARGEST_BYTES:
        raise Invalid("file", "the file is larger than 20 MB")
    return check_upload(sent.name or "", sent.read(), **kinds)


@page(*SEE)
def take_document(
    request: HttpRequest, viewer: Viewer, case: int, document: int
) -> HttpResponseBase:
    """GET /cases/N/documents/M"""
    found = queries.fetch_document(viewer, CaseId(case), document, now=CLOCK.now())
    return send_file(found.name, found.content_type, found.data)


urlpatterns = [
    path("cases", list_cases, name="cases"),
    path("cases/new", new_case, name="case_new"),
    path("cases/<int:case>", show_case, name="case"),
    path("cases/<int:case>/change", change_case, name="case_change"),
    path("cases/<int:case>/act", act_on_case, name="case_act"),
    path("cases/<int:case>/documents", add_document, name="case_document_new"),
    path("cases/<int:case>/documents/<int:document>", take_document, name="case_document"),
]
