"""REST of remedies: scripts that are linked to alarms, and what they did."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import AlarmId, RemedyId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.remedies import actions, queries
from yunwei.operate.remedies.facts import AttemptState, Mode, RemedyDraft

router = Router()
_clock = SystemClock()


class RemedyOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    name: str
    condition: str
    script: int
    script_name: str
    values: dict[str, str]
    mode: Mode
    per_hour: int
    cool_down_s: int
    breaker_after: int
    verify_s: int
    wait_s: int
    is_enabled: bool
    acts_for: str = Field(description="In whose name its runs are started.")
    misses: int = Field(description="Attempts in a row that healed nothing.")
    broken_at: datetime | None = Field(description="Since when its breaker is open.")
    changed_at: datetime
    attempts: int
    healed: int


class RemedyIn(Body):
    name: str
    condition: str = Field(description='As text: `contains(alarm_type, "cpu_util")`.')
    script: int
    values: dict[str, str] = Field(default_factory=dict)
    mode: Mode = Mode.PROPOSED
    per_hour: int = Field(10, description="At most so many attempts in any hour.")
    cool_down_s: int = Field(1800, description="So long is a desktop left alone afterwards.")
    breaker_after: int = Field(3, description="After so many in a row that heal nothing it stops.")
    verify_s: int = Field(900, description="So long may the alarm take to clear.")
    wait_s: int = Field(30, description="So long must an alarm stand before it applies itself.")
    is_enabled: bool = True


class NewRemedyIn(RemedyIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class ApplyIn(Body):
    alarm: int


class AttemptOut(Schema):
    id: int
    remedy: int
    remedy_name: str
    alarm: int
    occurrence: int
    managed_object: str
    run: int | None
    state: AttemptState
    reason: str
    is_automatic: bool
    by: str
    started_at: datetime
    verify_until: datetime | None
    ended_at: datetime | None


class RemedyQuery(ListQuery):
    tenant: int | None = None
    mode: Mode | None = None
    is_enabled: bool | None = None
    search: str | None = None


class AttemptQuery(ListQuery):
    alarm: int | None = None
    state: AttemptState | None = None


@router.get("", response=Listed[RemedyOut], summary="List remedies")
def list_remedies(request: HttpRequest, query: Query[RemedyQuery]) -> Any:
    return answer_list(request, query, queries.fetch_remedies)


@router.post("", response={201: RemedyOut}, summary="Add a remedy")
def add_remedy(request: HttpRequest, body: NewRemedyIn) -> Any:
    """Its runs are started in the name of whoever saved it last, with that person's rights."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    made = actions.add_remedy(viewer, tenant, _draft(body), now=_clock.now())
    return Status(201, queries.access_remedy(viewer, made))


@router.get("/{int:remedy_id}", response=RemedyOut, summary="Get a remedy")
def get_remedy(request: HttpRequest, remedy_id: int) -> Any:
    return queries.access_remedy(viewer_of_request(request), RemedyId(remedy_id))


@router.put("/{int:remedy_id}", response=RemedyOut, summary="Change a remedy")
def change_remedy(request: HttpRequest, remedy_id: int, body: RemedyIn) -> Any:
    """Closes its breaker."""
    viewer, remedy = viewer_of_request(request), RemedyId(remedy_id)
    actions.change_remedy(viewer, remedy, _draft(body), now=_clock.now())
    return queries.access_remedy(viewer, remedy)


@router.delete("/{int:remedy_id}", response={204: None}, summary="Remove a remedy")
def remove_remedy(request: HttpRequest, remedy_id: int) -> Any:
    actions.remove_remedy(viewer_of_request(request), RemedyId(remedy_id), now=_clock.now())
    return Status(204, None)


@router.post("/{int:remedy_id}/apply", response={201: AttemptOut}, summary="Apply a remedy")
def apply(request: HttpRequest, remedy_id: int, body: ApplyIn) -> Any:
    """To an alarm that it fits, now; the alarm is watched afterwards."""
    viewer = viewer_of_request(request)
    box = open_secret_box(load_settings())
    made = actions.apply_remedy(
        viewer, RemedyId(remedy_id), AlarmId(body.alarm), box=box, now=_clock.now()
    )
    return Status(201, queries.fetch_attempts(viewer, {"id": made}).items[0])


@router.get("/{int:remedy_id}/attempts", response=Listed[AttemptOut], summary="List attempts")
def list_attempts(request: HttpRequest, remedy_id: int, query: Query[AttemptQuery]) -> Any:
    queries.access_remedy(viewer_of_request(request), RemedyId(remedy_id))
    return answer_list(
        request,
        query,
        lambda viewer, filters, page: queries.fetch_attempts(
            viewer, {**filters, "remedy": remedy_id}, page
        ),
    )


def _draft(body: RemedyIn) -> RemedyDraft:
    return RemedyDraft(**body.model_dump(exclude={"tenant"}))
