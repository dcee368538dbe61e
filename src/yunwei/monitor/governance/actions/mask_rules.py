"""People's mask rules: made, changed, switched."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.core.condition import parse_condition
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.masks import MaskRule, MaskRuleDraft
from yunwei.monitor.governance.rules.drafts import check_draft
from yunwei.monitor.governance.store import mask_rules as store


def create_mask_rule(
    viewer: Viewer, tenant: TenantId, draft: MaskRuleDraft, *, now: datetime
) -> MaskRuleId:
    """Add a mask rule; it holds from its start on, also for alarms that are open already.

    Raises Refused, Invalid.
    """
    require(viewer, Permission.MANAGE_RULES, tenant)
    check_draft(draft, now)
    rule = _build_rule(MaskRuleId(0), tenant, 1, draft, owner=viewer.name, now=now)
    with transaction() as conn:
        rule = replace(rule, id=MaskRuleId(store.add_mask_rule(conn, rule)))
        _tell(conn, viewer, "governance.create_mask_rule", None, rule)
    return rule.id


def change_mask_rule(
    viewer: Viewer, rule: MaskRuleId, draft: MaskRuleDraft, *, now: datetime
) -> MaskRule:
    """Make the rule's next version. Raises Refused, Invalid."""
    check_draft(draft, now)
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        after = _build_rule(
            rule, before.tenant, before.version + 1, draft, owner=before.owner, now=now
        )
        store.change_mask_rule(conn, after)
        _tell(conn, viewer, "governance.change_mask_rule", before, after)
    return after


def switch_mask_rule(
    viewer: Viewer, rule: MaskRuleId, *, is_enabled: bool, now: datetime
) -> MaskRule:
    """Turn a rule on or off. Raises Refused; Conflict when it is so already or is over."""
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        if before.is_enabled == is_enabled:
            raise Conflict("the rule is so already")
        if is_enabled and before.expires_at <= now:
            raise Conflict("the rule is over; give it a new end first")
        after = replace(before, is_enabled=is_enabled, version=before.version + 1, changed_at=now)
        store.change_mask_rule(conn, after)
        _tell(conn, viewer, "governance.switch_mask_rule", before, after)
    return after


def _build_rule(
    id: MaskRuleId,
    tenant: TenantId,
    version: int,
    draft: MaskRuleDraft,
    *,
    owner: str,
    now: datetime,
) -> MaskRule:
    return MaskRule(
        id=id,
        tenant=tenant,
        version=version,
        name=draft.name.strip(),
        condition=parse_condition(draft.condition),
        effect=draft.effect,
        downgrade_to=draft.downgrade_to,
        end_policy=draft.end_policy,
        window=draft.window,
        starts_at=draft.starts_at or now,
        expires_at=draft.expires_at,
        reason=draft.reason.strip(),
        owner=owner,
        is_enabled=draft.is_enabled,
        changed_at=now,
    )


def _lock(conn: Connection, viewer: Viewer, rule: MaskRuleId) -> MaskRule:
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_mask_rule(conn, rule, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _tell(
    conn: Connection, viewer: Viewer, verb: str, before: MaskRule | None, after: MaskRule
) -> None:
    store.add_mask_rule_version(conn, after, viewer.name)
    record(
        conn,
        viewer,
        verb,
        object_kind="mask_rule",
        object_id=str(after.id),
        object_name=after.name,
        tenant=after.tenant,
        before=store.describe_rule(before) if before else None,
        after=store.describe_rule(after),
    )
    announce_config("governance")
    announce_live("mask_rules", after.tenant)
