"""Rows of remedies and attempts to facts and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import AlarmId, OccurrenceId, RemedyId, RunId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, sql, to_json
from yunwei.operate.remedies.facts import Attempt, AttemptState, Mode, Past, Remedy, RemedyDraft

SQL = load_statements("yunwei.operate.remedies")

REMEDIES = Listing(
    base=SQL["list_remedies"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "mode": "mode = %(mode)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "concat_ws(' ', name, script_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "mode": "mode", "changed_at": "changed_at"},
    default_sort="name",
)
ATTEMPTS = Listing(
    base=SQL["list_attempts"],
    filters={
        "id": "id = %(id)s",
        "remedy": "remedy = %(remedy)s",
        "alarm": "alarm = %(alarm)s",
        "state": "state = %(state)s",
    },
    sorts={"started_at": "started_at", "state": "state"},
    default_sort="-started_at",
)


def build_remedy(row: Mapping[str, Any]) -> Remedy:
    told = {name: row[name] for name in Remedy.__dataclass_fields__ if name in row}
    whose = TenantId(row["tenant_id"])
    return Remedy(**{**told, "tenant": whose, "mode": Mode(row["mode"])})


def build_attempt(row: Mapping[str, Any]) -> Attempt:
    told = {name: row[name] for name in Attempt.__dataclass_fields__ if name in row}
    whose = TenantId(row["tenant_id"])
    return Attempt(**{**told, "tenant": whose, "state": AttemptState(row["state"])})


def automatic_remedies(conn: Connection) -> tuple[Remedy, ...]:
    """Return those that apply themselves, of all tenants."""
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE mode = 'automatic' AND is_enabled")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_remedies"])))
        return tuple(map(build_remedy, found.fetchall()))


def fetch_remedy(conn: Connection, remedy: RemedyId) -> Remedy | None:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_remedies"])), {"id": remedy})
        rows = found.fetchall()
    return build_remedy(rows[0]) if rows else None


def broken_remedies(conn: Connection) -> tuple[Remedy, ...]:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE broken_at IS NOT NULL AND is_enabled")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_remedies"])))
        return tuple(map(build_remedy, found.fetchall()))


def add_remedy(
    conn: Connection, tenant: TenantId, draft: RemedyDraft, *, acts_for: str, now: datetime
) -> RemedyId | None:
    rows = _all(conn, "add_remedy", _columns(draft, acts_for, now) | {"tenant": tenant})
    return RemedyId(rows[0]["id"]) if rows else None


def change_remedy(
    conn: Connection, remedy: RemedyId, draft: RemedyDraft, *, acts_for: str, now: datetime
) -> None:
    _run(conn, "change_remedy", _columns(draft, acts_for, now) | {"id": remedy})


def _columns(draft: RemedyDraft, acts_for: str, now: datetime) -> dict[str, Any]:
    told = asdict(draft) | {"values": to_json(dict(draft.values)), "mode": draft.mode.value}
    return told | {"acts_for": acts_for, "now": now}


def name_is_taken(conn: Connection, tenant: TenantId, name: str, but: int) -> bool:
    return bool(_all(conn, "name_is_taken", {"tenant": tenant, "name": name, "but": but}))


def remove_remedy(conn: Connection, remedy: RemedyId, now: datetime) -> None:
    _run(conn, "remove_remedy", {"id": remedy, "now": now})


def lock_remedy(conn: Connection, remedy: RemedyId) -> bool:
    return bool(_all(conn, "lock_remedy", {"id": remedy}))


def past(conn: Connection, remedy: RemedyId, managed_object: str, now: datetime) -> Past:
    values = {"id": remedy, "managed_object": managed_object, "now": now}
    return Past(**_all(conn, "past", values)[0])


def tried(
    conn: Connection, remedy: RemedyId, occurrences: Iterable[OccurrenceId]
) -> frozenset[int]:
    values = {"id": remedy, "occurrences": list(occurrences)}
    return frozenset(row["occurrence"] for row in _all(conn, "tried", values))


def latest_states(
    conn: Connection, tenants: Iterable[TenantId], occurrences: Mapping[AlarmId, OccurrenceId]
) -> dict[AlarmId, AttemptState]:
    values = {
        "tenants": list(tenants),
        "alarms": list(occurrences),
        "occurrences": list(occurrences.values()),
    }
    return {
        AlarmId(row["alarm_id"]): AttemptState(row["state"])
        for row in _all(conn, "latest_states", values)
    }


def add_attempt(
    conn: Connection,
    remedy: RemedyId,
    *,
    alarm: AlarmId,
    occurrence: OccurrenceId,
    managed_object: str,
    by: str,
    is_automatic: bool,
    now: datetime,
) -> int | None:
    values = {"remedy": remedy, "alarm": alarm, "occurrence": occurrence, "by": by, "now": now}
    more = {"managed_object": managed_object, "is_automatic": is_automatic}
    rows = _all(conn, "add_attempt", values | more)
    return int(rows[0]["id"]) if rows else None


def open_attempts(conn: Connection, limit: int) -> tuple[int, ...]:
    return tuple(row["id"] for row in _all(conn, "open_attempts", {"limit": limit}))


def lock_attempt(conn: Connection, attempt: int) -> bool:
    return bool(_all(conn, "lock_attempt", {"id": attempt}))


def fetch_attempt(conn: Connection, attempt: int) -> Attempt:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_attempts"])), {"id": attempt})
        return build_attempt(found.fetchall()[0])


def note_run(conn: Connection, attempt: int, run: RunId) -> None:
    _run(conn, "note_run", {"id": attempt, "run": run})


def note_state(
    conn: Connection,
    attempt: int,
    state: AttemptState,
    *,
    reason: str,
    verify_until: datetime | None,
    now: datetime,
) -> None:
    ended_at = None if state.is_open else now
    values = {"id": attempt, "state": state.value, "reason": reason, "ended_at": ended_at}
    _run(conn, "note_state", values | {"verify_until": verify_until})


def note_misses(
    conn: Connection, remedy: RemedyId, misses: int, broken_at: datetime | None
) -> None:
    _run(conn, "note_misses", {"id": remedy, "misses": misses, "broken_at": broken_at})


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
