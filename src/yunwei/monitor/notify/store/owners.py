"""Rows of ownership to facts and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from yunwei.base.core.ids import SourceId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.reaching import Ownership, OwnershipRow

SQL = load_statements("yunwei.monitor.notify", "owners")

OWNERSHIPS = Listing(
    base=SQL["list_ownerships"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "scope": "scope = %(scope)s",
        "search": "concat_ws(' ', path, pool_name, note) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"what": "scope, path, pool_name", "changed_at": "changed_at"},
    default_sort="what",
)


def build_ownership(row: Mapping[str, Any]) -> Ownership:
    return msgspec.convert(row, Ownership, strict=False)


def build_ownership_row(row: Mapping[str, Any]) -> OwnershipRow:
    own = build_ownership({**row, "tenant": row["tenant_id"]})
    return OwnershipRow(ownership=own, pool_name=row["pool_name"])


def current_ownerships(conn: Connection) -> tuple[Ownership, ...]:
    with cursor(conn) as opened:
        return tuple(map(build_ownership, opened.execute(SQL["current_ownerships"]).fetchall()))


def lock_ownership(conn: Connection, id: int, tenants: Sequence[int]) -> Ownership | None:
    parameters = {"id": id, "tenants": list(tenants)}
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_ownership"], parameters).fetchone()
    return build_ownership(row) if row else None


def add_ownership(conn: Connection, entry: Ownership) -> int | None:
    """Return the new id; None when that object or pool has an entry already."""
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_ownership"], _ownership(entry)).fetchone()
    return int(row["id"]) if row else None


def change_ownership(conn: Connection, entry: Ownership) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["change_ownership"], _ownership(entry))


def _ownership(entry: Ownership) -> dict[str, Any]:
    return {
        "id": entry.id,
        "tenant": entry.tenant,
        "scope": entry.scope.value,
        "path": entry.path,
        "pool": entry.pool,
        "people": to_json(entry.people),
        "roles": to_json(entry.roles),
        "schedules": to_json(entry.schedules),
        "note": entry.note,
        "changed_at": entry.changed_at,
    }


def remove_ownership(conn: Connection, id: int) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_ownership"], {"id": id})


def pool_tenant(conn: Connection, pool: int) -> int | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["pool_tenant"], {"pool": pool}).fetchone()
    return row["tenant"] if row else None


def pools_of(
    conn: Connection, objects: Sequence[tuple[SourceId, str]]
) -> dict[tuple[SourceId, str], int]:
    parameters = {"sources": [each[0] for each in objects], "paths": [each[1] for each in objects]}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["pools_of"], parameters).fetchall()
    return {(SourceId(row["source"]), row["path"]): row["pool"] for row in rows}
