"""How readings become rows of tables, by columns, in messages of a bounded size. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.codec import encode
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopSeen,
    DesktopUserSeen,
    Observation,
    Reading,
    UserAction,
)
from yunwei.monitor.telemetry.facts import JudgedRawAlarm, RowBatch
from yunwei.monitor.telemetry.rules.series import to_ms

# NATS takes messages of 1 MB unless told otherwise.
MAX_MESSAGE_BYTES = 800_000


def batches_of_page(
    readings: Iterable[Reading], *, tenant: TenantId, source: SourceId, read_at: datetime
) -> Iterator[RowBatch]:
    """Yield the rows that a page's readings make, one batch for each table that has any."""
    sorted_out: dict[type, list[Any]] = {}
    for reading in readings:
        sorted_out.setdefault(type(reading), []).append(reading)
    whose = {"tenant": int(tenant), "source": int(source)}
    at_ms = to_ms(read_at)
    if observations := sorted_out.get(Observation):
        yield _observations(observations, {**whose, "written_at": at_ms})
    if connections := sorted_out.get(ConnectionRecord):
        yield _connections(connections, {**whose, "read_at": at_ms})
        staged = [record for record in connections if record.stages_s]
        if staged:
            yield _stages(staged, {**whose, "written_at": at_ms})
    if actions := sorted_out.get(UserAction):
        yield _actions(actions, {**whose, "written_at": at_ms})
    if people := sorted_out.get(DesktopUserSeen):
        yield _known_users(people, {**whose, "written_at": at_ms})
    if desktops := sorted_out.get(DesktopSeen):
        yield _known_desktops(desktops, {**whose, "written_at": at_ms})


def _observations(told: Sequence[Observation], constants: dict[str, int | str]) -> RowBatch:
    return RowBatch(
        table="observations",
        constants=constants,
        columns={
            "metric": [each.metric for each in told],
            "object_kind": [each.object_kind for each in told],
            "object_id": [each.object_id for each in told],
            "at": [to_ms(each.at) for each in told],
            "value": [float(each.value) for each in told],
        },
    )


def _connections(told: Sequence[ConnectionRecord], constants: dict[str, int | str]) -> RowBatch:
    as_they_are = (
        "native_id",
        "login",
        "desktop",
        "desktop_name",
        "is_reconnect",
        "failure",
        "rtt_s",
        "client_type",
        "client_name",
        "client_ip",
        "client_version",
    )
    times = ("started_at", "setup_at", "ended_at")
    columns = {name: [getattr(each, name) for each in told] for name in as_they_are}
    columns |= {name: [_to_ms(getattr(each, name)) for each in told] for name in times}
    return RowBatch(table="connections", constants=constants, columns=columns)


def _to_ms(value: datetime | None) -> int | None:
    return None if value is None else to_ms(value)


def _stages(told: Sequence[ConnectionRecord], constants: dict[str, int | str]) -> RowBatch:
    flat = [
        (
            to_ms(record.started_at),
            record.native_id,
            stage,
            float(seconds),
            _to_ms(record.stage_starts.get(stage)) or 0,
            stage == record.failed_stage,
        )
        for record in told
        for stage, seconds in record.stages_s.items()
    ]
    started, native_ids, stages, seconds, began, failed = (
        list(column) for column in zip(*flat, strict=True)
    )
    return RowBatch(
        table="logon_stages",
        constants=constants,
        columns={
            "started_at": started,
            "native_id": native_ids,
            "stage": stages,
            "seconds": seconds,
            "began_at": began,
            "has_failed": failed,
        },
    )


def _actions(told: Sequence[UserAction], constants: dict[str, int | str]) -> RowBatch:
    as_they_are = (
        "native_id",
        "login",
        "kind",
        "object_kind",
        "object_id",
        "object_name",
        "is_success",
        "error",
        "client_type",
        "client_ip",
    )
    columns: dict[str, list[Any]] = {
        name: [getattr(each, name) for each in told] for name in as_they_are
    }
    columns["at"] = [to_ms(each.at) for each in told]
    return RowBatch(table="user_actions", constants=constants, columns=columns)


def _known_users(told: Sequence[DesktopUserSeen], constants: dict[str, int | str]) -> RowBatch:
    columns = {
        "login": [each.login for each in told],
        "department": [each.department for each in told],
    }
    return RowBatch(table="known_users", constants=constants, columns=columns)


def _known_desktops(told: Sequence[DesktopSeen], constants: dict[str, int | str]) -> RowBatch:
    columns = {
        "desktop": [each.native_id for each in told],
        "pool": [each.pool for each in told],
    }
    return RowBatch(table="known_desktops", constants=constants, columns=columns)


def batch_of_raw_alarms(judged: Sequence[JudgedRawAlarm], *, written_at: datetime) -> RowBatch:
    """Return the rows of raw alarms of one or many tenants."""
    raws = [each.raw_alarm for each in judged]
    return RowBatch(
        table="raw_alarms",
        constants={"written_at": to_ms(written_at)},
        columns={
            "tenant": [int(raw.tenant) for raw in raws],
            "source": [int(raw.source) for raw in raws],
            "received_at": [to_ms(raw.received_at) for raw in raws],
            "id": [each.id for each in judged],
            "native_id": [raw.native_id for raw in raws],
            "act": [raw.act.value for raw in raws],
            "alarm_type": [raw.alarm_type for raw in raws],
            "managed_object": [raw.managed_object for raw in raws],
            "qualifier": [raw.qualifier for raw in raws],
            "severity": [raw.severity.value for raw in raws],
            "text": [raw.text for raw in raws],
            "event_at": [to_ms(raw.event_at) for raw in raws],
            "verdict": [each.verdict for each in judged],
            "alarm": [int(each.alarm or 0) for each in judged],
            "occurrence": [int(each.occurrence or 0) for each in judged],
            "operator_state": [each.operator_state for each in judged],
            "count": [each.count for each in judged],
            "raised_at": [_to_ms(each.raised_at) or 0 for each in judged],
            "raw": [raw.raw for raw in raws],
        },
    )


def messages_of(batch: RowBatch) -> Iterator[tuple[RowBatch, bytes]]:
    """Yield a batch as (rows, data), cut in halves until each is small enough for a message."""
    data = encode(batch)
    if len(data) > MAX_MESSAGE_BYTES and batch.rows > 1:
        middle = batch.rows // 2
        yield from messages_of(_cut(batch, slice(None, middle)))
        yield from messages_of(_cut(batch, slice(middle, None)))
    else:
        yield batch, data


def _cut(batch: RowBatch, part: slice) -> RowBatch:
    columns = {name: values[part] for name, values in batch.columns.items()}
    return RowBatch(table=batch.table, constants=batch.constants, columns=columns)


def digest_of(data: bytes) -> str:
    """Return a short name for bytes: the same bytes have the same name."""
    return hashlib.sha256(data).hexdigest()[:40]
