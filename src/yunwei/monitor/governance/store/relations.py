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
        "tenant": "tenant_id = %(tenant)s",
        "search": "concat_ws(' ', parent, child, redundancy) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"parent": "lower(parent)", "child": "lower(child)", "relation": "relation", "id": "id"},
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
