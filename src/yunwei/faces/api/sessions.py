"""REST of live sessions."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.readings import LoginState
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.usage import KnownOut
from yunwei.monitor.inventory import queries
from yunwei.operate.usage.queries.live import fetch_pulse

router = Router()


class SessionOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    desktop: int | None = Field(description="null while the inventory does not know it.")
    desktop_native_id: str
    desktop_name: str
    pool_name: str
    desktop_user: int | None
    login: str
    user_name: str
    department: str
    state: LoginState = Field(description="`connected` or `disconnected`.")
    state_since: datetime = Field(description="By our clock, when a reading saw it first.")
    first_seen_at: datetime
    last_seen_at: datetime
    began_at: datetime | None = Field(
        description="When its latest connection became usable, by the source's clock; null: no"
        " record of it was read (yet)."
    )
    rtt_s: float | None = Field(description="Of that connection, as the source told it.")
    client_type: str
    client_name: str
    client_ip: str
    client_version: str


class SessionQuery(ListQuery):
    search: str | None = Field(
        None, description="In login, person's name, desktop's name, client address."
    )
    state: LoginState | None = None
    source: int | None = None
    tenant: int | None = None
    pool: int | None = None
    desktop: int | None = None
    login: str | None = None
    department: str | None = None
    client: str | None = Field(None, description="Kind of client, as the source says it.")
    state_before: datetime | None = Field(
        None, description="Sessions that were in their state before this time."
    )


class FailedPartOut(Schema):
    stage: str = Field(description="In which it failed; empty: not told.")
    reason: str = Field(description="The source's own words; empty where it gave none.")
    attempts: int
    users: int
    last_at: datetime


class PresentOut(Schema):
    users_online: int | None = Field(description="null while no source has told its sessions.")
    sessions_connected: int | None
    sessions_disconnected: int | None
    sessions_as_of: datetime | None
    stale_sources: list[str] = Field(description="Whose sessions are older than they should be.")


class PulseOut(Schema):
    times: list[datetime] = Field(description="The last 60 whole minutes.")
    logons: list[int | None] = Field(description="First logons; null: not known yet.")
    reconnects: list[int | None]
    failures: list[int | None]
    connected: dict[int, int] = Field(
        description="Users connected at any time of the last so many minutes before `known.as_of`."
    )
    failed: list[FailedPartOut] = Field(description="Of the hour, by stage and reason.")
    known: KnownOut


class LiveOut(PresentOut, PulseOut):
    pass


@router.get("", response=Listed[SessionOut], summary="List live sessions")
def list_sessions(request: HttpRequest, query: Query[SessionQuery]) -> Any:
    return answer_list(request, query, queries.fetch_sessions)


@router.get("/now", response=LiveOut, summary="Get who is online, and how the last hour went")
def get_live(request: HttpRequest) -> Any:
    viewer = viewer_of_request(request)
    now, pulse = queries.fetch_now(viewer), fetch_pulse(viewer)
    present = {name: getattr(now, name) for name in PresentOut.model_fields}
    return present | {name: getattr(pulse, name) for name in PulseOut.model_fields}
