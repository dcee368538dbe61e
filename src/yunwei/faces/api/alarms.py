"""REST of alarms: the lists, one alarm with its story, and what people do about it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.faces.api.escalations import NotificationOut
from yunwei.faces.api.lists import (
    Body,
    Listed,
    ListQuery,
    as_listed,
    check_parameters,
)
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.alarms import actions, queries
from yunwei.monitor.alarms.facts import Alarm, AlarmRow, AlarmView, ClearCause, OperatorState
from yunwei.monitor.governance.facts.decisions import Occasion, Outcome
from yunwei.monitor.governance.queries import judgements as governance_queries
from yunwei.monitor.governance.rules.reasons import explain_reason
from yunwei.monitor.notify.queries.escalation import fetch_notifications

router = Router()
_clock = SystemClock()


class SuppressionOut(Schema):
    kind: str = Field(
        description="`mask`, `shelved`, `transient`, `flapping`, `out_of_service`, `inhibited`, "
        "`waiting` (for a fault that may explain it), `storm` or `grouped`."
    )
    effect: str = Field(
        description="`mute`: nobody is told. `hide`: also out of the open list. `digest`: told "
        "in the next digest. `downgrade`: the severity is lowered."
    )
    severity: str = Field(description="What a downgrade lowers it to.")
    on_end: str = Field(description="What is told when the rule ends and the alarm stands.")
    rule_id: int | None
    rule_version: int | None
    rule_name: str
    since: datetime
    until: datetime | None


class AlarmOut(Schema):
    id: int
    tenant: int
    source: int
    source_name: str
    managed_object: str = Field(description="Path from the large to the small.")
    alarm_type: str
    qualifier: str
    severity: Severity = Field(description="The effective one.")
    reported_severity: Severity = Field(description="As it came.")
    text: str
    is_cleared: bool
    raised_at: datetime = Field(description="The source's clock.")
    last_raised_at: datetime
    changed_at: datetime = Field(description="The platform's clock.")
    cleared_at: datetime | None
    clear_cause: ClearCause
    count: int = Field(description="Raises in the present or latest occurrence.")
    operator_state: OperatorState
    operator: str
    operator_at: datetime | None
    operator_note: str
    acknowledged_until: datetime | None = Field(description="Null for as long as it stands.")
    shelved_until: datetime | None
    suppressed_by: list[SuppressionOut] = Field(description="Why nobody is told; [] when told.")
    softened_by: list[SuppressionOut] = Field(description="What lowers or delays it.")
    situation: int | None = Field(description="The open situation to which it belongs.")
    affected: int = Field(description="Desktops that are lost by it, as a fault.")
    notification: NotificationOut = Field(description="Where it stands on the notification axis.")
    raw: dict[str, str] = Field(description="The latest report's own fields.")


class ChangeOut(Schema):
    at: datetime
    axis: str
    verb: str
    before: str
    after: str
    by: str
    note: str
    event_at: datetime | None


class OccurrenceOut(Schema):
    id: int
    raised_at: datetime
    cleared_at: datetime | None
    clear_cause: ClearCause
    severity: Severity
    count: int
    text: str


class DecisionOut(Schema):
    stage: str
    outcome: Outcome
    reason: str
    text: str = Field(description="The reason in the language of who asks.")
    rule_id: int | None
    rule_version: int | None
    rule_name: str


class JudgementOut(Schema):
    at: datetime
    occasion: Occasion
    is_to_be_told: bool
    decisions: list[DecisionOut]


class AlarmQuery(ListQuery):
    view: AlarmView | None = Field(None, description="One of the four lists; absent: all alarms.")
    severity: list[Severity] | None = None
    source: int | None = None
    alarm_type: str | None = None
    object: str | None = Field(None, description="A managed object; what is beneath it counts.")
    operator_state: OperatorState | None = None
    is_cleared: bool | None = None
    raised_since: datetime | None = None
    raised_until: datetime | None = None
    search: str | None = Field(None, description="In text, object and type.")


class NoteIn(Body):
    note: str = ""


class AcknowledgeIn(NoteIn):
    until: datetime | None = Field(None, description="Then nobody looks after it any more.")


class CommentIn(Body):
    note: str = Field(min_length=1)


class ShelveIn(Body):
    until: datetime
    note: str = Field(min_length=1, description="The reason.")


class Act(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    CLEAR = "clear"
    COMMENT = "comment"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"


class BulkIn(Body):
    ids: list[int] = Field(min_length=1, max_length=1000)
    act: Act
    note: str = ""
    until: datetime | None = Field(None, description="For `shelve`, may be for `acknowledge`.")


class FailureOut(Schema):
    id: int
    message: str


class BulkOut(Schema):
    done: list[int]
    failed: list[FailureOut]


@router.get("", response=Listed[AlarmOut], summary="List alarms")
def list_alarms(request: HttpRequest, query: Query[AlarmQuery]) -> Any:
    check_parameters(request, query)
    filters = query.filters()
    view = filters.pop("view", None)
    page = queries.fetch_alarms(
        viewer_of_request(request), view=view, filters=filters, page=query.page_request()
    )
    return as_listed(page) | {"items": _out_all(viewer_of_request(request), page.items)}


@router.post("/bulk", response=BulkOut, summary="Do one act on many alarms")
def operate_on_many(request: HttpRequest, data: BulkIn) -> Any:
    viewer = viewer_of_request(request)
    # who may act on no alarm at all is told so once, not once for each
    require(viewer, Permission.OPERATE_ALARMS)
    operate = _operation(viewer, data.act, note=data.note, until=data.until)
    batch = actions.operate_on_many(map(AlarmId, data.ids), operate)
    failed = [{"id": id, "message": message} for id, message in batch.failed]
    return {"done": list(batch.done), "failed": failed}


@router.get("/{int:alarm_id}", response=AlarmOut, summary="Get an alarm")
def get_alarm(request: HttpRequest, alarm_id: int) -> Any:
    return _get(viewer_of_request(request), alarm_id)


@router.get("/{int:alarm_id}/changes", response=list[ChangeOut], summary="Get an alarm's history")
def get_changes(request: HttpRequest, alarm_id: int) -> Any:
    return queries.fetch_changes(viewer_of_request(request), AlarmId(alarm_id))


@router.get(
    "/{int:alarm_id}/occurrences", response=list[OccurrenceOut], summary="Get its occurrences"
)
def get_occurrences(request: HttpRequest, alarm_id: int) -> Any:
    return queries.fetch_occurrences(viewer_of_request(request), AlarmId(alarm_id))


@router.get(
    "/{int:alarm_id}/judgements",
    response=list[JudgementOut],
    summary="Explain why people were told of it, or were not",
)
def get_judgements(request: HttpRequest, alarm_id: int) -> Any:
    viewer = viewer_of_request(request)
    return [
        {
            "at": row.at,
            "occasion": row.occasion,
            "is_to_be_told": row.is_to_be_told,
            "decisions": [
                {
                    "stage": each.stage,
                    "outcome": each.outcome,
                    "reason": each.reason,
                    "text": explain_reason(each.reason, viewer.language),
                    "rule_id": each.rule_id,
                    "rule_version": each.rule_version,
                    "rule_name": each.rule_name,
                }
                for each in row.decisions
            ],
        }
        for row in governance_queries.explain_alarm(viewer, AlarmId(alarm_id))
    ]


@router.post("/{int:alarm_id}/acknowledge", response=AlarmOut, summary="Acknowledge an alarm")
def acknowledge(request: HttpRequest, alarm_id: int, data: AcknowledgeIn) -> Any:
    return _act(request, alarm_id, Act.ACKNOWLEDGE, note=data.note, until=data.until)


@router.post("/{int:alarm_id}/unacknowledge", response=AlarmOut, summary="Take it back")
def unacknowledge(request: HttpRequest, alarm_id: int, data: NoteIn) -> Any:
    return _act(request, alarm_id, Act.UNACKNOWLEDGE, note=data.note)


@router.post("/{int:alarm_id}/clear", response=AlarmOut, summary="Clear an alarm by hand")
def clear(request: HttpRequest, alarm_id: int, data: NoteIn) -> Any:
    return _act(request, alarm_id, Act.CLEAR, note=data.note)


@router.post("/{int:alarm_id}/comment", response=AlarmOut, summary="Comment on an alarm")
def comment(request: HttpRequest, alarm_id: int, data: CommentIn) -> Any:
    return _act(request, alarm_id, Act.COMMENT, note=data.note)


@router.post("/{int:alarm_id}/shelve", response=AlarmOut, summary="Put an alarm aside")
def shelve(request: HttpRequest, alarm_id: int, data: ShelveIn) -> Any:
    return _act(request, alarm_id, Act.SHELVE, note=data.note, until=data.until)


@router.post("/{int:alarm_id}/unshelve", response=AlarmOut, summary="Take it off the shelf")
def unshelve(request: HttpRequest, alarm_id: int, data: NoteIn) -> Any:
    return _act(request, alarm_id, Act.UNSHELVE, note=data.note)


def _act(
    request: HttpRequest, alarm_id: int, act: Act, *, note: str, until: datetime | None = None
) -> dict[str, Any]:
    viewer = viewer_of_request(request)
    _operation(viewer, act, note=note, until=until)(AlarmId(alarm_id))
    return _get(viewer, alarm_id)


def _operation(
    viewer: Viewer, act: Act, *, note: str, until: datetime | None
) -> Callable[[AlarmId], Alarm]:
    now = _clock.now()
    if until is not None and until.tzinfo is None:
        raise Invalid("until", "an end with its time zone is needed")
    if act is Act.ACKNOWLEDGE:
        return lambda id: actions.acknowledge_alarm(viewer, id, now=now, note=note, until=until)
    if act is Act.SHELVE:
        if until is None:
            raise Invalid("until", "an end with its time zone is needed")
        end = until
        return lambda id: actions.shelve_alarm(viewer, id, now=now, until=end, note=note)
    operate = _PLAIN_ACTS[act]
    return lambda id: operate(viewer, id, now=now, note=note)


_PLAIN_ACTS: dict[Act, Callable[..., Alarm]] = {
    Act.UNACKNOWLEDGE: actions.unacknowledge_alarm,
    Act.CLEAR: actions.clear_alarm,
    Act.COMMENT: actions.comment_alarm,
    Act.UNSHELVE: actions.unshelve_alarm,
}


def _get(viewer: Viewer, alarm_id: int) -> dict[str, Any]:
    return _out_all(viewer, [queries.access_alarm(viewer, AlarmId(alarm_id))])[0]


def _out_all(viewer: Viewer, rows: Sequence[AlarmRow]) -> list[dict[str, Any]]:
    occurrences = {row.alarm.id: row.alarm.occurrence for row in rows}
    notifications = fetch_notifications(viewer, occurrences)
    return [_out(row) | {"notification": notifications[row.alarm.id]} for row in rows]


def _out(row: AlarmRow) -> dict[str, Any]:
    """Return the alarm's own fields and its source's name, as `AlarmOut` wants them."""
    alarm = row.alarm
    shown = {name: getattr(alarm, name) for name in AlarmOut.model_fields if hasattr(alarm, name)}
    return shown | {
        "source_name": row.source_name,
        "suppressed_by": list(alarm.suppressed_by),
        "softened_by": list(alarm.softened_by),
    }
