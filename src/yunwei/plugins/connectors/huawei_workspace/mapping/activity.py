"""What desktop users did: connection records with their logon stages, and user events. Pure."""

from datetime import UTC, datetime, timedelta

from yunwei.base.core.readings import ConnectionRecord, UserAction
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.mapping.values import (
    parse_optional_time,
    parse_time,
)

_MILLISECOND = 0.001
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK, _LONGEST_LOGON = timedelta(seconds=1), timedelta(hours=1)


def map_record(record: answers.LoginRecord) -> ConnectionRecord | None:
    """Return the record, None when it lacks what makes it one: an id and a start.

    Raises SourceBabbled when one of its times is no time.
    rtt_s: end to end where the service measured it, else of the network alone.
    """
    started_at = parse_time(record.connection_start_time)
    if not record.transaction_id or started_at is None:
        return None
    rtt = record.e2e_rtt if record.e2e_rtt is not None else record.network_rtt
    return ConnectionRecord(
        native_id=record.transaction_id,
        login=record.user_name or "",
        desktop=record.desktop_id or "",
        desktop_name=record.computer_name or "",
        started_at=started_at,
        setup_at=parse_time(record.connection_setup_time),
        ended_at=parse_time(record.connection_end_time),
        is_reconnect=record.is_reconnect or False,
        failure=record.connection_failure_reason or "",
        rtt_s=None if rtt is None else rtt * _MILLISECOND,
        client_type=record.terminal_type or "",
        client_name=record.terminal_name or "",
        client_ip=record.terminal_ip or "",
        client_version=record.client_version or "",
    )


def map_stages(found: answers.AccessStages) -> dict[str, float]:
    """Return seconds by stage, in the service's own names; a stage gone through twice adds up."""
    seconds: dict[str, float] = {}
    for stage in found.stages or []:
        if stage.stage and stage.duration is not None:
            seconds[stage.stage] = seconds.get(stage.stage, 0.0) + stage.duration * _MILLISECOND
    return seconds


def map_stage_starts(found: answers.AccessStages, started_at: datetime) -> dict[str, datetime]:
    """Return when each stage first began; those that began outside this logon are not told."""
    starts: dict[str, datetime] = {}
    for stage in found.stages or []:
        if stage.stage and stage.start_time is not None and stage.duration is not None:
            at = _EPOCH + timedelta(milliseconds=stage.start_time)
            if -_SLACK <= at - started_at <= _LONGEST_LOGON:
                starts[stage.stage] = min(at, starts.get(stage.stage, at))
    return starts


def find_failed_stage(found: answers.AccessStages) -> str:
    """Return the first stage that failed, "" when none did."""
    failed = (each.stage for each in found.stages or [] if each.is_success is False)
    return next((stage for stage in failed if stage), "")


def map_user_event(event: answers.UserEvent) -> UserAction | None:
    """Return the act, None when it has no time. Kinds stay verbatim: the service lists none.

    native_id: trace id, kind and time, because one trace joins several events.
    """
    at = parse_optional_time(event.event_time)
    if at is None:
        return None
    return UserAction(
        native_id=_event_id(event, at),
        at=at,
        login=event.username or "",
        kind=event.event_type or "",
        object_kind=event.resource_type or "",
        object_id=event.resource_id or "",
        object_name=event.resource_name or "",
        is_success=event.is_success is not False,
        error=" ".join(part for part in (event.error_code, event.error_msg) if part),
        client_type=event.client_type or "",
        client_ip=event.client_ip or "",
    )


def _event_id(event: answers.UserEvent, at: datetime) -> str:
    parts = (event.event_trace_id, event.event_type, event.resource_id, at.isoformat())
    return ":".join(part or "" for part in parts)
