"""Questions about remedies and what they did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunwei.base.core.condition import Row, compile_condition
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import AlarmId, OccurrenceId, RemedyId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.rows import build_alarm_row
from yunwei.operate.remedies import store
from yunwei.operate.remedies.facts import Attempt, AttemptState, Remedy
from yunwei.operate.remedies.rules import desktop_of, read_condition

_SEE = Permission.SEE_SCRIPTS

type Filters = Mapping[str, Any]


def fetch_remedies(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Remedy]:
    """Return remedies of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.REMEDIES,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_remedy, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_remedy(viewer: Viewer, remedy: RemedyId) -> Remedy:
    """Return one remedy; raises Refused."""
    found = fetch_remedies(viewer, {"id": remedy}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_attempts(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Attempt]:
    """Return attempts of remedies of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ATTEMPTS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_attempt, found.items))
    return Page(items=items, next=found.next, total=found.total)


def fetch_attempts_of(viewer: Viewer, alarm: AlarmId) -> tuple[Attempt, ...]:
    """Return what remedies did about an alarm, the latest first; nothing for who may not see
    scripts."""
    if not may(viewer, _SEE):
        return ()
    return fetch_attempts(viewer, {"alarm": alarm}, PageRequest(limit=50)).items


def fetch_latest_states(
    viewer: Viewer, occurrences: Mapping[AlarmId, OccurrenceId]
) -> Mapping[AlarmId, AttemptState]:
    """Return what the latest attempt at these occurrences of alarms is by now, where there is one;
    nothing for who may not see scripts. Cost: one statement."""
    if not occurrences or not may(viewer, _SEE):
        return {}
    with transaction() as conn:
        return store.latest_states(conn, viewer.tenants, occurrences)


def fetch_fitting(viewer: Viewer, alarm: AlarmId) -> tuple[Remedy, ...]:
    """Return the remedies that may be applied to an alarm, of its tenant; none when it is cleared
    or is about no desktop. Raises Refused."""
    row = alarms.access_alarm(viewer, alarm)
    if row.alarm.is_cleared or not desktop_of(row.alarm.managed_object) or not may(viewer, _SEE):
        return ()
    asked = {"tenant": row.alarm.tenant, "is_enabled": True}
    found = fetch_remedies(viewer, asked, PageRequest(limit=100)).items
    facts = build_alarm_row(row.alarm, row.source_name)
    return tuple(each for each in found if is_meant(each, facts))


def is_meant(remedy: Remedy, row: Row) -> bool:
    return compile_condition(read_condition(remedy.condition))(row)


def system_broken_remedies() -> tuple[Remedy, ...]:
    """Return the remedies whose breaker is open."""
    with transaction() as conn:
        return store.broken_remedies(conn)


def system_candidates(now: datetime) -> tuple[tuple[Remedy, Alarm], ...]:
    """Return the alarms to which remedies would apply themselves, were it only for their
    conditions. Cost: one statement for the alarms, one for each remedy."""
    with transaction() as conn:
        remedies = store.automatic_remedies(conn)
        if not remedies:
            return ()
        standing = [
            each
            for each in alarms.system_standing_alarms(conn, since=now)
            if not each.is_cleared and desktop_of(each.managed_object) and not _is_quiet(each)
        ]
        rows = alarms.system_alarms(conn, [each.id for each in standing])
        found = []
        for remedy in remedies:
            mine = [
                each
                for each in standing
                if each.tenant == remedy.tenant
                and (now - each.heard_at).total_seconds() >= remedy.wait_s
                and each.id in rows
                and is_meant(remedy, build_alarm_row(each, rows[each.id].source_name))
            ]
            done = store.tried(conn, remedy.id, [each.occurrence for each in mine])
            found += [(remedy, each) for each in mine if each.occurrence not in done]
    return tuple(found)


def _is_quiet(alarm: Alarm) -> bool:
    """Say whether somebody wants nothing done about it: it is masked or put aside."""
    return any(each.kind in ("mask", "shelved") for each in alarm.suppressed_by)
