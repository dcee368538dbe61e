"""Rows of emergencies and what is written on their time lines, to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import EmergencyId, TenantId, TicketId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.service.facts.emergencies import Emergency, Line, Postmortem, Telling

SQL = load_statements("yunwei.operate.service", "emergencies")

EMERGENCIES = Listing(
    base=SQL["list_emergencies"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "ticket": "ticket = %(ticket)s",
        "contract": "contract = %(contract)s",
        "state": "(CASE WHEN released_at IS NOT NULL THEN 'released' WHEN ended_at IS NOT NULL"
        " THEN 'ended' ELSE 'declared' END) = %(state)s",
        "search": "concat_ws(' ', 'EM-' || lpad(id::text, 5, '0'), ticket_title, tenant_name,"
        " commander_name, teller_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "declared_at": "declared_at",
        "update_due_at": "update_due_at",
        "title": "lower(ticket_title)",
        "tenant": "lower(tenant_name)",
    },
    default_sort="-declared_at",
)


def build_emergency(row: Mapping[str, Any]) -> Emergency:
    kept = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert({**kept, "tenant": row["tenant_id"]}, Emergency)


def add_emergency(
    conn: Connection,
    about: tuple[TenantId, TicketId],
    telling: Telling,
    values: Mapping[str, Any],
) -> EmergencyId | None:
    """values: by, now, reason, due_at. Return None when the ticket is one already."""
    tenant, ticket = about
    told = {**values, "tenant": tenant, "ticket": ticket, "telling": _json(telling)}
    rows = _all(conn, "add_emergency", told)
    return EmergencyId(rows[0]["id"]) if rows else None


def lock_emergency(conn: Connection, id: EmergencyId, tenants: Sequence[int]) -> bool:
    return bool(_all(conn, "lock_emergency", {"id": id, "tenants": list(tenants)}))


def add_line(conn: Connection, id: EmergencyId, line: Line, *, now: datetime) -> None:
    values = {"id": id, "at": line.at, "kind": line.kind.value, "by": line.by, "text": line.text}
    _all(conn, "add_line", {**values, "now": now})


def fetch_lines(conn: Connection, id: EmergencyId) -> tuple[Line, ...]:
    return tuple(msgspec.convert(row, Line) for row in _all(conn, "lines_of", {"id": id}))


def lead_emergency(
    conn: Connection, id: EmergencyId, telling: Telling, due_at: datetime | None
) -> None:
    _run(conn, "lead_emergency", {"id": id, "telling": _json(telling), "due_at": due_at})


def note_update_due(conn: Connection, id: EmergencyId, due_at: datetime) -> None:
    _run(conn, "note_update_due", {"id": id, "due_at": due_at})


def end_emergency(
    conn: Connection, id: EmergencyId, timeline: Sequence[Line], values: Mapping[str, Any]
) -> None:
    """values: by, now, resolution."""
    _run(conn, "end_emergency", {**values, "id": id, "timeline": _json(list(timeline))})


def write_postmortem(
    conn: Connection,
    id: EmergencyId,
    said: Postmortem,
    *,
    version: int,
    by: str,
    now: datetime,
) -> bool:
    """Return whether nobody wrote in the meantime."""
    values = {"id": id, "said": _json(said), "version": version, "by": by, "now": now}
    return bool(_all(conn, "write_postmortem", values))


def release_postmortem(
    conn: Connection, id: EmergencyId, sha256: str, *, by: str, now: datetime
) -> None:
    _run(conn, "release_postmortem", {"id": id, "sha256": sha256, "by": by, "now": now})


def lock_lines_to_tell(conn: Connection) -> list[dict[str, Any]]:
    """Return updates that nobody was told of yet, of all tenants, which no other process has."""
    return _all(conn, "lines_to_tell", {})


def note_told(conn: Connection, lines: Sequence[int], now: datetime) -> None:
    _run(conn, "note_told", {"ids": list(lines), "now": now})


def due_emergencies(conn: Connection, until: datetime) -> list[tuple[EmergencyId, TenantId]]:
    rows = _all(conn, "due_emergencies", {"until": until})
    return [(EmergencyId(row["id"]), TenantId(row["tenant"])) for row in rows]


def _json(value: object) -> str:
    return to_json(msgspec.to_builtins(value))


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
