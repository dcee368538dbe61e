"""Rows of timetables and starts to facts and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import RunId, TenantId, TimetableId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, sql, to_json
from yunwei.operate.runs.facts.runs import Choice, FollowUpDraft, Plan, RunState
from yunwei.operate.timetables.facts import (
    Missed,
    Start,
    StartState,
    Times,
    Timetable,
    TimetableDraft,
    Verdict,
)

SQL = load_statements("yunwei.operate.timetables")

TIMETABLES = Listing(
    base=SQL["list_timetables"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "script": "script = %(script)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "rhythm": "times->>'rhythm' = %(rhythm)s",
        "search": "concat_ws(' ', name, script_name, note) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "name": "lower(name)",
        "script": "lower(script_name)",
        "last_due_at": "last_due_at",
        "changed_at": "changed_at",
    },
    default_sort="name",
)
STARTS = Listing(
    base=SQL["list_starts"],
    filters={
        "id": "id = %(id)s",
        "timetable": "timetable = %(timetable)s",
        "state": "state = %(state)s",
        "run": "run = %(run)s",
    },
    sorts={"due_at": "due_at", "state": "state"},
    default_sort="-due_at",
)


def build_timetable(row: Mapping[str, Any]) -> Timetable:
    told = {name: row[name] for name in Timetable.__dataclass_fields__ if name in row}
    made = {
        "tenant": TenantId(row["tenant_id"]),
        "times": msgspec.convert(row["times"], Times),
        "choice": msgspec.convert(row["choice"], Choice),
        "plan": msgspec.convert(row["plan"], Plan),
        "then": msgspec.convert(row["follow_ups"], tuple[FollowUpDraft, ...]),
        "missed": Missed(row["missed"]),
        "last_state": StartState(row["last_state"]) if row["last_state"] else None,
        "last_run_state": RunState(row["last_run_state"]) if row["last_run_state"] else None,
    }
    return Timetable(**{**told, **made})


def build_start(row: Mapping[str, Any]) -> Start:
    told = {name: row[name] for name in Start.__dataclass_fields__ if name in row}
    made = {
        "tenant": TenantId(row["tenant_id"]),
        "state": StartState(row["state"]),
        "run_state": RunState(row["run_state"]) if row["run_state"] else None,
    }
    return Start(**{**told, **made})


def enabled_timetables(conn: Connection) -> tuple[Timetable, ...]:
    """Return those that are on, of all tenants."""
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE is_enabled")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_timetables"])))
        return tuple(map(build_timetable, found.fetchall()))


def troubled_timetables(conn: Connection) -> tuple[Timetable, ...]:
    """Return those that are on and whose latest start, since they were saved, could not be."""
    wanted = sql.SQL(
        "SELECT * FROM ({}) AS listed WHERE is_enabled AND last_noted_at >= changed_at"
        " AND (last_state = 'refused' OR last_reason = 'unknown_day')"
    )
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_timetables"])))
        return tuple(map(build_timetable, found.fetchall()))


def fetch_timetable(conn: Connection, timetable: TimetableId) -> Timetable | None:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        found = opened.execute(
            wanted.format(sql.SQL(SQL["list_timetables"])), {"id": timetable}
        ).fetchall()
    return build_timetable(found[0]) if found else None


def fetch_start(conn: Connection, start: int) -> Start:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_starts"])), {"id": start})
        return build_start(found.fetchall()[0])


def add_timetable(
    conn: Connection, tenant: TenantId, draft: TimetableDraft, *, acts_for: str, now: datetime
) -> TimetableId | None:
    rows = _all(conn, "add_timetable", _columns(draft, acts_for, now) | {"tenant": tenant})
    return TimetableId(rows[0]["id"]) if rows else None


def change_timetable(
    conn: Connection,
    timetable: TimetableId,
    draft: TimetableDraft,
    *,
    acts_for: str,
    now: datetime,
) -> None:
    _run(conn, "change_timetable", _columns(draft, acts_for, now) | {"id": timetable})


def _columns(draft: TimetableDraft, acts_for: str, now: datetime) -> dict[str, Any]:
    return {
        "script": draft.script,
        "name": draft.name,
        "times": to_json(draft.times),
        "choice": to_json(draft.choice),
        "plan": to_json(draft.plan),
        "values": to_json(dict(draft.values)),
        "missed": draft.missed.value,
        "follow_ups": to_json(draft.then),
        "note": draft.note,
        "is_enabled": draft.is_enabled,
        "acts_for": acts_for,
        "now": now,
    }


def name_is_taken(conn: Connection, tenant: TenantId, name: str, but: int) -> bool:
    return bool(_all(conn, "name_is_taken", {"tenant": tenant, "name": name, "but": but}))


def remove_timetable(conn: Connection, timetable: TimetableId, now: datetime) -> None:
    _run(conn, "remove_timetable", {"id": timetable, "now": now})


def lock_timetable(conn: Connection, timetable: TimetableId) -> bool:
    """Say whether it is on and ours to look at."""
    return bool(_all(conn, "lock_timetable", {"id": timetable}))


def add_start(conn: Connection, timetable: Timetable, verdict: Verdict, now: datetime) -> None:
    values = {
        "timetable": timetable.id,
        "due_at": verdict.due.at,
        "until_at": verdict.due.until,
        "state": verdict.state.value,
        "reason": verdict.reason,
        "by": timetable.acts_for,
        "now": now,
    }
    _all(conn, "add_start", values)


def open_starts(conn: Connection, limit: int) -> tuple[int, ...]:
    return tuple(row["id"] for row in _all(conn, "open_starts", {"limit": limit}))


def note_started(conn: Connection, start: int, run: RunId, left_out: int) -> None:
    _run(conn, "note_started", {"id": start, "run": run, "left_out": left_out})


def note_ended(conn: Connection, start: int, state: StartState, reason: str) -> None:
    _run(conn, "note_ended", {"id": start, "state": state.value, "reason": reason})


def run_before(conn: Connection, run: RunId) -> RunId | None:
    rows = _all(conn, "run_before", {"run": run})
    return RunId(rows[0]["run"]) if rows else None


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
