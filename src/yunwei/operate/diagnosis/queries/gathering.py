"""Gathers what a diagnosis goes by, from inventory, telemetry, alarms, runs. Decides nothing.

What can not be read (an engine is away, a source is silent) stays None or is named in `stale`; the
checks then say that they measured nothing.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import AlarmId, DesktopId, SituationId, SourceId, TenantId
from yunwei.base.core.managed_object import read_object
from yunwei.base.core.page import PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.monitor.governance.queries import situations
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow, DesktopUserRow
from yunwei.operate.diagnosis.facts.evidence import Evidence, Subject, SubjectKind
from yunwei.operate.diagnosis.queries.around import (
    WINDOW,
    around,
    read_alarm,
    standing_alarms,
)
from yunwei.operate.diagnosis.queries.own import with_desktop, with_user


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was gathered, and whose it is."""

    evidence: Evidence
    tenant: TenantId


def gather(viewer: Viewer, kind: SubjectKind, id: int, *, now: datetime) -> Found:
    """Return the evidence about a desktop, desktop user, pool, alarm or situation. Raises
    Refused."""
    match kind:
        case SubjectKind.DESKTOP:
            return _of_desktop(viewer, inventory.access_desktop(viewer, DesktopId(id)), now)
        case SubjectKind.DESKTOP_USER:
            return _of_user(viewer, inventory.access_desktop_user(viewer, id), now)
        case SubjectKind.POOL:
            return _of_pool(viewer, id, now)
        case SubjectKind.ALARM:
            return _of_alarm(viewer, AlarmId(id), now)
        case SubjectKind.SITUATION:
            return _of_situation(viewer, SituationId(id), now)


def _of_desktop(viewer: Viewer, row: DesktopRow, now: datetime) -> Found:
    user = _user_on(viewer, row)
    subject = Subject(kind=SubjectKind.DESKTOP, id=row.id, name=row.name)
    evidence = around(viewer, subject, row.source, now)
    evidence = with_desktop(viewer, evidence, row)
    return Found(evidence=with_user(viewer, evidence, row.source, user), tenant=row.tenant)


def _user_on(viewer: Viewer, row: DesktopRow) -> DesktopUserRow | None:
    """Return whose desktop it is, when it is one person's."""
    logins = row.users_now or row.logins
    if len(logins) != 1:
        return None
    try:
        return inventory.access_desktop_user_by_login(viewer, row.source, logins[0])
    except Refused:
        return None


def _of_user(viewer: Viewer, user: DesktopUserRow, now: datetime) -> Found:
    subject = Subject(kind=SubjectKind.DESKTOP_USER, id=user.id, name=user.name or user.login)
    evidence = around(viewer, subject, user.source, now)
    evidence = with_user(viewer, evidence, user.source, user)
    desktop = _desktop_of(viewer, user, evidence)
    if desktop is not None:
        evidence = with_desktop(viewer, evidence, desktop)
    return Found(evidence=evidence, tenant=user.tenant)


def _desktop_of(viewer: Viewer, user: DesktopUserRow, evidence: Evidence) -> DesktopRow | None:
    """Return the desktop that the person tried last, else the one on which they are or have."""
    tried = [each.desktop for each in evidence.own if each.desktop]
    with suppress(Refused):
        if tried:
            return inventory.access_desktop_by_native_id(viewer, user.source, tried[-1])
    rows = inventory.fetch_desktops_of_user(viewer, user.id)
    on_it = [each for each in rows if user.login in each.users_now]
    return next(iter(on_it or rows), None)


def _of_pool(viewer: Viewer, id: int, now: datetime) -> Found:
    row = inventory.access_pool(viewer, id)
    subject = Subject(kind=SubjectKind.POOL, id=row.id, name=row.name)
    evidence = around(viewer, subject, row.source, now)
    return Found(
        evidence=replace(evidence, pool=row.native_id, pool_name=row.name), tenant=row.tenant
    )


def _of_alarm(viewer: Viewer, alarm: AlarmId, now: datetime) -> Found:
    """An alarm about a desktop or pool is looked at as that; any other with all that is known."""
    row = alarm_queries.access_alarm(viewer, alarm)
    asked = read_alarm(row)
    subject = Subject(
        kind=SubjectKind.ALARM,
        id=int(alarm),
        name=row.alarm.text,
        alarm_type=row.alarm.alarm_type,
    )
    source = _measuring_source(viewer, row)
    if source is None:
        bare = Evidence(subject=subject, from_at=now - WINDOW, at=now, asked_alarm=asked)
        return Found(
            evidence=replace(bare, alarms=standing_alarms(viewer)), tenant=row.alarm.tenant
        )
    evidence = replace(around(viewer, subject, source, now), asked_alarm=asked)
    desktop = _find_desktop(viewer, source, row.alarm.managed_object)
    if desktop is not None:
        evidence = with_desktop(viewer, evidence, desktop)
        evidence = with_user(viewer, evidence, source, _user_on(viewer, desktop))
    return Found(evidence=evidence, tenant=row.alarm.tenant)


def _of_situation(viewer: Viewer, situation: SituationId, now: datetime) -> Found:
    """A situation is looked at by the alarm that explains it, by its worst where none does."""
    row = situations.access_situation(viewer, situation)
    members = situations.fetch_members(viewer, situation, limit=1)
    root = row.root or (members[0].alarm if members else None)
    if root is None:
        raise Conflict("this situation has no alarms to look at")
    found = _of_alarm(viewer, root, now)
    subject = Subject(
        kind=SubjectKind.SITUATION,
        id=int(situation),
        name=row.title,
        alarm_type=row.title_type,
    )
    return replace(found, evidence=replace(found.evidence, subject=subject))


def _measuring_source(viewer: Viewer, row: AlarmRow) -> SourceId | None:
    """Return the alarm's source where it has desktops, else the tenant's that has most of them."""
    desktops = inventory.fetch_desktops(
        viewer, {"source": row.alarm.source}, PageRequest(limit=1)
    ).items
    if not desktops:
        mine = {"tenant": row.alarm.tenant}
        desktops = inventory.fetch_desktops(viewer, mine, PageRequest(limit=1)).items
    return desktops[0].source if desktops else None


def _find_desktop(viewer: Viewer, source: SourceId, path: str) -> DesktopRow | None:
    parts = read_object(path)
    if parts.kind != "desktop":
        return None
    found = inventory.fetch_desktops(
        viewer, {"source": source, "search": parts.name}, PageRequest(limit=20)
    ).items
    return next((each for each in found if parts.name in (each.name, each.native_id)), None)
