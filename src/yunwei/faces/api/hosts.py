"""REST of hosts: the machines that desktops run on."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.measured import SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.inventory import queries
from yunwei.monitor.telemetry import queries as telemetry_queries

router = Router()


class HostOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    native_id: str
    name: str
    state: str = Field(description="In the source's words.")
    is_healthy: bool | None = Field(description="null: the source does not say.")
    cpu_total: int | None
    cpu_used: int | None
    memory_total_mb: int | None
    memory_used_mb: int | None
    desktops_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


class HostQuery(ListQuery):
    search: str | None = None
    state: list[str] | None = None
    is_healthy: bool | None = None
    source: int | None = None
    tenant: int | None = None
    gone: str | None = Field(None, pattern="^(no|with|only)$", description="Default: `no`.")


@router.get("", response=Listed[HostOut], summary="List hosts")
def list_hosts(request: HttpRequest, query: Query[HostQuery]) -> Any:
    return answer_list(request, query, queries.fetch_hosts)


@router.get("/{int:host_id}", response=HostOut, summary="Get a host")
def get_host(request: HttpRequest, host_id: int) -> Any:
    return queries.access_host(viewer_of_request(request), host_id)


@router.get("/{int:host_id}/samples", response=list[SeriesOut], summary="Get its measurements")
def get_samples(request: HttpRequest, host_id: int, query: Query[SpanQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_host(viewer, host_id)
    return telemetry_queries.host_samples(viewer, row.source, row.native_id, since, until)
