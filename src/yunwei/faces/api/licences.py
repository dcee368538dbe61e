"""REST of licences: how many there are, how many are used, until when, and how that changed."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.desktops import InventoryChangeOut
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.measured import SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.inventory import actions, queries
from yunwei.monitor.telemetry import queries as telemetry_queries
from yunwei.operate.forecast import queries as forecasts
from yunwei.operate.forecast.facts import Forecast, Lacking, Method

router = Router()
_clock = SystemClock()


class LicenceOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    native_id: str
    name: str
    total: float | None = Field(description="null: the source states no limit.")
    used: float | None
    used_ratio: float | None = Field(description="0-1 and above; null when it is not known.")
    unit: str
    expires_at: datetime | None
    edition: str
    kind: str = Field(description="`quota`, `concurrent`, `named`, `certificate` or empty.")
    server: str
    binding: str
    grace_ends_at: datetime | None
    peak_used: float | None = Field(description="The most that was ever seen in use.")
    peak_at: datetime | None
    scarce_at: float = Field(description="Used share (0-1) from which a minor alarm stands.")
    spent_at: float = Field(description="Used share (0-1) from which a major alarm stands.")
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


class LicenceQuery(ListQuery):
    search: str | None = None
    source: int | None = None
    tenant: int | None = None
    expires_before: datetime | None = None
    gone: str | None = Field(None, pattern="^(no|with|only)$", description="Default: `no`.")


@router.get("", response=Listed[LicenceOut], summary="List licences, the fullest first")
def list_licences(request: HttpRequest, query: Query[LicenceQuery]) -> Any:
    return answer_list(request, query, queries.fetch_licences)


class LicenceChangeOut(Schema):
    id: int
    tenant: int
    licence: int
    licence_name: str
    source: int
    source_name: str
    at: datetime
    field: str
    before: str
    after: str


class LicenceChangeQuery(ListQuery):
    search: str | None = None
    source: int | None = None
    tenant: int | None = None
    licence: int | None = None
    field: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class ThresholdsIn(Schema):
    scarce_at: float = Field(gt=0, le=1)
    spent_at: float = Field(gt=0, le=1)


@router.get(
    "/changes",
    response=Listed[LicenceChangeOut],
    summary="List what changed about any licence, newest first",
)
def list_all_changes(request: HttpRequest, query: Query[LicenceChangeQuery]) -> Any:
    return answer_list(request, query, queries.fetch_all_licence_changes)


@router.put(
    "/{int:licence_id}/thresholds",
    response=LicenceOut,
    summary="Set from which used shares an alarm says that a licence is scarce, and spent",
)
def set_thresholds(request: HttpRequest, licence_id: int, body: ThresholdsIn) -> Any:
    viewer = viewer_of_request(request)
    actions.set_licence_thresholds(
        viewer, licence_id, scarce_at=body.scarce_at, spent_at=body.spent_at
    )
    return queries.access_licence(viewer, licence_id)


@router.get("/{int:licence_id}", response=LicenceOut, summary="Get a licence")
def get_licence(request: HttpRequest, licence_id: int) -> Any:
    return queries.access_licence(viewer_of_request(request), licence_id)


@router.get(
    "/{int:licence_id}/changes",
    response=list[InventoryChangeOut],
    summary="Get what changed about a licence, newest first",
)
def get_changes(request: HttpRequest, licence_id: int) -> Any:
    return queries.fetch_licence_changes(viewer_of_request(request), licence_id)


@router.get(
    "/{int:licence_id}/history",
    response=list[SeriesOut],
    summary="Get how many were used and owned over time",
)
def get_history(request: HttpRequest, licence_id: int, query: Query[SpanQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_licence(viewer, licence_id)
    return telemetry_queries.licence_history(viewer, row.source, row.native_id, since, until)


class TriedMethodOut(Schema):
    method: Method
    error: float = Field(description="Median over the origins of the mean absolute error.")
    error_ratio: float = Field(description="As a share of the mean use.")
    origins: int


class LicenceForecastOut(Schema):
    lacking: Lacking | None = Field(description="Why there is no forecast; null when there is.")
    days_known: int
    days_needed: int | None
    from_day: date | None
    limit: float | None
    method: Method | None
    slope_per_day: float | None
    full_from: date | None = Field(description="Used up at the earliest; null: not in a year.")
    full_on: date | None = Field(description="Likely used up; null: not in a year.")
    full_until: date | None = Field(description="Used up at the latest; null: not in a year.")
    low: list[float] = Field(description="Day by day after from_day.")
    middle: list[float]
    high: list[float]
    jumps: list[date] = Field(description="Days on which the level moved at once.")
    tried: list[TriedMethodOut] = Field(description="How wrong each method was, best first.")


_NOTHING = dict.fromkeys(LicenceForecastOut.model_fields) | {
    name: [] for name in ("low", "middle", "high", "jumps", "tried")
}


@router.get(
    "/{int:licence_id}/forecast",
    response=LicenceForecastOut,
    summary="Get when a licence will be used up, as a range, and how wrong forecasts were",
)
def get_forecast(request: HttpRequest, licence_id: int) -> Any:
    viewer = viewer_of_request(request)
    row = queries.access_licence(viewer, licence_id)
    said = forecasts.forecast_licence(viewer, row, now=_clock.now()).said
    if isinstance(said, Forecast):
        return {**_NOTHING, **asdict(said)}
    known = {"days_known": said.days_known, "days_needed": said.days_needed}
    return {**_NOTHING, **known, "lacking": said.why}
