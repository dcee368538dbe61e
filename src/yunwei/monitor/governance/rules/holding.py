"""Which mask rules hold at an instant. Pure."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from yunwei.base.core.ids import TenantId
from yunwei.monitor.governance.facts.masks import Holding, HoldingAt, MaskRule


def build_holding(rules: Iterable[MaskRule]) -> HoldingAt:
    """Return the question which of some rules hold at an instant. It is answered once for an
    instant, and a batch has one. Cost: linear in the rules."""
    ordered = sorted(rules, key=lambda each: (each.effect.strength, each.id))

    @lru_cache(maxsize=1)
    def holding_at(now: datetime) -> Holding:
        by_tenant: dict[TenantId, list[MaskRule]] = {}
        for rule in ordered:
            if rule.is_active(now):
                by_tenant.setdefault(rule.tenant, []).append(rule)
        return Holding(
            by_tenant={tenant: tuple(held) for tenant, held in by_tenant.items()},
            versions=frozenset(
                (rule.id, rule.version) for held in by_tenant.values() for rule in held
            ),
        )

    return holding_at
