"""REST of maintenance: when mask rules hold, what holds now, what comes next, what overlaps."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import check_parameters
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.governance.facts.masks import Effect, RuleState
from yunwei.monitor.governance.facts.windows import Overlap, Window, WindowKind
from yunwei.monitor.governance.queries.windows import WindowsAsked, fetch_windows

router = Router()
_clock = SystemClock()
_USUAL = timedelta(days=31)


class WindowOut(Schema):
    rule: int
    name: str
    tenant: int
    kind: WindowKind
    effect: Effect
    state: RuleState
    is_planned: bool = Field(description="A draft or in shadow: it keeps nothing quiet.")
    starts_at: datetime
    ends_at: datetime


class OverlapOut(Schema):
    """Two windows that meet and may be about the same alarms."""

    winner: WindowOut = Field(description="The one with the stronger effect.")
    other: WindowOut
    starts_at: datetime
    ends_at: datetime


class MaintenanceOut(Schema):
    windows: list[WindowOut]
    running: list[WindowOut]
    following: list[WindowOut] = Field(description="What begins next, within a month.")
    overlaps: list[OverlapOut]
    left_out: int = Field(description="Rules beyond what one answer can hold.")


class MaintenanceQuery(Schema):
    since: datetime | None = Field(None, description="Absent: now.")
    until: datetime | None = Field(None, description="At most 100 days later; absent: 31 days.")
    tenant: int | None = None
    kind: WindowKind | None = None


@router.get("", response=MaintenanceOut, summary="Get when mask rules hold")
def get_maintenance(request: HttpRequest, query: Query[MaintenanceQuery]) -> Any:
    check_parameters(request, query)
    now = _clock.now()
    since = _with_zone("since", query.since) or now
    until = _with_zone("until", query.until) or since + _USUAL
    asked = WindowsAsked(
        within=Span(since, until),
        tenant=None if query.tenant is None else TenantId(query.tenant),
        kinds=(query.kind,) if query.kind else (),
    )
    plan = fetch_windows(viewer_of_request(request), asked, now=now)
    return {
        "windows": [_out(each) for each in plan.windows],
        "running": [_out(each) for each in plan.running],
        "following": [_out(each) for each in plan.following],
        "overlaps": [_overlap_out(each) for each in plan.overlaps],
        "left_out": plan.left_out,
    }


def _with_zone(name: str, value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise Invalid(name, "the time has no zone")
    return value


def _out(window: Window) -> dict[str, Any]:
    rule = window.rule
    return {
        "rule": rule.id,
        "name": rule.name,
        "tenant": rule.tenant,
        "kind": window.kind,
        "effect": rule.effect,
        "state": rule.state,
        "is_planned": window.is_planned,
        "starts_at": window.span.start,
        "ends_at": window.span.end,
    }


def _overlap_out(overlap: Overlap) -> dict[str, Any]:
    return {
        "winner": _out(overlap.winner),
        "other": _out(overlap.other),
        "starts_at": overlap.span.start,
        "ends_at": overlap.span.end,
    }
