"""The life of mask rules: simulated, in shadow, approved by a second person, active, over."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.infra.announce import announce_config, announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.actions.mask_budget import check_budget_of_move
from yunwei.monitor.governance.actions.mask_rules import lock_rule, tell
from yunwei.monitor.governance.facts.masks import MaskRule, Missing, Prospect, RuleState
from yunwei.monitor.governance.queries.mask_rules import find_prospect
from yunwei.monitor.governance.rules.life import check_way
from yunwei.monitor.governance.store import mask_rules as store

_LONGEST_NOTE = 1000


def activate_mask_rule(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> Prospect:
    """Let the rule, or its version that waits, hold from now on.

    When only a second person's approval is missing it is asked for, and the answer says so.
    Raises Refused; Conflict when it must be simulated first, is over, archived or active already.
    """
    with transaction() as conn:
        before = lock_rule(conn, viewer, rule)
        prospect = find_prospect(before, store.fetch_versions(conn, rule))
        _check_may_hold(before, prospect, now)
        if Missing.SIMULATION in prospect.missing:
            raise Conflict("simulate the rule first")
        if prospect.missing:
            _ask(conn, viewer, prospect, now)
            return prospect
        _set_active(conn, viewer, before, prospect, now)
    return prospect


def _check_may_hold(before: MaskRule, prospect: Prospect, now: datetime) -> None:
    if prospect.rule.expires_at <= now:
        raise Conflict("the rule is over; give it a new end first")
    if not prospect.is_pending:
        check_way(before.state_at(now), RuleState.ACTIVE)


def _ask(conn: Connection, viewer: Viewer, prospect: Prospect, now: datetime) -> None:
    if prospect.version.asked_at is not None:
        raise Conflict("its approval is asked for already")
    rule = prospect.rule
    store.note_asked(conn, rule.id, rule.version, viewer.name, now)
    tell(conn, viewer, "governance.ask_approval", None, rule)


def _set_active(
    conn: Connection, viewer: Viewer, before: MaskRule, prospect: Prospect, now: datetime
) -> None:
    after = replace(prospect.rule, state=RuleState.ACTIVE, flexible_since=None, changed_at=now)
    check_budget_of_move(conn, after)
    store.change_mask_rule(conn, after)
    tell(conn, viewer, "governance.activate_mask_rule", before, after)


def start_shadow(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> None:
    """Let the rule judge live and only note what it would do. Raises Refused, Conflict."""
    _move(viewer, rule, RuleState.SHADOW, "governance.shadow_mask_rule", now=now)


def stop_mask_rule(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> None:
    """Let the rule hold no longer: it is a draft again. Raises Refused, Conflict."""
    _move(viewer, rule, RuleState.DRAFT, "governance.stop_mask_rule", now=now)


def archive_mask_rule(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> None:
    """Put the rule away for good; what it did stays known. Raises Refused, Conflict."""
    _move(viewer, rule, RuleState.ARCHIVED, "governance.archive_mask_rule", now=now)


def _move(viewer: Viewer, rule: MaskRuleId, state: RuleState, verb: str, *, now: datetime) -> None:
    with transaction() as conn:
        before = lock_rule(conn, viewer, rule)
        check_way(before.state_at(now), state)
        after = replace(before, state=state, flexible_since=None, changed_at=now)
        check_budget_of_move(conn, after)
        store.change_mask_rule(conn, after)
        tell(conn, viewer, verb, before, after)


def approve_mask_rule(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> Prospect:
    """Approve what waits, as a second person; it becomes active at once when nothing else is
    missing. Raises Refused; Conflict when nobody asked, or the viewer wrote it or asked for it.
    """
    with transaction() as conn:
        before, prospect = _find_asked(conn, viewer, rule)
        version = prospect.version
        store.note_approved(conn, rule, version.version, viewer.name, now)
        tell(conn, viewer, "governance.approve_mask_rule", None, prospect.rule)
        left = tuple(each for each in prospect.missing if each is not Missing.APPROVAL)
        if not left and prospect.rule.expires_at > now:
            _set_active(conn, viewer, before, prospect, now)
    return replace(prospect, missing=left)


def reject_mask_rule(viewer: Viewer, rule: MaskRuleId, *, note: str, now: datetime) -> None:
    """Refuse to approve what waits, and say why. Raises Refused, Invalid, Conflict."""
    if not note.strip():
        raise Invalid("note", "say why it is not approved")
    if len(note) > _LONGEST_NOTE:
        raise Invalid("note", f"at most {_LONGEST_NOTE} characters")
    with transaction() as conn:
        _before, prospect = _find_asked(conn, viewer, rule)
        store.note_rejected(
            conn, rule, prospect.version.version, by=viewer.name, at=now, note=note.strip()
        )
        tell(conn, viewer, "governance.reject_mask_rule", None, prospect.rule, detail=note.strip())


def _find_asked(conn: Connection, viewer: Viewer, rule: MaskRuleId) -> tuple[MaskRule, Prospect]:
    before = lock_rule(conn, viewer, rule)
    prospect = find_prospect(before, store.fetch_versions(conn, rule))
    version = prospect.version
    if version.asked_at is None or version.approved_at is not None:
        raise Conflict("nobody asked for an approval")
    if viewer.name in (version.by, version.asked_by):
        raise Conflict("another person has to approve it")
    return before, prospect


def discard_pending(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> None:
    """Give up the version that waits; the present one goes on. Raises Refused, Conflict."""
    with transaction() as conn:
        before = lock_rule(conn, viewer, rule)
        prospect = find_prospect(before, store.fetch_versions(conn, rule))
        if not prospect.is_pending:
            raise Conflict("no version waits")
        store.note_rejected(
            conn, rule, prospect.version.version, by=viewer.name, at=now, note="discarded"
        )
        tell(conn, viewer, "governance.discard_mask_rule", before, prospect.rule)


def note_simulation(
    conn: Connection, viewer: Viewer, rule: MaskRuleId, version: int, *, now: datetime
) -> None:
    """Note that the viewer had a version simulated on history. Raises Refused; Conflict when the
    rule has no such version."""
    require(viewer, Permission.MANAGE_RULES)
    found = store.lock_mask_rule(conn, rule, viewer.tenants)
    if found is None:
        raise Refused()
    if version not in {each.version for each in store.fetch_versions(conn, rule)}:
        raise Conflict("the rule has no such version")
    store.note_simulated(conn, rule, version, viewer.name, now)
    announce_live("mask_rules", found.tenant)


def system_expire(conn: Connection, *, now: datetime) -> int:
    """Mark the rules whose life is over; returns how many."""
    expired = store.expire_mask_rules(conn, now)
    for tenant in {row["tenant"] for row in expired}:
        announce_live("mask_rules", tenant)
    if expired:
        announce_config("governance")
    return len(expired)
