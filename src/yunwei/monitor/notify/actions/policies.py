"""Escalation policies: written, changed, taken out of use by people. What is under way goes by
the version with which it started."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import PolicyId, TenantId
from yunwei.base.infra.announce import announce_config
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.actions.targets import check_targets
from yunwei.monitor.notify.facts.escalation import Policy, PolicyDraft
from yunwei.monitor.notify.rules.policies import check_policy
from yunwei.monitor.notify.store import policies as policy_store


def add_policy(viewer: Viewer, tenant: TenantId, draft: PolicyDraft, *, now: datetime) -> PolicyId:
    """Add a policy. Raises Refused, Invalid (also when the name is taken)."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    with transaction() as conn:
        policy = _build(conn, PolicyId(0), tenant, draft, version=1, now=now)
        id = policy_store.add_policy(conn, policy)
        if id is None:
            raise Invalid("name", "there is a policy of this name")
        _keep(conn, viewer, "notify.add_policy", None, replace(policy, id=PolicyId(id)))
    return PolicyId(id)


def change_policy(viewer: Viewer, policy: PolicyId, draft: PolicyDraft, *, now: datetime) -> None:
    """Make the policy's next version; what is under way keeps its own. Raises Refused, Invalid."""
    with transaction() as conn:
        before = _lock(conn, viewer, policy)
        after = _build(conn, policy, before.tenant, draft, version=before.version + 1, now=now)
        policy_store.change_policy(conn, after)
        _keep(conn, viewer, "notify.change_policy", before, after)


def remove_policy(viewer: Viewer, policy: PolicyId, *, now: datetime) -> None:
    """Take a policy out of use. Raises Refused; Conflict while a route leads to it."""
    with transaction() as conn:
        before = _lock(conn, viewer, policy)
        routes = policy_store.routes_of_policy(conn, policy)
        if routes:
            raise Conflict(f"routes lead to this policy: {', '.join(routes)}")
        policy_store.remove_policy(conn, policy, now)
        _record(conn, viewer, "notify.remove_policy", before, None)


def _build(
    conn: Connection,
    id: PolicyId,
    tenant: TenantId,
    draft: PolicyDraft,
    *,
    version: int,
    now: datetime,
) -> Policy:
    check_policy(draft)
    policy = Policy(
        id=id,
        tenant=tenant,
        version=version,
        name=draft.name.strip(),
        steps=draft.steps,
        loops=draft.loops,
        loop_delay_s=draft.loop_delay_s if draft.loops else 0,
        changed_at=now,
    )
    if policy_store.is_name_taken(conn, policy):
        raise Invalid("name", "there is a policy of this name")
    for number, step in enumerate(draft.steps):
        check_targets(conn, step.targets, tenant, at=f"steps.{number}.targets")
    return policy


def _lock(conn: Connection, viewer: Viewer, policy: PolicyId) -> Policy:
    require(viewer, Permission.MANAGE_RULES)
    found = policy_store.lock_policy(conn, policy, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _keep(
    conn: Connection, viewer: Viewer, verb: str, before: Policy | None, after: Policy
) -> None:
    policy_store.add_version(conn, after, by=viewer.name)
    _record(conn, viewer, verb, before, after)


def _record(
    conn: Connection, viewer: Viewer, verb: str, before: Policy | None, after: Policy | None
) -> None:
    named = after or before
    record(
        conn,
        viewer,
        verb,
        object_kind="policy",
        object_id=str(named.id) if named else "",
        object_name=named.name if named else "",
        tenant=named.tenant if named else None,
        before=_summary(before),
        after=_summary(after),
    )
    announce_config("notify")


def _summary(policy: Policy | None) -> dict[str, Any] | None:
    if policy is None:
        return None
    summary: dict[str, Any] = msgspec.to_builtins(policy)
    return {name: summary[name] for name in ("version", "name", "steps", "loops", "loop_delay_s")}
