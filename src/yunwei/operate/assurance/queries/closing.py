"""What a plan's closing report is made of: read from what was measured and written in its time."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.monitor.duty.queries import plans as duty
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.operate.assurance.facts import (
    Closing,
    DayPeak,
    DutyTime,
    EventTicket,
    InspectedBefore,
    Kept,
    Plan,
)
from yunwei.operate.assurance.queries.rooms import (
    began_at,
    find_scope,
    find_thresholds,
    write_story,
)
from yunwei.operate.inspection.queries import inspections
from yunwei.operate.service.facts.clocks import Metric
from yunwei.operate.service.facts.quality import ClockLine, Quality
from yunwei.operate.service.queries.quality import fetch_quality

_MANY = PageRequest(limit=1000)


def collect_closing(viewer: Viewer, plan: Plan, *, clock: Clock) -> Closing:
    """Return all that is known of the time of a plan until now. Raises Refused. Cost: linear in its
    tickets and alarms; a statement for each of its days."""
    now = clock.now()
    mine = replace(viewer, tenants=(plan.tenant,))
    # one that ends before it began has nothing to tell but its last minute
    since, until = min(began_at(plan), now - timedelta(minutes=1)), now
    quality = fetch_quality(mine, plan.tenant, since, until)
    scope = find_scope(mine, plan, inventory.fetch_now(mine))
    attempts, failures = _logons(mine, since, until)
    return Closing(
        since=since,
        until=until,
        desktops=scope.desktops,
        availability=quality.availability,
        agreed=quality.agreed,
        down_s=quality.down.total_seconds(),
        response=_kept(quality.of(Metric.RESPONSE)),
        resolution=_kept(quality.of(Metric.RESOLUTION)),
        tickets=_tickets(quality),
        peaks=_peaks(mine, since, until, clock),
        attempts=attempts,
        failures=failures,
        inspection=_inspection(mine, plan),
        thresholds=tuple(each.rule.name for each in find_thresholds(mine, plan)),
        duty=_duty(viewer, plan, since, until),
        lines=write_story(mine, plan, scope, now=now),
    )


def _kept(lines: tuple[ClockLine, ...]) -> Kept:
    return Kept(met=sum(each.is_met for each in lines), of=len(lines))


def _tickets(quality: Quality) -> tuple[EventTicket, ...]:
    return tuple(
        EventTicket(
            code=each.code,
            title=each.title,
            priority=each.priority.value,
            state=each.state,
            reported_at=each.reported_at,
            solved_at=each.solved_at,
        )
        for each in quality.tickets
        if each.opened_in
    )


def _logons(viewer: Viewer, since: datetime, until: datetime) -> tuple[int | None, int | None]:
    """Return attempts to connect and failed ones, None where they can not be read."""
    try:
        hours = telemetry.logons_per_hour(viewer, since, until)
    except EngineAway:
        return None, None
    return sum(each.attempts for each in hours), sum(each.failures for each in hours)


def _peaks(viewer: Viewer, since: datetime, until: datetime, clock: Clock) -> tuple[DayPeak, ...]:
    """Return the most users online at once on each day, None where that was not measured."""
    zone = ZoneInfo(viewer.time_zone)
    day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    found: list[DayPeak] = []
    while day <= last:
        found.append(DayPeak(on=day, online=_peak(viewer, day, zone, clock)))
        day += timedelta(days=1)
    return tuple(found)


def _peak(viewer: Viewer, day: date, zone: ZoneInfo, clock: Clock) -> int | None:
    try:
        peak = telemetry.peak_online(viewer, day, zone.key, clock=clock)
    except EngineAway:
        return None
    return None if peak is None else int(peak.value)


def _inspection(viewer: Viewer, plan: Plan) -> InspectedBefore | None:
    if plan.inspection is None:
        return None
    whole = inspections.access_inspection(viewer, plan.inspection)
    score = whole.score
    return InspectedBefore(
        code=whole.row.code,
        score=whole.row.score,
        failed=score.failed if score else 0,
        warned=score.warned if score else 0,
        seal=whole.row.seal,
    )


def _duty(viewer: Viewer, plan: Plan, since: datetime, until: datetime) -> tuple[DutyTime, ...]:
    """Return who was on duty by the record, for the tenant; where it has no schedule, in the
    viewer's own."""
    for tenant in (plan.tenant, viewer.tenant):
        if tenant not in viewer.tenants:
            continue
        asked = {"since": since, "until": until}
        mine = replace(viewer, tenants=(tenant,))
        shifts = duty.fetch_record(mine, asked, _MANY).items
        if shifts:
            return tuple(
                DutyTime(
                    schedule=each.schedule_name,
                    name=each.user_name,
                    role=each.role.value,
                    starts_at=max(each.starts_at, since),
                    ends_at=min(each.ends_at or until, until),
                )
                for each in reversed(shifts)
            )
    return ()
