"""A row of the lists of alarms: the alarm, and what remedies did about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.shared.words import word
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import Alarm, AlarmView
from yunwei.operate.remedies import queries as remedies
from yunwei.operate.remedies.facts import AttemptState


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAlarm:
    """remedied: what the latest attempt to heal it is by now; None: there was none."""

    alarm: Alarm
    source_name: str
    remedied: AttemptState | None

    @property
    def taken_up_by(self) -> str:
        """The person who took it up, else what a remedy did about it, "" for neither."""
        if self.alarm.operator or self.remedied is None:
            return self.alarm.operator
        return str(word("attempt_brief", self.remedied).label)


def fetch_listed(
    viewer: Viewer, view: AlarmView, filters: Mapping[str, Any], page: PageRequest
) -> Page[ListedAlarm]:
    """Return alarms for a list. Raises Refused, Invalid."""
    found = alarms.fetch_alarms(viewer, view=view, filters=filters, page=page)
    asked = {row.alarm.id: row.alarm.occurrence for row in found.items}
    states = remedies.fetch_latest_states(viewer, asked)
    items = tuple(
        ListedAlarm(alarm=row.alarm, source_name=row.source_name, remedied=states.get(row.alarm.id))
        for row in found.items
    )
    return Page(items=items, next=found.next, total=found.total)
