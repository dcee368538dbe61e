"""Who may pass the doors of visits on site: part of the table in `personas`."""

from datetime import timedelta
from typing import Any

from tests.faces.doors import MONITORS, MONITORS_ANY, OPERATORS, Door, World, door
from tests.support.people import Standing
from tests.support.service import MINUTES, agreed_contract
from yunwei.base.core.ids import TicketId, UserId
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.service.actions import tickets, visits
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType
from yunwei.operate.service.facts.tickets import TicketDraft
from yunwei.operate.service.facts.visits import VisitDraft, Work

PLANNED, PLANNED_AT = {"visit": "visit"}, {"visit_id": "visit"}
DONE, DONE_AT = {"visit": "visit_done"}, {"visit_id": "visit_done"}
SIGNERS = f"{OPERATORS} kai"
NAME = {"name": "Li", "strokes": "10,10 500,300"}


def _visit(world: World) -> dict[str, Any]:
    now = SystemClock().now()
    return {
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(minutes=5)).isoformat(),
        "engineer": world["visit_engineer"],
        "address": "Building 3",
    }


PAGES: dict[str, Door] = {
    "visits": door(MONITORS_ANY),
    "service_calendar": door(MONITORS_ANY),
    "service_board": door(MONITORS_ANY),
    "visit_new": door(OPERATORS, at={"ticket": "visit_ticket"}),
    "visit": door(MONITORS, at=PLANNED),
    "visit_change": door(OPERATORS, at=PLANNED),
    "visit_act": door(OPERATORS, 303, method="post", at=PLANNED, data={"act": "arrive"}),
    "visit_sign": door(SIGNERS, 303, method="post", at=DONE, data=NAME),
    "visit_file": door(MONITORS, at={**DONE, "file": "visit_file"}),
    "visit_sheet": door(MONITORS, at={**DONE, "kind": "visit_sheet_kind"}),
}

_HERE = "/api/v1/visits/{visit_id}"
REST: dict[str, Door] = {
    "GET /api/v1/visits": door(MONITORS_ANY),
    "POST /api/v1/visits": door(
        OPERATORS, 201, data=lambda world: {**_visit(world), "ticket": world["visit_ticket"]}
    ),
    f"GET {_HERE}": door(MONITORS, at=PLANNED_AT),
    f"PUT {_HERE}": door(
        OPERATORS, method="put", at=PLANNED_AT, data=lambda world: {**_visit(world), "version": 1}
    ),
    f"POST {_HERE}/cancel": door(OPERATORS, at=PLANNED_AT, data={"note": "x"}),
    f"POST {_HERE}/arrive": door(OPERATORS, at=PLANNED_AT, data={}),
    f"POST {_HERE}/result": door(OPERATORS, at=DONE_AT, data={"result": "x"}),
    f"POST {_HERE}/sign": door(SIGNERS, at=DONE_AT, data=NAME),
    f"POST {_HERE}/files": door(OPERATORS, 422, at=DONE_AT, query="?name=x.pdf", data={}),
    f"GET {_HERE}/files/{{file_id}}": door(MONITORS, at={**DONE_AT, "file_id": "visit_file"}),
    f"GET {_HERE}/sheets/{{kind}}": door(MONITORS, at={**DONE_AT, "kind": "visit_sheet_kind"}),
}


def build(world: World, standing: Standing) -> None:
    """Visits to customer A: one that is planned, one that is done and not signed."""
    root, now = standing["root"], SystemClock().now()
    services = (ServiceItem(type=ServiceType.ON_SITE),)
    contract = agreed_contract(root, standing.a.id, now=now, number="C-V", services=services)
    asked = TicketDraft(
        contract=contract,
        type=ServiceType.ON_SITE,
        priority=Priority.P3,
        title="no picture",
        details={"place": "Building 3"},
    )
    ticket: TicketId = tickets.open_ticket(root, asked, now=now)
    engineer = standing["olga"].user_id or UserId(0)
    draft = VisitDraft(
        starts_at=now, ends_at=now + timedelta(minutes=5), engineer=engineer, address="Building 3"
    )
    world["visit_engineer"], world["visit_ticket"] = engineer, ticket
    world["visit"] = visits.plan_visit(root, ticket, draft, now=now)
    world["visit_done"] = finished = visits.plan_visit(root, ticket, draft, now=now)
    visits.arrive(root, finished, now=now)
    visits.finish_visit(root, finished, Work(result="a cable was loose"), now=now)
    world["visit_file"] = visits.add_file(root, finished, MINUTES, now=now)
    world["visit_sheet_kind"] = "docx"
