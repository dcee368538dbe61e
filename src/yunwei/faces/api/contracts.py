"""REST of contracts: their terms by version, both sides' agreement, and who speaks for whom."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ContractId, TenantId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.service.actions import contracts as actions
from yunwei.operate.service.actions import people
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import (
    Contract,
    ContractDraft,
    ContractSide,
    ContractState,
    InterfacePerson,
    PersonDraft,
    ServiceItem,
    ServiceLevel,
    ServiceType,
    Terms,
    TermsState,
    TermsVersion,
)
from yunwei.operate.service.queries import contracts as queries

router = Router()
_clock = SystemClock()


class ContractOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    number: str
    name: str
    state: ContractState
    latest: int = Field(description="Number of the newest version of the terms.")
    latest_state: TermsState
    agreed: int | None = Field(description="The version that is agreed; null when none is.")
    starts_on: date
    ends_on: date
    time_zone: str
    ended_at: datetime | None
    ended_by: str
    end_note: str
    changed_at: datetime
    changed_by: str


class ServiceItemBody(Body):
    type: ServiceType
    in_scope: str = ""
    out_of_scope: str = ""
    quota: int | None = Field(None, description="In a year of the contract; null: no limit.")


class ServiceLevelBody(Body):
    priority: Priority
    hours: str = Field(description="A calendar expression: `daily`, `workday 09:00-18:00`.")
    response_minutes: int
    resolution_minutes: int
    arrival_minutes: int | None = None


class TermsBody(Body):
    starts_on: date
    ends_on: date
    time_zone: str = "Asia/Shanghai"
    services: list[ServiceItemBody]
    levels: list[ServiceLevelBody] = Field(description="One for each priority.")
    covers: str = Field("", description="Which desktops, as a condition; empty: all.")
    availability: float | None = Field(None, description="A ratio of 1.")
    prices: str = ""
    payment: str = ""
    notice_days: int = Field(1, description="Working days ahead of a change of staff.")
    note: str = ""

    def as_fact(self) -> Terms:
        return Terms(
            **{
                **self.model_dump(exclude={"services", "levels"}),
                "services": tuple(ServiceItem(**each.model_dump()) for each in self.services),
                "levels": tuple(ServiceLevel(**each.model_dump()) for each in self.levels),
            }
        )


class TermsVersionOut(Schema):
    number: int
    terms: TermsBody
    sha256: str = Field(description="By which both sides know that they agree on the same.")
    state: TermsState
    by: str
    at: datetime
    offered_by: str
    offered_at: datetime | None
    judged_by: str
    judged_at: datetime | None
    paper: str = Field(description="Where the signed paper is, when it was agreed on paper.")
    note: str = Field(description="Why the customer returned it.")


class InterfacePersonOut(Schema):
    id: int
    side: ContractSide
    name: str
    phone: str
    email: str
    user: int | None
    is_deputy: bool
    from_at: datetime
    until_at: datetime | None
    announced_at: datetime
    announced_by: str
    notice_until: datetime | None = Field(description="Until when a change had to be announced.")
    late_reason: str
    seen_by: str
    seen_at: datetime | None


class WholeContractOut(ContractOut):
    versions: list[TermsVersionOut] = Field(description="The newest first.")
    people: list[InterfacePersonOut]


class ContractQuery(ListQuery):
    tenant: int | None = None
    state: ContractState | None = None
    search: str | None = Field(None, description="In names and numbers.")


class ContractIn(Body):
    tenant: int | None = Field(None, description="The customer; absent: one's own tenant.")
    number: str
    name: str
    terms: TermsBody


class TermsIn(Body):
    number: str
    name: str
    terms: TermsBody
    latest: int = Field(0, description="The version that was looked at; 0: whichever.")


class AgreementIn(Body):
    sha256: str = Field("", description="Of what was read; other terms are not agreed to.")
    paper: str = Field("", description="Where the paper is, when the provider notes it.")


class ReturnIn(Body):
    note: str
    sha256: str = ""


class NoteIn(Body):
    note: str


class InterfacePersonIn(Body):
    side: ContractSide
    name: str
    phone: str = ""
    email: str = ""
    user: int | None = None
    is_deputy: bool = False
    replaces: int | None = Field(None, description="Who speaks for the side until then.")
    from_at: datetime | None = Field(None, description="Absent: from now on.")
    late_reason: str = ""


@router.get("", response=Listed[ContractOut], summary="List contracts")
def list_contracts(request: HttpRequest, query: Query[ContractQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_contracts(viewer, query.filters(), query.page_request(), now=_clock.now())
    return as_listed(found) | {"items": [_show(*row) for row in found.items]}


@router.post("", response={201: WholeContractOut}, summary="Write a contract")
def add_contract(request: HttpRequest, body: ContractIn) -> Any:
    """Its terms are a draft until they are offered and the customer agrees."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    draft = ContractDraft(number=body.number, name=body.name, terms=body.terms.as_fact())
    made = actions.add_contract(viewer, tenant, draft, now=_clock.now())
    return Status(201, _fetch(request, made))


@router.get("/{int:contract_id}", response=WholeContractOut, summary="Get a contract")
def get_contract(request: HttpRequest, contract_id: int) -> Any:
    return _fetch(request, contract_id)


@router.put("/{int:contract_id}", response=WholeContractOut, summary="Write other terms")
def change_contract(request: HttpRequest, contract_id: int, body: TermsIn) -> Any:
    """A draft is changed; beside agreed terms another version is begun, which holds once it is
    agreed."""
    viewer, id = viewer_of_request(request), ContractId(contract_id)
    draft = ContractDraft(number=body.number, name=body.name, terms=body.terms.as_fact())
    actions.change_contract(viewer, id, draft, now=_clock.now(), latest=body.latest)
    return _fetch(request, contract_id)


@router.post(
    "/{int:contract_id}/offer", response=WholeContractOut, summary="Ask the customer to agree"
)
def offer_terms(request: HttpRequest, contract_id: int) -> Any:
    actions.offer_terms(viewer_of_request(request), ContractId(contract_id), now=_clock.now())
    return _fetch(request, contract_id)


@router.post("/{int:contract_id}/agree", response=WholeContractOut, summary="Agree to the terms")
def agree_to_terms(request: HttpRequest, contract_id: int, body: AgreementIn) -> Any:
    """By the customer's own people; with `paper` by whoever manages service for the provider."""
    actions.agree_to_terms(
        viewer_of_request(request),
        ContractId(contract_id),
        now=_clock.now(),
        sha256=body.sha256,
        paper=body.paper,
    )
    return _fetch(request, contract_id)


@router.post("/{int:contract_id}/return", response=WholeContractOut, summary="Return the terms")
def return_terms(request: HttpRequest, contract_id: int, body: ReturnIn) -> Any:
    viewer, id = viewer_of_request(request), ContractId(contract_id)
    actions.return_terms(viewer, id, now=_clock.now(), note=body.note, sha256=body.sha256)
    return _fetch(request, contract_id)


@router.post("/{int:contract_id}/end", response=WholeContractOut, summary="End a contract")
def end_contract(request: HttpRequest, contract_id: int, body: NoteIn) -> Any:
    viewer, id = viewer_of_request(request), ContractId(contract_id)
    actions.end_contract(viewer, id, now=_clock.now(), note=body.note)
    return _fetch(request, contract_id)


@router.post(
    "/{int:contract_id}/people",
    response={201: WholeContractOut},
    summary="Name an interface person",
)
def add_person(request: HttpRequest, contract_id: int, body: InterfacePersonIn) -> Any:
    """A change of staff that is announced later than agreed needs a reason."""
    given = body.model_dump()
    draft = PersonDraft(**{**given, "user": None if body.user is None else UserId(body.user)})
    people.add_person(viewer_of_request(request), ContractId(contract_id), draft, now=_clock.now())
    return Status(201, _fetch(request, contract_id))


@router.post(
    "/{int:contract_id}/people/{int:person_id}/end",
    response=WholeContractOut,
    summary="End an interface person's time",
)
def end_person(request: HttpRequest, contract_id: int, person_id: int) -> Any:
    viewer, id = viewer_of_request(request), ContractId(contract_id)
    people.end_person(viewer, id, person_id, now=_clock.now())
    return _fetch(request, contract_id)


@router.post(
    "/{int:contract_id}/people/{int:person_id}/seen",
    response=WholeContractOut,
    summary="Say that a change of staff is known",
)
def note_seen(request: HttpRequest, contract_id: int, person_id: int) -> Any:
    viewer, id = viewer_of_request(request), ContractId(contract_id)
    people.note_seen(viewer, id, person_id, now=_clock.now())
    return _fetch(request, contract_id)


def _fetch(request: HttpRequest, contract: int) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    whole = queries.access_contract(viewer, ContractId(contract), now=_clock.now())
    return _show(whole.contract, whole.state) | {
        "versions": [_show_version(each) for each in whole.versions],
        "people": [_show_person(each) for each in whole.people],
    }


def _show(contract: Contract, state: ContractState) -> dict[str, Any]:
    names = [name for name in ContractOut.model_fields if name != "state"]
    return {name: getattr(contract, name) for name in names} | {"state": state}


def _show_version(version: TermsVersion) -> dict[str, Any]:
    names = [name for name in TermsVersionOut.model_fields if name != "terms"]
    terms = version.terms
    told = {name: getattr(terms, name) for name in TermsBody.model_fields}
    services = [
        {name: getattr(each, name) for name in ServiceItemBody.model_fields}
        for each in terms.services
    ]
    levels = [
        {name: getattr(each, name) for name in ServiceLevelBody.model_fields}
        for each in terms.levels
    ]
    whole = told | {"services": services, "levels": levels}
    return {name: getattr(version, name) for name in names} | {"terms": whole}


def _show_person(person: InterfacePerson) -> dict[str, Any]:
    return {name: getattr(person, name) for name in InterfacePersonOut.model_fields}
