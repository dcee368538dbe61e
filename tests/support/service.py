"""Service clocks made up for tests: what happened in a line, hours and times as people write them."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.operate.service.facts.clocks import ClockEvent, Goal, Happening

ZONES = {"SH": "Asia/Shanghai", "BE": "Europe/Berlin"}
_HOLIDAYS = (
    (date(2026, 2, 15), 9),
    (date(2026, 5, 1), 5),
    (date(2026, 10, 1), 7),
)
_MAKEUP = ((2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
CHINA = Calendar(
    special={
        first + timedelta(days=number): DayKind.STATUTORY_HOLIDAY
        for first, days in _HOLIDAYS
        for number in range(days)
    }
    | {date(2026, month, day): DayKind.MAKEUP_WORKDAY for month, day in _MAKEUP},
    years=frozenset({2026}),
)
_KINDS = {
    "start": Happening.STARTED,
    "pause": Happening.PAUSED,
    "resume": Happening.RESUMED,
    "stop": Happening.STOPPED,
    "reopen": Happening.REOPENED,
    "goal": Happening.RETARGETED,
    "cancel": Happening.CANCELLED,
}


def hours(text: str, zone: str = "Asia/Shanghai") -> CalendarTimes:
    return parse_times_text(text, time_zone=zone)


def length(text: str) -> timedelta:
    """Return the length of `2h30m`."""
    (found,) = re.findall(r"^(?:(\d+)h)?(?:(\d+)m)?$", text)
    return timedelta(hours=int(found[0] or 0), minutes=int(found[1] or 0))


def instant(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """Return the instant of `06-01 09:00` in 2026, on a zone's wall; with Z of UTC."""
    local = datetime.strptime(f"2026-{text.removesuffix('Z')}", "%Y-%m-%d %H:%M")  # noqa: DTZ007
    return local.replace(tzinfo=UTC if text.endswith("Z") else ZoneInfo(zone)).astimezone(UTC)


def happened(text: str, goal: Goal, zone: str = "Asia/Shanghai") -> tuple[ClockEvent, ...]:
    """Return the events of `start 06-01 09:00; pause 06-01 10:00 customer; goal 06-01 11:00 2h`."""
    events: list[ClockEvent] = []
    for each in text.split(";"):
        word, day, clock, *rest = each.split()
        said = rest[0] if rest else ""
        asked: Goal | None = None
        if word == "start":
            asked = goal
        elif word == "goal":
            asked = Goal(time=length(said), hours=goal.hours)
        events.append(
            ClockEvent(
                at=instant(f"{day} {clock}", zone),
                kind=_KINDS[word],
                reason=said if word == "pause" else "",
                goal=asked,
            )
        )
    return tuple(events)
