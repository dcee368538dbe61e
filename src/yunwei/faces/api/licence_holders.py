"""REST of licences' holders: who could give one back, and logons refused for want of one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.lists import Listed, ListQuery, answer_list, check_parameters
from yunwei.faces.api.measured import SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.licensing import queries
from yunwei.operate.licensing.facts import GivingBack, Holder
from yunwei.operate.licensing.rules.holding import USUAL_DAYS

router = Router()
_clock = SystemClock()
_DAYS = Field(USUAL_DAYS, description="Days without use from which an account is unused.")


class HolderQuery(ListQuery):
    days: int = _DAYS
    search: str | None = Field(None, description="In login and name.")
    source: int | None = None
    tenant: int | None = None
    department: str | None = None
    reason: GivingBack | None = None
    could_return: bool | None = None
    is_connected: bool | None = None


class HolderCountsQuery(Schema):
    days: int = _DAYS


class HolderOut(Schema):
    desktop_user: int
    tenant: int
    source: int
    source_name: str
    login: str
    name: str
    department: str
    is_locked: bool
    is_disabled: bool
    desktops: int = Field(description="Assigned to the account.")
    own_desktops: int = Field(description="Of these, those assigned to nobody else.")
    sessions: int = Field(description="Live ones.")
    last_at: datetime | None = Field(description="Until when it was used; null: no use is known.")
    unused_days: int | None
    is_judged: bool = Field(description="Whether records reach back the days without use.")
    reason: GivingBack | None = Field(description="Why it could give back; null: it could not.")


class HolderCountsOut(Schema):
    accounts: int
    holders: int = Field(description="That hold a desktop or a session.")
    connected: int = Field(description="That hold a session.")
    could_return: int
    desktops: int = Field(description="That those who could give back hold alone.")
    by_reason: dict[GivingBack, int]
    not_judged: int


class RefusedOut(Schema):
    day: date
    source: int
    source_name: str
    reason: str = Field(description="The source's own words.")
    attempts: int
    users: int
    last_at: datetime


class RefusedLogonsOut(Schema):
    attempts: int = Field(description="Failed for want of a licence.")
    failed: int = Field(description="Failed for any told reason.")
    last_at: datetime | None
    rows: list[RefusedOut]


def _told(row: Holder) -> dict[str, Any]:
    account = row.account
    names = [name for name in HolderOut.model_fields if name != "desktop_user"]
    told = {name: getattr(account if hasattr(account, name) else row, name) for name in names}
    return told | {"desktop_user": account.id}


def _fetch(viewer: Viewer, filters: Mapping[str, Any], page: PageRequest) -> Page[dict[str, Any]]:
    found = queries.fetch_holders(viewer, filters, page, now=_clock.now())
    rows = tuple(_told(each) for each in found.items)
    return Page(items=rows, next=found.next, total=found.total)


@router.get("/holders", response=Listed[HolderOut], summary="List who holds licences")
def list_holders(request: HttpRequest, query: Query[HolderQuery]) -> Any:
    return answer_list(request, query, _fetch)


@router.get(
    "/holders/counts",
    response=HolderCountsOut,
    summary="Get how many hold what, and how many could give it back",
)
def get_counts(request: HttpRequest, query: Query[HolderCountsQuery]) -> Any:
    check_parameters(request, query)
    return queries.count_holders(viewer_of_request(request), query.days, now=_clock.now())


@router.get(
    "/refused",
    response=RefusedLogonsOut,
    summary="Get logons that failed for want of a licence",
)
def get_refused(request: HttpRequest, query: Query[SpanQuery]) -> Any:
    since, until = read_span(request, query)
    return queries.fetch_refused(viewer_of_request(request), since, until)
