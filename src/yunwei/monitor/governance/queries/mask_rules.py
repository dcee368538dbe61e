"""Questions about mask rules that others may ask."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.masks import MaskRuleRow
from yunwei.monitor.governance.store import mask_rules as store

FILTERS = tuple(name for name in store.MASK_RULES.filters if name != "id")
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
    rows = tuple(store.build_mask_rule_row(row, now) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_mask_rule(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> MaskRuleRow:
    """Return one rule; raises Refused when it is not there or not the viewer's."""
    found = fetch_mask_rules(viewer, now=now, filters={"id": rule}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def fetch_versions(viewer: Viewer, rule: MaskRuleId, *, now: datetime) -> list[dict[str, Any]]:
    """Return a rule's versions, newest first: version, content, by, at."""
    access_mask_rule(viewer, rule, now=now)
    with transaction() as conn:
        return store.mask_rule_versions(conn, rule)


def fetch_hidden_by(
    viewer: Viewer, rule: MaskRuleId, *, now: datetime, limit: int = 100
) -> list[dict[str, Any]]:
    """Return the alarms that a rule kept quiet, latest first: alarm_id, text, managed_object,
    severity, is_cleared, since, until (None: still), effect, rule_version."""
    access_mask_rule(viewer, rule, now=now)
    with transaction() as conn:
        return store.hidden_by_rule(conn, rule, limit)
