"""Changes of who owns what."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import OwnershipId, TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.actions.targets import check_targets
from yunwei.monitor.notify.facts.reaching import Ownership, OwnershipDraft, Scope
from yunwei.monitor.notify.store import owners as owner_store

_LONGEST = 500


def add_ownership(
    viewer: Viewer, tenant: TenantId, draft: OwnershipDraft, *, now: datetime
) -> OwnershipId:
    """Say who owns an object with what is beneath it, or a pool. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        entry = _build(conn, viewer, tenant, draft, now=now)
        id = owner_store.add_ownership(conn, entry)
        if id is None:
            field = "path" if entry.scope is Scope.OBJECT else "pool"
            raise Invalid(field, "somebody owns it already; change that entry")
        made = replace(entry, id=OwnershipId(id))
        _record(conn, viewer, "notify.add_ownership", None, made)
    return made.id


def change_ownership(
    viewer: Viewer, ownership: OwnershipId, draft: OwnershipDraft, *, now: datetime
) -> None:
    """Say who owns it from now on; what is owned stays. Raises Refused, Invalid."""
    with transaction() as conn:
        before = _lock(conn, viewer, ownership)
        kept = replace(draft, scope=before.scope, path=before.path, pool=before.pool)
        built = _build(conn, viewer, before.tenant, kept, now=now)
        after = replace(built, id=ownership)
        owner_store.change_ownership(conn, after)
        _record(conn, viewer, "notify.change_ownership", before, after)


def remove_ownership(viewer: Viewer, ownership: OwnershipId) -> None:
    """Nobody owns it any more. Raises Refused."""
    with transaction() as conn:
        before = _lock(conn, viewer, ownership)
        owner_store.remove_ownership(conn, ownership)
        _record(conn, viewer, "notify.remove_ownership", before, None)


def _build(
    conn: Connection,
    viewer: Viewer,
    tenant: TenantId,
    draft: OwnershipDraft,
    *,
    now: datetime,
) -> Ownership:
    path, pool = "", None
    if draft.scope is Scope.OBJECT:
        path = _check_path(draft.path)
    else:
        pool = _check_pool(conn, viewer, draft.pool)
    entry = Ownership(
        id=OwnershipId(0),
        tenant=tenant,
        scope=draft.scope,
        path=path,
        pool=pool,
        people=draft.people,
        roles=draft.roles,
        schedules=draft.schedules,
        note=draft.note.strip(),
        changed_at=now,
    )
    if len(entry.note) > _LONGEST:
        raise Invalid("note", f"at most {_LONGEST} characters")
    if not entry.targets.has_people:
        raise Invalid("people", "name an owner: people, a role or a schedule")
    check_targets(conn, entry.targets, tenant)
    return entry


def _check_path(typed: str) -> str:
    path = typed.strip()
    if not path.startswith("/"):
        raise Invalid("path", "a path begins with /")
    if len(path) > _LONGEST or not path.isprintable():
        raise Invalid("path", f"at most {_LONGEST} characters")
    return path.rstrip("/") or "/"


def _check_pool(conn: Connection, viewer: Viewer, pool: int | None) -> int:
    if pool is None or owner_store.pool_tenant(conn, pool) not in viewer.tenants:
        raise Invalid("pool", "there is no such pool")
    return pool


def _lock(conn: Connection, viewer: Viewer, ownership: OwnershipId) -> Ownership:
    require(viewer, Permission.MANAGE_RULES)
    found = owner_store.lock_ownership(conn, ownership, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _record(
    conn: Connection, viewer: Viewer, verb: str, before: Ownership | None, after: Ownership | None
) -> None:
    named = after or before
    record(
        conn,
        viewer,
        verb,
        object_kind="ownership",
        object_id=str(named.id) if named else "",
        object_name=(named.path or f"pool {named.pool}") if named else "",
        tenant=named.tenant if named else None,
        before=_summary(before),
        after=_summary(after),
    )
    announce_config("notify")


def _summary(entry: Ownership | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    names = ("scope", "path", "pool", "people", "roles", "schedules", "note")
    summary: dict[str, Any] = msgspec.to_builtins({name: getattr(entry, name) for name in names})
    return summary
