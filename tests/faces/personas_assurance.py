"""Who may pass the doors of event plans: part of the table in `personas`."""

from datetime import timedelta
from typing import Any

from tests.faces.doors import MANAGERS, MONITORS, MONITORS_ANY, Door, World, door
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.assurance import actions
from yunwei.operate.assurance.facts import PlanDraft, PlanKind

PLAN, AT = {"plan": "event_plan"}, {"plan_id": "event_plan"}
HELD_AT = {"plan_id": "event_plan_held"}


def _times() -> dict[str, str]:
    now = SystemClock().now()
    end = (now + timedelta(days=1)).isoformat()
    return {
        "starts_at": now.isoformat(),
        "ends_at": end,
        "frozen_from": now.isoformat(),
        "frozen_until": end,
    }


def _plan(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "kind": "freeze", "name": "congress", **_times()}


PAGES: dict[str, Door] = {
    "event_plans": door(MONITORS_ANY),
    "event_plan_new": door(MANAGERS),
    "event_plan": door(MONITORS, at=PLAN),
    "event_room": door(MONITORS, at={"plan": "event_plan_held"}),
    "event_file": door(MONITORS, at={"plan": "event_plan_ended", "kind": "event_file_kind"}),
    "event_plan_change": door(MANAGERS, at=PLAN),
    "event_plan_act": door(MANAGERS, 303, method="post", at=PLAN, data={"act": "cancel"}),
    "event_exception_new": door(MANAGERS, at=PLAN),
}

REST: dict[str, Door] = {
    "GET /api/v1/event-plans": door(MONITORS_ANY),
    "POST /api/v1/event-plans": door(MANAGERS, 201, data=_plan),
    "GET /api/v1/event-plans/{plan_id}": door(MONITORS, at=AT),
    "GET /api/v1/event-plans/{plan_id}/room": door(MONITORS, at=HELD_AT),
    "GET /api/v1/event-plans/{plan_id}/files/{kind}": door(
        MONITORS, at={"plan_id": "event_plan_ended", "kind": "event_file_kind"}
    ),
    "PUT /api/v1/event-plans/{plan_id}": door(
        MANAGERS, method="put", at=AT, data=lambda world: {**_plan(world), "version": 1}
    ),
    "POST /api/v1/event-plans/{plan_id}/start": door(MANAGERS, at=AT),
    "POST /api/v1/event-plans/{plan_id}/end": door(MANAGERS, at=HELD_AT, data={}),
    "POST /api/v1/event-plans/{plan_id}/cancel": door(MANAGERS, at=AT),
    "POST /api/v1/event-plans/{plan_id}/exceptions": door(
        MANAGERS,
        201,
        at=HELD_AT,
        data=lambda _world: {"who": "olga", "reason": "P1", "until": _times()["ends_at"]},
    ),
}


def build(world: World, standing: Standing) -> None:
    """Frozen periods of customer A, one that was not started and one that is, of which the time is
    still to come: nothing else that personas try is frozen."""
    root, now = standing["root"], SystemClock().now()
    draft = PlanDraft(
        tenant=standing.a.id,
        kind=PlanKind.FREEZE,
        name="congress",
        covers="",
        starts_at=now + timedelta(days=7),
        ends_at=now + timedelta(days=8),
        frozen_from=now + timedelta(days=7),
        frozen_until=now + timedelta(days=8),
    )
    world["event_plan"] = actions.add_plan(root, draft, now=now)
    world["event_plan_held"] = actions.add_plan(root, draft, now=now)
    actions.start_plan(root, int(world["event_plan_held"]), now=now)
    ended = actions.add_plan(root, draft, now=now)
    actions.start_plan(root, ended, now=now)
    actions.end_plan(root, ended, note="", clock=SystemClock())
    world["event_plan_ended"] = ended
    world["event_file_kind"] = "docx"
