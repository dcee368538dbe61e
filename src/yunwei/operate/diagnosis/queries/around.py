"""What stands around any subject of a source: how others fare, alarms, quotas, what is stale."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.collect.facts import ReadHealth
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import AttemptRow, UsualConnections
from yunwei.operate.diagnosis.facts.evidence import (
    Attempt,
    Evidence,
    Quota,
    StandingAlarm,
    Subject,
    Usual,
)
from yunwei.plugins.sdk.alarm_texts import alarm_texts

WINDOW = timedelta(minutes=30)
PAST = timedelta(days=7)
_LATE_FACTOR, _LATE_LEAST_S = 4.0, 600.0
_MOST_ALARMS = 500
_INTERNAL = "yunwei"
_READS = ("sessions", "activity", "inventory", "metrics", "alarms")


def around(viewer: Viewer, subject: Subject, source: SourceId, now: datetime) -> Evidence:
    """Return what stands around any subject of a source."""
    row = source_queries.access_source(viewer, source)
    from_at = now - WINDOW
    stale = tuple(each.read for each in row.reads if each.read in _READS and _is_late(each, now))
    crowd, usual = _crowd(viewer, source, from_at, now)
    return Evidence(
        subject=subject,
        from_at=from_at,
        at=now,
        source_name=row.name,
        peers=inventory.fetch_neighbours(viewer, source),
        crowd=None if "activity" in stale else crowd,
        usual=usual,
        alarms=standing_alarms(viewer),
        quotas=_quotas(viewer, source),
        stale=stale,
    )


def _is_late(read: ReadHealth, now: datetime) -> bool:
    if read.last_ok_at is None:
        return True
    allowed = max(_LATE_LEAST_S, _LATE_FACTOR * (read.every_s or 0.0))
    return (now - read.last_ok_at).total_seconds() > allowed


def _crowd(
    viewer: Viewer, source: SourceId, from_at: datetime, now: datetime
) -> tuple[tuple[Attempt, ...] | None, Usual | None]:
    try:
        rows, usual = telemetry.source_attempts(viewer, source, from_at, now, past=PAST)
    except EngineAway:
        return None, None
    return tuple(map(_attempt, rows)), _usual(usual)


def _attempt(row: AttemptRow) -> Attempt:
    logon_s = (row.setup_at - row.started_at).total_seconds() if row.setup_at else None
    return Attempt(
        login=row.login,
        desktop=row.desktop,
        started_at=row.started_at,
        is_reconnect=row.is_reconnect,
        failure=row.failure,
        logon_s=None if row.is_reconnect else logon_s,
        rtt_s=row.rtt_s,
        usual_rtt_s=row.usual_rtt_s,
    )


def _usual(found: UsualConnections | None) -> Usual | None:
    if found is None:
        return None
    return Usual(
        attempts=found.attempts,
        failed_ratio=found.failed_ratio,
        logon_p50_s=found.logon_p50_s,
        logon_p95_s=found.logon_p95_s,
        rtt_p50_s=found.rtt_p50_s,
        rtt_p95_s=found.rtt_p95_s,
        per_hour=found.per_hour,
    )


def standing_alarms(viewer: Viewer) -> tuple[StandingAlarm, ...]:
    """Return the alarms that stand, our own aside, the newest first."""
    wanted = PageRequest(limit=_MOST_ALARMS, sort="-raised_at")
    rows = alarm_queries.fetch_alarms(
        viewer, view=None, filters={"is_cleared": False}, page=wanted
    ).items
    return tuple(read_alarm(each) for each in rows if each.connector != _INTERNAL)


def read_alarm(row: AlarmRow) -> StandingAlarm:
    """Return an alarm with all its words, in all languages."""
    alarm, known = row.alarm, alarm_texts().get(row.alarm.alarm_type)
    title = f"{known.title.zh} {known.title.en}" if known and known.title else ""
    return StandingAlarm(
        id=int(alarm.id),
        alarm_type=alarm.alarm_type,
        managed_object=alarm.managed_object,
        severity=alarm.severity,
        text=alarm.text,
        words=" ".join((alarm.alarm_type, title, alarm.text)),
        raised_at=alarm.raised_at,
        cleared_at=alarm.cleared_at,
    )


def _quotas(viewer: Viewer, source: SourceId) -> tuple[Quota, ...]:
    rows = inventory.fetch_licences(viewer, {"source": source}, PageRequest(limit=100)).items
    return tuple(
        Quota(
            name=each.name,
            kind=each.kind,
            used=each.used,
            total=each.total,
            expires_at=each.expires_at,
            grace_ends_at=each.grace_ends_at,
        )
        for each in rows
    )
