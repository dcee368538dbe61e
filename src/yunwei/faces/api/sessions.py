"""REST of live sessions."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.readings import LoginState
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.monitor.inventory import queries

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
    state_since: datetime
    first_seen_at: datetime
    last_seen_at: datetime


class SessionQuery(ListQuery):
    search: str | None = Field(None, description="In login, person's name and desktop's name.")
    state: LoginState | None = None
    source: int | None = None
    tenant: int | None = None
    pool: int | None = None
    desktop: int | None = None
    login: str | None = None
    department: str | None = None


@router.get("", response=Listed[SessionOut], summary="List live sessions")
def list_sessions(request: HttpRequest, query: Query[SessionQuery]) -> Any:
    return answer_list(request, query, queries.fetch_sessions)
