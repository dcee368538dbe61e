"""Questions about mask rules that others may ask."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.calendar import queries as calendar_queries
from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.mask_notices import MaskNotice
from yunwei.monitor.governance.facts.masks import (
    MaskRule,
    MaskRuleRow,
    MaskRuleVersion,
    Prospect,
    RuleState,
)
from yunwei.monitor.governance.rules.holding import hold_of
from yunwei.monitor.governance.rules.life import find_missing, find_risks
from yunwei.monitor.governance.rules.mask_notices import (
    KEPT,
    LONGEST_WARNING,
    START_LEAD,
    find_due,
)
from yunwei.monitor.governance.store import mask_rules as store

FILTERS = tuple(name for name in store.MASK_RULES.filters if name not in {"id", "ids"})
SORTS = tuple(store.MASK_RULES.sorts)


def fetch_mask_rules(
    viewer: Viewer,
    *,
    now: datetime,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[MaskRuleRow]:
    """Return a page of mask rules with what they did."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.MASK_RULES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
        has_times = any(row["times"] for row in found.items)
        calendars = calendar_queries.system_calendars(conn) if has_times else Calendars()
    rows = tuple(_build_row(row, now, calendars) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def _build_row(row: Mapping[str, Any], now: datetime, calendars: Calendars) -> MaskRuleRow:
    built = store.build_mask_rule_row(row, is_active=False)
    rule = built.rule
    holds = rule.state is RuleState.ACTIVE and hold_of(rule, now, calendars.of(rule.tenant)).holds
    return replace(built, is_active=holds)


def access_mask_rule(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> MaskRuleRow:
    """Return one rule; raises Refused when it is not there or not the viewer's."""
    found = fetch_mask_rules(viewer, now=now, filters={"id": rule}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def fetch_versions(
    viewer: Viewer, rule: MaskRuleId, *, now: datetime
) -> tuple[MaskRuleVersion, ...]:
    """Return a rule's versions, newest first."""
    access_mask_rule(viewer, rule, now=now)
    with transaction() as conn:
        return store.fetch_versions(conn, rule)


def fetch_prospect(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> Prospect:
    """Return the version of a rule that would become active next, and what it still needs."""
    row = access_mask_rule(viewer, rule, now=now)
    with transaction() as conn:
        versions = store.fetch_versions(conn, rule)
    return find_prospect(row.rule, versions)


def find_prospect(rule: MaskRule, versions: tuple[MaskRuleVersion, ...]) -> Prospect:
    """Return what would become active next, of a rule and its versions, newest first."""
    waiting = (each for each in versions if each.version > rule.version and not each.rejected_at)
    newest = next(waiting, None)
    said = rule if newest is None else store.with_version(rule, newest)
    [current] = [each for each in versions if each.version == said.version]
    return Prospect(
        rule=said,
        version=current,
        is_pending=newest is not None,
        missing=find_missing(said, versions),
        risks=find_risks(said),
    )


def fetch_hidden_by(
    viewer: Viewer, rule: MaskRuleId, *, now: datetime, limit: int = 100
) -> list[dict[str, Any]]:
    """Return the alarms that a rule kept quiet, latest first: alarm_id, text, managed_object,
    severity, is_cleared, since, until (None: still), effect, rule_version."""
    access_mask_rule(viewer, rule, now=now)
    with transaction() as conn:
        return store.hidden_by_rule(conn, rule, limit)


def fetch_shadow_hits(
    viewer: Viewer, rule: MaskRuleId, *, now: datetime, limit: int = 100
) -> list[dict[str, Any]]:
    """Return what a rule in shadow would have done, latest first: alarm_id, text,
    managed_object, severity, is_cleared, at, effect, rule_version."""
    access_mask_rule(viewer, rule, now=now)
    with transaction() as conn:
        return store.shadow_hits(conn, rule, limit)


def system_notices(conn: Connection, *, now: datetime) -> tuple[MaskNotice, ...]:
    """Return what people are to be told about mask rules by now; some of it may be told already.
    Cost: one statement."""
    rules = store.rules_to_tell(
        conn, now=now, soon=now + START_LEAD, until=now + LONGEST_WARNING, since=now - KEPT
    )
    return tuple(notice for rule in rules for notice in find_due(rule, now))


def describe(rule: MaskRule) -> dict[str, Any]:
    """Return all that a person may say of a rule, as plain data."""
    return store.describe_rule(rule)


def rule_of_content(tenant: TenantId, content: Mapping[str, Any], *, now: datetime) -> MaskRule:
    """Return the rule that was described; it is no saved one. Raises Invalid."""
    return store.build_described(tenant, content, now)


def system_live_rules(conn: Connection, rules: Sequence[MaskRuleId]) -> tuple[MaskRule, ...]:
    """Return those of some rules that are live, in the order asked."""
    if not rules:
        return ()
    known = {rule.id: rule for rule in store.current_mask_rules(conn)}
    return tuple(known[each] for each in rules if each in known)
