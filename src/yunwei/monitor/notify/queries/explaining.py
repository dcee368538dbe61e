"""Questions of who would be told of an alarm, now or at another instant."""

from datetime import datetime, timedelta

from yunwei.base.core.condition import Row
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, TenantId, UserId
from yunwei.base.core.managed_object import read_object
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms.facts import OperatorState
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.duty.queries import snapshots as duty_queries
from yunwei.monitor.governance.facts.decisions import Case, Occasion
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.notify.facts.explaining import Explanation, MadeUpAlarm
from yunwei.monitor.notify.facts.reaching import About
from yunwei.monitor.notify.queries.abouts import find_abouts
from yunwei.monitor.notify.queries.routes import system_snapshot
from yunwei.monitor.notify.rules.explaining import explain
from yunwei.monitor.notify.rules.routing import Router, build_router

_FURTHEST = timedelta(days=366)


def explain_alarm(
    viewer: Viewer,
    alarm: AlarmId,
    *,
    at: datetime | None = None,
    user: UserId | None = None,
    now: datetime,
) -> Explanation:
    """Return who would be told were this alarm raised at an instant (None: now). Raises Refused,
    Invalid. Cost: what routing goes by is read whole; for pages, not for the road of alarms."""
    require(viewer, Permission.SEE_RULES)
    row = access_alarm(viewer, alarm)
    when = _check_time(at, now)
    case = Case(alarm=row.alarm, occasion=Occasion.RAISED, source_name=row.source_name, now=when)
    quiet = [each.rule_name or each.kind for each in row.alarm.suppressed_by]
    if row.alarm.operator_state is OperatorState.ACKNOWLEDGED:
        quiet.append(row.alarm.operator)
    with transaction() as conn:
        router = _build_router(conn, now)
        about = find_abouts(conn, [row.alarm], router, now=when)[row.alarm.occurrence]
    return explain(
        router,
        about,
        build_row(case),
        tenants=viewer.tenants,
        kept_quiet_by=tuple(quiet),
        user=user,
    )


def explain_made_up(
    viewer: Viewer,
    alarm: MadeUpAlarm,
    *,
    at: datetime | None = None,
    user: UserId | None = None,
    now: datetime,
) -> Explanation:
    """Return who would be told were such an alarm raised. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_RULES, TenantId(alarm.tenant))
    when = _check_time(at, now)
    with transaction() as conn:
        router = _build_router(conn, now)
    about = About(
        tenant=alarm.tenant,
        managed_object=alarm.managed_object,
        severity=alarm.severity,
        at=when,
    )
    return explain(router, about, _build_row(alarm, when), tenants=viewer.tenants, user=user)


def _check_time(at: datetime | None, now: datetime) -> datetime:
    when = at or now
    if abs(when - now) > _FURTHEST:
        raise Invalid("at", "at most a year from now")
    return when


def _build_router(conn: Connection, now: datetime) -> Router:
    duty = duty_queries.system_snapshot(conn, now=now)
    return build_router(system_snapshot(conn, public_url="", time_zone="Asia/Shanghai", duty=duty))


def _build_row(alarm: MadeUpAlarm, at: datetime) -> Row:
    """Return the fields that conditions on alarms may name, as `governance.facts.rows` does."""
    parts = read_object(alarm.managed_object)
    return {
        "source": str(alarm.source or ""),
        "source_name": alarm.source_name,
        "managed_object": alarm.managed_object,
        "object_kind": parts.kind,
        "object_name": parts.name,
        "address": parts.device,
        "alarm_type": alarm.alarm_type,
        "qualifier": alarm.qualifier,
        "severity": alarm.severity.value,
        "reported_severity": alarm.severity.value,
        "text": alarm.text,
        "operator_state": OperatorState.NONE.value,
        "count": 1,
        "raised_at": at,
        "raw": {},
    }
