"""Who may pass the doors of inspections: part of the table in `personas`."""

from datetime import date
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
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.inspection.actions import inspections, plans
from yunwei.operate.inspection.facts.inspections import Rhythm, ScheduleDraft
from yunwei.operate.inspection.jobs.making import system_make_next

TEXT = """
title = { zh = "机房巡检", en = "Machine room" }
[[item]]
name = "room"
title = { zh = "机房", en = "Room" }
how = { zh = "温度", en = "Temperature" }
"""
SEALED, OPEN = {"inspection": "inspection"}, {"inspection": "inspection_open"}
TEMPLATE, SCHEDULE = {"template": "inspection_template"}, {"schedule": "inspection_schedule"}
SEALED_AT, OPEN_AT = {"inspection_id": "inspection"}, {"inspection_id": "inspection_open"}
TEMPLATE_AT = {"template_id": "inspection_template"}
SCHEDULE_AT = {"schedule_id": "inspection_schedule"}
FILE = {"kind": "inspection_file_kind"}


def _ticket(_world: World) -> dict[str, Any]:
    return {"check": "room"}


def _schedule(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "rhythm": "week", "first_day": "2026-11-02"}


PAGES: dict[str, Door] = {
    "inspections": door(MONITORS_ANY),
    "inspection_new": door(OPERATORS_ANY),
    "inspection": door(MONITORS, at=SEALED),
    "inspection_answers": door(
        OPERATORS, 303, method="post", at=OPEN, data={"level.room": "passed"}
    ),
    "inspection_act": door(OPERATORS, 303, method="post", at=OPEN, data={"act": "seal"}),
    "inspection_file": door(MONITORS, at={**SEALED, **FILE}),
    "inspection_templates": door(OPERATORS_ANY),
    "inspection_template_built_in": door(OPERATORS_ANY),
    "inspection_template_new": door(MANAGERS),
    "inspection_template": door(OPERATORS, at=TEMPLATE),
    "inspection_template_change": door(MANAGERS, at=TEMPLATE),
    "inspection_template_remove": door(MANAGERS, 303, method="post", at=TEMPLATE),
    "inspection_schedules": door(OPERATORS_ANY),
    "inspection_schedule_new": door(MANAGERS),
    "inspection_schedule": door(OPERATORS, at=SCHEDULE),
    "inspection_schedule_remove": door(MANAGERS, 303, method="post", at=SCHEDULE),
}

REST: dict[str, Door] = {
    "GET /api/v1/inspections": door(MONITORS_ANY),
    "POST /api/v1/inspections": door(OPERATORS, 201, data=lambda world: {"tenant": world["a"]}),
    "GET /api/v1/inspections/{inspection_id}": door(MONITORS, at=SEALED_AT),
    "POST /api/v1/inspections/{inspection_id}/answers": door(
        OPERATORS, at=OPEN_AT, data={"answers": [{"item": "room", "level": "passed"}]}
    ),
    "POST /api/v1/inspections/{inspection_id}/seal": door(OPERATORS, at=OPEN_AT),
    "POST /api/v1/inspections/{inspection_id}/tickets": door(
        OPERATORS, 201, at=OPEN_AT, data=_ticket
    ),
    "GET /api/v1/inspections/{inspection_id}/files/{kind}": door(
        MONITORS, at={**SEALED_AT, **FILE}
    ),
    "DELETE /api/v1/inspections/{inspection_id}": door(MANAGERS, 204, method="delete", at=OPEN_AT),
    "GET /api/v1/inspection-templates": door(OPERATORS_ANY),
    "GET /api/v1/inspection-templates/built-in": door(OPERATORS_ANY),
    "POST /api/v1/inspection-templates": door(
        MANAGERS, 201, data=lambda world: {"tenant": world["a"], "text": TEXT}
    ),
    "GET /api/v1/inspection-templates/{template_id}": door(OPERATORS, at=TEMPLATE_AT),
    "PUT /api/v1/inspection-templates/{template_id}": door(
        MANAGERS, method="put", at=TEMPLATE_AT, data={"version": 1, "text": TEXT}
    ),
    "DELETE /api/v1/inspection-templates/{template_id}": door(
        MANAGERS, 204, method="delete", at=TEMPLATE_AT
    ),
    "GET /api/v1/inspection-schedules": door(OPERATORS_ANY),
    "POST /api/v1/inspection-schedules": door(MANAGERS, 201, data=_schedule),
    "GET /api/v1/inspection-schedules/{schedule_id}": door(OPERATORS, at=SCHEDULE_AT),
    "DELETE /api/v1/inspection-schedules/{schedule_id}": door(
        MANAGERS, 204, method="delete", at=SCHEDULE_AT
    ),
}


def build(world: World, standing: Standing) -> None:
    """Of customer A: an inspection that is sealed, one whose item is not well, and what they are
    made by."""
    root, tenant, clock = standing["root"], standing.a.id, SystemClock()
    now = clock.now()
    template = plans.add_template(root, tenant, TEXT, now=now)
    world["inspection_template"] = template
    for name, level in (("inspection", "passed"), ("inspection_open", "failed")):
        made = inspections.ask_inspection(root, tenant, template, now=now)
        assert system_make_next(clock, time_zone="Asia/Shanghai")
        inspections.answer_items(root, made, {"room": (level, "24 °C")}, now=now)
        world[name] = made
    inspections.seal_inspection(root, int(world["inspection"]), now=now)
    world["inspection_file_kind"] = "docx"
    draft = ScheduleDraft(
        tenant=tenant,
        template=template,
        rhythm=Rhythm.MONTH,
        first_day=date(2026, 11, 1),
        minute=420,
        time_zone="Asia/Shanghai",
    )
    world["inspection_schedule"] = plans.add_schedule(root, draft, now=now)
