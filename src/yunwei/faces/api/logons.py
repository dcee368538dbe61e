"""REST of logons: how long they take, where their time goes, which were the slowest."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.ids import SourceId
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.usage import AttemptsOut, KnownOut, UsageQuery, read_ground
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.queries import logons, parts

router = Router()


class LogonPartsQuery(UsageQuery):
    by: By = By.POOL


class SlowestQuery(UsageQuery):
    limit: int = Field(20, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=1_000_000)


class PhaseOut(Schema):
    name: str = Field(description="In the source's words; empty: what no stage accounts for.")
    logons: int
    p50_s: float
    p95_s: float
    total_s: float
    share: float = Field(description="Of the time of all logons whose stages are known (0-1).")


class LogonsOut(Schema):
    since: datetime
    until: datetime
    time_zone: str
    known: KnownOut
    attempts: AttemptsOut
    stages: list[PhaseOut]
    gap: PhaseOut | None = Field(description="What no stage accounts for; null: no stages told.")
    staged: int = Field(description="First logons whose stages are known, of `attempts.timed`.")
    failed: dict[str, int] = Field(description="Failed attempts by stage, as far as it is told.")


class LogonTimesOut(Schema):
    step_s: int
    times: list[datetime]
    logons: list[int]
    p50_s: list[float | None]
    p95_s: list[float | None]


class NamedAttemptsOut(AttemptsOut):
    name: str = Field(description="As people know it.")


class LogonStageOut(Schema):
    name: str
    seconds: float
    began_at: datetime | None = Field(description="null: not told.")
    has_failed: bool


class LogonOut(Schema):
    source: int
    native_id: str
    login: str
    desktop_user: int | None
    name: str
    department: str
    desktop: str = Field(description="Native id.")
    desktop_name: str
    started_at: datetime
    setup_at: datetime | None = Field(description="null: never became usable.")
    ended_at: datetime | None
    is_reconnect: bool
    failure: str
    rtt_s: float | None
    client_type: str
    client_name: str
    client_ip: str
    client_version: str
    logon_s: float | None
    gap_s: float | None = Field(description="Of the logon, what no stage accounts for.")
    stages: list[LogonStageOut]


@router.get("", response=LogonsOut, summary="Get how long logons take, and where their time goes")
def get_logons(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    ground = read_ground(request, query)
    phases = logons.fetch_phases(ground)
    return {
        "since": ground.asked.from_at,
        "until": ground.asked.to_at,
        "time_zone": ground.asked.time_zone,
        "known": ground.known,
        "attempts": parts.fetch_all_attempts(ground),
        "stages": phases.rows,
        "gap": phases.gap,
        "staged": phases.staged,
        "failed": phases.failed,
    }


@router.get("/times", response=LogonTimesOut, summary="Get how long logons take, over time")
def get_logon_times(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    return logons.fetch_logon_times(read_ground(request, query))


@router.get(
    "/parts", response=list[NamedAttemptsOut], summary="Get attempts by pool, client, hour and more"
)
def get_logon_parts(request: HttpRequest, query: Query[LogonPartsQuery]) -> Any:
    found = parts.fetch_named_attempts(read_ground(request, query), query.by)
    fields = AttemptsOut.model_fields
    return [
        {"name": name} | {field: getattr(each, field) for field in fields} for name, each in found
    ]


@router.get("/slowest", response=list[LogonOut], summary="Get the slowest logons with their stages")
def get_slowest(request: HttpRequest, query: Query[SlowestQuery]) -> Any:
    ground = read_ground(request, query)
    return logons.fetch_slowest(ground, limit=query.limit, offset=query.offset)


@router.get(
    "/{source_id}/{started_ms}/{path:native_id}",
    response=LogonOut,
    summary="Get one attempt with the stages of its logon",
)
def get_logon(request: HttpRequest, source_id: int, started_ms: int, native_id: str) -> Any:
    """started_ms: when it began, milliseconds since 1970."""
    viewer = viewer_of_request(request)
    return logons.fetch_logon(viewer, SourceId(source_id), started_ms, native_id)
