"""REST of shifts: who is on duty, who was, and one's own with its calendar feed."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Listed, ListQuery, answer_list
from yunwei.faces.api.schedules import ShiftOut, shift_out
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.duty.actions import feeds
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.queries import people, plans

router = Router()
_clock = SystemClock()
_AHEAD = timedelta(days=60)


class RecordedOut(Schema):
    id: int
    schedule: int
    schedule_name: str
    user: int
    user_name: str
    role: DutyRole
    starts_at: datetime
    ends_at: datetime | None = Field(description="null: it lasts.")
    because_zh: str
    because_en: str


class RecordQuery(ListQuery):
    schedule: int | None = None
    user: int | None = None
    role: DutyRole | None = None
    since: datetime | None = None
    until: datetime | None = None
    at: datetime | None = Field(None, description="Who was on duty at this instant.")


class FeedOut(Schema):
    url: str = Field(description="A secret: told this once.")


@router.get("", response=Listed[RecordedOut], summary="List who was on duty")
def list_shifts(request: HttpRequest, query: Query[RecordQuery]) -> Any:
    return answer_list(request, query, plans.fetch_record)


@router.get("/now", response=list[ShiftOut], summary="List who is on duty now")
def list_now(request: HttpRequest) -> Any:
    viewer = viewer_of_request(request)
    return [shift_out(each) for each in plans.fetch_on_duty(viewer, now=_clock.now())]


@router.get("/mine", response=list[ShiftOut], summary="List one's own shifts of sixty days")
def list_mine(request: HttpRequest) -> Any:
    viewer, now = viewer_of_request(request), _clock.now()
    found = people.fetch_my_shifts(viewer, Span(now, now + _AHEAD), now=now)
    return [shift_out(each) for each in found]


@router.post("/feed", response={201: FeedOut}, summary="Make a new address of one's calendar")
def renew_feed(request: HttpRequest) -> Any:
    token = feeds.renew_feed(viewer_of_request(request), now=_clock.now())
    return Status(201, {"url": request.build_absolute_uri(reverse("duty_feed", args=[token]))})


@router.delete("/feed", response={204: None}, summary="Revoke the address of one's calendar")
def revoke_feed(request: HttpRequest) -> Any:
    feeds.revoke_feed(viewer_of_request(request), now=_clock.now())
    return Status(204, None)
