"""Questions about event plans: lists, one with its gate, and what happens while it holds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import queries as alarms
from yunwei.operate.assurance import store
from yunwei.operate.assurance.facts import (
    FreezeException,
    GateView,
    Holding,
    Plan,
    Summary,
)
from yunwei.operate.assurance.queries.closing import collect_closing
from yunwei.operate.assurance.queries.rooms import began_at, refused_by, tickets_of
from yunwei.operate.assurance.rules import judge_gate
from yunwei.operate.inspection.queries import inspections
from yunwei.operate.service.queries import authorisations

_SEE = Permission.SEE_SERVICE
_FEW, _MANY, _ONE = PageRequest(limit=20), PageRequest(limit=1000), PageRequest(limit=1)


def fetch_plans(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Plan]:
    """Return plans for the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.PLANS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    return Page(items=tuple(map(store.build_plan, found.items)), next=found.next, total=found.total)


def access_plan(viewer: Viewer, plan: int) -> Plan:
    """Return one plan; raises Refused."""
    found = fetch_plans(viewer, {"id": plan}, _ONE).items
    if not found:
        raise Refused()
    return found[0]


def fetch_exceptions(viewer: Viewer, plan: int) -> tuple[FreezeException, ...]:
    """Return who may act in spite of a plan's freeze, the newest first. Raises Refused."""
    access_plan(viewer, plan)
    with transaction() as conn:
        return store.fetch_exceptions(conn, (plan,))


def look_at_gate(viewer: Viewer, plan: Plan, *, now: datetime) -> GateView:
    """Return how it stands with a plan's gate by the latest inspection of its tenant. Raises
    Refused."""
    latest = inspections.fetch_inspections(
        viewer, {"tenant": plan.tenant}, PageRequest(limit=1, sort="-measured_at")
    ).items
    made = [each for each in latest if each.measured_at is not None]
    whole = inspections.access_inspection(viewer, made[0].id) if made else None
    return judge_gate(plan.draft, whole, now=now)


def sum_up(viewer: Viewer, plan: Plan, note: str, *, clock: Clock) -> Summary:
    """Return what happened in the time of a plan, until now. Cost: linear in its alarms and
    tickets; a statement for each of its days."""
    mine = replace(viewer, tenants=(plan.tenant,))
    since = began_at(plan)
    raised = alarms.fetch_alarms(mine, view=None, filters={"raised_since": since}, page=_MANY)
    opened = tickets_of(mine, plan)
    closing = collect_closing(viewer, plan, clock=clock)
    known = [each.online for each in closing.peaks if each.online is not None]
    with transaction() as conn:
        exceptions = store.fetch_exceptions(conn, (plan.id,))
    return Summary(
        alarms=dict(Counter(each.alarm.severity.value for each in raised.items)),
        alarms_open=sum(not each.alarm.is_cleared for each in raised.items),
        peak_online=max(known, default=None),
        tickets=len(opened),
        tickets_open=sum(each.state.is_open for each in opened),
        refused=authorisations.fetch_acts(mine, refused_by(plan), _ONE).total,
        exceptions=len(exceptions),
        note=note,
        closing=closing,
    )


def system_holding(conn: Connection, tenant: int, now: datetime) -> tuple[Holding, ...]:
    """Return the plans that freeze something of a tenant now, with who is excepted."""
    plans = store.fetch_started(conn, tenant, now)
    granted = store.fetch_exceptions(conn, [each.id for each in plans])
    return tuple(
        Holding(
            plan=plan,
            excepted=frozenset(
                each.who for each in granted if each.plan == plan.id and each.until > now
            ),
        )
        for plan in plans
    )
