"""REST of situations: alarms that belong together, with their cause, members and story."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import AlarmId, SituationId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.governance.actions import situations as actions
from yunwei.monitor.governance.facts.situations import (
    MemberRole,
    SituationKind,
    SituationState,
    StoryVerb,
)
from yunwei.monitor.governance.queries import situations as queries

router = Router()
_clock = SystemClock()


class SituationOut(Schema):
    id: int
    tenant: int
    kind: SituationKind = Field(description="Why its alarms belong together.")
    state: SituationState
    title: str
    severity: Severity = Field(description="Of its worst alarm that stands.")
    root: int | None = Field(description="The alarm that explains the others.")
    root_text: str
    root_object: str
    root_is_cleared: bool
    rule: int | None
    rule_version: int | None
    rule_name: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    closed_by: str = Field(description="Empty: by itself.")
    members: int = Field(description="Alarms, the root included.")
    open_members: int
    affected: int = Field(description="Desktops that are lost by it.")


class MemberOut(Schema):
    alarm: int
    occurrence: int
    role: MemberRole
    reason: str = Field(description="Code of the decision that attached it.")
    by: str = Field(description="A person's name; empty: by a rule.")
    since: datetime
    until: datetime | None = Field(description="Null while it belongs to the situation.")
    left_cause: str
    was_told: bool = Field(description="People had been told of it by itself.")
    text: str
    managed_object: str
    alarm_type: str
    severity: Severity
    is_cleared: bool
    raised_at: datetime
    cleared_at: datetime | None
    source_name: str


class StoryEntryOut(Schema):
    at: datetime
    verb: StoryVerb
    by: str
    alarm: int | None
    text: str
    facts: dict[str, str | int]


class SituationQuery(ListQuery):
    state: SituationState | None = None
    kind: SituationKind | None = None
    severity: list[Severity] | None = None
    rule: int | None = None
    opened_since: datetime | None = None
    search: str | None = Field(None, description="In title, text and object.")


class AttachIn(Body):
    alarm: int = Field(description="One that stands, of the same tenant.")
    note: str = ""


@router.get("", response=Listed[SituationOut], summary="List situations, the latest first")
def list_situations(request: HttpRequest, query: Query[SituationQuery]) -> Any:
    return answer_list(request, query, queries.fetch_situations)


@router.get("/{int:situation_id}", response=SituationOut, summary="Get a situation")
def get_situation(request: HttpRequest, situation_id: int) -> Any:
    return queries.access_situation(viewer_of_request(request), SituationId(situation_id))


@router.get(
    "/{int:situation_id}/members",
    response=list[MemberOut],
    summary="Get its alarms: the root first, then what stands, the worst first",
)
def get_members(request: HttpRequest, situation_id: int) -> Any:
    return queries.fetch_members(viewer_of_request(request), SituationId(situation_id))


@router.post(
    "/{int:situation_id}/members", response={204: None}, summary="Put an alarm into it by hand"
)
def attach_alarm(request: HttpRequest, situation_id: int, data: AttachIn) -> Any:
    viewer, alarm, situation = viewer_of_request(request), AlarmId(data.alarm), situation_id
    actions.attach_alarm(viewer, alarm, SituationId(situation), now=_clock.now(), note=data.note)
    return Status(204, None)


@router.delete(
    "/{int:situation_id}/members/{int:alarm_id}",
    response={204: None},
    summary="Take an alarm out of it by hand",
)
def detach_alarm(request: HttpRequest, situation_id: int, alarm_id: int) -> Any:
    viewer = viewer_of_request(request)
    queries.access_situation(viewer, SituationId(situation_id))
    actions.detach_alarm(viewer, AlarmId(alarm_id), of=SituationId(situation_id), now=_clock.now())
    return Status(204, None)


@router.get(
    "/{int:situation_id}/story",
    response=list[StoryEntryOut],
    summary="Get what happened to it, newest first",
)
def get_story(request: HttpRequest, situation_id: int) -> Any:
    return queries.fetch_story(viewer_of_request(request), SituationId(situation_id))


@router.get(
    "/{int:situation_id}/affected",
    response=list[str],
    summary="Get the names of the desktops that are lost by it, at most 2,000",
)
def get_affected(request: HttpRequest, situation_id: int) -> Any:
    return queries.fetch_affected(viewer_of_request(request), SituationId(situation_id))
