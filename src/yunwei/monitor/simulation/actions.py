"""Simulations begin and are given up. The work itself is in `jobs`."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.actions.mask_rules import build_unsaved
from yunwei.monitor.governance.facts.masks import MaskRule, MaskRuleDraft
from yunwei.monitor.governance.queries.mask_rules import describe, fetch_prospect
from yunwei.monitor.simulation import store
from yunwei.monitor.simulation.facts import SimulationState

MOST_DAYS = 365
_LOST_AFTER = timedelta(minutes=5)
_KEPT = timedelta(days=1)


def start_simulation(viewer: Viewer, rule: MaskRuleId, *, days: int, now: datetime) -> int:
    """Begin to try what would become active next of a rule on the last days; returns its id.

    Raises Refused; Invalid (days).
    """
    require(viewer, Permission.MANAGE_RULES)
    prospect = fetch_prospect(viewer, rule, now=now)
    return _start(viewer, prospect.rule, days=days, now=now, rule=rule)


def start_with_draft(
    viewer: Viewer, tenant: TenantId, draft: MaskRuleDraft, *, days: int, now: datetime
) -> int:
    """Begin to try a rule that is not saved. Raises Refused, Invalid."""
    require(viewer, Permission.MANAGE_RULES, tenant)
    said = build_unsaved(viewer, tenant, draft, now=now)
    return _start(viewer, said, days=days, now=now, rule=None)


def _start(
    viewer: Viewer, said: MaskRule, *, days: int, now: datetime, rule: MaskRuleId | None
) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"between 1 and {MOST_DAYS}")
    told = {
        "tenant": said.tenant,
        "rule": rule,
        "version": said.version if rule else None,
        "content": describe(said),
        "days": days,
        "time_zone": viewer.time_zone,
        "by": viewer.name,
        "now": now,
    }
    with transaction() as conn:
        store.tidy(
            conn, said.tenant, now=now, lost_before=now - _LOST_AFTER, old_before=now - _KEPT
        )
        return store.add_simulation(conn, told)


def cancel_simulation(viewer: Viewer, id: int, *, now: datetime) -> None:
    """Give a simulation up. Raises Refused; Conflict when it is over."""
    require(viewer, Permission.MANAGE_RULES)
    with transaction() as conn:
        if store.fetch_simulation(conn, id, viewer.tenants) is None:
            raise Refused()
        if not store.finish(conn, id, SimulationState.CANCELLED, now=now):
            raise Conflict("the simulation is over already")
