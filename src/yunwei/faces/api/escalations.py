"""REST of what escalations do on an alarm: where it stands, what was told, what is to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yunwei.base.core.ids import AlarmId
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.notify.actions import hurrying
from yunwei.monitor.notify.facts.escalation import (
    Coming,
    Entry,
    Escalation,
    EscalationState,
    NotificationState,
    StopReason,
    UntoldReason,
    Verb,
)
from yunwei.monitor.notify.queries import escalation as escalation_queries
from yunwei.monitor.notify.rules.escalation import forecast

router = Router()
_clock = SystemClock()


class NotificationOut(Schema):
    state: NotificationState = Field(
        description="`none`: nobody is told. `pending`: told or about to be. `escalating`: more "
        "is to come. `stopped`: nothing more is told, `why` says it."
    )
    step: int | None = Field(description="Of the escalation, from 1.")
    next_at: datetime | None
    why: StopReason | None
    why_detail: str


class ComingOut(Schema):
    step: int
    repeat: int
    loop: int
    at: datetime


class EntryOut(Schema):
    at: datetime
    verb: Verb
    step: int | None
    repeat: int | None
    due_at: datetime | None
    by: str
    detail: dict[str, Any]


class EscalationOut(Schema):
    id: int
    occurrence: int
    policy: int
    policy_name: str
    policy_version: int = Field(description="The version it goes by, frozen at its start.")
    route: int | None
    route_name: str
    state: EscalationState
    why: StopReason | None
    why_detail: str
    step: int | None = Field(description="The last one told or passed over, from 1.")
    started_at: datetime
    next_at: datetime | None
    coming: list[ComingOut] = Field(description="What will be told if nobody acts.")
    log: list[EntryOut] = Field(description="What happened, newest first.")


class UntoldOut(Schema):
    at: datetime
    reason: UntoldReason
    name: str = Field(description="Of the route or policy.")


@router.get(
    "/{int:alarm_id}/escalations",
    response=list[EscalationOut],
    summary="Get an alarm's escalations with what was told and what is to come",
)
def get_escalations(request: HttpRequest, alarm_id: int) -> Any:
    viewer, alarm = viewer_of_request(request), AlarmId(alarm_id)
    entries = escalation_queries.fetch_entries_of(viewer, alarm)
    found = escalation_queries.fetch_escalations_of(viewer, alarm)
    return [_out(each, entries) for each in found]


@router.get(
    "/{int:alarm_id}/untold",
    response=list[UntoldOut],
    summary="Get why an alarm that was to be told reached nobody",
)
def get_untold(request: HttpRequest, alarm_id: int) -> Any:
    return escalation_queries.fetch_untold_of(viewer_of_request(request), AlarmId(alarm_id))


@router.post(
    "/{int:alarm_id}/escalate",
    response=list[EscalationOut],
    summary="Let the next step come now",
)
def escalate(request: HttpRequest, alarm_id: int) -> Any:
    hurrying.escalate_alarm(viewer_of_request(request), AlarmId(alarm_id), now=_clock.now())
    return get_escalations(request, alarm_id)


def _out(escalation: Escalation, entries: Sequence[Entry]) -> dict[str, Any]:
    own = ("id", "occurrence", "route", "route_name", "state", "why", "why_detail")
    shown = {name: getattr(escalation, name) for name in (*own, "started_at", "next_at")}
    return shown | {
        "policy": escalation.policy.id,
        "policy_name": escalation.policy.name,
        "policy_version": escalation.policy.version,
        "step": escalation.done.step + 1 if escalation.done else None,
        "coming": [_coming(each) for each in forecast(escalation)],
        "log": [_entry(each) for each in entries if each.escalation == escalation.id],
    }


def _coming(coming: Coming) -> dict[str, Any]:
    place = coming.position
    return {"step": place.step + 1, "repeat": place.repeat, "loop": place.loop, "at": coming.at}


def _entry(entry: Entry) -> dict[str, Any]:
    place = entry.position
    return {
        "at": entry.at,
        "verb": entry.verb,
        "step": place.step + 1 if place else None,
        "repeat": place.repeat if place else None,
        "due_at": entry.due_at,
        "by": entry.by,
        "detail": dict(entry.detail),
    }
