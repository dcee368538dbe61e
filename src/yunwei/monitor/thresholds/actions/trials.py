"""Trials of threshold rules begin and are given up. The work itself is in `jobs`."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId, ThresholdRuleId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.thresholds.facts import ThresholdContent, TrialState
from yunwei.monitor.thresholds.queries.rules import access_rule
from yunwei.monitor.thresholds.queries.trials import SPANS
from yunwei.monitor.thresholds.rules.drafts import check_content
from yunwei.monitor.thresholds.store import trials as store

_LOST_AFTER = timedelta(minutes=5)
_KEPT = timedelta(days=7)


def start_trial(
    viewer: Viewer, tenant: TenantId, content: ThresholdContent, *, days: int, now: datetime
) -> int:
    """Begin to try a rule that is not saved on the last days; returns the trial's id.

    Raises Refused, Invalid.
    """
    require(viewer, Permission.SEE_RULES, tenant)
    check_content(content)
    return _start(viewer, tenant, content, rule=None, days=days, now=now)


def start_trial_of_rule(viewer: Viewer, rule: ThresholdRuleId, *, days: int, now: datetime) -> int:
    """Begin to try a rule as it stands. Raises Refused, Invalid."""
    known = access_rule(viewer, rule).rule
    return _start(viewer, known.tenant, known.content, rule=rule, days=days, now=now)


def _start(
    viewer: Viewer,
    tenant: TenantId,
    content: ThresholdContent,
    *,
    rule: ThresholdRuleId | None,
    days: int,
    now: datetime,
) -> int:
    if days not in SPANS:
        raise Invalid("days", "this is not one of the choices")
    with transaction() as conn:
        store.tidy(conn, tenant, now=now, lost_before=now - _LOST_AFTER, old_before=now - _KEPT)
        return store.add_trial(conn, tenant, content, rule=rule, days=days, by=viewer.name, now=now)


def cancel_trial(viewer: Viewer, id: int, *, now: datetime) -> None:
    """Give a trial up. Raises Refused; Conflict when it is over."""
    require(viewer, Permission.SEE_RULES)
    with transaction() as conn:
        if store.fetch_trial(conn, id, viewer.tenants) is None:
            raise Refused()
        if not store.finish(conn, id, TrialState.CANCELLED, now=now):
            raise Conflict("the trial is over already")
