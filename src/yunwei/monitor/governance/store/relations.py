"""Rows of the table of relations."""

from collections.abc import Mapping, Sequence
from typing import Any

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.governance.facts.topology import Relation, StoredRelation, WrittenRelation

SQL = load_statements("yunwei.monitor.governance", "relations")

RELATIONS = Listing(
    base=SQL["list_relations"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "relation": "relation = %(relation)s",
        "search": "concat_ws(' ', parent, child, redundancy) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "parent": "lower(parent)",
        "child": "lower(child)",
        "relation": "relation",
        "redundancy": "redundancy",
        "id": "id",
    },
    default_sort="id",
)


def build_relation(row: Mapping[str, Any]) -> StoredRelation:
    return StoredRelation(
        id=row["id"],
        tenant=row["tenant"],
        line=WrittenRelation(
            relation=Relation(row["relation"]),
            parent_kind=row["parent_kind"],
            parent=row["parent"],
            child_kind=row["child_kind"],
            child=row["child"],
            redundancy=row["redundancy"],
        ),
    )


def current_relations(conn: Connection) -> tuple[StoredRelation, ...]:
    with cursor(conn) as opened:
        return tuple(map(build_relation, opened.execute(SQL["current_relations"]).fetchall()))


def relations_of(conn: Connection, tenant: TenantId) -> tuple[StoredRelation, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["relations_of"], {"tenant": tenant}).fetchall()
    return tuple(map(build_relation, rows))


def lock_relation(conn: Connection, id: int, tenants: Sequence[int]) -> StoredRelation | None:
    parameters = {"id": id, "tenants": list(tenants)}
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_relation"], parameters).fetchone()
    return build_relation(row) if row else None


def count_relations(conn: Connection, tenant: TenantId) -> int:
    with cursor(conn) as opened:
        row = opened.execute(SQL["count_relations"], {"tenant": tenant}).fetchone()
    return int(row["count"]) if row else 0


def add_relation(conn: Connection, tenant: TenantId, line: WrittenRelation) -> int | None:
    """Return the new id; None when that is written already."""
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_relation"], {"tenant": tenant, **_line(line)}).fetchone()
    return int(row["id"]) if row else None


def change_relation(conn: Connection, id: int, line: WrittenRelation) -> bool:
    """Return whether the line was free to be written."""
    with cursor(conn) as opened:
        return bool(opened.execute(SQL["change_relation"], {"id": id, **_line(line)}).fetchall())


def remove_relation(conn: Connection, id: int) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_relation"], {"id": id})


def _line(line: WrittenRelation) -> dict[str, str]:
    return {
        "relation": line.relation.value,
        "parent_kind": line.parent_kind,
        "parent": line.parent,
        "child_kind": line.child_kind,
        "child": line.child,
        "redundancy": line.redundancy,
    }


def drop_relations(conn: Connection, tenant: TenantId) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["drop_relations"], {"tenant": tenant})


def add_relations(conn: Connection, tenant: TenantId, lines: Sequence[WrittenRelation]) -> None:
    if lines:
        with cursor(conn) as opened:
            opened.execute(SQL["add_relations"], {"tenant": tenant, "rows": to_json(lines)})


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["relations_signature"]).fetchone()
    return tuple((row or {}).values())
