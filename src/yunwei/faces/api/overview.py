"""REST of the overview: the present in figures, today's curve, the usual one, logons by hour."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import check_parameters
from yunwei.faces.api.measured import SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.collect.facts import SourceState
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.inventory import queries
from yunwei.monitor.telemetry import queries as telemetry_queries

router = Router()


class TenantCountsOut(Schema):
    tenant: int
    tenant_name: str
    users_online: int
    desktops: int


class OverviewOut(Schema):
    users_online: int | None = Field(description="null: no source has told yet.")
    sessions_connected: int | None
    sessions_disconnected: int | None
    sessions_as_of: datetime | None = Field(description="The oldest of the sources' last polls.")
    stale_sources: list[str] = Field(description="Sources whose sessions are not up to date.")
    desktops: int
    desktops_by_state: dict[DesktopState, int]
    desktops_by_login_state: dict[LoginState, int]
    by_tenant: list[TenantCountsOut]
    open_alarms: dict[Severity, int]
    sources_by_state: dict[SourceState, int]


class CurveQuery(Schema):
    day: date | None = Field(None, description="Absent: today in the asker's time zone.")


class CurveOut(Schema):
    day: date
    time_zone: str
    online: SeriesOut = Field(description="Exact at the instants of polling.")
    usual: SeriesOut = Field(description="Median of the same weekday of the last four weeks.")


class LogonHourOut(Schema):
    at: datetime
    attempts: int
    failures: int
    reconnects: int
    logon_p50_s: float | None
    logon_p95_s: float | None


@router.get("", response=OverviewOut, summary="Get the present in figures")
def get_overview(request: HttpRequest) -> Any:
    viewer = viewer_of_request(request)
    now = queries.fetch_now(viewer)
    names = (name for name in OverviewOut.model_fields if hasattr(now, name))
    return {name: getattr(now, name) for name in names} | {
        "open_alarms": alarm_queries.count_open_by_severity(viewer),
        "sources_by_state": collect_queries.count_sources_by_state(viewer),
    }


@router.get(
    "/online", response=CurveOut, summary="Get a day's curve of users online, and the usual"
)
def get_online(request: HttpRequest, query: Query[CurveQuery]) -> Any:
    check_parameters(request, query)
    viewer = viewer_of_request(request)
    today = SystemClock().now().astimezone(telemetry_queries.parse_zone(viewer.time_zone)).date()
    day = query.day or today
    return {
        "day": day,
        "time_zone": viewer.time_zone,
        "online": telemetry_queries.online_curve(viewer, day, viewer.time_zone),
        "usual": telemetry_queries.usual_curve(viewer, day, viewer.time_zone),
    }


@router.get("/logons", response=list[LogonHourOut], summary="Get logons by hour")
def get_logons(request: HttpRequest, query: Query[SpanQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    return telemetry_queries.logons_per_hour(viewer, since, until)
