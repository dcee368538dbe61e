"""REST of simulations: a mask rule tried on the past before it holds."""

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body
from yunwei.faces.api.mask_rule_bodies import MaskRuleIn
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.simulation import actions, queries
from yunwei.monitor.simulation.facts import SimulationState, Step
from yunwei.monitor.simulation.jobs import shared_runner

router = Router()
rule_router = Router()
_clock = SystemClock()


class SpanIn(Body):
    days: int = Field(30, description="How far back, 1 to 365.")


class DraftIn(MaskRuleIn):
    tenant: int | None = Field(None, description="Absent: one's own.")
    days: int = Field(30, description="How far back, 1 to 365.")


class SimulationOut(Schema):
    id: int
    tenant: int
    rule: int | None = Field(description="null: what was tried is not saved.")
    version: int | None
    content: dict[str, Any] = Field(description="What the tried rule says.")
    days: int
    time_zone: str
    state: SimulationState
    step: Step | None = Field(description="What it is at, while it runs.")
    progress: float = Field(description="0 to 1.")
    by: str
    started_at: datetime
    finished_at: datetime | None
    error: str
    outcome: dict[str, Any] | None = Field(
        description="Once it is done: `hidden` of `total` occurrences, `by_day`, `by_severity`, "
        "`by_type`, `by_object`, `marginal` (no other rule would treat them), `overlaps`, "
        "`messages` (`saved`, `wakeups_saved`), `regrets`, `samples`."
    )


@rule_router.post(
    "/simulate", response={202: SimulationOut}, summary="Simulate a rule that is not saved"
)
def simulate_draft(request: HttpRequest, data: DraftIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    draft = data.draft(viewer.time_zone)
    id = actions.start_with_draft(viewer, tenant, draft, days=data.days, now=_clock.now())
    return Status(202, _run(request, id))


@rule_router.post(
    "/{int:rule_id}/simulate", response={202: SimulationOut}, summary="Simulate a rule on the past"
)
def simulate_mask_rule(request: HttpRequest, rule_id: int, data: SpanIn) -> Any:
    """Tries the version that would become active next."""
    viewer = viewer_of_request(request)
    id = actions.start_simulation(viewer, MaskRuleId(rule_id), days=data.days, now=_clock.now())
    return Status(202, _run(request, id))


@router.get("/{int:simulation_id}", response=SimulationOut, summary="Get a simulation")
def get_simulation(request: HttpRequest, simulation_id: int) -> Any:
    return _get(request, simulation_id)


@router.post("/{int:simulation_id}/cancel", response=SimulationOut, summary="Give a simulation up")
def cancel_simulation(request: HttpRequest, simulation_id: int) -> Any:
    actions.cancel_simulation(viewer_of_request(request), simulation_id, now=_clock.now())
    return _get(request, simulation_id)


def _run(request: HttpRequest, id: int) -> dict[str, Any]:
    shared_runner().submit(viewer_of_request(request), id)
    return _get(request, id)


def _get(request: HttpRequest, id: int) -> dict[str, Any]:
    found = queries.access_simulation(viewer_of_request(request), id)
    shown = {name: getattr(found, name) for name in SimulationOut.model_fields}
    return shown | {"step": found.step or None, "outcome": msgspec.to_builtins(found.outcome)}
