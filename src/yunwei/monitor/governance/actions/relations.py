"""The table of relations: what depends on what, where inventory does not know it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import RelationId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.topology import StoredRelation, WrittenRelation
from yunwei.monitor.governance.rules.relation_lines import MOST_LINES, check_line, check_lines
from yunwei.monitor.governance.store import relations as store


def add_relation(viewer: Viewer, tenant: TenantId, line: WrittenRelation) -> RelationId:
    """Write a line; it holds within ten seconds. Raises Refused, Invalid at the field."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    checked = check_line(line)
    with transaction() as conn:
        if store.count_relations(conn, tenant) >= MOST_LINES:
            raise Invalid("child", f"at most {MOST_LINES} lines")
        id = store.add_relation(conn, tenant, checked)
        if id is None:
            raise Invalid("child", "this is written already")
        _record(conn, viewer, "governance.add_relation", tenant, after=_said(checked))
    return RelationId(id)


def change_relation(viewer: Viewer, relation: RelationId, line: WrittenRelation) -> None:
    """Write another line in the place of one. Raises Refused, Invalid at the field."""
    checked = check_line(line)
    with transaction() as conn:
        before = _lock(conn, viewer, relation)
        if not store.change_relation(conn, relation, checked):
            raise Invalid("child", "this is written already")
        _record(
            conn,
            viewer,
            "governance.change_relation",
            before.tenant,
            before=_said(before.line),
            after=_said(checked),
        )


def remove_relation(viewer: Viewer, relation: RelationId) -> None:
    """Take a line out of the table. Raises Refused."""
    with transaction() as conn:
        before = _lock(conn, viewer, relation)
        store.remove_relation(conn, relation)
        _record(
            conn, viewer, "governance.remove_relation", before.tenant, before=_said(before.line)
        )


def merge_relations(viewer: Viewer, tenant: TenantId, lines: Sequence[WrittenRelation]) -> int:
    """Write lines beside those that are there; one that is there takes its redundancy. Returns
    how many there are now. Raises Refused, Invalid("lines", why)."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    unique = list(dict.fromkeys(lines))
    check_lines(unique)
    with transaction() as conn:
        before = store.count_relations(conn, tenant)
        store.add_relations(conn, tenant, unique)
        now = store.count_relations(conn, tenant)
        if now > MOST_LINES:
            raise Invalid("lines", f"at most {MOST_LINES} lines")
        counts = {"before": {"lines": before}, "after": {"lines": now}}
        _record(conn, viewer, "governance.merge_relations", tenant, **counts)
    return now


def replace_relations(
    viewer: Viewer, tenant: TenantId, lines: Sequence[WrittenRelation], *, now: datetime
) -> int:
    """Put lines in the place of a tenant's whole table; returns how many there are now.

    They hold within ten seconds. Raises Refused, Invalid("lines", why).
    """
    require(viewer, Permission.MANAGE_RULES, tenant)
    unique = list(dict.fromkeys(lines))
    check_lines(unique)
    with transaction() as conn:
        before = store.count_relations(conn, tenant)
        store.drop_relations(conn, tenant)
        store.add_relations(conn, tenant, unique)
        counts = {"before": {"lines": before}, "after": {"lines": len(unique)}}
        _record(conn, viewer, "governance.replace_relations", tenant, **counts)
    return len(unique)


def _lock(conn: Connection, viewer: Viewer, relation: RelationId) -> StoredRelation:
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_relation(conn, relation, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _said(line: WrittenRelation) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(line)
    return said


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    tenant: TenantId,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    named = after or before or {}
    record(
        conn,
        viewer,
        verb,
        object_kind="relations",
        object_id=str(tenant),
        object_name=" → ".join(str(named[name]) for name in ("child", "parent") if name in named),
        tenant=tenant,
        before=before,
        after=after,
    )
    announce_live("relations", tenant)
