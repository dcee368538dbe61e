"""The war room of a plan: what goes on in its scope while it holds, on one page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from yunwei.base.core.acts import PermitReason
from yunwei.base.core.condition import compile_condition
from yunwei.base.core.ids import ThresholdRuleId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import DesktopState
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.duty.facts.plans import PlannedShift
from yunwei.monitor.duty.queries import plans as duty
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, NowCounts, PoolRow
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS, read_condition
from yunwei.monitor.thresholds.facts import ThresholdRow
from yunwei.monitor.thresholds.queries.rules import fetch_rules
from yunwei.operate.assurance import store
from yunwei.operate.assurance.facts import FreezeException, Plan
from yunwei.operate.service.facts.authorisations import AskedAct
from yunwei.operate.service.facts.emergencies import Line, LineKind
from yunwei.operate.service.facts.tickets import Ticket
from yunwei.operate.service.queries import authorisations, tickets
from yunwei.operate.service.queries.timelines import fetch_grave, write_acts, write_alarms
from yunwei.operate.service.rules.emergencies import merge_lines

_FEW, _MANY = PageRequest(limit=20), PageRequest(limit=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a plan covers. names: of desktops, pools and hosts, by which alarms are about it; None:
    all of the tenant's. desktops, error: how many it covers, and how many of these are faulty."""

    names: tuple[str, ...] | None
    pools: frozenset[int]
    desktops: int
    error: int
    users_online: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is going on while a plan holds. outside: open alarms of the tenant that are not about
    what is covered. refused: acts that a freeze stopped. thresholds: rules that hold for it."""

    scope: Scope
    alarms: tuple[AlarmRow, ...]
    alarm_count: int
    outside: int
    now_counts: NowCounts
    pools: tuple[PoolRow, ...]
    tickets: tuple[Ticket, ...]
    refused: tuple[AskedAct, ...]
    refused_count: int
    exceptions: tuple[FreezeException, ...]
    duty: tuple[PlannedShift, ...]
    thresholds: tuple[ThresholdRow, ...]
    lines: tuple[Line, ...]


def began_at(plan: Plan) -> datetime:
    """Return since when things belong to a plan: the event or its freeze, what is first."""
    return min(plan.draft.starts_at, plan.draft.frozen_from)


def look_into_room(viewer: Viewer, plan: Plan, *, now: datetime) -> Room:
    """Return what is going on in a plan's scope. Raises Refused. Cost: some fifteen statements, and
    one for each thousand desktops where it does not cover all."""
    mine = replace(viewer, tenants=(plan.tenant,))
    counts = inventory.fetch_now(mine)
    scope = find_scope(mine, plan, counts)
    about = _about(scope)
    standing = alarms.fetch_alarms(
        mine, filters=about, page=PageRequest(limit=20, sort="-severity")
    )
    every = alarms.fetch_alarms(mine, page=PageRequest(limit=1)).total if about else standing.total
    refused = authorisations.fetch_acts(mine, refused_by(plan), _FEW)
    pools = inventory.fetch_pools(mine, page=_MANY).items
    with transaction() as conn:
        exceptions = store.fetch_exceptions(conn, (plan.id,))
    return Room(
        scope=scope,
        alarms=standing.items,
        alarm_count=standing.total,
        outside=every - standing.total,
        now_counts=counts,
        pools=tuple(each for each in pools if not about or each.id in scope.pools),
        tickets=tickets_of(mine, plan)[:20],
        refused=refused.items,
        refused_count=refused.total,
        exceptions=exceptions,
        duty=_on_duty(viewer, plan, now),
        thresholds=find_thresholds(mine, plan),
        lines=write_story(mine, plan, scope, now=now)[-60:],
    )


def refused_by(plan: Plan) -> dict[str, Any]:
    """Return the filters of acts that the plan's freeze stopped."""
    return {
        "tenant": plan.tenant,
        "is_allowed": False,
        "reason": PermitReason.FROZEN.value,
        "since": began_at(plan),
    }


def tickets_of(viewer: Viewer, plan: Plan) -> tuple[Ticket, ...]:
    """Return the tenant's tickets that were opened since a plan began, the newest first."""
    recent = tickets.fetch_tickets(viewer, {"tenant": plan.tenant}, _MANY).items
    return tuple(each for each in recent if each.opened_at >= began_at(plan))


def find_scope(viewer: Viewer, plan: Plan, counts: NowCounts) -> Scope:
    """Return what a plan covers of what is there now. counts: of the whole tenant."""
    covers = plan.draft.covers
    if not covers:
        return Scope(
            names=None,
            pools=frozenset(),
            desktops=counts.desktops,
            error=counts.desktops_by_state.get(DesktopState.ERROR, 0),
            users_online=counts.users_online,
        )
    matches = compile_condition(read_condition(covers), fields=DESKTOP_FIELDS)
    covered = [each for each in _desktops(viewer) if matches(each.act_object.row)]
    names = {
        name
        for each in covered
        for name in (each.name, each.native_id, each.ip, each.pool_name, each.host_name)
        if name
    }
    return Scope(
        names=tuple(sorted(names)),
        pools=frozenset(each.pool for each in covered if each.pool is not None),
        desktops=len(covered),
        error=sum(each.state is DesktopState.ERROR for each in covered),
        users_online=len({user for each in covered for user in each.users_now}),
    )


def _desktops(viewer: Viewer) -> Iterator[DesktopRow]:
    cursor: str | None = None
    while True:
        page = inventory.fetch_desktops(viewer, page=PageRequest(limit=1000, cursor=cursor))
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def _about(scope: Scope) -> dict[str, Any]:
    return {} if scope.names is None else {"about": list(scope.names)}


def _on_duty(viewer: Viewer, plan: Plan, now: datetime) -> tuple[PlannedShift, ...]:
    """Return who is on duty for the tenant now; where it has no schedule, in the viewer's own."""
    for tenant in (plan.tenant, viewer.tenant):
        if tenant not in viewer.tenants:
            continue
        found = duty.fetch_on_duty(replace(viewer, tenants=(tenant,)), now=now)
        if found:
            return found
    return ()


def find_thresholds(viewer: Viewer, plan: Plan) -> tuple[ThresholdRow, ...]:
    """Return the rules that are tightened for a plan; none where the viewer sees no rules."""
    wanted = set(map(ThresholdRuleId, plan.draft.thresholds))
    if not wanted or not may(viewer, Permission.SEE_RULES, plan.tenant):
        return ()
    rows = fetch_rules(viewer, page=_MANY).items
    return tuple(row for row in rows if row.rule.id in wanted)


def write_story(viewer: Viewer, plan: Plan, scope: Scope, *, now: datetime) -> tuple[Line, ...]:
    """Return what happened since a plan began, the oldest first: grave alarms about what it covers,
    acts, tickets, exceptions from its freeze."""
    since = began_at(plan)
    until = min(now, plan.ended_at) if plan.ended_at else now
    return merge_lines(
        _started(plan),
        write_alarms(fetch_grave(viewer, since, until, _about(scope)), until),
        write_acts(viewer, plan.tenant, since, until),
        _tickets(viewer, plan),
        _exceptions(plan),
    )


def _started(plan: Plan) -> Iterator[Line]:
    if plan.started_at is not None:
        yield Line(
            at=plan.started_at, kind=LineKind.STARTED, by=plan.started_by, text=plan.draft.name
        )


def _tickets(viewer: Viewer, plan: Plan) -> Iterator[Line]:
    for each in tickets_of(viewer, plan):
        yield Line(
            at=each.opened_at,
            kind=LineKind.TICKET,
            by=each.opened_by,
            text=f"{each.code} {each.title}",
            detail="opened",
        )


def _exceptions(plan: Plan) -> Iterator[Line]:
    with transaction() as conn:
        granted = store.fetch_exceptions(conn, (plan.id,))
    for each in granted:
        yield Line(
            at=each.granted_at,
            kind=LineKind.EXCEPTED,
            by=each.granted_by,
            text=f"{each.who}: {each.reason}",
        )
