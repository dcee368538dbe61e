"""Questions about event plans: lists, one with its gate, and what happens while it holds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.base.core.acts import PermitReason
from yunwei.base.core.errors import EngineAway, Refused
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import NowCounts
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.assurance import store
from yunwei.operate.assurance.facts import (
    FreezeException,
    GateView,
    Holding,
    Plan,
    Summary,
)
from yunwei.operate.assurance.rules import judge_gate
from yunwei.operate.inspection.queries import inspections
from yunwei.operate.service.facts.authorisations import AskedAct
from yunwei.operate.service.facts.tickets import Ticket
from yunwei.operate.service.queries import authorisations, tickets

_SEE = Permission.SEE_SERVICE
_FEW, _MANY, _ONE = PageRequest(limit=20), PageRequest(limit=1000), PageRequest(limit=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is going on while a plan holds: the war room. refused: acts that a freeze stopped."""

    alarms: tuple[AlarmRow, ...]
    alarm_count: int
    now_counts: NowCounts
    tickets: tuple[Ticket, ...]
    refused: tuple[AskedAct, ...]
    refused_count: int


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


def look_into_room(viewer: Viewer, plan: Plan, *, now: datetime) -> Room:
    """Return what is going on with a plan's tenant. Raises Refused."""
    mine = replace(viewer, tenants=(plan.tenant,))
    standing = alarms.fetch_alarms(mine, page=PageRequest(limit=20, sort="-raised_at"))
    since = min(plan.draft.starts_at, plan.draft.frozen_from)
    refused = authorisations.fetch_acts(mine, _refused(plan), _FEW)
    recent = tickets.fetch_tickets(mine, {"tenant": plan.tenant}, _MANY).items
    return Room(
        alarms=standing.items,
        alarm_count=standing.total,
        now_counts=inventory.fetch_now(mine),
        tickets=tuple(each for each in recent if each.opened_at >= since)[:20],
        refused=refused.items,
        refused_count=refused.total,
    )


def _refused(plan: Plan) -> dict[str, Any]:
    since = min(plan.draft.starts_at, plan.draft.frozen_from)
    return {
        "tenant": plan.tenant,
        "is_allowed": False,
        "reason": PermitReason.FROZEN.value,
        "since": since,
    }


def sum_up(viewer: Viewer, plan: Plan, note: str, *, clock: Clock) -> Summary:
    """Return what happened in the time of a plan, until now. Cost: linear in its alarms and
    tickets; a statement for each of its days."""
    now = clock.now()
    mine = replace(viewer, tenants=(plan.tenant,))
    since = min(plan.draft.starts_at, plan.draft.frozen_from)
    raised = alarms.fetch_alarms(mine, view=None, filters={"raised_since": since}, page=_MANY)
    opened = [
        each
        for each in tickets.fetch_tickets(mine, {"tenant": plan.tenant}, _MANY).items
        if each.opened_at >= since
    ]
    with transaction() as conn:
        exceptions = store.fetch_exceptions(conn, (plan.id,))
    return Summary(
        alarms=dict(Counter(each.alarm.severity.value for each in raised.items)),
        alarms_open=sum(not each.alarm.is_cleared for each in raised.items),
        peak_online=_peak(mine, since, min(now, plan.draft.ends_at), clock),
        tickets=len(opened),
        tickets_open=sum(each.state.is_open for each in opened),
        refused=authorisations.fetch_acts(mine, _refused(plan), _ONE).total,
        exceptions=len(exceptions),
        note=note,
    )


def _peak(viewer: Viewer, since: datetime, until: datetime, clock: Clock) -> int | None:
    zone = ZoneInfo(viewer.time_zone)
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    found: list[float] = []
    try:
        while day <= last:
            peak = telemetry.peak_online(viewer, day, zone.key, clock=clock)
            if peak is not None:
                found.append(peak.value)
            day += timedelta(days=1)
    except EngineAway:
        return None
    return int(max(found)) if found else None


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
