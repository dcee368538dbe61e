"""REST of desktop pools."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.readings import DesktopKind
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.measured import SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.inventory import queries
from yunwei.monitor.telemetry import queries as telemetry_queries

router = Router()


class PoolOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    native_id: str
    name: str
    kind: DesktopKind
    image: str
    desktop_limit: int | None
    desktops_count: int
    running_count: int
    error_count: int
    unregistered_count: int
    users_online: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


class PoolQuery(ListQuery):
    search: str | None = None
    kind: DesktopKind | None = None
    source: int | None = None
    tenant: int | None = None
    gone: str | None = Field(None, pattern="^(no|with|only)$", description="Default: `no`.")


@router.get("", response=Listed[PoolOut], summary="List pools")
def list_pools(request: HttpRequest, query: Query[PoolQuery]) -> Any:
    return answer_list(request, query, queries.fetch_pools)


@router.get("/{int:pool_id}", response=PoolOut, summary="Get a pool")
def get_pool(request: HttpRequest, pool_id: int) -> Any:
    return queries.access_pool(viewer_of_request(request), pool_id)


@router.get("/{int:pool_id}/samples", response=list[SeriesOut], summary="Get its measurements")
def get_samples(request: HttpRequest, pool_id: int, query: Query[SpanQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_pool(viewer, pool_id)
    return telemetry_queries.pool_samples(viewer, row.source, row.native_id, since, until)
