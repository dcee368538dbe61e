"""REST of desktops: the list, one desktop, what changed, who is on it, how it does."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.ids import DesktopId
from yunwei.base.core.readings import DesktopKind, DesktopState, LoginState
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.measured import ConnectionOut, RowsQuery, SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.sessions import SessionOut
from yunwei.monitor.inventory import queries
from yunwei.monitor.telemetry import queries as telemetry_queries

router = Router()


class DesktopOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    native_id: str = Field(description="The source's own id.")
    name: str
    kind: DesktopKind
    state: DesktopState
    state_since: datetime
    login_state: LoginState
    pool: int | None
    pool_name: str
    host: int | None
    host_name: str
    site: str
    ip: str
    operating_system: str
    agent_version: str
    image: str
    cpu: int | None
    memory_mb: int | None
    logins: list[str] = Field(description="Login names it is assigned to.")
    users_now: list[str] = Field(description="Login names with a live session on it.")
    is_in_maintenance: bool
    created_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None = Field(description="Since when the source does not have it.")
    tags: dict[str, str]


class DesktopDetailOut(DesktopOut):
    raw: dict[str, str] = Field(description="The source's own fields.")


class InventoryChangeOut(Schema):
    at: datetime
    field: str
    before: str
    after: str


class DesktopQuery(ListQuery):
    search: str | None = Field(None, description="In name, IP, pool, and users' names.")
    state: list[DesktopState] | None = None
    login_state: list[LoginState] | None = None
    kind: DesktopKind | None = None
    pool: int | None = None
    host: int | None = None
    source: int | None = None
    tenant: int | None = None
    user: str | None = Field(None, description="A login name: assigned or connected.")
    is_in_maintenance: bool | None = None
    image: str | None = None
    agent_version: str | None = None
    gone: str | None = Field(None, pattern="^(no|with|only)$", description="Default: `no`.")


@router.get("", response=Listed[DesktopOut], summary="List desktops")
def list_desktops(request: HttpRequest, query: Query[DesktopQuery]) -> Any:
    return answer_list(request, query, queries.fetch_desktops)


@router.get("/{int:desktop_id}", response=DesktopDetailOut, summary="Get a desktop")
def get_desktop(request: HttpRequest, desktop_id: int) -> Any:
    return queries.access_desktop(viewer_of_request(request), DesktopId(desktop_id))


@router.get(
    "/{int:desktop_id}/changes",
    response=list[InventoryChangeOut],
    summary="Get what changed about a desktop, newest first",
)
def get_changes(request: HttpRequest, desktop_id: int) -> Any:
    return queries.fetch_desktop_changes(viewer_of_request(request), DesktopId(desktop_id))


@router.get(
    "/{int:desktop_id}/sessions", response=list[SessionOut], summary="Get its live sessions"
)
def get_sessions(request: HttpRequest, desktop_id: int) -> Any:
    return queries.fetch_desktop_sessions(viewer_of_request(request), DesktopId(desktop_id))


@router.get("/{int:desktop_id}/samples", response=list[SeriesOut], summary="Get its measurements")
def get_samples(request: HttpRequest, desktop_id: int, query: Query[SpanQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_desktop(viewer, DesktopId(desktop_id))
    return telemetry_queries.desktop_samples(viewer, row.source, row.native_id, since, until)


@router.get(
    "/{int:desktop_id}/connections",
    response=list[ConnectionOut],
    summary="Get the connections to it, newest first",
)
def get_connections(request: HttpRequest, desktop_id: int, query: Query[RowsQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_desktop(viewer, DesktopId(desktop_id))
    return telemetry_queries.desktop_connections(
        viewer, row.source, row.native_id, since, until, limit=query.limit
    )
