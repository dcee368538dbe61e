"""Rows of reclaims to facts and back. The only SQL on their table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, sql, to_json
from yunwei.operate.reclaim.facts import LedgerLine, ReclaimRow

SQL = load_statements("yunwei.operate.reclaim")

RECLAIMS = Listing(
    base=SQL["list_reclaims"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "desktop": "desktop = %(desktop)s",
        "state": "state = %(state)s",
        "is_open": "(ended_at IS NULL) = %(is_open)s",
        "login": "EXISTS (SELECT FROM jsonb_array_elements_text(logins) AS one"
        " WHERE lower(one) = lower(%(login)s))",
        "search": "concat_ws(' ', desktop_name, logins, note, started_by)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "started_at": "started_at",
        "due_at": "due_at",
        "state": "state",
        "desktop": "lower(desktop_name)",
    },
    default_sort="-started_at",
)


def build_reclaim(row: Mapping[str, Any]) -> ReclaimRow:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, ReclaimRow)


def fetch_reclaim(conn: Connection, reclaim: int) -> ReclaimRow:
    one = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        rows = opened.execute(one.format(sql.SQL(SQL["list_reclaims"])), {"id": reclaim}).fetchall()
    return build_reclaim(rows[0])


def count_within(conn: Connection, tenant: int, since: datetime) -> int:
    """Return how many; others of the tenant wait until the transaction ends."""
    _all(conn, "lock_tenant", {"tenant": tenant})
    return int(_all(conn, "count_within", {"tenant": tenant, "since": since})[0]["count"])


def fetch_standing(
    conn: Connection, desktops: Sequence[int]
) -> Mapping[int, tuple[bool, datetime | None]]:
    """Return of each desktop whether it is being asked back, and until when it is left alone."""
    rows = _all(conn, "standing", {"desktops": list(desktops)})
    return {row["desktop"]: (row["is_open"], row["quiet_until"]) for row in rows}


def add_reclaim(conn: Connection, values: Mapping[str, Any]) -> int | None:
    """Return the new reclaim; None when the desktop is being asked back already."""
    kept = {**values, "logins": to_json(values["logins"]), "asked": to_json(values["asked"])}
    rows = _all(conn, "add_reclaim", kept)
    return int(rows[0]["id"]) if rows else None


def lock_reclaim(conn: Connection, reclaim: int) -> ReclaimRow | None:
    """Return one that is ours to change until the transaction ends."""
    rows = _all(conn, "lock_reclaim", {"id": reclaim})
    return fetch_reclaim(conn, reclaim) if rows else None


def claim_reclaim(conn: Connection, now: datetime, until: datetime) -> ReclaimRow | None:
    rows = _all(conn, "claim_reclaim", {"now": now, "until": until})
    return fetch_reclaim(conn, rows[0]["id"]) if rows else None


def note_reclaim(conn: Connection, row: ReclaimRow, again_at: datetime | None) -> None:
    values = {
        "id": row.id,
        "state": row.state.value,
        "reminded_at": row.reminded_at,
        "answer": row.answer.value,
        "answered_by": row.answered_by,
        "answered_at": row.answered_at,
        "note": row.note,
        "request": row.request,
        "leaves_as": row.leaves_as,
        "held_by": row.held_by,
        "ended_at": row.ended_at,
        "given_back_at": row.given_back_at,
        "again_at": again_at,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["note_reclaim"], values)


def fetch_ledger(conn: Connection, tenants: Sequence[int], zone: str) -> tuple[LedgerLine, ...]:
    rows = _all(conn, "ledger", {"tenants": list(tenants), "zone": zone})
    return tuple(msgspec.convert(row, LedgerLine) for row in rows)


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()
