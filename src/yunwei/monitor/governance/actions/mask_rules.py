"""People's mask rules: made, changed, copied. How they live on is in `mask_life`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.condition import Condition
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.named_sets.actions import note_uses
from yunwei.base.named_sets.queries import check_sets
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import viewer_by_name
from yunwei.base.people.rules import require
from yunwei.monitor.governance.actions.mask_budget import check_budget
from yunwei.monitor.governance.facts.hygiene import EXTENSION_DAYS
from yunwei.monitor.governance.facts.masks import (
    LIVE,
    MaskRule,
    MaskRuleDraft,
    Missing,
    RuleState,
)
from yunwei.monitor.governance.rules.drafts import check_draft, check_life
from yunwei.monitor.governance.rules.life import find_missing
from yunwei.monitor.governance.rules.named_sets import use_of_mask
from yunwei.monitor.governance.store import mask_rules as store

_MOST_DAYS = 365


def create_mask_rule(
    viewer: Viewer,
    tenant: TenantId,
    draft: MaskRuleDraft,
    *,
    now: datetime,
    state: RuleState = RuleState.ACTIVE,
) -> MaskRuleId:
    """Add a mask rule; once active it holds also for alarms that are open already.

    state: the wanted one. A rule that still needs something before it may become active is made
    as a draft, and its approval is asked for. Raises Refused, Invalid.
    """
    require(viewer, Permission.MANAGE_RULES, tenant)
    rule = replace(build_unsaved(viewer, tenant, draft, now=now), state=state)
    missing = find_missing(rule, ()) if state is RuleState.ACTIVE else ()
    if missing:
        rule = replace(rule, state=RuleState.DRAFT)
    with transaction() as conn:
        check_budget(conn, rule)
        rule = replace(rule, id=MaskRuleId(store.add_mask_rule(conn, rule)))
        store.add_version(conn, rule, viewer.name)
        if missing == (Missing.APPROVAL,):
            store.note_asked(conn, rule.id, rule.version, viewer.name, now)
        tell(conn, viewer, "governance.create_mask_rule", None, rule)
    return rule.id


def build_unsaved(
    viewer: Viewer, tenant: TenantId, draft: MaskRuleDraft, *, now: datetime
) -> MaskRule:
    """Return the rule that a draft would make, without an id; raises Invalid."""
    condition = check_draft(draft, now)
    with transaction() as conn:
        check_sets(conn, tenant, condition)
    rule = MaskRule(
        id=MaskRuleId(0),
        tenant=tenant,
        version=1,
        state=RuleState.DRAFT,
        name=draft.name,
        condition=condition,
        effect=draft.effect,
        starts_at=draft.starts_at or now,
        expires_at=draft.expires_at,
        reason=draft.reason,
        owner=_check_owner(viewer, draft.owner),
        changed_at=now,
    )
    return _build_rule(rule, draft, condition, now=now)


def change_mask_rule(
    viewer: Viewer, rule: MaskRuleId, draft: MaskRuleDraft, *, now: datetime
) -> MaskRule:
    """Make the rule's next version and return it. Raises Refused, Invalid; Conflict for an
    archived one.

    The next version of an active rule that first has to be simulated or approved waits, and the
    present one holds meanwhile. A rule that is over becomes active again, or a draft.
    """
    condition = check_draft(draft, now)
    with transaction() as conn:
        before = lock_rule(conn, viewer, rule)
        kept = replace(
            before,
            owner=_check_owner(viewer, draft.owner, kept=before.owner),
            starts_at=_find_start(before, draft, now),
        )
        said = _build_rule(kept, draft, condition, now=now)
        return _make_version(conn, viewer, before, said, now=now)


def _find_start(before: MaskRule, draft: MaskRuleDraft, now: datetime) -> datetime:
    """A life that has begun goes on: its length tells what the rule needs."""
    if before.state_at(now) is RuleState.EXPIRED:
        return draft.starts_at or now
    has_begun = before.state in LIVE and before.starts_at <= now
    return before.starts_at if has_begun else draft.starts_at or before.starts_at


def _make_version(
    conn: Connection, viewer: Viewer, before: MaskRule, said: MaskRule, *, now: datetime
) -> MaskRule:
    state = before.state_at(now)
    if state is RuleState.ARCHIVED:
        raise Conflict("the rule is archived; duplicate it to use it again")
    check_sets(conn, said.tenant, said.condition)
    versions = store.fetch_versions(conn, before.id)
    after = replace(said, version=versions[0].version + 1, changed_at=now)
    missing = find_missing(after, versions)
    store.add_version(conn, after, viewer.name)
    if missing == (Missing.APPROVAL,) and state is not RuleState.SHADOW:
        store.note_asked(conn, after.id, after.version, viewer.name, now)
    if state is RuleState.ACTIVE and missing:
        # what holds goes on holding; only pages look again
        tell(conn, viewer, "governance.change_mask_rule", before, after)
        return after
    if state is RuleState.EXPIRED:
        state = RuleState.DRAFT if missing else RuleState.ACTIVE
    after = replace(after, state=state)
    check_budget(conn, after)
    store.change_mask_rule(conn, after)
    tell(conn, viewer, "governance.change_mask_rule", before, after)
    return after


def restore_mask_rule(viewer: Viewer, rule: MaskRuleId, version: int, *, now: datetime) -> MaskRule:
    """Make a next version that says what an earlier one said; the rule's life stays as it is.

    Raises Refused; Conflict when there is no such version, or the rule is archived.
    """
    with transaction() as conn:
        before = lock_rule(conn, viewer, rule)
        versions = store.fetch_versions(conn, rule)
        found = next((each for each in versions if each.version == version), None)
        if found is None:
            raise Conflict("the rule has no such version")
        said = replace(
            store.with_version(before, found),
            starts_at=before.starts_at,
            expires_at=before.expires_at,
        )
        return _make_version(conn, viewer, before, said, now=now)


def extend_mask_rule(
    viewer: Viewer, rule: MaskRuleId, *, days: int = EXTENSION_DAYS, now: datetime
) -> MaskRule:
    """Make a next version that lives longer, counted from its end or from now. Raises Refused;
    Invalid (days, expires_at, ticket); Conflict for an archived one, or while a version waits."""
    if not 1 <= days <= _MOST_DAYS:
        raise Invalid("days", f"between 1 and {_MOST_DAYS}")
    with transaction() as conn:
        before = lock_rule(conn, viewer, rule)
        versions = store.fetch_versions(conn, rule)
        if any(each.version > before.version and not each.rejected_at for each in versions):
            raise Conflict("a version waits: activate it or give it up first")
        end = max(before.expires_at, now) + timedelta(days=days)
        said = replace(before, expires_at=end)
        check_life(said, now)
        return _make_version(conn, viewer, before, said, now=now)


def duplicate_mask_rule(
    viewer: Viewer, rule: MaskRuleId, *, name: str, now: datetime
) -> MaskRuleId:
    """Add a draft that says what a rule says, for as long a life from now on. Raises Refused."""
    with transaction() as conn:
        known = lock_rule(conn, viewer, rule)
    return _add_draft(viewer, replace(known, name=name.strip()), now=now)


def import_mask_rules(
    viewer: Viewer, tenant: TenantId, drafts: Iterable[MaskRuleDraft], *, now: datetime
) -> tuple[MaskRuleId, ...]:
    """Add rules that were exported, all of them as drafts, or none. Raises Refused; Invalid at
    `rules.N.…` when one is wrong."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    made: list[MaskRuleId] = []
    with transaction():
        for number, draft in enumerate(drafts):
            try:
                made.append(create_mask_rule(viewer, tenant, draft, now=now, state=RuleState.DRAFT))
            except Invalid as error:
                raise Invalid(f"rules.{number}.{error.field}", error.why) from error
    return tuple(made)


def _add_draft(viewer: Viewer, known: MaskRule, *, now: datetime) -> MaskRuleId:
    rule = replace(
        known,
        version=1,
        state=RuleState.DRAFT,
        flexible_since=None,
        starts_at=now,
        expires_at=now + (known.expires_at - known.starts_at),
        owner=viewer.name,
        changed_at=now,
    )
    with transaction() as conn:
        rule = replace(rule, id=MaskRuleId(store.add_mask_rule(conn, rule)))
        store.add_version(conn, rule, viewer.name)
        tell(conn, viewer, "governance.create_mask_rule", None, rule)
    return rule.id


def _build_rule(
    rule: MaskRule, draft: MaskRuleDraft, condition: Condition, *, now: datetime
) -> MaskRule:
    """Return the rule saying what the draft says."""
    return replace(
        rule,
        name=draft.name.strip(),
        condition=condition,
        effect=draft.effect,
        downgrade_to=draft.downgrade_to,
        hides_critical=draft.hides_critical,
        end_policy=draft.end_policy,
        times=draft.times,
        lasts_minutes=draft.lasts_minutes,
        expires_at=draft.expires_at,
        reason=draft.reason.strip(),
        ticket=draft.ticket.strip(),
        changed_at=now,
    )


def _check_owner(viewer: Viewer, name: str, *, kept: str = "") -> str:
    """Return who answers for a rule; raises Invalid when there is nobody of that name."""
    wanted = name.strip() or kept or viewer.name
    if wanted in (viewer.name, kept):
        return wanted
    try:
        return viewer_by_name(wanted).name
    except Refused as error:
        raise Invalid("owner", "there is no such person") from error


def lock_rule(conn: Connection, viewer: Viewer, rule: MaskRuleId) -> MaskRule:
    """Return a rule that the viewer may change, locked; raises Refused."""
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_mask_rule(conn, rule, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    before: MaskRule | None,
    after: MaskRule,
    *,
    detail: str = "",
) -> None:
    """Write a change into the audit log and let engines and pages look again."""
    record(
        conn,
        viewer,
        verb,
        object_kind="mask_rule",
        object_id=str(after.id),
        object_name=after.name,
        tenant=after.tenant,
        before=_summary(before) if before else None,
        after=_summary(after),
        detail=detail,
    )
    _keep_uses(conn, after)
    announce_config("governance")
    announce_live("mask_rules", after.tenant)


def _keep_uses(conn: Connection, rule: MaskRule) -> None:
    """Note which sets a rule names, in its present version and in one that waits; none once it is
    archived."""
    present = store.lock_mask_rule(conn, rule.id, [rule.tenant])
    if present is None or present.state is RuleState.ARCHIVED:
        note_uses(conn, use_of_mask(rule), ())
        return
    waiting = (
        store.with_version(present, each).condition
        for each in store.fetch_versions(conn, rule.id)
        if each.version > present.version and not each.rejected_at
    )
    note_uses(conn, use_of_mask(rule), (present.condition, *waiting))


def _summary(rule: MaskRule) -> Mapping[str, Any]:
    return store.describe_rule(rule) | {"state": rule.state.value, "version": rule.version}
