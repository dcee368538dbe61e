"""Rows of the record to facts and back: who was on duty, and who is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.duty.facts.plans import Presence
from yunwei.monitor.duty.facts.shifts import Because, RecordedShift, Shift

SQL = load_statements("yunwei.monitor.duty", "shifts")

SHIFTS = Listing(
    base=SQL["list_shifts"],
    filters={
        "id": "id = %(id)s",
        "schedule": "schedule = %(schedule)s",
        "user": '"user" = %(user)s',
        "role": "role = %(role)s",
        "since": "(ends_at IS NULL OR ends_at > %(since)s)",
        "until": "starts_at < %(until)s",
        "at": "starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)",
    },
    sorts={"starts_at": "starts_at", "user_name": "user_name", "schedule_name": "schedule_name"},
    default_sort="-starts_at",
)


def build_recorded(row: Mapping[str, Any]) -> RecordedShift:
    return msgspec.convert(row, RecordedShift)


def fetch_recorded(
    conn: Connection, schedule: ScheduleId, within: Span
) -> tuple[RecordedShift, ...]:
    values = {"schedule": schedule, "since": within.start, "until": within.end}
    return tuple(map(build_recorded, _all(conn, "recorded", values)))


def fetch_present(conn: Connection, tenants: Sequence[int]) -> tuple[Presence, ...]:
    rows = _all(conn, "present", {"tenants": list(tenants)})
    return tuple(msgspec.convert(row, Presence) for row in rows)


def recorded_of_user(conn: Connection, user: UserId, within: Span) -> tuple[RecordedShift, ...]:
    values = {"user": user, "since": within.start, "until": within.end}
    return tuple(map(build_recorded, _all(conn, "recorded_of_user", values)))


def open_shifts(conn: Connection, schedule: ScheduleId) -> dict[int, tuple[UserId, str, Because]]:
    """Return user, role and reason of what is on duty as far as it is recorded, by row."""
    return {
        row["id"]: (row["user"], row["role"], msgspec.convert(row["because"], Because))
        for row in _all(conn, "open_shifts", {"schedule": schedule})
    }


def fetch_served(
    conn: Connection, schedules: Sequence[ScheduleId], now: datetime
) -> dict[ScheduleId, list[tuple[UserId, Span]]]:
    found: dict[ScheduleId, list[tuple[UserId, Span]]] = {}
    for row in _all(conn, "served", {"ids": list(schedules), "now": now}):
        span = Span(row["starts_at"], row["ends_at"])
        found.setdefault(row["schedule"], []).append((row["user"], span))
    return found


def add_shift(
    conn: Connection,
    schedule: ScheduleId,
    shift: Shift,
    *,
    name: str,
    said: tuple[str, str],
    ends_at: datetime | None,
) -> None:
    """said: the reason in Chinese and English."""
    values = {
        "schedule": schedule,
        "user": shift.user,
        "user_name": name,
        "role": shift.role.value,
        "starts_at": shift.span.start,
        "ends_at": ends_at,
        "because": to_json(shift.because),
        "because_zh": said[0],
        "because_en": said[1],
    }
    _run(conn, "add_shift", values)


def close_shift(conn: Connection, shift: int, at: datetime) -> None:
    _run(conn, "close_shift", {"id": shift, "at": at})


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
