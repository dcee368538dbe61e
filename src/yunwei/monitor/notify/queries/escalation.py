"""Questions about escalation policies, and about what they do on alarms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import AlarmId, PolicyId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.notify.facts.escalation import (
    Entry,
    Escalation,
    Notification,
    PolicyRow,
    Untold,
)
from yunwei.monitor.notify.queries.lists import fetch_list, only
from yunwei.monitor.notify.rules.notification import build_notification
from yunwei.monitor.notify.store import escalation as escalation_store
from yunwei.monitor.notify.store import messages as message_store
from yunwei.monitor.notify.store import policies as policy_store

_MANY = PageRequest(limit=1000)


def fetch_policies(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[PolicyRow]:
    """Return a page of escalation policies with the routes that lead to them."""
    return fetch_list(
        viewer,
        Permission.SEE_RULES,
        policy_store.POLICIES,
        policy_store.build_policy_row,
        (filters, page),
    )


def access_policy(viewer: Viewer, policy: PolicyId) -> PolicyRow:
    """Return one policy; raises Refused when it is not there or not the viewer's."""
    return only(fetch_policies(viewer, filters={"id": policy}))


def fetch_policy_versions(viewer: Viewer, policy: PolicyId) -> list[dict[str, Any]]:
    """Return a policy's versions, newest first: version, content, by, at."""
    access_policy(viewer, policy)
    with transaction() as conn:
        return policy_store.policy_versions(conn, policy)


def fetch_escalations_of(viewer: Viewer, alarm: AlarmId) -> tuple[Escalation, ...]:
    """Return every escalation of an alarm, the latest first (at most 50)."""
    return fetch_list(
        viewer,
        Permission.SEE_MONITORING,
        escalation_store.ESCALATIONS,
        escalation_store.build_escalation,
        ({"alarm": alarm}, PageRequest(limit=50)),
    ).items


def fetch_entries_of(viewer: Viewer, alarm: AlarmId, *, limit: int = 200) -> tuple[Entry, ...]:
    """Return what the escalations of an alarm did, newest first."""
    access_alarm(viewer, alarm)
    with transaction() as conn:
        return escalation_store.entries_of_alarm(conn, alarm, limit)


def fetch_untold_of(viewer: Viewer, alarm: AlarmId, *, limit: int = 50) -> tuple[Untold, ...]:
    """Return why an alarm reached nobody, newest first."""
    access_alarm(viewer, alarm)
    with transaction() as conn:
        return escalation_store.untold_of_alarm(conn, alarm, limit)


def fetch_notifications(
    viewer: Viewer, occurrences: Mapping[AlarmId, int]
) -> dict[AlarmId, Notification]:
    """Return where alarms stand on the notification axis. occurrences: the present one of each.

    Cost: two statements.
    """
    escalations = _of_alarms(viewer, occurrences)
    with transaction() as conn:
        told = message_store.told_occurrences(conn, occurrences.values())
    return {
        alarm: build_notification(
            [each for each in escalations if each.occurrence == occurrence],
            is_told=occurrence in told,
        )
        for alarm, occurrence in occurrences.items()
    }


def _of_alarms(viewer: Viewer, alarms: Iterable[AlarmId]) -> tuple[Escalation, ...]:
    return fetch_list(
        viewer,
        Permission.SEE_MONITORING,
        escalation_store.ESCALATIONS,
        escalation_store.build_escalation,
        ({"alarms": list(alarms)}, _MANY),
    ).items


def system_overdue(
    conn: Connection, *, before: datetime, limit: int = 20
) -> tuple[tuple[AlarmId, datetime], ...]:
    """Return escalations that should have gone on before then, of whatever tenant: alarm, due."""
    rows = escalation_store.overdue_escalations(conn, before, limit)
    return tuple((AlarmId(row["alarm"]), row["next_at"]) for row in rows)
