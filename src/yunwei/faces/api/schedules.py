"""REST of schedules: who takes turns, who is on duty when, what is wrong with them."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.calendar_times import times_to_json
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, as_listed, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.duty.actions import schedules as actions
from yunwei.monitor.duty.facts.plans import Plan, PlannedShift, ScheduleRow
from yunwei.monitor.duty.facts.schedules import (
    DutyRole,
    Layer,
    LayerDraft,
    RotationUnit,
    Schedule,
    ScheduleDraft,
)
from yunwei.monitor.duty.facts.shifts import Finding, FindingCode
from yunwei.monitor.duty.queries import findings, plans
from yunwei.monitor.duty.rules.reasons import say_finding

router = Router()
_clock = SystemClock()
_TIMES = "A calendar expression: {time_zone, clauses}; null: always."


class LayerBody(Body):
    id: int | None = Field(None, description="null: a new layer.")
    name: str
    role: DutyRole = DutyRole.PRIMARY
    unit: RotationUnit = RotationUnit.WEEK
    length: int = Field(1, description="How many units a turn lasts.")
    handoff_minute: int = Field(540, description="Minutes after midnight, on the wall clock.")
    starts_on: date = Field(description="The day on which the first turn begins.")
    ends_on: date | None = Field(None, description="The last day; null: for ever.")
    groups: list[list[int]] = Field(
        description="User ids, one list for each turn: the first has the role, others are backups."
    )
    times: dict[str, Any] | None = Field(None, description=_TIMES)
    is_fair: bool = Field(False, description="Rest days are shared out evenly, not by turn.")

    def draft(self) -> LayerDraft:
        fields = self.dict()
        return LayerDraft(
            **fields
            | {
                "id": LayerId(self.id) if self.id is not None else None,
                "groups": tuple(tuple(map(UserId, group)) for group in self.groups),
            }
        )


class ScheduleIn(Body):
    name: str
    time_zone: str = "Asia/Shanghai"
    layers: list[LayerBody] = Field(default=[], description="Those that go before others first.")
    coverage: dict[str, Any] | None = Field(
        None, description=f"When somebody must be on duty. {_TIMES}"
    )
    notice_minutes: int = Field(30, description="Before a handoff; 0: nobody is told.")
    note: str = ""

    def draft(self) -> ScheduleDraft:
        return ScheduleDraft(
            name=self.name,
            time_zone=self.time_zone,
            layers=tuple(layer.draft() for layer in self.layers),
            coverage=self.coverage,
            notice_minutes=self.notice_minutes,
            note=self.note,
        )


class NewScheduleIn(ScheduleIn):
    tenant: int | None = Field(None, description="Absent: one's own.")


class ScheduleOut(Schema):
    id: int
    tenant: int
    name: str
    time_zone: str
    layers: list[LayerBody]
    coverage: dict[str, Any] | None
    notice_minutes: int
    note: str
    changed_at: datetime


class ShiftOut(Schema):
    schedule: int
    schedule_name: str
    user: int
    user_name: str
    role: DutyRole
    starts_at: datetime
    ends_at: datetime
    because_zh: str = Field(description="Why, in Chinese.")
    because_en: str = Field(description="Why, in English.")
    is_recorded: bool = Field(description="It was so; else it will be, unless somebody changes it.")


class ScheduleRowOut(ScheduleOut):
    now: list[ShiftOut] = Field(description="Who is on duty.")
    gaps: int = Field(description="Gaps in the next four weeks.")
    next_at: datetime | None = Field(description="The next handoff.")


class SpanOut(Schema):
    starts_at: datetime
    ends_at: datetime


class PlanOut(Schema):
    shifts: list[ShiftOut] = Field(description="The record up to now, the plan from there on.")
    gaps: list[SpanOut] = Field(description="Times to come without a primary.")


class DutyFindingOut(SpanOut):
    schedule: int
    code: FindingCode
    user: int | None
    text_zh: str
    text_en: str


class ScheduleQuery(ListQuery):
    search: str | None = None
    tenant: int | None = None


class PlanQuery(Schema):
    since: datetime
    until: datetime


class PreviewIn(NewScheduleIn):
    since: datetime
    until: datetime


@router.get("", response=Listed[ScheduleRowOut], summary="List schedules")
def list_schedules(request: HttpRequest, query: Query[ScheduleQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = plans.fetch_schedules(viewer, query.filters(), query.page_request(), now=_clock.now())
    return as_listed(found) | {"items": [_row(row) for row in found.items]}


@router.post("", response={201: ScheduleOut}, summary="Add a schedule")
def add_schedule(request: HttpRequest, data: NewScheduleIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    made = actions.add_schedule(viewer, tenant, data.draft(), now=_clock.now())
    return Status(201, _get(request, made))


@router.post("/preview", response=PlanOut, summary="Try a schedule without saving it")
def preview_schedule(request: HttpRequest, data: PreviewIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(data.tenant) if data.tenant is not None else viewer.tenant
    within = _within(data.since, data.until)
    return _plan(plans.preview_plan(viewer, tenant, data.draft(), within, now=_clock.now()))


@router.get("/findings", response=list[DutyFindingOut], summary="List what is wrong with schedules")
def list_findings(request: HttpRequest) -> Any:
    found = findings.fetch_findings(viewer_of_request(request), now=_clock.now())
    return [_finding(each) for each in found]


@router.get("/{int:schedule_id}", response=ScheduleOut, summary="Get a schedule")
def get_schedule(request: HttpRequest, schedule_id: int) -> Any:
    return _get(request, schedule_id)


@router.put("/{int:schedule_id}", response=ScheduleOut, summary="Change a schedule from now on")
def change_schedule(request: HttpRequest, schedule_id: int, data: ScheduleIn) -> Any:
    viewer = viewer_of_request(request)
    actions.change_schedule(viewer, ScheduleId(schedule_id), data.draft(), now=_clock.now())
    return _get(request, schedule_id)


@router.delete("/{int:schedule_id}", response={204: None}, summary="Remove a schedule")
def remove_schedule(request: HttpRequest, schedule_id: int) -> Any:
    viewer = viewer_of_request(request)
    actions.remove_schedule(viewer, ScheduleId(schedule_id), now=_clock.now())
    return Status(204, None)


@router.get("/{int:schedule_id}/plan", response=PlanOut, summary="Get who is on duty when")
def get_plan(request: HttpRequest, schedule_id: int, query: Query[PlanQuery]) -> Any:
    check_parameters(request, query)
    viewer, within = viewer_of_request(request), _within(query.since, query.until)
    return _plan(plans.fetch_plan(viewer, ScheduleId(schedule_id), within, now=_clock.now()))


@router.get(
    "/{int:schedule_id}/findings",
    response=list[DutyFindingOut],
    summary="List what is wrong with one",
)
def list_findings_of(request: HttpRequest, schedule_id: int) -> Any:
    viewer = viewer_of_request(request)
    found = findings.fetch_findings(viewer, ScheduleId(schedule_id), now=_clock.now())
    return [_finding(each) for each in found]


def _within(since: datetime, until: datetime) -> Span:
    for name, value in (("since", since), ("until", until)):
        if value.tzinfo is None:
            raise Invalid(name, "the time has no zone")
    return Span(since, until)


def _get(request: HttpRequest, schedule_id: int) -> dict[str, Any]:
    return _out(plans.access_schedule(viewer_of_request(request), ScheduleId(schedule_id)))


def _out(schedule: Schedule) -> dict[str, Any]:
    shown = {name: getattr(schedule, name) for name in ScheduleOut.model_fields}
    coverage = schedule.coverage
    return shown | {
        "layers": [_layer(layer) for layer in schedule.layers],
        "coverage": times_to_json(coverage) if coverage is not None else None,
    }


def _layer(layer: Layer) -> dict[str, Any]:
    shown = {name: getattr(layer, name) for name in LayerBody.model_fields}
    times = times_to_json(layer.times) if layer.times is not None else None
    return shown | {"groups": [list(group) for group in layer.groups], "times": times}


def _row(row: ScheduleRow) -> dict[str, Any]:
    return _out(row.schedule) | {
        "now": [shift_out(shift) for shift in row.now],
        "gaps": row.gaps,
        "next_at": row.next_at,
    }


def shift_out(shift: PlannedShift) -> dict[str, Any]:
    names = (name for name in ShiftOut.model_fields if hasattr(shift, name))
    return {name: getattr(shift, name) for name in names} | _edges(shift.span)


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "shifts": [shift_out(shift) for shift in plan.shifts],
        "gaps": [_edges(gap) for gap in plan.gaps],
    }


def _edges(span: Span) -> dict[str, Any]:
    return {"starts_at": span.start, "ends_at": span.end}


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "schedule": found.schedule,
        "code": found.code,
        "user": found.user,
        "text_zh": say_finding(found.code, found.user_name, "zh"),
        "text_en": say_finding(found.code, found.user_name, "en"),
        **_edges(found.span),
    }
