"""REST of use: who was connected when, how many at once, for how long."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.faces.api.measured import SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import (
    Asked,
    By,
    Chosen,
    Concurrency,
    Counted,
    Dimension,
    Measure,
    Question,
)
from yunwei.operate.usage.queries import activity, exploring, parts
from yunwei.operate.usage.queries.ground import Ground, choose_zone, lay_ground

router = Router()
_USUAL = timedelta(days=7)


class UsageQuery(SpanQuery):
    """A stretch of time of at most 92 days, the last 7 when nothing is asked, and whose use."""

    tenant: int | None = None
    pool: int | None = Field(None, description="Our id.")
    department: str = ""
    client: str = Field("", description="Kind of client, as the source says it.")
    user: str = Field("", description="Part of a login name.")
    time_zone: str = Field("", description="Whose days and hours; default: the tenant's.")


class CountedQuery(UsageQuery):
    counted: Counted = Counted.USERS


class PartsQuery(UsageQuery):
    by: By = By.DEPARTMENT


class ExploreQuery(UsageQuery):
    measure: Measure = Measure.PEAK_USERS
    by: list[Dimension] = Field([Dimension.DAY], description="One or two different ones.")


class UserTimesQuery(UsageQuery):
    limit: int = Field(50, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=1_000_000)


class KnownOut(Schema):
    coverage: float = Field(description="Share (0-1) of the time that connection records cover.")
    as_of: datetime | None = Field(description="Until when the source that lags most has told.")
    sources: int = Field(description="How many sources have told anything.")


class TopOut(Schema):
    count: int
    at: datetime = Field(description="The first instant at which so many were connected.")


class ConcurrencyOut(Schema):
    counted: Counted
    step_s: int = Field(description="Width of a step.")
    times: list[datetime]
    highest: list[int | None] = Field(description="Exact maximum in each step; null: not known.")
    top: TopOut | None = Field(description="The exact peak; null: nobody was connected.")
    known: KnownOut


class AttemptsOut(Schema):
    part: str = Field(description="What it is told apart by; empty for all, or unknown.")
    attempts: int
    failures: int
    reconnects: int
    timed: int = Field(description="First connections that became usable.")
    p50_s: float | None = Field(description="Median from asking to usable, of those timed.")
    p95_s: float | None


class ActiveOut(Schema):
    users: int = Field(description="Different users connected in the time.")
    day: int = Field(description="On its last day.")
    week: int = Field(description="In the 7 days that end with it.")
    month: int = Field(description="In the 28 days that end with it.")
    stickiness: float | None = Field(description="Mean users a day of those 28, by `month`.")
    connected_s: float = Field(description="Time connected of all users; overlaps once.")


class ActivityOut(Schema):
    since: datetime
    until: datetime
    time_zone: str
    known: KnownOut
    active: ActiveOut
    users_at_once: TopOut | None
    sessions_at_once: TopOut | None
    attempts: AttemptsOut


class UsedDayOut(Schema):
    day: date
    users: int = Field(description="Different users connected at any instant of the local day.")
    connected_s: float


class UserTimeOut(Schema):
    source: int
    login: str
    desktop_user: int | None
    name: str
    department: str
    connected_s: float
    days: int
    first_in_s: float = Field(description="Median over days, seconds since local midnight.")
    last_out_s: float


class UserTimesOut(Schema):
    items: list[UserTimeOut]
    total: int
    known: KnownOut


class PartOut(Schema):
    key: str = Field(
        description="As the source says it; of pools and hosts `source:id`, of tenants our id."
    )
    name: str
    users: int
    connected_s: float
    top: TopOut | None = Field(description="Most users at once.")
    attempts: AttemptsOut


class FailuresOut(Schema):
    reason: str = Field(description="The source's own words; empty where it gave none.")
    attempts: int
    users: int
    last_at: datetime


class CellOut(Schema):
    keys: list[str] = Field(
        description="One for each dimension: ISO day, weekday 1-7 (Monday first), hour 00-23, else "
        "as the source says it; of pools and hosts `source:id`, of users `source:login`, of "
        "tenants our id. Hosts and images are those when a connection began."
    )
    value: float | None


class ExploredOut(Schema):
    measure: Measure
    by: list[Dimension]
    unit: str = Field(description="`1`, `s` or `ratio`.")
    time_zone: str
    whole: float | None = Field(description="Of all; users and peaks do not add up to it.")
    cells: list[CellOut] = Field(description="Those in which anything happened, by their keys.")
    names: dict[str, str] = Field(
        description="Of keys of tenants, pools, hosts and users, for people."
    )
    known: KnownOut


class HeatOut(Schema):
    time_zone: str
    rows: list[list[float | None]] = Field(
        description="Mean users connected: 7 weekdays, Monday first, of 24 hours; null: not known."
    )


def read_ground(request: HttpRequest, query: UsageQuery) -> Ground:
    """Return what a request's questions stand on; raises Invalid, Refused, EngineAway."""
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    if query.since is None:
        since = until - _USUAL
    tenant = None if query.tenant is None else TenantId(query.tenant)
    if tenant is not None and tenant not in viewer.tenants:
        raise Refused()
    pool = None if query.pool is None else inventory.access_pool(viewer, query.pool)
    chosen = Chosen(
        tenant=tenant,
        pool=(pool.source, pool.native_id) if pool else None,
        department=query.department,
        client=query.client,
        login=query.user,
    )
    zone = query.time_zone or choose_zone(viewer, tenant)
    return lay_ground(viewer, Asked(from_at=since, to_at=until, time_zone=zone, chosen=chosen))


def _told(concurrency: Concurrency, ground: Ground) -> dict[str, Any]:
    names = (name for name in ConcurrencyOut.model_fields if name != "known")
    return {name: getattr(concurrency, name) for name in names} | {"known": ground.known}


@router.get("/activity", response=ActivityOut, summary="Get use in a stretch of time, in figures")
def get_activity(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    ground = read_ground(request, query)
    return {
        "since": ground.asked.from_at,
        "until": ground.asked.to_at,
        "time_zone": ground.asked.time_zone,
        "known": ground.known,
        "active": activity.fetch_active(ground),
        "users_at_once": activity.fetch_concurrency(ground, Counted.USERS).top,
        "sessions_at_once": activity.fetch_concurrency(ground, Counted.SESSIONS).top,
        "attempts": parts.fetch_all_attempts(ground),
    }


@router.get("/concurrency", response=ConcurrencyOut, summary="Get how many were connected at once")
def get_concurrency(request: HttpRequest, query: Query[CountedQuery]) -> Any:
    ground = read_ground(request, query)
    return _told(activity.fetch_concurrency(ground, query.counted), ground)


@router.get("/days", response=list[UsedDayOut], summary="Get active users and their time by day")
def get_days(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    return activity.fetch_days(read_ground(request, query))


@router.get("/users", response=UserTimesOut, summary="Get the users with the most connected time")
def get_user_times(request: HttpRequest, query: Query[UserTimesQuery]) -> Any:
    ground = read_ground(request, query)
    found = activity.fetch_user_times(ground, limit=query.limit, offset=query.offset)
    return {"items": found.rows, "total": found.total, "known": ground.known}


@router.get(
    "/parts",
    response=list[PartOut],
    summary="Get use by department, pool, host, kind of client and so on",
)
def get_parts(request: HttpRequest, query: Query[PartsQuery]) -> Any:
    return parts.fetch_parts(read_ground(request, query), query.by)


@router.get(
    "/failures", response=list[FailuresOut], summary="Get failed attempts to connect by reason"
)
def get_failures(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    return parts.fetch_failures(read_ground(request, query))


@router.get("/heat", response=HeatOut, summary="Get mean users connected by weekday and hour")
def get_heat(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    ground = read_ground(request, query)
    return {"time_zone": ground.asked.time_zone, "rows": activity.fetch_heat(ground).rows}


_SECONDS = (Measure.HOURS, Measure.LOGON_P50, Measure.LOGON_P95)


@router.get(
    "/explore",
    response=ExploredOut,
    summary="Get one measure of use by one or two dimensions, exactly",
)
def get_explored(request: HttpRequest, query: Query[ExploreQuery]) -> Any:
    ground = read_ground(request, query)
    question = Question(measure=query.measure, by=tuple(query.by))
    found = exploring.explore(ground, question, most_s=exploring.MOST_S)
    unit = "ratio" if query.measure is Measure.FAILED_RATIO else "1"
    return {
        "measure": query.measure,
        "by": query.by,
        "unit": "s" if query.measure in _SECONDS else unit,
        "time_zone": ground.asked.time_zone,
        "whole": found.whole,
        "cells": found.cells,
        "names": found.names,
        "known": ground.known,
    }
