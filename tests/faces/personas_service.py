"""Who may pass the doors of the managed service: part of the table in `personas`."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from tests.faces.doors import (
    ANYBODY,
    MANAGERS,
    MONITORS,
    MONITORS_ANY,
    OPERATORS,
    OPERATORS_ANY,
    Door,
    World,
    door,
)
from tests.faces.personas_mails import build_mails
from tests.support.people import PASSWORD, Standing
from tests.support.service import agreed_contract, case_at_acceptance, made_plan, terms
from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import CaseId, ContractId, EmergencyId, TenantId, TicketId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.actions import (
    acceptances,
    authorisations,
    cases,
    contracts,
    emergencies,
    improvements,
    merging,
    people,
    plans,
    surveys,
    tickets,
)
from yunwei.operate.service.facts.acceptances import SCORES
from yunwei.operate.service.facts.authorisations import AuthorisationDraft
from yunwei.operate.service.facts.cases import CaseDraft, CaseStep, DocumentKind
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ContractSide,
    PersonDraft,
    ServiceType,
)
from yunwei.operate.service.facts.emergencies import Postmortem, Telling
from yunwei.operate.service.facts.improvements import ImprovementDraft
from yunwei.operate.service.facts.surveys import PeriodDraft
from yunwei.operate.service.facts.tickets import TicketDraft
from yunwei.operate.service.queries.acceptances import access_acceptance
from yunwei.operate.service.queries.cases import system_case
from yunwei.operate.service.rules.uploads import Upload

CONTRACT = {"contract": "contract"}
OFFERED = {"contract_id": "contract_offered"}
AT = {"contract_id": "contract"}
PERSON = {"contract": "contract", "person": "interface_person"}
AUTHORISATION = {"authorisation": "authorisation"}
AUTHORISATION_AT = {"authorisation_id": "authorisation"}
CASE = {"case": "case"}
CASE_AT = {"case_id": "case"}
PLANNED = {"case": "case_planned"}
PLANNED_AT = {"case_id": "case_planned"}
ACCEPTANCE = {"acceptance": "acceptance"}
ACCEPTANCE_AT = {"acceptance_id": "acceptance"}
IMPROVEMENT = {"improvement": "improvement"}
IMPROVEMENT_AT = {"improvement_id": "improvement"}
EMERGENCY, EMERGENCY_AT = {"emergency": "emergency"}, {"emergency_id": "emergency"}
ENDED, ENDED_AT = {"emergency": "emergency_ended"}, {"emergency_id": "emergency_ended"}
SPEAKS = "kai"
"""Who speaks for customer A: agrees, authorises, accepts."""
BOTH = "root mia kai"


def _terms() -> Any:
    return msgspec.to_builtins(terms(SystemClock().now()))


def _authorisation(world: World) -> dict[str, Any]:
    now = SystemClock().now()
    return {
        "contract": world["contract"],
        "operations": ["script"],
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=1)).isoformat(),
    }


def _leads(world: World) -> dict[str, Any]:
    return {"commander": world["emergency_leader"], "teller": world["emergency_leader"]}


PAGES: dict[str, Door] = {
    "cases": door(MONITORS_ANY),
    "case_new": door(BOTH),
    "case": door(MONITORS, at=CASE),
    "case_change": door(BOTH, at=CASE),
    "case_act": door(MANAGERS, 303, method="post", at=CASE, data={"act": "cancel", "note": "no"}),
    "case_document_new": door(MONITORS, 422, method="post", at=CASE, data={"kind": "other"}),
    "case_document": door(MONITORS, at={**CASE, "document": "case_document"}),
    "case_plan": door(MONITORS, at=CASE),
    "case_plan_write": door(MANAGERS, at=CASE),
    "case_plan_act": door(SPEAKS, 303, method="post", at=PLANNED, data={"act": "confirm"}),
    "acceptance_new": door(MANAGERS, at={"case": "case_accepting"}),
    "acceptance": door(MONITORS, at=ACCEPTANCE),
    "acceptance_act": door(
        SPEAKS, 303, method="post", at=ACCEPTANCE, data={"act": "refuse", "note": "no"}
    ),
    "acceptance_file": door(MONITORS, at={**ACCEPTANCE, "file": "acceptance_file"}),
    "acceptance_package": door(MONITORS, at=ACCEPTANCE),
    "acceptance_verify": door(MONITORS, at=ACCEPTANCE),
    "contracts": door(MONITORS_ANY),
    "contract_new": door(MANAGERS),
    "contract": door(MONITORS, at=CONTRACT),
    "contract_change": door(MANAGERS, at=CONTRACT),
    "contract_act": door(
        SPEAKS, 303, method="post", at={"contract": "contract_offered"}, data={"act": "agree"}
    ),
    "interface_person_new": door(BOTH, at=CONTRACT),
    "interface_person_act": door(MANAGERS, 303, method="post", at=PERSON, data={"act": "end"}),
    "authorisations": door(MONITORS_ANY),
    "authorisation": door(MONITORS, at=AUTHORISATION),
    "authorisation_act": door(SPEAKS, 303, method="post", at=AUTHORISATION, data={"act": "grant"}),
    "authorisation_new": door(BOTH, at=CONTRACT),
    "acts": door(MONITORS_ANY),
    "tickets": door(MONITORS_ANY),
    "ticket": door(MONITORS, at={"ticket": "ticket"}),
    "ticket_new": door(f"{OPERATORS_ANY} kai"),
    "emergencies": door(MONITORS_ANY),
    "emergency_new": door(MANAGERS, at={"ticket": "emergency_ticket"}),
    "emergency": door(MONITORS, at=EMERGENCY),
    "emergency_lead": door(MANAGERS, at=EMERGENCY),
    "emergency_act": door(
        OPERATORS,
        303,
        method="post",
        at=EMERGENCY,
        data={"act": "write", "kind": "observed", "text": "x"},
    ),
    "emergency_postmortem": door(OPERATORS, at=ENDED),
    "emergency_action_new": door(OPERATORS, at=ENDED),
    "emergency_file": door(OPERATORS, at={**ENDED, "kind": "emergency_file_kind"}),
    # it asks for no sign-in, and this is no link of ours
    "survey_by_link": door(ANYBODY, 404, at={"token": "token_that_is_none"}),
    "surveys": door(MONITORS_ANY),
    "survey": door(MONITORS, at={"survey": "survey"}),
    "survey_new": door(MANAGERS),
    "survey_letters": door(MONITORS_ANY),
    "survey_letters_choose": door(
        BOTH, 303, method="post", data=lambda world: {"tenant": world["a"], "sends": "yes"}
    ),
    "improvements": door(MONITORS_ANY),
    "improvement": door(MONITORS, at=IMPROVEMENT),
    "improvement_new": door(OPERATORS_ANY),
    "improvement_change": door(OPERATORS, at=IMPROVEMENT),
    "improvement_end": door(
        OPERATORS, 303, method="post", at=IMPROVEMENT, data={"state": "done", "result": "x"}
    ),
    "mails": door(MANAGERS),
    "mail_decide": door(MANAGERS, 303, method="post", at={"mail": "mail"}, data={"act": "dismiss"}),
    "mailbox": door(MANAGERS),
    "mailbox_try": door(MANAGERS, 303, method="post"),
    "ticket_file": door(MONITORS, at={"ticket": "mail_ticket", "file": "mail_file"}),
    "ticket_merge": door(OPERATORS, at={"ticket": "ticket"}),
    "ticket_split": door(OPERATORS, at={"ticket": "ticket"}),
    "ticket_part": door(OPERATORS, 303, method="post", at={"ticket": "merged_ticket"}),
    "ticket_write": door(
        f"{OPERATORS} kai",
        303,
        method="post",
        at={"ticket": "ticket"},
        data={"kind": "replied", "text": "x"},
    ),
}

REST: dict[str, Door] = {
    "GET /api/v1/cases": door(MONITORS_ANY),
    "POST /api/v1/cases": door(
        BOTH, 201, data=lambda world: {"tenant": world["a"], "title": "new desktops"}
    ),
    "GET /api/v1/cases/{case_id}": door(MONITORS, at=CASE_AT),
    "PUT /api/v1/cases/{case_id}": door(BOTH, at=CASE_AT, data={"title": "more desktops"}),
    "POST /api/v1/cases/{case_id}/advance": door(MANAGERS, 409, at=CASE_AT),
    "POST /api/v1/cases/{case_id}/back": door(
        MANAGERS, 200, at=PLANNED_AT, data={"to": "enquiry", "note": "anew"}
    ),
    "POST /api/v1/cases/{case_id}/cancel": door(MANAGERS, at=CASE_AT, data={"note": "no"}),
    "POST /api/v1/cases/{case_id}/tasks/{key}": door(
        f"{OPERATORS} kai",
        at={**CASE_AT, "key": "first_task"},
        data={"note": "minutes of 1 March"},
    ),
    "POST /api/v1/cases/{case_id}/documents": door(
        MONITORS, 422, at=CASE_AT, query="?name=x.pdf", data={}
    ),
    "GET /api/v1/cases/{case_id}/documents/{document_id}": door(
        MONITORS, at={**CASE_AT, "document_id": "case_document"}
    ),
    "PUT /api/v1/cases/{case_id}/plan": door(
        MANAGERS,
        at=CASE_AT,
        data={"goal": "g", "starts_on": "2026-12-01", "ends_on": "2026-12-31"},
    ),
    "POST /api/v1/cases/{case_id}/plan/offer": door(MANAGERS, at={"case_id": "case_drafted"}),
    "POST /api/v1/cases/{case_id}/plan/confirm": door(SPEAKS, at=PLANNED_AT, data={}),
    "POST /api/v1/cases/{case_id}/plan/return": door(SPEAKS, at=PLANNED_AT, data={"note": "no"}),
    "GET /api/v1/cases/{case_id}/criteria": door(MONITORS, at={"case_id": "case_accepting"}),
    "GET /api/v1/cases/{case_id}/acceptances": door(MONITORS, at=CASE_AT),
    "POST /api/v1/cases/{case_id}/acceptances": door(
        MANAGERS, 201, at={"case_id": "case_accepting"}, data={"password": PASSWORD}
    ),
    "GET /api/v1/acceptances/{acceptance_id}": door(MONITORS, at=ACCEPTANCE_AT),
    "POST /api/v1/acceptances/{acceptance_id}/sign": door(
        SPEAKS,
        at=ACCEPTANCE_AT,
        data={"password": PASSWORD, "feedback": {"scores": dict.fromkeys(SCORES, 5)}},
    ),
    "POST /api/v1/acceptances/{acceptance_id}/scan": door(MONITORS, 422, at=ACCEPTANCE_AT, data={}),
    "POST /api/v1/acceptances/{acceptance_id}/refuse": door(
        SPEAKS, at=ACCEPTANCE_AT, data={"note": "no"}
    ),
    "POST /api/v1/acceptances/{acceptance_id}/withdraw": door(
        MANAGERS, at=ACCEPTANCE_AT, data={"note": "no"}
    ),
    "GET /api/v1/acceptances/{acceptance_id}/files/{file_id}": door(
        MONITORS, at={**ACCEPTANCE_AT, "file_id": "acceptance_file"}
    ),
    "GET /api/v1/acceptances/{acceptance_id}/package": door(MONITORS, at=ACCEPTANCE_AT),
    "GET /api/v1/acceptances/{acceptance_id}/verification": door(MONITORS, at=ACCEPTANCE_AT),
    "GET /api/v1/contracts": door(MONITORS_ANY),
    "POST /api/v1/contracts": door(
        MANAGERS,
        201,
        data=lambda world: {"tenant": world["a"], "number": "n", "name": "n", "terms": _terms()},
    ),
    "GET /api/v1/contracts/{contract_id}": door(MONITORS, at=AT),
    "PUT /api/v1/contracts/{contract_id}": door(
        MANAGERS, at=AT, data=lambda _world: {"number": "n", "name": "n", "terms": _terms()}
    ),
    "POST /api/v1/contracts/{contract_id}/offer": door(
        MANAGERS, at={"contract_id": "contract_draft"}
    ),
    "POST /api/v1/contracts/{contract_id}/agree": door(SPEAKS, at=OFFERED, data={}),
    "POST /api/v1/contracts/{contract_id}/return": door(SPEAKS, at=OFFERED, data={"note": "no"}),
    "POST /api/v1/contracts/{contract_id}/end": door(MANAGERS, at=AT, data={"note": "over"}),
    "POST /api/v1/contracts/{contract_id}/people": door(
        BOTH, 201, at=AT, data={"side": "customer", "name": "Li", "phone": "1"}
    ),
    "POST /api/v1/contracts/{contract_id}/people/{person_id}/end": door(
        MANAGERS, at={**AT, "person_id": "interface_person"}
    ),
    "POST /api/v1/contracts/{contract_id}/people/{person_id}/seen": door(
        SPEAKS, at={**AT, "person_id": "interface_person"}
    ),
    "GET /api/v1/authorisations": door(MONITORS_ANY),
    "POST /api/v1/authorisations": door(BOTH, 201, data=_authorisation),
    "GET /api/v1/authorisations/{authorisation_id}": door(MONITORS, at=AUTHORISATION_AT),
    "POST /api/v1/authorisations/{authorisation_id}/grant": door(
        SPEAKS, at=AUTHORISATION_AT, data={}
    ),
    "POST /api/v1/authorisations/{authorisation_id}/decline": door(
        SPEAKS, at=AUTHORISATION_AT, data={"note": "no"}
    ),
    "POST /api/v1/authorisations/{authorisation_id}/revoke": door(BOTH, at=AUTHORISATION_AT),
    "GET /api/v1/tickets": door(MONITORS_ANY),
    "POST /api/v1/tickets": door(
        f"{OPERATORS} kai",
        201,
        data=lambda world: {
            "contract": world["contract"],
            "type": "remote",
            "priority": "p3",
            "title": "slow",
        },
    ),
    "GET /api/v1/tickets/{ticket_id}": door(MONITORS, at={"ticket_id": "ticket"}),
    "POST /api/v1/tickets/{ticket_id}/entries": door(
        f"{OPERATORS} kai",
        201,
        at={"ticket_id": "ticket"},
        data={"kind": "replied", "text": "x"},
    ),
    "POST /api/v1/tickets/{ticket_id}/merge": door(
        OPERATORS, at={"ticket_id": "ticket"}, data=lambda world: {"into": world["other_ticket"]}
    ),
    "POST /api/v1/tickets/{ticket_id}/part": door(
        OPERATORS, at={"ticket_id": "merged_ticket"}, data={}
    ),
    "POST /api/v1/tickets/{ticket_id}/split": door(
        OPERATORS, 201, at={"ticket_id": "ticket"}, data={"title": "x", "description": "x"}
    ),
    "GET /api/v1/surveys": door(MONITORS_ANY),
    "POST /api/v1/surveys": door(
        MANAGERS,
        201,
        data=lambda world: {
            "contract": world["contract"],
            "first_on": "2026-01-01",
            "last_on": "2026-03-31",
        },
    ),
    "GET /api/v1/surveys/satisfaction": door(MONITORS_ANY),
    "GET /api/v1/surveys/letters": door(MONITORS_ANY),
    "PUT /api/v1/surveys/letters/{tenant_id}": door(
        BOTH, method="put", at={"tenant_id": "a"}, data={"sends": True}
    ),
    "GET /api/v1/surveys/{survey_id}": door(MONITORS, at={"survey_id": "survey"}),
    "GET /api/v1/emergencies": door(MONITORS_ANY),
    "POST /api/v1/emergencies": door(
        MANAGERS,
        201,
        data=lambda world: {"ticket": world["emergency_ticket"], "reason": "x", **_leads(world)},
    ),
    "GET /api/v1/emergencies/{emergency_id}": door(MONITORS, at=EMERGENCY_AT),
    "PUT /api/v1/emergencies/{emergency_id}/lead": door(MANAGERS, at=EMERGENCY_AT, data=_leads),
    "POST /api/v1/emergencies/{emergency_id}/lines": door(
        OPERATORS, 201, at=EMERGENCY_AT, data={"kind": "observed", "text": "x"}
    ),
    "POST /api/v1/emergencies/{emergency_id}/updates": door(
        MANAGERS, 201, at=EMERGENCY_AT, data={"text": "x"}
    ),
    "POST /api/v1/emergencies/{emergency_id}/end": door(
        MANAGERS, at=EMERGENCY_AT, data={"resolution": "x"}
    ),
    "PUT /api/v1/emergencies/{emergency_id}/postmortem": door(
        OPERATORS, at=ENDED_AT, data={"summary": "x", "version": 1}
    ),
    "POST /api/v1/emergencies/{emergency_id}/actions": door(
        OPERATORS,
        201,
        at=ENDED_AT,
        data=lambda world: {
            "title": "x",
            "owner": world["emergency_leader"],
            "due_on": "2026-12-31",
        },
    ),
    "POST /api/v1/emergencies/{emergency_id}/release": door(MANAGERS, at=ENDED_AT),
    "GET /api/v1/emergencies/{emergency_id}/files/{kind}": door(
        OPERATORS, at={**ENDED_AT, "kind": "emergency_file_kind"}
    ),
    "GET /api/v1/improvements": door(MONITORS_ANY),
    "POST /api/v1/improvements": door(
        OPERATORS, 201, data=lambda world: {"tenant": world["a"], "title": "faster answers"}
    ),
    "GET /api/v1/improvements/{improvement_id}": door(MONITORS, at=IMPROVEMENT_AT),
    "PUT /api/v1/improvements/{improvement_id}": door(
        OPERATORS, at=IMPROVEMENT_AT, data={"title": "faster answers"}
    ),
    "POST /api/v1/improvements/{improvement_id}/end": door(
        OPERATORS, at=IMPROVEMENT_AT, data={"state": "done", "result": "x"}
    ),
    "GET /api/v1/acts": door(MONITORS_ANY),
    "POST /api/v1/acts/check": door(
        MONITORS, data=lambda world: {"tenant": world["a"], "operation": "script"}
    ),
}


def build(world: World, standing: Standing) -> None:
    """Contracts with customer A, one of each state that waits for somebody, with what belongs to
    the agreed one."""
    root, now, tenant = standing["root"], SystemClock().now(), standing.a.id
    made = agreed_contract(root, tenant, now=now, number="agreed")
    world["contract"] = made
    for number in ("draft", "offered"):
        draft = ContractDraft(number=number, name=number, terms=terms(now))
        world[f"contract_{number}"] = contracts.add_contract(root, tenant, draft, now=now)
    contracts.offer_terms(root, ContractId(int(world["contract_offered"])), now=now)
    person = PersonDraft(side=ContractSide.PROVIDER, name="Wang", phone="138")
    world["interface_person"] = people.add_person(root, made, person, now=now)
    asked = AuthorisationDraft(
        operations=(Operation.SCRIPT,), starts_at=now, ends_at=now + timedelta(days=1)
    )
    ticket = TicketDraft(
        contract=made, type=ServiceType.REMOTE, priority=Priority.P2, title="black screen"
    )
    world["ticket"] = tickets.open_ticket(root, ticket, now=now)
    for name in ("other_ticket", "merged_ticket"):
        world[name] = tickets.open_ticket(root, ticket, now=now)
    build_mails(world, made, root)
    merged, other = TicketId(int(world["merged_ticket"])), TicketId(int(world["other_ticket"]))
    merging.merge_ticket(root, merged, other, now=now)
    today = now.date()
    period = PeriodDraft(contract=made, first_on=today - timedelta(days=90), last_on=today)
    world["survey"] = surveys.ask_about_period(root, period, now=now)
    entry = ImprovementDraft(title="Answers come late")
    world["improvement"] = improvements.add_improvement(root, tenant, entry, now=now)
    _build_cases(root, tenant, world, now)
    _build_emergencies(root, made, world, now)
    world["authorisation"] = authorisations.ask_authorisation(root, made, asked, now=now)


def _build_cases(root: Viewer, tenant: TenantId, world: World, now: datetime) -> None:
    """A case at its first step with a document, one with a plan, one whose plan is offered."""
    for name in ("case", "case_drafted", "case_planned"):
        draft = CaseDraft(title=name, need="100 desktops")
        world[name] = cases.open_case(root, tenant, draft, now=now)
    file = Upload(name="minutes.pdf", content_type="application/pdf", data=b"%PDF-1.7 %%EOF")
    case = CaseId(int(world["case"]))
    world["case_document"] = cases.add_document(root, case, file, DocumentKind.MINUTES, now=now)
    world["first_task"] = "define_needs"
    for name in ("case_drafted", "case_planned"):
        plans.write_plan(root, CaseId(int(world[name])), made_plan(now.date()), now=now)
    planned = CaseId(int(world["case_planned"]))
    plans.offer_plan(root, planned, now=now)
    with transaction() as conn:
        whole = system_case(conn, planned, root.tenants, now=now)
        cases.move(conn, root, whole, CaseStep.PLAN, now=now)
    for number, name in (("accepting", "case_accepting"), ("accepted", "case_accepted")):
        made = case_at_acceptance(root, tenant, now=now - timedelta(minutes=1), number=number)
        world[name] = made
    offer, accepted = acceptances.AcceptanceDraft(), CaseId(int(world["case_accepted"]))
    asked = acceptances.ask_acceptance(root, accepted, offer, now=now)
    world["acceptance"] = asked
    world["acceptance_file"] = access_acceptance(root, asked).files[0].id


def _build_emergencies(root: Viewer, contract: ContractId, world: World, now: datetime) -> None:
    """A ticket that may be declared one, an emergency that goes on, and one that has ended."""
    leader = root.user_id or UserId(0)
    world["emergency_leader"] = leader
    world["emergency_file_kind"] = "docx"
    telling = Telling(commander=leader, teller=leader)
    for name in ("emergency_ticket", "emergency", "emergency_ended"):
        draft = TicketDraft(
            contract=contract, type=ServiceType.EMERGENCY, priority=Priority.P1, title=name
        )
        ticket = tickets.open_ticket(root, draft, now=now)
        world[name] = ticket
        if name != "emergency_ticket":
            made = emergencies.declare_emergency(root, ticket, telling, reason="x", now=now)
            world[name] = made
    ended = EmergencyId(int(world["emergency_ended"]))
    emergencies.end_emergency(root, ended, resolution="x", now=now)
    said = Postmortem(summary="x", impact="x", causes="x")
    emergencies.write_postmortem(root, ended, said, version=0, now=now)
    entry = ImprovementDraft(title="x", owner=leader, due_on=now.date())
    emergencies.add_action(root, ended, entry, now=now)
