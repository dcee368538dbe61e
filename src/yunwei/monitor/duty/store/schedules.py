"""Rows of schedules and layers to facts and back."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from yunwei.base.core.calendar_times import CalendarTimes, parse_times, times_to_json
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.duty.facts.schedules import DutyRole, Layer, RotationUnit, Schedule

logger = logging.getLogger(__name__)

SQL = load_statements("yunwei.monitor.duty", "schedules")

SCHEDULES = Listing(
    base=SQL["list_schedules"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "changed_at": "changed_at"},
    default_sort="name",
)


def current_schedules(conn: Connection) -> dict[ScheduleId, Schedule]:
    """Return every schedule in use. A damaged one is left out, and said in the log."""
    layers: dict[int, list[dict[str, Any]]] = {}
    for row in _all(conn, "current_layers", {}):
        layers.setdefault(row["schedule"], []).append(row)
    found: dict[ScheduleId, Schedule] = {}
    for row in _all(conn, "current_schedules", {}):
        try:
            found[row["id"]] = _build(row, layers.get(row["id"], []))
        except (Invalid, msgspec.ValidationError) as error:
            logger.error("schedule %s is damaged and names nobody: %s", row["id"], error)
    return found


def _build(row: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]) -> Schedule:
    return Schedule(
        id=row["id"],
        tenant=row["tenant"],
        name=row["name"],
        time_zone=row["time_zone"],
        layers=tuple(map(_build_layer, layers)),
        coverage=_times(row["coverage"]),
        notice_minutes=row["notice_minutes"],
        note=row["note"],
        changed_at=row["changed_at"],
    )


def _build_layer(row: Mapping[str, Any]) -> Layer:
    known = msgspec.convert({**row, "times": None}, _LayerRow)
    return Layer(**msgspec.structs.asdict(known), times=_times(row["times"]))


class _LayerRow(msgspec.Struct):
    """A layer's row without its times, which have a parser of their own."""

    id: LayerId
    name: str
    role: DutyRole
    unit: RotationUnit
    length: int
    handoff_minute: int
    starts_on: date
    ends_on: date | None
    groups: tuple[tuple[UserId, ...], ...]
    is_fair: bool


def _times(data: object) -> CalendarTimes | None:
    return None if data is None else parse_times(data)


def recorded_until(conn: Connection) -> dict[ScheduleId, datetime]:
    return {row["id"]: row["recorded_until"] for row in _all(conn, "current_schedules", {})}


def lock_duty(conn: Connection) -> None:
    """One lock for all of duty: a leave concerns every schedule, and changes are few."""
    _all(conn, "lock_duty", {})


def fetch_tenant(conn: Connection, schedule: ScheduleId, tenants: Sequence[int]) -> TenantId | None:
    """Return whose schedule this is; None when it is not there, or none of these tenants'."""
    rows = _all(conn, "tenant_of_schedule", {"id": schedule, "tenants": list(tenants)})
    return rows[0]["tenant"] if rows else None


def add_schedule(conn: Connection, schedule: Schedule) -> ScheduleId:
    (row,) = _all(conn, "add_schedule", _values(schedule))
    _save_layers(conn, row["id"], schedule.layers)
    return ScheduleId(row["id"])


def change_schedule(conn: Connection, schedule: Schedule) -> None:
    """Raises Invalid when the draft names a layer that the schedule does not have."""
    _run(conn, "change_schedule", _values(schedule) | {"id": schedule.id})
    _save_layers(conn, schedule.id, schedule.layers)


def _values(schedule: Schedule) -> dict[str, Any]:
    return {
        "tenant": schedule.tenant,
        "name": schedule.name,
        "time_zone": schedule.time_zone,
        "coverage": _times_json(schedule.coverage),
        "notice_minutes": schedule.notice_minutes,
        "note": schedule.note,
        "changed_at": schedule.changed_at,
    }


def _save_layers(conn: Connection, schedule: ScheduleId, layers: Sequence[Layer]) -> None:
    _run(conn, "drop_layers", {"schedule": schedule, "ids": [layer.id for layer in layers]})
    for position, layer in enumerate(layers):
        values = {
            "id": layer.id,
            "schedule": schedule,
            "position": position,
            "name": layer.name,
            "role": layer.role.value,
            "unit": layer.unit.value,
            "length": layer.length,
            "handoff_minute": layer.handoff_minute,
            "starts_on": layer.starts_on,
            "ends_on": layer.ends_on,
            "groups": to_json(layer.groups),
            "times": _times_json(layer.times),
            "is_fair": layer.is_fair,
        }
        done = _all(conn, "change_layer" if layer.id != LayerId(0) else "add_layer", values)
        if not done:
            raise Invalid(f"layers.{position}.id", "there is no such layer")


def _times_json(times: CalendarTimes | None) -> str | None:
    return None if times is None else to_json(times_to_json(times))


def touch_schedule(conn: Connection, schedule: ScheduleId, now: datetime) -> None:
    _run(conn, "touch_schedule", {"id": schedule, "now": now})


def remove_schedule(conn: Connection, schedule: ScheduleId, at: datetime) -> None:
    _run(conn, "remove_schedule", {"id": schedule, "at": at})


def note_recorded(conn: Connection, schedule: ScheduleId, until: datetime) -> None:
    _run(conn, "note_recorded", {"id": schedule, "until": until})


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    (row,) = _all(conn, "signature", {})
    return tuple(row.values())


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
