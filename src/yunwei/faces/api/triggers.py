"""REST of triggers: scripts that are started by what happens to desktops, and what they did."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import TenantId, TriggerId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.actions import triggers as actions
from yunwei.operate.triggers.facts import FiringState, Occasion, TriggerDraft

router = Router()
_clock = SystemClock()


class TriggerOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    name: str
    occasion: Occasion
    condition: str
    script: int
    script_name: str
    values: dict[str, str]
    off_s: int
    wait_s: int
    within_s: int
    per_hour: int
    cool_down_s: int
    breaker_after: int
    is_enabled: bool
    acts_for: str = Field(description="In whose name its runs are started.")
    misses: int = Field(description="Desktops in a row on which it failed.")
    broken_at: datetime | None = Field(description="Since when its breaker is open.")
    changed_at: datetime
    fired: int
    done: int


class TriggerIn(Body):
    name: str
    occasion: Occasion
    condition: str = Field("", description='On desktops, as text: `pool == "Finance"`. "": all.')
    script: int
    values: dict[str, str] = Field(default_factory=dict)
    off_s: int = Field(0, description="Of `started`: so long must the desktop have been off.")
    wait_s: int = Field(60, description="So long after the occasion its run is started.")
    within_s: int = Field(86_400, description="By then it must have begun, or it never does.")
    per_hour: int = Field(100, description="At most so many in any hour; the others wait.")
    cool_down_s: int = Field(3600, description="So long is a desktop left alone after one.")
    breaker_after: int = Field(5, description="After so many in a row that fail it stops.")
    is_enabled: bool = True


class NewTriggerIn(TriggerIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class FiringOut(Schema):
    id: int
    trigger: int
    trigger_name: str
    desktop: int
    desktop_name: str
    before: str = Field(description="Of what changed, such as the image; may be empty.")
    after: str
    happened_at: datetime
    due_at: datetime
    until_at: datetime
    state: FiringState
    reason: str
    run: int | None
    started_at: datetime | None
    ended_at: datetime | None


class TriggerQuery(ListQuery):
    tenant: int | None = None
    occasion: Occasion | None = None
    is_enabled: bool | None = None
    search: str | None = None


class FiringQuery(ListQuery):
    desktop: int | None = None
    state: FiringState | None = None


@router.get("", response=Listed[TriggerOut], summary="List triggers")
def list_triggers(request: HttpRequest, query: Query[TriggerQuery]) -> Any:
    return answer_list(request, query, queries.fetch_triggers)


@router.post("", response={201: TriggerOut}, summary="Add a trigger")
def add_trigger(request: HttpRequest, body: NewTriggerIn) -> Any:
    """Its runs are started in the name of whoever saved it last, with that person's rights."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.add_trigger(viewer, tenant, _draft(body), now=_clock.now())
    return Status(201, queries.access_trigger(viewer, made))


@router.get("/{int:trigger_id}", response=TriggerOut, summary="Get a trigger")
def get_trigger(request: HttpRequest, trigger_id: int) -> Any:
    return queries.access_trigger(viewer_of_request(request), TriggerId(trigger_id))


@router.put("/{int:trigger_id}", response=TriggerOut, summary="Change a trigger")
def change_trigger(request: HttpRequest, trigger_id: int, body: TriggerIn) -> Any:
    """Closes its breaker; one that is turned off begins nothing of what waits."""
    viewer, trigger = viewer_of_request(request), TriggerId(trigger_id)
    actions.change_trigger(viewer, trigger, _draft(body), now=_clock.now())
    return queries.access_trigger(viewer, trigger)


@router.delete("/{int:trigger_id}", response={204: None}, summary="Remove a trigger")
def remove_trigger(request: HttpRequest, trigger_id: int) -> Any:
    actions.remove_trigger(viewer_of_request(request), TriggerId(trigger_id), now=_clock.now())
    return Status(204, None)


@router.get("/{int:trigger_id}/firings", response=Listed[FiringOut], summary="List firings")
def list_firings(request: HttpRequest, trigger_id: int, query: Query[FiringQuery]) -> Any:
    queries.access_trigger(viewer_of_request(request), TriggerId(trigger_id))
    return answer_list(
        request,
        query,
        lambda viewer, filters, page: queries.fetch_firings(
            viewer, {**filters, "trigger": trigger_id}, page
        ),
    )


def _draft(body: TriggerIn) -> TriggerDraft:
    return TriggerDraft(**body.model_dump(exclude={"tenant"}))
