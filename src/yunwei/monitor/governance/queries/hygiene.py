"""Questions about mask rules that want looking at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.hygiene import WINDOW_DAYS, Checkup
from yunwei.monitor.governance.facts.masks import MaskRuleRow
from yunwei.monitor.governance.queries.mask_rules import access_mask_rule, fetch_mask_rules
from yunwei.monitor.governance.rules.hygiene import check_rule
from yunwei.monitor.governance.store import hygiene as store
from yunwei.monitor.governance.store import mask_rules

ANY = "any"
"""As filter `flag`: whatever is noticed."""


def fetch_checked(
    viewer: Viewer,
    *,
    now: datetime,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[MaskRuleRow]:
    """Return a page of mask rules with what is noticed of each. filters: also `flag`, a Flag or
    ANY. Cost: of `check_mask_rules`, and of the page."""
    wanted = dict(filters or {})
    flag = wanted.pop("flag", None)
    noticed = {rule: each.flags for rule, each in check_mask_rules(viewer, now=now).items()}
    if flag is not None:
        wanted["ids"] = [rule for rule, flags in noticed.items() if flags and flag in (ANY, *flags)]
    found = fetch_mask_rules(viewer, now=now, filters=wanted, page=page)
    rows = tuple(replace(row, flags=noticed.get(row.rule.id, ())) for row in found.items)
    return replace(found, items=rows)


def access_checkup(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> Checkup | None:
    """Return one rule's checkup, None when it is not live. Raises Refused."""
    access_mask_rule(viewer, rule, now=now)
    return check_mask_rules(viewer, now=now).get(rule)


def check_mask_rules(viewer: Viewer, *, now: datetime) -> Mapping[MaskRuleId, Checkup]:
    """Return the checkups of the viewer's live rules. Cost: one statement over what rules hid in
    WINDOW_DAYS; for pages, not for the road of alarms."""
    require(viewer, Permission.SEE_RULES)
    since = now - timedelta(days=WINDOW_DAYS)
    with transaction() as conn:
        evidence = store.fetch_evidence(conn, viewer.tenants, since)
        live = {rule.id: rule for rule in mask_rules.current_mask_rules(conn)}
    return {
        each.rule: check_rule(live[each.rule], each, now=now)
        for each in evidence
        if each.rule in live
    }
