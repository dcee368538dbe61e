"""REST of licences: how many there are, how many are used, until when, and how that changed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.faces.api.desktops import InventoryChangeOut
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.measured import SeriesOut, SpanQuery, read_span
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.inventory import actions, queries
from yunwei.monitor.telemetry import queries as telemetry_queries

router = Router()


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
