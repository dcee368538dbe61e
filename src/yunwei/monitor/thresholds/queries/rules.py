"""Questions about threshold rules that others may ask."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ThresholdRuleId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.thresholds.facts import StandingRow, ThresholdRow
from yunwei.monitor.thresholds.store import rules as store
from yunwei.monitor.thresholds.store import standings

FILTERS = tuple(name for name in store.RULES.filters if name != "id")
SORTS = tuple(store.RULES.sorts)


def fetch_rules(
    viewer: Viewer,
    *,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[ThresholdRow]:
    """Return a page of threshold rules with how many objects are not well by them."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.RULES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    rows = tuple(store.build_row(row) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_rule(viewer: Viewer, rule: ThresholdRuleId) -> ThresholdRow:
    """Return one rule; raises Refused when it is not there or not the viewer's."""
    found = fetch_rules(viewer, filters={"id": rule}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]


def fetch_standings(
    viewer: Viewer,
    rule: ThresholdRuleId,
    *,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[StandingRow]:
    """Return a page of the objects that are not at rest by a rule. Raises Refused."""
    access_rule(viewer, rule)
    with transaction() as conn:
        found = fetch_page(
            conn,
            standings.STANDINGS,
            tenants=viewer.tenants,
            filters={**(filters or {}), "rule": rule},
            request=page or PageRequest(),
        )
    rows = tuple(standings.build_row(row) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)
