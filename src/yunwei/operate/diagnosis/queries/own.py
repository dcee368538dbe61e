"""What is known of the subject itself: the person, the desktop, its measurements and changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, DesktopUserRow
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import Series
from yunwei.operate.diagnosis.facts.evidence import (
    Changed,
    Evidence,
    Level,
    Own,
    OwnDesktop,
    OwnHost,
    OwnUser,
)
from yunwei.operate.diagnosis.queries.around import PAST
from yunwei.operate.runs import queries as run_queries

_CHANGES = timedelta(hours=24)
_RECENT = timedelta(minutes=15)
"""Over so long the desktop's own measurements are looked at."""
_MOST_CHANGES = 20


def with_user(
    viewer: Viewer, evidence: Evidence, source: SourceId, user: DesktopUserRow | None
) -> Evidence:
    if user is None:
        return evidence
    who = OwnUser(
        id=user.id,
        login=user.login,
        name=user.name,
        is_locked=user.is_locked,
        is_disabled=user.is_disabled,
    )
    return replace(evidence, user=who, past=_past(viewer, source, user.login, evidence.from_at))


def _past(viewer: Viewer, source: SourceId, login: str, until: datetime) -> Own:
    try:
        rows = telemetry.user_connections(viewer, source, login, until - 2 * PAST, until, limit=100)
    except EngineAway:
        return Own()
    logons = [each.logon_s for each in rows if each.logon_s is not None and not each.is_reconnect]
    rtts = [each.rtt_s for each in rows if each.rtt_s is not None]
    return Own(
        logon_p50_s=median(logons) if logons else None,
        rtt_p50_s=median(rtts) if rtts else None,
        connections=len(rows),
    )


def with_desktop(viewer: Viewer, evidence: Evidence, row: DesktopRow) -> Evidence:
    sessions = inventory.fetch_desktop_sessions(viewer, row.id)
    since = min((each.state_since for each in sessions), default=None)
    pool = next((each.pool for each in evidence.peers if each.native_id == row.native_id), "")
    host = next((each.host for each in evidence.peers if each.native_id == row.native_id), "")
    desktop = OwnDesktop(
        id=row.id,
        native_id=row.native_id,
        name=row.name,
        state=row.state,
        login_state=row.login_state,
        state_since=row.state_since,
        host=host,
        host_name=row.host_name,
        pool=pool,
        pool_name=row.pool_name,
        image=row.image,
        agent_version=row.agent_version,
        logins=row.logins,
        users_now=row.users_now,
        is_in_maintenance=row.is_in_maintenance,
        session_state_since=since,
    )
    return replace(
        evidence,
        desktop=desktop,
        pool=pool,
        pool_name=row.pool_name,
        host=_host(viewer, row),
        levels={} if "metrics" in evidence.stale else _levels(viewer, row, evidence.at),
        changes=_changes(viewer, row, evidence.at),
    )


def _host(viewer: Viewer, row: DesktopRow) -> OwnHost | None:
    if row.host is None:
        return None
    found = inventory.access_host(viewer, row.host)
    return OwnHost(
        name=found.name,
        is_healthy=found.is_healthy,
        cpu_ratio=_ratio(found.cpu_used, found.cpu_total),
        memory_ratio=_ratio(found.memory_used_mb, found.memory_total_mb),
    )


def _ratio(used: int | None, total: int | None) -> float | None:
    return used / total if used is not None and total else None


def _levels(viewer: Viewer, row: DesktopRow, now: datetime) -> dict[str, Level]:
    try:
        recent = telemetry.desktop_samples(viewer, row.source, row.native_id, now - _RECENT, now)
        past = telemetry.desktop_samples(
            viewer, row.source, row.native_id, now - PAST, now - 2 * _RECENT
        )
    except EngineAway:
        return {}
    usual = {each.name: _middle(each) for each in past}
    latest = {each.name: _last(each) for each in recent}
    return {
        name: Level(now=value, usual=usual.get(name))
        for name, value in latest.items()
        if value is not None
    }


def _middle(series: Series) -> float | None:
    told = [each for each in series.values if each is not None]
    return median(told) if told else None


def _last(series: Series) -> float | None:
    told = [each for each in series.values if each is not None]
    return told[-1] if told else None


def _changes(viewer: Viewer, row: DesktopRow, now: datetime) -> tuple[Changed, ...]:
    """Return what changed about the desktop in the day before, the newest first."""
    since = now - _CHANGES
    found = [
        Changed(at=each.at, what=each.field, before=each.before, after=each.after)
        for each in inventory.fetch_desktop_changes(viewer, row.id, limit=50)
        if since <= each.at <= now
    ]
    found += _runs(viewer, row, since)
    return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:_MOST_CHANGES])


def _runs(viewer: Viewer, row: DesktopRow, since: datetime) -> Sequence[Changed]:
    if not may(viewer, Permission.SEE_SCRIPTS):
        return ()
    wanted = PageRequest(limit=10, sort="-started_at")
    targets = run_queries.fetch_targets(viewer, {"desktop": row.id}, wanted).items
    return [
        Changed(at=each.started_at, what="script", before=str(each.run), after=each.state.value)
        for each in targets
        if each.started_at is not None and each.started_at >= since
    ]
