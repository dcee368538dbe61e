"""REST of what goes before layers: overrides, temporary shifts, leave, swaps."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.duty.actions import changes as actions
from yunwei.monitor.duty.actions import swaps
from yunwei.monitor.duty.facts.changes import (
    Leave,
    LeaveDraft,
    OverrideDraft,
    OverrideKind,
    Swap,
    SwapDraft,
    SwapState,
    TemporaryDraft,
)
from yunwei.monitor.duty.facts.plans import OverrideRow
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.queries import changes as queries

overrides = Router()
temporary_shifts = Router()
leaves = Router()
swap_requests = Router()
_clock = SystemClock()


class OverrideOut(Schema):
    id: int
    what: str = Field(description="add, remove, replace, or temporary.")
    tenant: int
    schedule: int
    schedule_name: str
    user: int | None = Field(description="Who is taken off.")
    user_name: str
    stand_in: int | None = Field(description="Who comes on duty.")
    stand_in_name: str
    role: DutyRole
    starts_at: datetime
    ends_at: datetime
    note: str
    by: str
    swap: int | None = Field(description="The request that made it.")


class OverrideIn(Body):
    schedule: int
    kind: OverrideKind
    user: int | None = Field(None, description="Who is taken off (remove, replace).")
    stand_in: int | None = Field(None, description="Who comes on duty (add, replace).")
    role: DutyRole = Field(DutyRole.PRIMARY, description="Of an addition.")
    starts_at: datetime
    ends_at: datetime
    note: str = ""


class TemporaryIn(Body):
    schedule: int
    user: int
    role: DutyRole = DutyRole.PRIMARY
    starts_at: datetime
    ends_at: datetime
    note: str = ""


class LeaveOut(Schema):
    id: int
    tenant: int
    user: int
    user_name: str
    starts_at: datetime
    ends_at: datetime
    note: str
    by: str


class LeaveIn(Body):
    user: int | None = Field(None, description="Absent: oneself.")
    starts_at: datetime
    ends_at: datetime
    note: str = ""


class SwapOut(Schema):
    id: int
    tenant: int
    schedule: int
    schedule_name: str
    asker: int
    asker_name: str
    asked: int
    asked_name: str
    starts_at: datetime
    ends_at: datetime
    return_starts_at: datetime | None
    return_ends_at: datetime | None
    note: str
    state: SwapState
    asked_at: datetime
    answered_at: datetime | None


class SwapIn(Body):
    schedule: int
    asked: int = Field(description="Who is to take over.")
    starts_at: datetime
    ends_at: datetime
    return_starts_at: datetime | None = Field(None, description="What is offered in return.")
    return_ends_at: datetime | None = None
    note: str = ""


class ChangeQuery(ListQuery):
    schedule: int | None = None
    user: int | None = None
    since: datetime | None = Field(None, description="Ends after it.")
    until: datetime | None = Field(None, description="Begins before it.")


class LeaveQuery(ListQuery):
    user: int | None = None
    since: datetime | None = None
    until: datetime | None = None


class SwapQuery(ChangeQuery):
    state: SwapState | None = None


@overrides.get("", response=Listed[OverrideOut], summary="List overrides")
def list_overrides(request: HttpRequest, query: Query[ChangeQuery]) -> Any:
    return _answer(request, query, queries.fetch_overrides, _override_out)


@overrides.post("", response={201: OverrideOut}, summary="Override a schedule for a time")
def add_override(request: HttpRequest, data: OverrideIn) -> Any:
    viewer = viewer_of_request(request)
    draft = OverrideDraft(**data.dict(exclude={"schedule"}))
    made = actions.add_override(viewer, ScheduleId(data.schedule), draft, now=_clock.now())
    return Status(201, _override_out(queries.access_override(viewer, made)))


@overrides.post(
    "/{int:override_id}/end", response={204: None}, summary="End an override, or take it back"
)
def end_override(request: HttpRequest, override_id: int) -> Any:
    actions.end_override(viewer_of_request(request), override_id, now=_clock.now())
    return Status(204, None)


@temporary_shifts.get("", response=Listed[OverrideOut], summary="List temporary shifts")
def list_temporary_shifts(request: HttpRequest, query: Query[ChangeQuery]) -> Any:
    return _answer(request, query, queries.fetch_temporaries, _override_out)


@temporary_shifts.post("", response={201: OverrideOut}, summary="Add a temporary shift")
def add_temporary_shift(request: HttpRequest, data: TemporaryIn) -> Any:
    viewer = viewer_of_request(request)
    draft = TemporaryDraft(**data.dict(exclude={"schedule"}))
    made = actions.add_temporary(viewer, ScheduleId(data.schedule), draft, now=_clock.now())
    return Status(201, _override_out(queries.access_temporary(viewer, made)))


@temporary_shifts.post(
    "/{int:shift_id}/end", response={204: None}, summary="End a temporary shift, or take it back"
)
def end_temporary_shift(request: HttpRequest, shift_id: int) -> Any:
    actions.end_temporary(viewer_of_request(request), shift_id, now=_clock.now())
    return Status(204, None)


@leaves.get("", response=Listed[LeaveOut], summary="List leave")
def list_leaves(request: HttpRequest, query: Query[LeaveQuery]) -> Any:
    return _answer(request, query, queries.fetch_leaves, _leave_out)


@leaves.post("", response={201: LeaveOut}, summary="Note that somebody is away")
def add_leave(request: HttpRequest, data: LeaveIn) -> Any:
    viewer = viewer_of_request(request)
    user = UserId(data.user) if data.user is not None else viewer.user_id or UserId(0)
    draft = LeaveDraft(user=user, starts_at=data.starts_at, ends_at=data.ends_at, note=data.note)
    made = actions.add_leave(viewer, draft, now=_clock.now())
    return Status(201, _leave_out(queries.access_leave(viewer, made)))


@leaves.post("/{int:leave_id}/end", response={204: None}, summary="End leave, or take it back")
def end_leave(request: HttpRequest, leave_id: int) -> Any:
    actions.end_leave(viewer_of_request(request), leave_id, now=_clock.now())
    return Status(204, None)


@swap_requests.get("", response=Listed[SwapOut], summary="List requests to swap")
def list_swaps(request: HttpRequest, query: Query[SwapQuery]) -> Any:
    return _answer(request, query, queries.fetch_swaps, _swap_out)


@swap_requests.post("", response={201: SwapOut}, summary="Ask somebody to swap")
def ask_swap(request: HttpRequest, data: SwapIn) -> Any:
    viewer = viewer_of_request(request)
    draft = SwapDraft(**data.dict())
    made = swaps.ask_swap(viewer, draft, now=_clock.now())
    return Status(201, _swap_out(queries.access_swap(viewer, made)))


@swap_requests.get("/{int:swap_id}", response=SwapOut, summary="Get a request to swap")
def get_swap(request: HttpRequest, swap_id: int) -> Any:
    return _swap_out(queries.access_swap(viewer_of_request(request), swap_id))


@swap_requests.post("/{int:swap_id}/accept", response=SwapOut, summary="Accept a swap")
def accept_swap(request: HttpRequest, swap_id: int) -> Any:
    return _answered(request, swap_id, accepts=True)


@swap_requests.post("/{int:swap_id}/decline", response=SwapOut, summary="Decline a swap")
def decline_swap(request: HttpRequest, swap_id: int) -> Any:
    return _answered(request, swap_id, accepts=False)


@swap_requests.post("/{int:swap_id}/withdraw", response=SwapOut, summary="Take a request back")
def withdraw_swap(request: HttpRequest, swap_id: int) -> Any:
    viewer = viewer_of_request(request)
    swaps.withdraw_swap(viewer, swap_id, now=_clock.now())
    return _swap_out(queries.access_swap(viewer, swap_id))


def _answered(request: HttpRequest, swap_id: int, *, accepts: bool) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    swaps.answer_swap(viewer, swap_id, accepts=accepts, now=_clock.now())
    return _swap_out(queries.access_swap(viewer, swap_id))


def _answer[T](
    request: HttpRequest,
    query: ListQuery,
    fetch: Callable[[Viewer, Mapping[str, Any], PageRequest], Page[T]],
    out: Callable[[T], dict[str, Any]],
) -> dict[str, Any]:
    check_parameters(request, query)
    found = fetch(viewer_of_request(request), query.filters(), query.page_request())
    return as_listed(found) | {"items": [out(each) for each in found.items]}


def _override_out(row: OverrideRow) -> dict[str, Any]:
    return _shown(row, OverrideOut) | _edges(row.span)


def _leave_out(row: Leave) -> dict[str, Any]:
    return _shown(row, LeaveOut) | _edges(row.span)


def _swap_out(row: Swap) -> dict[str, Any]:
    back = row.in_return
    return (
        _shown(row, SwapOut)
        | _edges(row.span)
        | {
            "return_starts_at": back.start if back else None,
            "return_ends_at": back.end if back else None,
        }
    )


def _shown(row: object, schema: type[Schema]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema.model_fields if hasattr(row, name)}


def _edges(span: Span) -> dict[str, Any]:
    return {"starts_at": span.start, "ends_at": span.end}
