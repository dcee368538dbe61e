"""REST of timetables: scripts that are run again and again, and what became of each start."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import ScriptId, TenantId, TimetableId
from yunwei.base.core.wall_clock import parse_minute, say_minute
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import Listed, ListQuery, answer_list, as_listed, check_parameters
from yunwei.faces.api.run_follow_ups import RunThenBody, read_follow_up, show_then
from yunwei.faces.api.runs import RunPlanBody, RunTargetsBody
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.runs.facts.runs import Choice, Plan, RunState
from yunwei.operate.timetables import actions, queries
from yunwei.operate.timetables.facts import (
    Missed,
    OnDays,
    Rhythm,
    StartState,
    Times,
    Timetable,
    TimetableDraft,
)
from yunwei.operate.usage.queries.ground import choose_zone

router = Router()
_clock = SystemClock()


class TimetableIn(RunTargetsBody):
    """On which desktops is asked anew at each start."""

    name: str
    rhythm: Rhythm
    at: str = Field("02:00", description="By the clock on the wall.")
    time_zone: str | None = Field(None, description="Absent: the customer's.")
    window_minutes: int = Field(240, description="Nothing is begun later than this after `at`.")
    on_days: OnDays = Field(OnDays.ANY, description="By the customer's calendar.")
    day: date | None = Field(None, description="For `once`.")
    weekdays: list[int] = Field(default_factory=list, description="For `weekly`: 0 is Monday.")
    month_day: int = Field(1, description="For `monthly`; in a shorter month its last day.")
    parameters: dict[str, str] = Field(default_factory=dict)
    plan: RunPlanBody = Field(default_factory=RunPlanBody)  # type: ignore[arg-type]
    missed: Missed = Field(Missed.SKIP, description="What is done when the window went by.")
    note: str = ""
    is_enabled: bool = True
    then: list[RunThenBody] = Field(
        default_factory=list,
        max_length=4,
        description="What follows each of its runs, of the versions that may run then.",
    )


class NewTimetableIn(TimetableIn):
    script: int
    tenant: int | None = Field(None, description="Whose desktops; absent: one's own.")


class DueOut(Schema):
    at: datetime
    until: datetime
    is_known: bool = Field(description="False: its year's calendar is not published yet.")


class TimetableOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    name: str
    script: int
    script_name: str
    rhythm: Rhythm
    at: str
    time_zone: str
    window_minutes: int
    on_days: OnDays
    day: date | None
    weekdays: list[int]
    month_day: int
    names: list[str]
    pools: list[int]
    condition: str
    desktops: list[int]
    parameters: dict[str, str]
    plan: RunPlanBody
    missed: Missed
    note: str
    is_enabled: bool
    acts_for: str = Field(description="In whose name its runs are started.")
    since: datetime = Field(description="What was due before is neither started nor missed.")
    starts: int
    last_due_at: datetime | None
    last_state: StartState | None
    last_reason: str
    last_run: int | None
    then: list[RunThenBody]


class OneTimetableOut(TimetableOut):
    next: list[DueOut] = Field(description="The next five times; none while it is paused.")


class TimetableStartOut(Schema):
    id: int
    timetable: int
    due_at: datetime
    until_at: datetime
    noted_at: datetime
    state: StartState
    reason: str
    left_out: int = Field(description="Names that mean no desktop any more.")
    by: str
    run: int | None
    run_state: RunState | None
    total: int | None
    succeeded: int
    failed: int


class TimetableQuery(ListQuery):
    tenant: int | None = None
    script: int | None = None
    rhythm: Rhythm | None = None
    is_enabled: bool | None = None
    search: str | None = None


class TimetableStartQuery(ListQuery):
    state: StartState | None = None


@router.get("", response=Listed[TimetableOut], summary="List timetables")
def list_timetables(request: HttpRequest, query: Query[TimetableQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_timetables(viewer, query.filters(), query.page_request())
    return as_listed(found) | {"items": [_show(each) for each in found.items]}


@router.post("", response={201: OneTimetableOut}, summary="Add a timetable")
def add_timetable(request: HttpRequest, body: NewTimetableIn) -> Any:
    """Its runs are started in the name of whoever saved it last, with that person's rights."""
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    draft = _draft(viewer, tenant, body, ScriptId(body.script))
    made = actions.add_timetable(viewer, tenant, draft, now=_clock.now())
    return Status(201, _show_one(viewer, made))


@router.get("/{int:timetable_id}", response=OneTimetableOut, summary="Get a timetable")
def get_timetable(request: HttpRequest, timetable_id: int) -> Any:
    return _show_one(viewer_of_request(request), TimetableId(timetable_id))


@router.put("/{int:timetable_id}", response=OneTimetableOut, summary="Change a timetable")
def change_timetable(request: HttpRequest, timetable_id: int, body: TimetableIn) -> Any:
    """Its script stays. Nothing that was due before is caught up."""
    viewer = viewer_of_request(request)
    known = queries.access_timetable(viewer, TimetableId(timetable_id))
    draft = _draft(viewer, known.tenant, body, known.script)
    actions.change_timetable(viewer, known.id, draft, now=_clock.now())
    return _show_one(viewer, known.id)


@router.delete("/{int:timetable_id}", response={204: None}, summary="Remove a timetable")
def remove_timetable(request: HttpRequest, timetable_id: int) -> Any:
    """Its runs stay."""
    viewer = viewer_of_request(request)
    actions.remove_timetable(viewer, TimetableId(timetable_id), now=_clock.now())
    return Status(204, None)


@router.get(
    "/{int:timetable_id}/starts",
    response=Listed[TimetableStartOut],
    summary="List what became of a timetable's starts",
)
def list_starts(request: HttpRequest, timetable_id: int, query: Query[TimetableStartQuery]) -> Any:
    queries.access_timetable(viewer_of_request(request), TimetableId(timetable_id))
    return answer_list(
        request,
        query,
        lambda viewer, filters, page: queries.fetch_starts(
            viewer, {**filters, "timetable": timetable_id}, page
        ),
    )


def _draft(viewer: Viewer, tenant: TenantId, body: TimetableIn, script: ScriptId) -> TimetableDraft:
    times = Times(
        rhythm=body.rhythm,
        time_zone=body.time_zone or choose_zone(viewer, tenant),
        at_minute=parse_minute(body.at, field="at"),
        window_minutes=body.window_minutes,
        on_days=body.on_days,
        day=body.day,
        weekdays=tuple(body.weekdays),
        month_day=body.month_day,
    )
    choice = Choice(
        names=tuple(body.names),
        pools=tuple(body.pools),
        condition=body.condition,
        desktops=tuple(body.desktops),
    )
    return TimetableDraft(
        name=body.name,
        script=script,
        times=times,
        choice=choice,
        plan=Plan(**body.plan.model_dump()),
        values=body.parameters,
        missed=body.missed,
        note=body.note,
        is_enabled=body.is_enabled,
        then=tuple(map(read_follow_up, body.then)),
    )


_TIMES = ("rhythm", "time_zone", "window_minutes", "on_days", "day", "weekdays", "month_day")
_CHOICE = ("names", "pools", "condition", "desktops")
_OWN = set(TimetableOut.model_fields) - {
    *_TIMES,
    *_CHOICE,
    "at",
    "parameters",
    "plan",
    "then",
}  # what a timetable calls the same


def _show(row: Timetable) -> Mapping[str, Any]:
    return {
        **{name: getattr(row, name) for name in _OWN},
        **{name: getattr(row.times, name) for name in _TIMES},
        **{name: getattr(row.choice, name) for name in _CHOICE},
        "at": say_minute(row.times.at_minute),
        "parameters": row.values,
        "then": list(map(show_then, row.then)),
        "plan": {name: getattr(row.plan, name) for name in Plan.__dataclass_fields__},
    }


def _show_one(viewer: Viewer, timetable: TimetableId) -> Mapping[str, Any]:
    row = queries.access_timetable(viewer, timetable)
    now = _clock.now()
    upcoming = queries.fetch_next(viewer, row.tenant, row.times, now=now) if row.is_enabled else ()
    return {**_show(row), "next": list(upcoming)}
