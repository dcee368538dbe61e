"""REST of idle desktops: which nobody uses, in which way, and how many could be given back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.page import Page, PageRequest
from yunwei.base.core.readings import DesktopKind, DesktopState
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import Listed, ListQuery, answer_list, check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.usage.facts.idle import Idle, IdleKind, IdleLimits
from yunwei.operate.usage.queries import idle as queries

router = Router()
_USUAL = IdleLimits()
_UNUSED = Field(_USUAL.unused_days, description="Days without use from which a desktop is unused.")
_ON = Field(_USUAL.on_hours, description="Hours powered on without a session.")
_LEFT = Field(_USUAL.disconnected_hours, description="Hours of a session without its user.")


class IdleCountsQuery(Schema):
    unused_days: int = _UNUSED
    on_hours: int = _ON
    disconnected_hours: int = _LEFT


class IdleQuery(ListQuery):
    unused_days: int = _UNUSED
    on_hours: int = _ON
    disconnected_hours: int = _LEFT
    search: str | None = Field(None, description="In desktop's and pool's name, and logins.")
    kind: IdleKind | None = None
    pool: int | None = None
    source: int | None = None
    tenant: int | None = None
    desktop_kind: DesktopKind | None = None
    state: DesktopState | None = None
    could_return: bool | None = None


class IdleOut(Schema):
    desktop: int
    name: str
    native_id: str
    tenant: int
    source: int
    source_name: str
    pool: int | None
    pool_name: str
    kind: DesktopKind
    state: DesktopState
    state_since: datetime
    kinds: list[IdleKind] = Field(description="In which ways it is idle.")
    could_return: bool = Field(description="Nobody would miss it.")
    is_judged: bool = Field(description="Whether records reach back the days without use.")
    last_at: datetime | None = Field(description="Until when it was used; null: no use is known.")
    last_login: str
    known_from: datetime | None = Field(description="Since when its source's use is known.")
    unused_s: float | None
    logins: list[str] = Field(description="Whom it is assigned to.")
    gone_logins: list[str] = Field(description="Those whose user is gone or disabled.")
    session_login: str
    session_state: str
    session_since: datetime | None


class IdleCountsOut(Schema):
    desktops: int
    idle: int
    by_kind: dict[IdleKind, int] = Field(description="One desktop may be idle in several ways.")
    could_return: int
    cpu: int = Field(description="Processors of those that could be given back.")
    memory_mb: int
    not_judged: int = Field(description="Too little is known to call them unused.")
    known_from: datetime | None = Field(description="Since when use is known of all sources.")


def _told(row: Idle) -> dict[str, Any]:
    desktop = row.desktop
    names = [name for name in IdleOut.model_fields if name != "desktop"]
    told = {name: getattr(desktop if hasattr(desktop, name) else row, name) for name in names}
    return told | {"desktop": desktop.id}


def _fetch(viewer: Viewer, filters: Mapping[str, Any], page: PageRequest) -> Page[dict[str, Any]]:
    found = queries.fetch_idle(viewer, filters, page)
    rows = tuple(_told(each) for each in found.items)
    return Page(items=rows, next=found.next, total=found.total)


@router.get("", response=Listed[IdleOut], summary="List idle desktops")
def list_idle(request: HttpRequest, query: Query[IdleQuery]) -> Any:
    return answer_list(request, query, _fetch)


@router.get("/counts", response=IdleCountsOut, summary="Get how many desktops are idle, and how")
def get_counts(request: HttpRequest, query: Query[IdleCountsQuery]) -> Any:
    check_parameters(request, query)
    return queries.count_idle(viewer_of_request(request), IdleLimits(**query.dict()))
