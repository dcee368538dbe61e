"""REST of desktop users: who they are, what they have, when they were connected, what they did."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.faces.api.desktops import DesktopOut
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.measured import ConnectionOut, RowsQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.sessions import SessionOut
from yunwei.monitor.inventory import queries
from yunwei.monitor.telemetry import queries as telemetry_queries

router = Router()


class DesktopUserOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    native_id: str
    login: str = Field(description="Unique in its source.")
    name: str
    email: str
    department: str
    is_locked: bool
    is_disabled: bool
    is_online: bool = Field(description="Connected right now.")
    desktops_count: int = Field(description="Assigned desktops.")
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


class DesktopUserDetailOut(DesktopUserOut):
    raw: dict[str, str] = Field(description="The source's own fields.")


class UserActionOut(Schema):
    at: datetime
    native_id: str
    login: str
    kind: str
    object_kind: str
    object_id: str
    object_name: str
    is_success: bool
    error: str
    client_type: str
    client_ip: str


class DesktopUserQuery(ListQuery):
    search: str | None = Field(None, description="In login, name, e-mail and department.")
    login: str | None = None
    department: str | None = None
    source: int | None = None
    tenant: int | None = None
    is_online: bool | None = None
    is_locked: bool | None = None
    is_disabled: bool | None = None
    gone: str | None = Field(None, pattern="^(no|with|only)$", description="Default: `no`.")


@router.get("", response=Listed[DesktopUserOut], summary="List desktop users")
def list_desktop_users(request: HttpRequest, query: Query[DesktopUserQuery]) -> Any:
    return answer_list(request, query, queries.fetch_desktop_users)


@router.get("/{int:desktop_user_id}", response=DesktopUserDetailOut, summary="Get a desktop user")
def get_desktop_user(request: HttpRequest, desktop_user_id: int) -> Any:
    return queries.access_desktop_user(viewer_of_request(request), desktop_user_id)


@router.get(
    "/{int:desktop_user_id}/desktops",
    response=list[DesktopOut],
    summary="Get the desktops that a user has or is on",
)
def get_desktops(request: HttpRequest, desktop_user_id: int) -> Any:
    return queries.fetch_desktops_of_user(viewer_of_request(request), desktop_user_id)


@router.get(
    "/{int:desktop_user_id}/sessions", response=list[SessionOut], summary="Get live sessions"
)
def get_sessions(request: HttpRequest, desktop_user_id: int) -> Any:
    return queries.fetch_sessions_of_user(viewer_of_request(request), desktop_user_id)


@router.get(
    "/{int:desktop_user_id}/connections",
    response=list[ConnectionOut],
    summary="Get a user's connections, newest first",
)
def get_connections(request: HttpRequest, desktop_user_id: int, query: Query[RowsQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_desktop_user(viewer, desktop_user_id)
    return telemetry_queries.user_connections(
        viewer, row.source, row.login, since, until, limit=query.limit
    )


@router.get(
    "/{int:desktop_user_id}/actions",
    response=list[UserActionOut],
    summary="Get what a user did, newest first",
)
def get_actions(request: HttpRequest, desktop_user_id: int, query: Query[RowsQuery]) -> Any:
    viewer = viewer_of_request(request)
    since, until = read_span(request, query)
    row = queries.access_desktop_user(viewer, desktop_user_id)
    return telemetry_queries.user_actions(
        viewer, row.source, row.login, since, until, limit=query.limit
    )
