"""What the platform knows of a time, as lines of a time line: alarms with their ends, and acts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.acts import Operation
from yunwei.base.core.ids import TenantId
from yunwei.base.core.own_texts import add_to_both
from yunwei.base.core.page import PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import AlarmRow
from yunwei.operate.service.facts.emergencies import Line, LineKind
from yunwei.operate.service.queries import authorisations

MOST = 200
"""So many alarms, and so many acts, stand on a time line: the newest."""
_GRAVE = [Severity.CRITICAL.value, Severity.MAJOR.value]


def fetch_grave(
    viewer: Viewer,
    since: datetime,
    until: datetime,
    filters: Mapping[str, Any] | None = None,
) -> tuple[AlarmRow, ...]:
    """Return the newest critical and major alarms of the viewer's tenants that were raised in a
    time; none where the viewer sees no alarms."""
    if not may(viewer, Permission.SEE_MONITORING):
        return ()
    asked = {"raised_since": since, "raised_until": until, "severity": _GRAVE, **(filters or {})}
    page = PageRequest(limit=MOST, sort="-raised_at")
    return alarms.fetch_alarms(viewer, view=None, filters=asked, page=page).items


def write_alarms(rows: Iterable[AlarmRow], until: datetime) -> Iterator[Line]:
    """Yield that alarms were raised, and that they were cleared until an instant."""
    for row in rows:
        alarm = row.alarm
        raised = Line(
            at=alarm.raised_at,
            kind=LineKind.ALARM,
            text=add_to_both(alarm.text, alarm.alarm_type, f" ({row.source_name})"),
            detail=alarm.severity.value,
            about=alarm.id,
            alarm_type=alarm.alarm_type,
        )
        yield raised
        if alarm.cleared_at is not None and alarm.cleared_at <= until:
            yield replace(raised, at=alarm.cleared_at, kind=LineKind.CLEARED)


def write_acts(
    viewer: Viewer, tenant: TenantId, since: datetime, until: datetime
) -> Iterator[Line]:
    """Yield the newest acts that the gate was asked about, but for sources that were read."""
    asked = {"tenant": tenant, "since": since, "until": until}
    for act in authorisations.fetch_acts(viewer, asked, PageRequest(limit=MOST)).items:
        if act.operation is Operation.READ:
            continue
        kind = LineKind.ALLOWED if act.is_allowed else LineKind.REFUSED
        yield Line(at=act.at, kind=kind, by=act.by, text=act.title, detail=act.operation.value)
