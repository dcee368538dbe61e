"""REST of runs: scripts of the library on many desktops, from a preview to every output."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list, as_listed, check_parameters
from yunwei.faces.api.run_follow_ups import (
    RunFollowsBody,
    RunFollowUpOut,
    RunThenBody,
    read_follow_up,
    read_follows,
    show_follow_up,
)
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions import following, judging, starting
from yunwei.operate.runs.facts.clouds import OrderState
from yunwei.operate.runs.facts.comparing import Change
from yunwei.operate.runs.facts.runs import (
    Blind,
    Choice,
    Group,
    Offline,
    Plan,
    Reachability,
    Run,
    RunDraft,
    RunState,
    Target,
    TargetState,
)
from yunwei.operate.runs.facts.watching import GuardMeasure, Verdict
from yunwei.operate.runs.rules.machine import measure_pace
from yunwei.operate.runs.rules.output import read_output
from yunwei.operate.runs.rules.plan import MOST_TARGETS
from yunwei.operate.timetables import queries as timetables

router = Router()
_clock = SystemClock()
_USUAL_WAIT = timedelta(hours=8)


class RunPlanBody(Body):
    """`canary`, `batch` and `stop_at` are a number (`5`) or a share of all targets (`10%`)."""

    canary: str = Field("1", description='So many go first, alone; "" for none.')
    canary_failures: int = Field(0, description="So many of the canary may fail.")
    batch: str = Field("", description="Empty: all the others at once.")
    pause_s: int = Field(0, description="Between batches.")
    parallel: int = Field(100, description="At most so many at once.")
    stop_at: str = Field("10%", description="No more is begun once more than this have failed.")
    offline: Offline = Offline.WAIT
    skips_maintenance: bool = True
    skips_active: bool = Field(False, description="Leave out where somebody works at its turn.")
    watch_minutes: int = Field(
        0, description="So long the canary's experience is watched before the others begin."
    )
    watch_worse: int = Field(50, description="By so many percent it must get worse to stop it.")
    watch_blind: Blind = Field(Blind.STOP, description="When nothing could be measured on it.")


class RunTargetsBody(Body):
    """What is said in several ways counts together."""

    names: list[str] = Field(default_factory=list, max_length=MOST_TARGETS)
    pools: list[int] = Field(default_factory=list, max_length=1000)
    condition: str = Field("", description='As text: `pool == "Sales" && state == "running"`.')
    desktops: list[int] = Field(default_factory=list, max_length=MOST_TARGETS)


class PreviewIn(RunTargetsBody):
    follows: RunFollowsBody | None = None
    tenant: int | None = Field(None, description="Whose desktops; absent: one's own.")


class CandidateOut(Schema):
    desktop: int
    name: str
    reachability: Reachability
    is_active: bool
    is_in_maintenance: bool


class PreviewOut(Schema):
    count: int
    by_reachability: dict[str, int] = Field(
        description="How many a script reaches now, or why not."
    )
    missing: list[str] = Field(description="Names that no desktop has.")
    doubtful: list[str] = Field(description="Names that several desktops have.")
    items: list[CandidateOut] = Field(description="At most the first 1,000.")


class RunIn(RunTargetsBody):
    script: int
    key: str = Field(description="The same key starts one run, however often it is sent.")
    tenant: int | None = Field(None, description="Whose desktops; absent: one's own.")
    parameters: dict[str, str] = Field(default_factory=dict)
    plan: RunPlanBody = Field(default_factory=RunPlanBody)  # type: ignore[arg-type]
    deadline_at: datetime | None = Field(None, description="Absent: in eight hours.")
    sha256: str = Field("", description="Of the version that was looked at; else it is refused.")
    note: str = ""
    follows: RunFollowsBody | None = None
    then: list[RunThenBody] = Field(
        default_factory=list,
        max_length=4,
        description="Each is run after the one before; a chain is of five runs at most.",
    )


class RetryIn(Body):
    key: str
    parameters: dict[str, str] = Field(
        default_factory=dict, description="What is absent is as before; secrets have to be said."
    )
    deadline_at: datetime | None = Field(None, description="Absent: in eight hours.")


class RunNoteIn(Body):
    note: str = ""


class GuardFindingOut(Schema):
    """Means over desktops: shares, seconds, failed attempts an hour."""

    measure: GuardMeasure
    canary: int = Field(description="Desktops of the canary that were measured.")
    canary_before: float
    canary_after: float
    control: int = Field(description="Desktops not begun yet that were measured.")
    control_before: float | None
    control_after: float | None
    excess: float = Field(description="By how much the canary rose more than the others.")
    is_worse: bool


class GuardOut(Schema):
    verdict: Verdict
    looked_at: datetime
    findings: list[GuardFindingOut]


class RunOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    script: int
    script_name: str
    version: int
    language: str
    sha256: str
    digest: str = Field(description="Of the script, as agents sign for it.")
    parameters: dict[str, str] = Field(description="Secrets are masked.")
    plan: RunPlanBody
    note: str
    state: RunState
    reason: str = Field(description="Why it was stopped, or waits for an approval.")
    total: int
    counts: dict[str, int] = Field(description="Targets by state.")
    is_good: bool = Field(description="Every target succeeded.")
    per_minute: float
    left_s: float | None = Field(description="An estimate, for those that can be reached.")
    retry_of: int | None
    follows: int | None = Field(description="The run on some of whose desktops it is.")
    created_at: datetime
    created_by: str
    approve_until: datetime | None
    judged_by: str
    judged_at: datetime | None
    judgement_note: str
    started_at: datetime | None
    ended_at: datetime | None
    cancelled_by: str
    deadline_at: datetime
    watched: GuardOut | None = Field(None, description="What the guard saw of the canary.")


class TargetOut(Schema):
    id: int
    run: int
    desktop: int | None
    desktop_name: str
    agent: int | None
    cloud_order: int | None = Field(description="By which it was reached instead of an agent.")
    batch: int | None = Field(description="0 is the canary; null: not sent.")
    state: TargetState
    reason: str
    sent_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    output_bytes: int = Field(description="Printed in all.")
    is_cut: bool = Field(description="Not all of it was kept.")
    digest: str = Field(description="Targets with the same one printed the same.")


class CloudOrderOut(Schema):
    id: int
    source: int
    source_name: str
    batch: int
    state: OrderState = Field(
        description="intended: written down; asked: being told; lost: told without an answer, and "
        "looked for; given: taken; over."
    )
    native_id: str = Field(description="The cloud's own number of it.")
    reason: str
    targets: int
    canary: int = Field(description="So many of them go first at the cloud.")
    fail_threshold: int = Field(description="When so many of these fail, it leaves out the others.")
    created_at: datetime
    asked_at: datetime | None
    given_at: datetime | None
    ended_at: datetime | None
    is_stop_wanted: bool


class GroupOut(Schema):
    state: TargetState
    reason: str
    exit_code: int | None
    digest: str
    count: int
    sample: int = Field(description="One of the targets.")
    output: str = Field(description="How it begins.")


class ComparedOut(Schema):
    desktop: int
    name: str
    change: Change
    before: TargetState | None
    after: TargetState | None
    exit_before: int | None
    exit_code: int | None


class RunComparisonOut(Schema):
    run: int
    before: int
    is_same_script: bool = Field(description="Both are of the same version.")
    counts: dict[str, int] = Field(description="Desktops by change.")
    items: list[ComparedOut] = Field(description="At most 200 of each kind of change.")


class RunOutputOut(Schema):
    text: str = Field(description="Without signs that a terminal would obey.")


class RunQuery(ListQuery):
    tenant: int | None = None
    script: int | None = None
    state: RunState | None = None
    is_open: bool | None = None
    retry_of: int | None = None
    follows: int | None = None
    search: str | None = None


class ComparisonQuery(Schema):
    before: int | None = Field(None, description="Another run, instead of the last one.")


class TargetQuery(ListQuery):
    state: TargetState | None = None
    is_open: bool | None = None
    exit_code: int | None = None
    digest: str | None = None
    search: str | None = None


@router.get("", response=Listed[RunOut], summary="List runs")
def list_runs(request: HttpRequest, query: Query[RunQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    found = queries.fetch_runs(viewer, query.filters(), query.page_request())
    return as_listed(found) | {"items": [_show(run) for run in found.items]}


@router.post("/preview", response=PreviewOut, summary="Look who a run would be on")
def preview(request: HttpRequest, body: PreviewIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if body.tenant is None else body.tenant)
    choice = _choice(body, body.follows)
    chosen = queries.preview_targets(viewer, tenant, choice, now=_clock.now())
    return {
        "count": len(chosen.candidates),
        "by_reachability": chosen.by_reachability,
        "missing": list(chosen.missing),
        "doubtful": list(chosen.doubtful),
        "items": list(chosen.candidates[:1000]),
    }


@router.post("", response={201: RunOut}, summary="Start a run")
def start(request: HttpRequest, body: RunIn) -> Any:
    """Of a dangerous script, or on many desktops, it waits for another person's approval."""
    viewer = viewer_of_request(request)
    now = _clock.now()
    draft = RunDraft(
        key=body.key,
        tenant=TenantId(viewer.tenant if body.tenant is None else body.tenant),
        script=ScriptId(body.script),
        choice=_choice(body, body.follows),
        plan=Plan(**body.plan.model_dump()),
        deadline_at=body.deadline_at or now + _USUAL_WAIT,
        values=body.parameters,
        sha256=body.sha256,
        note=body.note,
        then=tuple(map(read_follow_up, body.then)),
    )
    made = starting.start_run(viewer, draft, box=_box(), now=now)
    return Status(201, _show(queries.access_run(viewer, made)))


@router.get("/{int:run_id}", response=RunOut, summary="Get a run")
def get_run(request: HttpRequest, run_id: int) -> Any:
    return _show(queries.access_run(viewer_of_request(request), RunId(run_id)))


@router.post("/{int:run_id}/approve", response=RunOut, summary="Approve a run")
def approve(request: HttpRequest, run_id: int, body: RunNoteIn) -> Any:
    """Answers 409 to whoever started it."""
    viewer = viewer_of_request(request)
    judging.approve_run(viewer, RunId(run_id), now=_clock.now(), note=body.note)
    return _show(queries.access_run(viewer, RunId(run_id)))


@router.post("/{int:run_id}/decline", response=RunOut, summary="Do not approve a run")
def decline(request: HttpRequest, run_id: int, body: RunNoteIn) -> Any:
    viewer = viewer_of_request(request)
    judging.decline_run(viewer, RunId(run_id), now=_clock.now(), note=body.note)
    return _show(queries.access_run(viewer, RunId(run_id)))


@router.post("/{int:run_id}/cancel", response=RunOut, summary="Cancel a run")
def cancel(request: HttpRequest, run_id: int) -> Any:
    """Nothing more is begun; what runs is ended on its desktop, with all that it started."""
    viewer = viewer_of_request(request)
    judging.cancel_run(viewer, RunId(run_id), now=_clock.now())
    return _show(queries.access_run(viewer, RunId(run_id)))


@router.post("/{int:run_id}/retry", response={201: RunOut}, summary="Retry what did not succeed")
def retry(request: HttpRequest, run_id: int, body: RetryIn) -> Any:
    """A new run of what may run now, on those desktops of this run that did not succeed."""
    viewer = viewer_of_request(request)
    now = _clock.now()
    known = queries.access_run(viewer, RunId(run_id))
    made = starting.retry_run(
        viewer,
        known,
        key=body.key,
        values=body.parameters,
        deadline_at=body.deadline_at or now + _USUAL_WAIT,
        box=_box(),
        now=now,
    )
    return Status(201, _show(queries.access_run(viewer, made)))


@router.get("/{int:run_id}/targets", response=Listed[TargetOut], summary="List a run's targets")
def list_targets(request: HttpRequest, run_id: int, query: Query[TargetQuery]) -> Any:
    viewer = viewer_of_request(request)
    queries.access_run(viewer, RunId(run_id))
    return answer_list(
        request,
        query,
        lambda viewer, filters, page: queries.fetch_targets(
            viewer, {**filters, "run": run_id}, page
        ),
    )


@router.get("/{int:run_id}/groups", response=list[GroupOut], summary="What came out of a run")
def list_groups(request: HttpRequest, run_id: int) -> Any:
    """Targets that ended alike, by state, exit code and output; the largest group first."""
    found: tuple[Group, ...] = queries.fetch_groups(viewer_of_request(request), RunId(run_id))
    return list(found)


@router.get(
    "/{int:run_id}/follow-ups",
    response=list[RunFollowUpOut],
    summary="List what is run after a run",
)
def list_follow_ups(request: HttpRequest, run_id: int) -> Any:
    """What was said with it, and the whole of the chain that it came of."""
    found = queries.fetch_chain(viewer_of_request(request), RunId(run_id))
    return [show_follow_up(each) for each in found]


@router.post(
    "/{int:run_id}/drop-follow-ups", response=RunOut, summary="Let nothing more follow a run"
)
def drop_follow_ups(request: HttpRequest, run_id: int) -> Any:
    """What runs goes on. Answers 409 when nothing waits."""
    viewer = viewer_of_request(request)
    following.drop_follow_ups(viewer, RunId(run_id), now=_clock.now())
    return _show(queries.access_run(viewer, RunId(run_id)))


@router.get(
    "/{int:run_id}/comparison",
    response=RunComparisonOut,
    summary="Compare a run with an earlier one",
)
def compare(request: HttpRequest, run_id: int, query: Query[ComparisonQuery]) -> Any:
    """With the last run of the same timetable, else of the same script; answers 404 when there is
    none."""
    viewer, run = viewer_of_request(request), RunId(run_id)
    found = query.before and RunId(query.before)
    before = found or timetables.run_before(viewer, run) or queries.run_before(viewer, run)
    if before is None:
        raise Refused()
    compared = queries.compare_runs(viewer, run, before)
    return {
        "run": run,
        "before": before,
        "is_same_script": compared.is_same_script,
        "counts": {change.value: count for change, count in compared.counts.items()},
        "items": list(compared.rows),
    }


@router.get(
    "/{int:run_id}/cloud-orders",
    response=list[CloudOrderOut],
    summary="List a run's orders to desktop clouds",
)
def list_cloud_orders(request: HttpRequest, run_id: int) -> Any:
    """How desktops without an agent are reached; each is told to its cloud once."""
    return list(queries.fetch_cloud_orders(viewer_of_request(request), RunId(run_id)))


@router.get(
    "/{int:run_id}/targets/{int:target_id}", response=TargetOut, summary="Get a target of a run"
)
def get_target(request: HttpRequest, run_id: int, target_id: int) -> Any:
    found: Target = queries.access_target(viewer_of_request(request), RunId(run_id), target_id)
    return found


@router.get(
    "/{int:run_id}/targets/{int:target_id}/output",
    response=RunOutputOut,
    summary="Get what a target printed",
)
def get_output(request: HttpRequest, run_id: int, target_id: int) -> Any:
    viewer = viewer_of_request(request)
    return {"text": read_output(queries.fetch_output(viewer, RunId(run_id), target_id))}


def _box() -> Any:
    return open_secret_box(load_settings())


def _choice(body: RunTargetsBody, follows: RunFollowsBody | None) -> Choice:
    return Choice(
        follows=read_follows(follows) if follows is not None else None,
        names=tuple(body.names),
        pools=tuple(body.pools),
        condition=body.condition,
        desktops=tuple(body.desktops),
    )


_SAME = tuple(name for name in RunOut.model_fields if name in {f.name for f in fields(Run)})


def _show(run: Run) -> Mapping[str, Any]:
    pace = measure_pace(run, _clock.now())
    plan = {f.name: getattr(run.plan, f.name) for f in fields(Plan)}
    return {name: getattr(run, name) for name in _SAME} | {
        "plan": plan,
        "is_good": run.is_good,
        "per_minute": pace.per_minute,
        "left_s": pace.left_s,
    }
