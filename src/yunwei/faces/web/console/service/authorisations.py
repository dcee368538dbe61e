"""The pages of authorisations: what customers allow, asking for it, and what the gate was asked."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.acts import Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AuthorisationId, ContractId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contracts import SEE
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import (
    parse_boolean,
    parse_local,
    search_filter,
    word_filter,
)
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form, write_instant
from yunwei.faces.web.shared.hours import hours_said
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import (
    CLOCK,
    action,
    done,
    form_page,
    page,
    render,
    way_back,
)
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text, options, word
from yunwei.operate.service.actions import authorisations as actions
from yunwei.operate.service.actions.contracts import check_paper
from yunwei.operate.service.facts.authorisations import (
    AskedAct,
    Authorisation,
    AuthorisationDraft,
)
from yunwei.operate.service.queries import authorisations as queries
from yunwei.operate.service.queries import contracts


def _operations(row: Authorisation) -> list[str]:
    return [str(word("operation", each).label) for each in row.operations]


AUTHORISATIONS = ListSpec[Authorisation](
    name="authorisations",
    title=_("Authorisations"),
    columns=(
        Column(
            name="operations",
            label=_("What is authorised"),
            value=_operations,
            kind="tags",
            note=lambda row: row.note,
            link=lambda row: reverse("authorisation", args=[row.id]),
            is_main=True,
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row.state,
            kind="word",
            words="authorisation_state",
        ),
        Column(
            name="contract",
            label=_("Contract"),
            value=lambda row: row.contract_name,
            note=lambda row: row.tenant_name,
            link=lambda row: reverse("contract", args=[row.contract]),
            phone="label",
        ),
        Column(
            name="desktops",
            label=_("Desktops"),
            value=lambda row: row.desktops,
            kind="code",
            phone="label",
        ),
        Column(
            name="hours",
            label=_("At which times"),
            value=lambda row: hours_said(row.hours) if row.hours else "",
            phone="label",
        ),
        Column(
            name="starts_at",
            label=_("From"),
            value=lambda row: row.starts_at,
            kind="day",
            sort="starts_at",
            phone="hide",
        ),
        Column(
            name="ends_at",
            label=_("Until"),
            value=lambda row: row.ends_at,
            kind="day",
            sort="ends_at",
            phone="label",
        ),
        Column(
            name="uses",
            label=_("Used"),
            value=lambda row: row.uses,
            kind="number",
            sort="uses",
            phone="hide",
        ),
    ),
    filters=(
        word_filter("state", _("State: all"), "authorisation_state"),
        word_filter("operation", _("Operation: all"), "operation"),
    ),
    fetch=queries.fetch_authorisations,
    row_id=lambda row: row.id,
    default_sort="-asked_at",
    refresh=("service",),
    empty_icon="shield-check",
    empty_title=_("No authorisations"),
    empty_text=_(
        "What a customer authorises is asked for at a contract: which operations, on which "
        "desktops, at which times. Whatever is outside is refused, and written down."
    ),
)

ACTS = ListSpec[AskedAct](
    name="acts",
    title=_("Acts"),
    columns=(
        Column(
            name="at",
            label=_("When"),
            value=lambda row: row.at,
            kind="day",
            sort="at",
            is_main=True,
        ),
        Column(
            name="is_allowed",
            label=_("Outcome"),
            value=lambda row: str(row.is_allowed),
            kind="word",
            words="permit",
        ),
        Column(
            name="operation",
            label=_("Operation"),
            value=lambda row: row.operation,
            kind="word",
            words="operation",
            note=lambda row: row.title,
        ),
        Column(
            name="reason",
            label=_("Why"),
            value=lambda row: row.reason,
            kind="word",
            words="permit_reason",
            phone="label",
        ),
        Column(name="by", label=_("Who"), value=lambda row: row.by, sort="by", phone="label"),
        Column(
            name="count",
            label=_("Desktops"),
            value=lambda row: row.count,
            kind="number",
            phone="label",
        ),
        Column(
            name="outside",
            label=_("In the way"),
            value=lambda row: row.outside[:5],
            kind="tags",
            phone="hide",
        ),
        Column(name="tenant", label=_("Customer"), value=lambda row: row.tenant_name, phone="hide"),
    ),
    filters=(
        search_filter(_("Who, or what was to be done")),
        Filter(
            name="is_allowed",
            label=_("Outcome: all"),
            options=lambda _viewer: [("yes", _("Allowed")), ("no", _("Refused"))],
            parse=parse_boolean,
            kind="choice",
        ),
        word_filter("operation", _("Operation: all"), "operation"),
        Filter(name="since", label=_("Since"), parse=parse_local, kind="time", is_main=False),
        Filter(name="authorisation", label=_("Authorisation"), parse=int, is_main=False),
    ),
    fetch=queries.fetch_acts,
    row_id=lambda row: row.id,
    default_sort="-at",
    refresh=("service",),
    empty_icon="list-check",
    empty_title=_("Nothing was asked yet"),
    empty_text=_(
        "Every act of the platform on a customer's desktops is held against what the customer has "
        "authorised. What was allowed by which authorisation, and what was refused, stands here."
    ),
)


@page(*SEE)
def list_authorisations(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /authorisations"""
    return serve_list(request, viewer, AUTHORISATIONS)


@page(*SEE)
def list_acts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /acts"""
    return serve_list(request, viewer, ACTS)


@page(*SEE)
def show_authorisation(
    request: HttpRequest, viewer: Viewer, authorisation: int
) -> HttpResponseBase:
    """GET /authorisations/N"""
    found = queries.access_authorisation(viewer, AuthorisationId(authorisation))
    speaks = viewer.tenant == found.tenant and may(viewer, Permission.USE_SERVICE)
    return render(
        request,
        "console/service/authorisation.html",
        parts=("authorisation",),
        found=found,
        now=CLOCK.now(),
        can=may(viewer, Permission.MANAGE_SERVICE, found.tenant),
        speaks=speaks,
        acts=queries.fetch_acts(viewer, {"authorisation": authorisation}).items[:10],
    )


@form_page(*SEE)
def new_authorisation(request: HttpRequest, viewer: Viewer, contract: int) -> HttpResponseBase:
    """GET, POST /contracts/N/authorisations/new"""
    now = CLOCK.now()
    whole = contracts.access_contract(viewer, ContractId(contract), now=now)
    speaks = viewer.tenant == whole.contract.tenant and may(viewer, Permission.USE_SERVICE)
    if not speaks and not may(viewer, Permission.MANAGE_SERVICE, whole.contract.tenant):
        raise Refused()
    form = open_form(request, _FIELDS, _first(whole, now))
    made = form.attempt(
        lambda sent: actions.ask_authorisation(
            viewer, whole.contract.id, _read(sent), now=CLOCK.now()
        )
    )
    if made is not None:
        text = _("Granted.") if speaks else _("The customer is asked to authorise it.")
        return done(request, "authorisation", text, authorisation=made)
    return render(
        request,
        "console/service/authorisation_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        contract=whole.contract,
        speaks=speaks,
    )


_FIELDS = (
    FormField(
        key="operations", label=_("Operations"), kind="several", options=options("operation")
    ),
    FormField(
        key="desktops",
        label=_("On which desktops"),
        is_required=False,
        help=_('Empty: all that the contract covers. Else a condition: pool == "Finance".'),
    ),
    FormField(
        key="hours",
        label=_("At which times"),
        is_required=False,
        help=_("Empty: always. Else a calendar expression: workday 18:00-22:00; rest_day; night"),
    ),
    FormField(key="starts_at", label=_("From"), kind="instant"),
    FormField(key="ends_at", label=_("Until"), kind="instant"),
    FormField(key="note", label=_("What it is for"), is_required=False),
)


def _first(whole: contracts.WholeContract, now: datetime) -> dict[str, str]:
    terms = whole.holding.terms
    last = datetime.combine(terms.ends_on + timedelta(days=1), time(), ZoneInfo(terms.time_zone))
    return {"starts_at": write_instant(now), "ends_at": write_instant(last)}


def _read(form: Form) -> AuthorisationDraft:
    try:
        operations = tuple(Operation(each) for each in form.several("operations"))
    except ValueError as error:
        raise Invalid("operations", "this is not one of the choices") from error
    return AuthorisationDraft(
        operations=operations,
        desktops=form.text("desktops"),
        hours=form.text("hours"),
        starts_at=form.needed_instant("starts_at"),
        ends_at=form.needed_instant("ends_at"),
        note=form.text("note"),
    )


@action(*SEE)
def act_on_authorisation(
    request: HttpRequest, viewer: Viewer, authorisation: int
) -> HttpResponseBase:
    """POST /authorisations/N/act: act (grant, grant_on_paper, decline, revoke), paper, note"""
    id = AuthorisationId(authorisation)
    queries.access_authorisation(viewer, id)
    back = way_back(request, reverse("authorisation", args=[authorisation]))
    try:
        text = _act(request, viewer, id)
    except (Conflict, Invalid) as error:
        return done(request, back, say_error(error), tone="critical")
    return done(request, back, text)


def _act(request: HttpRequest, viewer: Viewer, authorisation: AuthorisationId) -> Text:
    now, asked = CLOCK.now(), request.POST
    match asked.get("act", ""):
        case "grant":
            actions.grant_authorisation(viewer, authorisation, now=now)
            return _("Granted.")
        case "grant_on_paper":
            paper = check_paper(asked.get("paper", ""))
            actions.grant_authorisation(viewer, authorisation, now=now, paper=paper)
            return _("Granted on paper.")
        case "decline":
            actions.decline_authorisation(
                viewer, authorisation, now=now, note=asked.get("note", "")
            )
            return _("Declined.")
        case "revoke":
            actions.revoke_authorisation(viewer, authorisation, now=now)
            return _("Revoked: it holds no more.")
    raise Refused()


urlpatterns = [
    path("authorisations", list_authorisations, name="authorisations"),
    path("authorisations/<int:authorisation>", show_authorisation, name="authorisation"),
    path("authorisations/<int:authorisation>/act", act_on_authorisation, name="authorisation_act"),
    path(
        "contracts/<int:contract>/authorisations/new",
        new_authorisation,
        name="authorisation_new",
    ),
    path("acts", list_acts, name="acts"),
]
