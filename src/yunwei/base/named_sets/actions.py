"""Changes of named sets; what they mean for rules begins with the next round of `govern`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.condition import Condition, names_of_sets
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets import store
from yunwei.base.named_sets.facts import NamedSet, NamedSetDraft, SetUse
from yunwei.base.named_sets.rules.drafts import check_draft
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require

_TOLD_USES = 5
_TOLD_VALUES = 100


def add_set(viewer: Viewer, tenant: TenantId, draft: NamedSetDraft, *, now: datetime) -> int:
    """Add a set and return its id. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        kept = _build(conn, viewer, 0, tenant, draft, version=1, now=now)
        id = store.add_set(conn, kept)
        if id is None:
            raise _taken()
        _tell(conn, viewer, "named_sets.add", None, replace(kept, id=id))
    return id


def change_set(
    viewer: Viewer,
    named_set: int,
    draft: NamedSetDraft,
    *,
    now: datetime,
    version: int | None = None,
) -> NamedSet:
    """Change a set; every rule that names it goes by it at once.

    version: the one that was looked at. Raises Refused, Invalid; Conflict when somebody changed it
    meanwhile, and for another name, kind or no sharing any more while rules use it.
    """
    with transaction() as conn:
        before = _lock(conn, viewer, named_set)
        if version is not None and version != before.version:
            raise Conflict("somebody changed it in the meantime")
        return _change(conn, viewer, before, draft, now=now)


def edit_values(
    viewer: Viewer,
    named_set: int,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    now: datetime,
) -> NamedSet:
    """Put values in and take values out, whatever else the set holds. Raises Refused, Invalid."""
    with transaction() as conn:
        before = _lock(conn, viewer, named_set)
        gone = frozenset(value.strip() for value in remove)
        kept = tuple(value for value in before.values if value not in gone)
        draft = NamedSetDraft(
            name=before.name,
            kind=before.kind,
            values=(*kept, *add),
            note=before.note,
            is_shared=before.is_shared,
        )
        return _change(conn, viewer, before, draft, now=now)


def _change(
    conn: Connection, viewer: Viewer, before: NamedSet, draft: NamedSetDraft, *, now: datetime
) -> NamedSet:
    version = before.version + 1
    after = _build(conn, viewer, before.id, before.tenant, draft, version=version, now=now)
    if after.name != before.name or after.kind != before.kind:
        _refuse_when_used(viewer, store.uses_of_set(conn, before.id))
    if before.is_shared and not after.is_shared:
        others = (u for u in store.uses_of_set(conn, before.id) if u.tenant != before.tenant)
        _refuse_when_used(viewer, others)
    store.change_set(conn, after)
    _tell(conn, viewer, "named_sets.change", before, after)
    return after


def remove_set(viewer: Viewer, named_set: int) -> None:
    """Remove a set. Raises Refused; Conflict naming the rules that use it."""
    with transaction() as conn:
        before = _lock(conn, viewer, named_set)
        _refuse_when_used(viewer, store.uses_of_set(conn, before.id))
        store.remove_set(conn, before.id)
        _tell(conn, viewer, "named_sets.remove", before, None)


def note_uses(conn: Connection, use: SetUse, conditions: Iterable[Condition]) -> None:
    """Note which sets a rule names from now on; without conditions it names none. Cost: one
    statement for a rule that names none."""
    names = dict.fromkeys(name for each in conditions for name in names_of_sets(each))
    store.keep_uses(conn, use, tuple(names))


def _build(
    conn: Connection,
    viewer: Viewer,
    id: int,
    tenant: TenantId,
    draft: NamedSetDraft,
    *,
    version: int,
    now: datetime,
) -> NamedSet:
    checked = check_draft(draft, is_provider=store.is_provider(conn, tenant))
    if store.is_taken(conn, tenant, checked.name, but=id):
        raise _taken()
    return NamedSet(
        id=id,
        tenant=tenant,
        name=checked.name,
        kind=checked.kind,
        values=checked.values,
        note=checked.note,
        is_shared=checked.is_shared,
        version=version,
        changed_at=now,
        changed_by=viewer.name,
    )


def _taken() -> Invalid:
    return Invalid("name", "there is a set of this name")


def _lock(conn: Connection, viewer: Viewer, named_set: int) -> NamedSet:
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_set(conn, named_set, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _refuse_when_used(viewer: Viewer, uses: Iterable[SetUse]) -> None:
    """Raise Conflict naming the rules; those of tenants that the viewer does not see are counted
    only."""
    found = list(uses)
    if not found:
        return
    seen = [use.name for use in found if use.tenant in viewer.tenants]
    told = seen[:_TOLD_USES]
    more = len(found) - len(told)
    names = ", ".join([*told, *([f"… (+{more})"] if more else [])])
    raise Conflict(f"rules use this set: {names}")


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    before: NamedSet | None,
    after: NamedSet | None,
) -> None:
    known = after or before
    if known is None:
        return
    record(
        conn,
        viewer,
        verb,
        object_kind="named_set",
        object_id=known.id,
        object_name=known.name,
        tenant=known.tenant,
        **_differences(before, after),
    )
    announce_config("named_sets")
    announce_live("named_sets", known.tenant)


def _differences(before: NamedSet | None, after: NamedSet | None) -> Mapping[str, Any]:
    """Return what an audit line holds: of values only those that came and went."""
    old, new = (set(each.values) if each else set() for each in (before, after))
    told = {
        "before": store.describe(before) | {"values": _few(old - new)} if before else None,
        "after": store.describe(after) | {"values": _few(new - old)} if after else None,
    }
    for side, held in (("before", before), ("after", after)):
        if held and (entry := told[side]) is not None:
            entry["size"] = len(held.values)
    return told


def _few(values: Iterable[str]) -> list[str]:
    listed = sorted(values)
    more = len(listed) - _TOLD_VALUES
    return [*listed[:_TOLD_VALUES], *([f"… (+{more})"] if more > 0 else [])]
