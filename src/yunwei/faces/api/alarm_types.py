"""REST of alarm types: what was ever heard of, what it means, what teams know of it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.alarms import actions, queries
from yunwei.plugins.sdk.alarm_texts import alarm_texts
from yunwei.plugins.sdk.manifest import Label

router = Router()
_clock = SystemClock()


class AlarmTypeOut(Schema):
    alarm_type: str
    alarms: int = Field(description="Objects that ever had such an alarm.")
    open: int
    reports: int
    last_raised_at: datetime
    connectors: list[str]
    is_unmapped: bool = Field(description="No definition knows the trap.")
    notes: int


class AlarmTypeQuery(ListQuery):
    search: str | None = None
    alarm_type: str | None = None
    is_open: bool | None = None
    is_unmapped: bool | None = None
    has_note: bool | None = None


class Text(Schema):
    zh: str
    en: str


class NoteOut(Schema):
    tenant: int
    tenant_name: str
    note: str
    by: str
    at: datetime


class MeaningOut(AlarmTypeOut):
    title: Text | None = Field(description="null: no connector tells.")
    cause: Text | None
    advice: Text | None
    team_notes: list[NoteOut]


class NoteIn(Body):
    note: str = Field(description="Plain text; empty removes the note of your tenant.")


@router.get("", response=Listed[AlarmTypeOut], summary="List alarm types")
def list_alarm_types(request: HttpRequest, query: Query[AlarmTypeQuery]) -> Any:
    return answer_list(request, query, queries.fetch_alarm_types)


@router.get("/{path:alarm_type}", response=MeaningOut, summary="Get an alarm type")
def get_alarm_type(request: HttpRequest, alarm_type: str) -> Any:
    viewer = viewer_of_request(request)
    row = queries.access_alarm_type(viewer, alarm_type)
    text = alarm_texts().get(alarm_type)
    return {
        **{name: getattr(row, name) for name in AlarmTypeOut.model_fields},
        "title": _both(text.title if text else None),
        "cause": _both(text.cause if text else None),
        "advice": _both(text.advice if text else None),
        "team_notes": queries.fetch_type_notes(viewer, alarm_type),
    }


@router.put("/{path:alarm_type}", response={204: None}, summary="Write your team's note")
def write_note(request: HttpRequest, alarm_type: str, body: NoteIn) -> Any:
    viewer = viewer_of_request(request)
    actions.write_type_note(viewer, alarm_type, body.note, now=_clock.now())
    return Status(204, None)


def _both(label: Label | None) -> dict[str, str] | None:
    return {"zh": label.zh, "en": label.en} if label else None
