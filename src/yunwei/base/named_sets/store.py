"""Rows of named sets to facts and back. The only SQL on their tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.base.named_sets.facts import Known, NamedSet, NamedSetRow, SetBook, SetKind, SetUse

SQL = load_statements("yunwei.base.named_sets")

SETS = Listing(
    base=SQL["list_sets"],
    filters={
        "id": "id = %(id)s",
        "kind": "kind = %(kind)s",
        "tenant": "tenant_id = %(tenant)s",
        # always asked: whose rules are counted, and whose sets are seen
        "reach": "tenant_id = ANY(%(reach)s) OR is_shared",
        "is_used": "(uses > 0) = %(is_used)s",
        "is_empty": "(size = 0) = %(is_empty)s",
        "search": "concat_ws(' ', name, note) ILIKE '%%' || %(search)s || '%%'"
        " OR EXISTS (SELECT 1 FROM named_sets_namedset whole"
        " CROSS JOIN jsonb_array_elements_text(whole.values) AS held"
        " WHERE whole.id = listed.id AND held ILIKE '%%' || %(search)s || '%%')",
    },
    sorts={
        "name": "lower(name)",
        "kind": "kind",
        "size": "size",
        "uses": "uses",
        "changed_at": "changed_at",
    },
    default_sort="name",
)


def build_set(row: Mapping[str, Any]) -> NamedSet:
    return NamedSet(
        id=row["id"],
        tenant=TenantId(row["tenant"]),
        name=row["name"],
        kind=SetKind(row["kind"]),
        values=tuple(row["values"]),
        note=row["note"],
        is_shared=row["is_shared"],
        version=row["version"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
    )


def build_row(row: Mapping[str, Any], tenants: Sequence[int]) -> NamedSetRow:
    return NamedSetRow(
        named_set=build_set({**row, "tenant": row["tenant_id"], "values": ()}),
        size=row["size"],
        tenant_name=row["tenant_name"],
        uses=row["uses"],
        may_change=row["tenant_id"] in tenants,
        may_be_shared=row["is_provider"],
    )


def fetch_values(conn: Connection, id: int) -> tuple[str, ...]:
    return tuple(value for row in _all(conn, "values_of", {"id": id}) for value in row["values"])


def fetch_book(conn: Connection) -> SetBook:
    by_tenant: dict[TenantId, dict[str, Known]] = {}
    shared: dict[str, Known] = {}
    for row in _all(conn, "all_sets", {}):
        known = Known(
            id=row["id"],
            version=row["version"],
            kind=SetKind(row["kind"]),
            values=tuple(row["values"]),
        )
        by_tenant.setdefault(TenantId(row["tenant"]), {})[row["name"]] = known
        if row["is_shared"]:
            shared[row["name"]] = known
    return SetBook(by_tenant=by_tenant, shared=shared)


def kinds_of(conn: Connection, tenant: TenantId, names: Iterable[str]) -> dict[str, SetKind]:
    """Return what the sets hold that a tenant's rules mean by some names."""
    rows = _all(conn, "sets_named", {"tenant": tenant, "names": list(names)})
    found: dict[str, SetKind] = {}
    for row in rows:
        found.setdefault(row["name"], SetKind(row["kind"]))
    return found


def lock_set(conn: Connection, id: int, tenants: Sequence[int]) -> NamedSet | None:
    rows = _all(conn, "lock_set", {"id": id, "tenants": list(tenants)})
    return build_set(rows[0]) if rows else None


def describe(kept: NamedSet) -> dict[str, Any]:
    """Return all that a person may say of a set, for the audit log."""
    return {
        "name": kept.name,
        "kind": kept.kind.value,
        "note": kept.note,
        "is_shared": kept.is_shared,
        "values": list(kept.values),
    }


def add_set(conn: Connection, kept: NamedSet) -> int | None:
    """Return its id; None when its tenant has one of the name."""
    rows = _all(conn, "add_set", _columns(kept))
    return int(rows[0]["id"]) if rows else None


def change_set(conn: Connection, kept: NamedSet) -> None:
    _run(conn, "change_set", _columns(kept))


def remove_set(conn: Connection, id: int) -> None:
    _run(conn, "remove_set", {"id": id})


def _columns(kept: NamedSet) -> dict[str, Any]:
    return {
        "id": kept.id,
        "tenant": kept.tenant,
        "name": kept.name,
        "kind": kept.kind.value,
        "set_values": to_json(kept.values),
        "note": kept.note,
        "is_shared": kept.is_shared,
        "version": kept.version,
        "changed_at": kept.changed_at,
        "changed_by": kept.changed_by,
    }


def is_taken(conn: Connection, tenant: TenantId, name: str, *, but: int) -> bool:
    (row,) = _all(conn, "name_is_taken", {"tenant": tenant, "name": name, "but": but})
    return bool(row["is_taken"])


def uses_of_set(conn: Connection, id: int) -> tuple[SetUse, ...]:
    return tuple(msgspec.convert(row, SetUse) for row in _all(conn, "uses_of_set", {"id": id}))


def keep_uses(conn: Connection, use: SetUse, names: Sequence[str]) -> None:
    _run(conn, "drop_uses", {"kind": use.kind, "rule": use.id})
    if names:
        told = {"tenant": use.tenant, "names": list(names)}
        _all(conn, "hold_sets", told)
        _run(conn, "add_uses", told | {"kind": use.kind, "rule": use.id, "name": use.name})


def is_provider(conn: Connection, tenant: TenantId) -> bool:
    return any(row["id"] == tenant for row in _all(conn, "provider", {}))


def fetch_provider(conn: Connection) -> int | None:
    return next((row["id"] for row in _all(conn, "provider", {})), None)


def fetch_signature(conn: Connection) -> tuple[Any, ...]:
    (row,) = _all(conn, "signature", {})
    return tuple(row.values())


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
