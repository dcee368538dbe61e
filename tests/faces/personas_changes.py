"""Who may pass the doors of standard changes: part of the table in `personas`."""

from datetime import timedelta
from typing import Any

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
from tests.support.changing import BY_HAND
from tests.support.people import Standing
from tests.support.service import MINUTES, agreed_contract, terms
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.operate.changes.actions import planning, stepping, templates, working
from yunwei.operate.changes.facts import ChangeDraft, NewTicket
from yunwei.operate.changes.queries.changes import access_change
from yunwei.operate.changes.rules import next_step
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType

CHANGE, AT = {"change": "change"}, {"change_id": "change"}
PLANNED, PLANNED_AT = {"change": "change_planned"}, {"change_id": "change_planned"}
STEP_AT = {**AT, "step_id": "change_step"}
FAILED_AT = {"change_id": "change_halted", "step_id": "change_step_failed"}
TEMPLATE_OF, TEMPLATE_AT = {"template": "change_template"}, {"template_id": "change_template"}
REASON = {"reason": "x"}


def _window() -> dict[str, str]:
    now = SystemClock().now()
    return {
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
    }


def _change(world: World) -> dict[str, Any]:
    return {
        "template": world["change_template"],
        "contract": world["change_contract"],
        **_window(),
    }


PAGES: dict[str, Door] = {
    "changes": door(MONITORS_ANY),
    "change_new": door(OPERATORS_ANY),
    "change": door(MONITORS, at=CHANGE),
    "change_act": door(OPERATORS, 303, method="post", at=PLANNED, data={"act": "start"}),
    "change_step": door(
        OPERATORS,
        303,
        method="post",
        at={**CHANGE, "step": "change_step"},
        data={"act": "done", "text": "x"},
    ),
    "change_evidence": door(MONITORS, at={**CHANGE, "evidence": "change_evidence"}),
    "change_file": door(MONITORS, at={**CHANGE, "kind": "change_file_kind"}),
    "change_templates": door(OPERATORS_ANY),
    "change_template_new": door(MANAGERS),
    "change_template": door(OPERATORS, at=TEMPLATE_OF),
    "change_template_change": door(MANAGERS, at=TEMPLATE_OF),
    "change_template_remove": door(MANAGERS, 303, method="post", at=TEMPLATE_OF),
}

_HERE = "/api/v1/changes/{change_id}"
REST: dict[str, Door] = {
    "GET /api/v1/changes": door(MONITORS_ANY),
    "POST /api/v1/changes": door(OPERATORS, 201, data=_change),
    f"GET {_HERE}": door(MONITORS, at=AT),
    f"POST {_HERE}/start": door(OPERATORS, at=PLANNED_AT),
    f"POST {_HERE}/cancel": door(OPERATORS, at=PLANNED_AT, data=REASON),
    f"POST {_HERE}/roll-back": door(OPERATORS, at={"change_id": "change_halted"}, data=REASON),
    f"POST {_HERE}/give-up": door(OPERATORS, 409, at=AT, data=REASON),
    f"POST {_HERE}/conclude": door(OPERATORS, 409, at=AT, data={"text": "x"}),
    f"GET {_HERE}/files/{{kind}}": door(MONITORS, at={**AT, "kind": "change_file_kind"}),
    f"GET {_HERE}/evidence/{{evidence_id}}": door(
        MONITORS, at={**AT, "evidence_id": "change_evidence"}
    ),
    f"POST {_HERE}/steps/{{step_id}}/start": door(OPERATORS, 409, at=STEP_AT),
    f"POST {_HERE}/steps/{{step_id}}/result": door(
        OPERATORS, at=STEP_AT, data={"is_done": True, "result": "x"}
    ),
    f"POST {_HERE}/steps/{{step_id}}/skip": door(OPERATORS, 409, at=STEP_AT, data=REASON),
    f"POST {_HERE}/steps/{{step_id}}/accept": door(OPERATORS, at=FAILED_AT, data=REASON),
    f"POST {_HERE}/steps/{{step_id}}/retry": door(OPERATORS, at=FAILED_AT),
    f"POST {_HERE}/steps/{{step_id}}/evidence": door(
        OPERATORS, 422, at=STEP_AT, query="?name=x.pdf", data={}
    ),
    "GET /api/v1/change-templates": door(OPERATORS_ANY),
    "POST /api/v1/change-templates": door(
        MANAGERS, 201, data=lambda world: {"tenant": world["a"], "text": BY_HAND}
    ),
    "GET /api/v1/change-templates/{template_id}": door(OPERATORS, at=TEMPLATE_AT),
    "PUT /api/v1/change-templates/{template_id}": door(
        MANAGERS, method="put", at=TEMPLATE_AT, data={"text": BY_HAND, "version": 1}
    ),
    "DELETE /api/v1/change-templates/{template_id}": door(
        MANAGERS, 204, method="delete", at=TEMPLATE_AT
    ),
}


def build(world: World, standing: Standing) -> None:
    """Changes of customer A that people carry out: one at its first step, one that is planned, one
    whose first step has failed."""
    root, now = standing["root"], SystemClock().now()
    box = open_secret_box(load_settings())
    services = (*terms(now).services, ServiceItem(type=ServiceType.CHANGE))
    contract = agreed_contract(root, standing.a.id, now=now, number="C-CH", services=services)
    template = templates.add_template(root, standing.a.id, BY_HAND, now=now)
    draft = ChangeDraft(
        template=template, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8)
    )

    def planned() -> int:
        return planning.ask_change(root, NewTicket(contract=contract), draft, now=now)

    def at_first_step() -> tuple[int, int]:
        change = planned()
        working.start_change(root, change, now=now)
        step = next_step(access_change(root, change))
        assert step is not None
        stepping.start_step(root, change, step.id, box=box, now=now)
        return change, step.id

    world["change_contract"], world["change_template"] = contract, template
    world["change_planned"] = planned()
    world["change"], world["change_step"] = change, step = at_first_step()
    world["change_evidence"] = stepping.add_evidence(root, change, step, MINUTES, now=now)
    world["change_halted"], world["change_step_failed"] = halted, failed = at_first_step()
    stepping.finish_step(root, halted, failed, is_done=False, result="no", now=now)
    world["change_file_kind"] = "docx"
