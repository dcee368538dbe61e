"""Who may pass the doors of the managed service: part of the table in `personas`."""

from datetime import timedelta
from typing import Any

import msgspec

from tests.faces.doors import (
    MANAGERS,
    MONITORS,
    MONITORS_ANY,
    OPERATORS,
    OPERATORS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from tests.support.service import agreed_contract, terms
from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import ContractId
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.service.actions import authorisations, contracts, people, tickets
from yunwei.operate.service.facts.authorisations import AuthorisationDraft
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ContractSide,
    PersonDraft,
    ServiceType,
)
from yunwei.operate.service.facts.tickets import TicketDraft

CONTRACT = {"contract": "contract"}
OFFERED = {"contract_id": "contract_offered"}
AT = {"contract_id": "contract"}
PERSON = {"contract": "contract", "person": "interface_person"}
AUTHORISATION = {"authorisation": "authorisation"}
AUTHORISATION_AT = {"authorisation_id": "authorisation"}
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


PAGES: dict[str, Door] = {
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
    "ticket_write": door(
        f"{OPERATORS} kai",
        303,
        method="post",
        at={"ticket": "ticket"},
        data={"kind": "replied", "text": "x"},
    ),
}

REST: dict[str, Door] = {
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
    world["authorisation"] = authorisations.ask_authorisation(root, made, asked, now=now)
