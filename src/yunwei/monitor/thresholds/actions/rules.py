"""Threshold rules: made, changed, switched, removed."""

from dataclasses import replace
from datetime import UTC, datetime

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId, ThresholdRuleId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets.actions import note_uses
from yunwei.base.named_sets.facts import SetUse
from yunwei.base.named_sets.queries import check_sets
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.thresholds.facts import ThresholdContent, ThresholdDraft, ThresholdRule
from yunwei.monitor.thresholds.rules.drafts import check_draft, read_condition, stored_condition
from yunwei.monitor.thresholds.rules.targets import TARGET_FIELDS
from yunwei.monitor.thresholds.store import points
from yunwei.monitor.thresholds.store import rules as store

MOST_RULES = 200
CONFIG = "thresholds"


def use_clickhouse(door: ClickHouse | None) -> None:
    """Let this process's questions go through `door` from now on."""
    points.use(door)


def create_rule(
    viewer: Viewer, tenant: TenantId, draft: ThresholdDraft, *, now: datetime
) -> ThresholdRuleId:
    """Add a threshold rule. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    check_draft(draft)
    rule = ThresholdRule(
        id=ThresholdRuleId(0),
        tenant=tenant,
        version=1,
        name=draft.name.strip(),
        content=draft.content,
        is_enabled=draft.is_enabled,
        changed_at=now,
        evaluated_until=begin_at(draft.content, now),
    )
    with transaction() as conn:
        _check_sets(conn, tenant, draft.content)
        if store.count_rules(conn, tenant) >= MOST_RULES:
            raise Invalid("name", f"at most {MOST_RULES} rules")
        rule = replace(rule, id=store.add_rule(conn, rule))
        _tell(conn, viewer, "thresholds.create", None, rule)
    return rule.id


def change_rule(
    viewer: Viewer, rule: ThresholdRuleId, draft: ThresholdDraft, *, now: datetime
) -> ThresholdRule:
    """Make the rule's next version. What stands by the old one is cleared, and the new one looks
    at its last steps at once. Raises Refused, Invalid."""
    check_draft(draft)
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        _check_sets(conn, before.tenant, draft.content)
        after = replace(
            before,
            version=before.version + 1,
            name=draft.name.strip(),
            content=draft.content,
            is_enabled=draft.is_enabled,
            changed_at=now,
            evaluated_until=begin_at(draft.content, now),
        )
        store.change_rule(conn, after)
        _tell(conn, viewer, "thresholds.change", before, after)
    return after


def switch_rule(
    viewer: Viewer, rule: ThresholdRuleId, *, is_enabled: bool, now: datetime
) -> ThresholdRule:
    """Turn a rule on or off; what stands by it is cleared. Raises Refused; Conflict when it is so
    already."""
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        if before.is_enabled == is_enabled:
            raise Conflict("the rule is so already")
        after = replace(
            before,
            is_enabled=is_enabled,
            version=before.version + 1,
            changed_at=now,
            evaluated_until=begin_at(before.content, now),
        )
        store.change_rule(conn, after)
        _tell(conn, viewer, "thresholds.switch", before, after)
    return after


def remove_rule(viewer: Viewer, rule: ThresholdRuleId, *, now: datetime) -> None:
    """Take a rule out of use; what stands by it is cleared. Raises Refused."""
    with transaction() as conn:
        before = _lock(conn, viewer, rule)
        store.remove_rule(conn, rule, now)
        _tell(conn, viewer, "thresholds.remove", before, None)


def begin_at(content: ThresholdContent, now: datetime) -> datetime:
    """Return from when on a rule judges: so far back that what stands already is told at once."""
    step_s = content.step_s
    steps = content.of + content.hold_steps + 1
    return datetime.fromtimestamp((int(now.timestamp()) // step_s - steps) * step_s, UTC)


def _check_sets(conn: Connection, tenant: TenantId, content: ThresholdContent) -> None:
    check_sets(conn, tenant, read_condition(content.condition), fields=TARGET_FIELDS)


def _lock(conn: Connection, viewer: Viewer, rule: ThresholdRuleId) -> ThresholdRule:
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_rule(conn, rule, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    before: ThresholdRule | None,
    after: ThresholdRule | None,
) -> None:
    known = after or before
    if known is None:
        return
    record(
        conn,
        viewer,
        verb,
        object_kind="threshold_rule",
        object_id=str(known.id),
        object_name=known.name,
        tenant=known.tenant,
        before=store.describe(before) if before else None,
        after=store.describe(after) if after else None,
    )
    use = SetUse(kind="threshold_rule", id=known.id, tenant=known.tenant, name=known.name)
    note_uses(conn, use, [stored_condition(after.content.condition)] if after else ())
    announce_config(CONFIG)
    announce_live(CONFIG, known.tenant)
