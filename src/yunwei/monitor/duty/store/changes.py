"""Rows of overrides, temporary shifts, leave and swaps to facts and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.duty.facts.changes import (
    Leave,
    Override,
    Swap,
    SwapState,
    TemporaryShift,
)

SQL = load_statements("yunwei.monitor.duty", "changes")

_OF_TIME: dict[str, Any] = {
    "id": "id = %(id)s",
    "since": "ends_at > %(since)s",
    "until": "starts_at < %(until)s",
}
_SORTS: dict[str, Any] = {"starts_at": "starts_at", "ends_at": "ends_at"}
OVERRIDES = Listing(
    base=SQL["list_overrides"],
    filters=_OF_TIME
    | {
        "schedule": "schedule = %(schedule)s",
        "user": '("user" = %(user)s OR stand_in = %(user)s)',
    },
    sorts=_SORTS,
    default_sort="starts_at",
)
TEMPORARIES = Listing(
    base=SQL["list_temporaries"],
    filters=_OF_TIME | {"schedule": "schedule = %(schedule)s", "user": '"user" = %(user)s'},
    sorts=_SORTS,
    default_sort="starts_at",
)
LEAVES = Listing(
    base=SQL["list_leaves"],
    filters=_OF_TIME | {"user": '"user" = %(user)s'},
    sorts=_SORTS | {"user_name": "user_name"},
    default_sort="starts_at",
)
SWAPS = Listing(
    base=SQL["list_swaps"],
    filters=_OF_TIME
    | {
        "schedule": "schedule = %(schedule)s",
        "user": "(asker = %(user)s OR asked = %(user)s)",
        "state": "state = %(state)s",
    },
    sorts=_SORTS | {"asked_at": "asked_at"},
    default_sort="-asked_at",
)


def _with_span(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "span": Span(row["starts_at"], row["ends_at"])}


def build_override(row: Mapping[str, Any]) -> Override:
    return msgspec.convert(_with_span(row), Override)


def build_temporary(row: Mapping[str, Any]) -> TemporaryShift:
    return msgspec.convert(_with_span(row), TemporaryShift)


def build_leave(row: Mapping[str, Any]) -> Leave:
    return msgspec.convert(_with_span(row), Leave)


def build_swap(row: Mapping[str, Any]) -> Swap:
    start, end = row["return_starts_at"], row["return_ends_at"]
    in_return = Span(start, end) if start is not None and end is not None else None
    return msgspec.convert(_with_span(row) | {"in_return": in_return}, Swap)


def current_overrides(conn: Connection, since: datetime) -> tuple[Override, ...]:
    return tuple(map(build_override, _all(conn, "current_overrides", {"since": since})))


def current_temporaries(conn: Connection, since: datetime) -> tuple[TemporaryShift, ...]:
    return tuple(map(build_temporary, _all(conn, "current_temporaries", {"since": since})))


def current_leaves(conn: Connection, since: datetime) -> tuple[Leave, ...]:
    return tuple(map(build_leave, _all(conn, "current_leaves", {"since": since})))


def recent_swaps(conn: Connection, since: datetime) -> tuple[Swap, ...]:
    return tuple(map(build_swap, _all(conn, "recent_swaps", {"since": since})))


def add_override(conn: Connection, override: Override, now: datetime) -> int:
    values = {
        "schedule": override.schedule,
        "kind": override.kind.value,
        "user": override.user,
        "stand_in": override.stand_in,
        "role": override.role.value,
        "note": override.note,
        "by": override.by,
        "swap": override.swap,
        "now": now,
    }
    return _add(conn, "add_override", values | _edges(override.span))


def end_override(conn: Connection, override: int, now: datetime) -> bool:
    return bool(_all(conn, "end_override", {"id": override, "now": now}))


def add_temporary(conn: Connection, shift: TemporaryShift, now: datetime) -> int:
    values = {
        "schedule": shift.schedule,
        "user": shift.user,
        "role": shift.role.value,
        "note": shift.note,
        "by": shift.by,
        "now": now,
    }
    return _add(conn, "add_temporary", values | _edges(shift.span))


def end_temporary(conn: Connection, shift: int, now: datetime) -> bool:
    return bool(_all(conn, "end_temporary", {"id": shift, "now": now}))


def add_leave(
    conn: Connection, user: UserId, span: Span, *, note: str, by: str, now: datetime
) -> int:
    values = {"user": user, "note": note, "by": by, "now": now}
    return _add(conn, "add_leave", values | _edges(span))


def end_leave(conn: Connection, leave: int, now: datetime) -> bool:
    return bool(_all(conn, "end_leave", {"id": leave, "now": now}))


def add_swap(
    conn: Connection,
    schedule: ScheduleId,
    people: tuple[UserId, UserId],
    spans: tuple[Span, Span | None],
    *,
    note: str,
    now: datetime,
) -> int:
    """people: who asks, who is asked. spans: what is asked for, what is offered."""
    asker, asked = people
    span, in_return = spans
    values = {
        "schedule": schedule,
        "asker": asker,
        "asked": asked,
        "return_starts_at": in_return.start if in_return else None,
        "return_ends_at": in_return.end if in_return else None,
        "note": note,
        "now": now,
    }
    return _add(conn, "add_swap", values | _edges(span))


def answer_swap(conn: Connection, swap: int, state: SwapState, now: datetime) -> bool:
    """Return False when it was answered already."""
    return bool(_all(conn, "answer_swap", {"id": swap, "state": state.value, "now": now}))


def expire_swaps(conn: Connection, now: datetime) -> int:
    return len(_all(conn, "expire_swaps", {"now": now}))


def _edges(span: Span) -> dict[str, datetime]:
    return {"starts_at": span.start, "ends_at": span.end}


def _add(conn: Connection, name: str, values: Mapping[str, Any]) -> int:
    (row,) = _all(conn, name, values)
    return int(row["id"])


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()
