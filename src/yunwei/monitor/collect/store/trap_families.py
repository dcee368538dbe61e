"""Rows of trap families to facts and back."""

from collections.abc import Mapping
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from yunwei.base.core.ids import TenantId, TrapFamilyId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.collect.facts import TrapFamily

SQL = load_statements("yunwei.monitor.collect", "trap_families")

TRAP_FAMILIES = Listing(
    base=SQL["list_trap_families"],
    filters={
        "id": "id = %(id)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'"
        " OR content ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "traps": "traps", "changed_at": "changed_at"},
    default_sort="name",
)


def build_trap_family(row: Mapping[str, Any]) -> TrapFamily:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, TrapFamily, strict=False)


def trap_families_for(conn: Connection, tenant: TenantId) -> tuple[str, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["trap_families_for"], {"tenant": tenant}).fetchall()
    return tuple(row["content"] for row in rows)


def add_trap_family(conn: Connection, values: Mapping[str, Any]) -> TrapFamilyId:
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_trap_family"], _with_json(values)).fetchone()
    return TrapFamilyId(row["id"] if row else 0)


def change_trap_family(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Return whether the version was still the one given."""
    with cursor(conn) as opened:
        return opened.execute(SQL["change_trap_family"], _with_json(values)).fetchone() is not None


def remove_trap_family(conn: Connection, id: TrapFamilyId) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_trap_family"], {"id": id})


def _with_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "content": Jsonb(msgspec.json.decode(values["content"]))}
