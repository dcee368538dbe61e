"""The pages of contracts: the list, one with its terms and its people, and what is done with it."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.console.service.contract_forms import (
    describe_terms,
    draw_levels,
    draw_services,
    open_contract_form,
    read_draft,
)
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, tenant_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form
from yunwei.faces.web.shared.lists import offer, serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.operate.service.actions import contracts as actions
from yunwei.operate.service.facts.contracts import Contract, ContractSide, ContractState
from yunwei.operate.service.queries import authorisations
from yunwei.operate.service.queries import contracts as queries

SEE = (Permission.SEE_SERVICE,)
_FEW = PageRequest(limit=20)

type Row = tuple[Contract, ContractState]


def _tenants(viewer: Viewer) -> Iterable[tuple[str, Text]]:
    return tenant_options(viewer)


CONTRACTS = ListSpec[Row](
    name="contracts",
    title=_("Contracts"),
    columns=(
        Column(
            name="name",
            label=_("Contract"),
            value=lambda row: row[0].name,
            note=lambda row: row[0].number,
            link=lambda row: reverse("contract", args=[row[0].id]),
            sort="name",
            is_main=True,
        ),
        Column(
            name="tenant",
            label=_("Customer"),
            value=lambda row: row[0].tenant_name,
            sort="tenant",
            phone="label",
        ),
        Column(
            name="state",
            label=_("State"),
            value=lambda row: row[1],
            kind="word",
            words="contract_state",
        ),
        Column(
            name="starts_on",
            label=_("First day"),
            value=lambda row: row[0].starts_on.isoformat(),
            sort="starts_on",
            phone="label",
        ),
        Column(
            name="ends_on",
            label=_("Last day"),
            value=lambda row: row[0].ends_on.isoformat(),
            sort="ends_on",
            phone="label",
        ),
        Column(
            name="changed_at",
            label=_("Changed"),
            value=lambda row: row[0].changed_at,
            kind="time",
            sort="changed_at",
            phone="hide",
        ),
    ),
    filters=(
        search_filter(_("Name, number or customer")),
        word_filter("state", _("State: all"), "contract_state"),
        Filter(name="tenant", label=_("Customer: all"), options=_tenants, parse=int, kind="choice"),
    ),
    fetch=lambda viewer, filters, asked: queries.fetch_contracts(
        viewer, filters, asked, now=CLOCK.now()
    ),
    row_id=lambda row: row[0].id,
    default_sort="-changed_at",
    refresh=("service",),
    empty_icon="file-text",
    empty_title=_("No contracts"),
    empty_text=_(
        "A contract says what is done for a customer, for which desktops, how fast, and who speaks "
        "for whom. From the first agreed one on, the platform acts on that customer's desktops "
        "only as far as the customer has authorised it."
    ),
)


@page(*SEE)
def list_contracts(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /contracts"""
    return serve_list(
        request,
        viewer,
        CONTRACTS,
        "console/service/contracts.html",
        **offer(viewer, Permission.MANAGE_SERVICE, "contract_new", _("Write a contract")),
    )


@page(*SEE)
def show_contract(request: HttpRequest, viewer: Viewer, contract: int) -> HttpResponseBase:
    """GET /contracts/N[?version=M]"""
    now = CLOCK.now()
    whole = queries.access_contract(viewer, ContractId(contract), now=now)
    version = whole.version(_number(request.GET.get("version", "")))
    tenant = whole.contract.tenant
    speaks = viewer.tenant == tenant and may(viewer, Permission.USE_SERVICE)
    is_open = whole.contract.ended_at is None
    asked = authorisations.fetch_authorisations(viewer, {"contract": contract}, _FEW)
    return render(
        request,
        "console/service/contract.html",
        parts=("contract",),
        whole=whole,
        contract=whole.contract,
        version=version,
        terms=version.terms,
        levels=queries.explain_levels(viewer, version, tenant, now=now).items(),
        people=[(side, [p for p in whole.people if p.side is side]) for side in ContractSide],
        missing=[side for side in ContractSide if whole.owner(side, now) is None],
        authorisations=asked.items,
        now=now,
        can=is_open and may(viewer, Permission.MANAGE_SERVICE, tenant),
        speaks=is_open and speaks,
    )


@form_page(Permission.MANAGE_SERVICE)
def new_contract(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET, POST /contracts/new"""
    form = open_contract_form(request, tenant_options(viewer), None)
    made = form.attempt(
        lambda sent: actions.add_contract(
            viewer, TenantId(sent.number("tenant")), read_draft(sent), now=CLOCK.now()
        )
    )
    if made is not None:
        return done(request, "contract", _("Saved as a draft."), contract=made)
    return _render_form(request, form, None)


@form_page(Permission.MANAGE_SERVICE)
def change_contract(request: HttpRequest, viewer: Viewer, contract: int) -> HttpResponseBase:
    """GET, POST /contracts/N/change"""
    whole = queries.access_contract(viewer, ContractId(contract), now=CLOCK.now())
    form = open_contract_form(request, [], describe_terms(whole))

    def change(sent: Form) -> int:
        return actions.change_contract(
            viewer,
            whole.contract.id,
            read_draft(sent),
            now=CLOCK.now(),
            latest=sent.number("latest"),
        )

    if form.attempt(change) is not None:
        return done(request, "contract", _("Saved as a draft."), contract=contract)
    return _render_form(request, form, whole)


def _render_form(
    request: HttpRequest, form: Form, whole: queries.WholeContract | None
) -> HttpResponseBase:
    return render(
        request,
        "console/service/contract_form.html",
        status=422 if form.is_sent else 200,
        form=form,
        whole=whole,
        services=draw_services(form),
        levels=draw_levels(form),
    )


@action(*SEE)
def act_on_contract(request: HttpRequest, viewer: Viewer, contract: int) -> HttpResponseBase:
    """POST /contracts/N/act: act (offer, agree, agree_on_paper, return, end), sha256, paper,
    note"""
    id = ContractId(contract)
    # what one may not see is not there, whatever is asked of it
    queries.access_contract(viewer, id, now=CLOCK.now())
    try:
        text = _act(request, viewer, id)
    except (Conflict, Invalid) as error:
        return done(request, "contract", say_error(error), tone="critical", contract=contract)
    return done(request, "contract", text, contract=contract)


def _act(request: HttpRequest, viewer: Viewer, contract: ContractId) -> Text:
    now, asked = CLOCK.now(), request.POST
    note, sha256 = asked.get("note", ""), asked.get("sha256", "")
    match asked.get("act", ""):
        case "offer":
            actions.offer_terms(viewer, contract, now=now)
            return _("The customer is asked to agree.")
        case "agree":
            actions.agree_to_terms(viewer, contract, now=now, sha256=sha256)
            return _("Agreed: these terms hold from now on.")
        case "agree_on_paper":
            paper = actions.check_paper(asked.get("paper", ""))
            actions.agree_to_terms(viewer, contract, now=now, sha256=sha256, paper=paper)
            return _("Agreed on paper: these terms hold from now on.")
        case "return":
            actions.return_terms(viewer, contract, now=now, note=note, sha256=sha256)
            return _("The provider is told what is to be changed.")
        case "end":
            actions.end_contract(viewer, contract, now=now, note=note)
            return _("The contract has ended.")
    raise Refused()


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused()
    return int(text)


urlpatterns = [
    path("contracts", list_contracts, name="contracts"),
    path("contracts/new", new_contract, name="contract_new"),
    path("contracts/<int:contract>", show_contract, name="contract"),
    path("contracts/<int:contract>/change", change_contract, name="contract_change"),
    path("contracts/<int:contract>/act", act_on_contract, name="contract_act"),
]
