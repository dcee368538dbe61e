"""A person's shifts as a calendar to subscribe to. Pure."""

from collections.abc import Iterable
from datetime import datetime

from yunwei.base.core.icalendar import Event, render_calendar
from yunwei.monitor.duty.facts.plans import PlannedShift
from yunwei.monitor.duty.facts.schedules import DutyRole

_TITLES = {
    DutyRole.PRIMARY: ("值班：{schedule}", "On duty: {schedule}"),
    DutyRole.BACKUP: ("备班：{schedule}", "Backup: {schedule}"),
}
_NAMES = ("我的值班", "My duty")


def render_feed(shifts: Iterable[PlannedShift], *, language: str, now: datetime) -> str:
    """Return iCalendar. An event keeps its uid as long as its beginning stays, so that programs
    move its end rather than show it twice."""
    pick = 0 if language.startswith("zh") else 1
    events = [
        Event(
            uid=f"{each.schedule}-{each.user}-{each.role.value}-{each.span.start:%Y%m%dT%H%M%SZ}"
            ".duty@yunwei",
            summary=_TITLES[each.role][pick].format(schedule=each.schedule_name),
            start=each.span.start,
            end=each.span.end,
            description=each.because(language),
        )
        for each in shifts
    ]
    return render_calendar(_NAMES[pick], events, now=now)
