"""Questions about noise rules that others may ask."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import NoiseRuleId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.noise import NoiseRuleRow
from yunwei.monitor.governance.store import noise_rules as store

FILTERS = tuple(name for name in store.NOISE_RULES.filters if name != "id")
SORTS = tuple(store.NOISE_RULES.sorts)


def fetch_noise_rules(
    viewer: Viewer,
    *,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
) -> Page[NoiseRuleRow]:
    """Return a page of noise rules with what they did in the last 30 days."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.NOISE_RULES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    rows = tuple(store.build_noise_rule_row(row) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_noise_rule(viewer: Viewer, rule: NoiseRuleId) -> NoiseRuleRow:
    """Return one rule; raises Refused when it is not there or not the viewer's."""
    found = fetch_noise_rules(viewer, filters={"id": rule}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    return found.items[0]
