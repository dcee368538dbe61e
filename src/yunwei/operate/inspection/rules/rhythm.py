"""When a schedule's inspections are due. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from yunwei.operate.inspection.facts.inspections import Rhythm, ScheduleDraft

_MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3}
_DAYS = {Rhythm.DAY: 1, Rhythm.WEEK: 7}
_LAST_DAY = 28


def due_at(draft: ScheduleDraft, *, now: datetime) -> datetime | None:
    """Return the latest instant at which one was due, None before the first. What was missed is
    made once: the past can not be inspected."""
    last: datetime | None = None
    for each in _instants(draft, now):
        if each > now:
            break
        last = each
    return last


def next_at(draft: ScheduleDraft, *, now: datetime) -> datetime:
    """Return the first instant after now at which one is due."""
    return next(each for each in _instants(draft, now) if each > now)


def _instants(draft: ScheduleDraft, now: datetime) -> Iterator[datetime]:
    """All instants in order, from not long before now on."""
    zone = ZoneInfo(draft.time_zone)
    turn = _first_turn(draft, now.astimezone(zone).date())
    while True:
        day = _day(draft, turn)
        local = datetime.combine(day, time(draft.minute // 60, draft.minute % 60), zone)
        yield local.astimezone(UTC)
        turn += 1


def _first_turn(draft: ScheduleDraft, today: date) -> int:
    first = draft.first_day
    if draft.rhythm in _DAYS:
        passed = (today - first) // timedelta(days=_DAYS[draft.rhythm])
    else:
        months = (today.year - first.year) * 12 + today.month - first.month
        passed = months // _MONTHS[draft.rhythm]
    return max(0, passed - 2)


def _day(draft: ScheduleDraft, turn: int) -> date:
    first = draft.first_day
    if draft.rhythm in _DAYS:
        return first + timedelta(days=turn * _DAYS[draft.rhythm])
    months = first.month - 1 + turn * _MONTHS[draft.rhythm]
    # no month is too short for it
    return date(first.year + months // 12, months % 12 + 1, min(first.day, _LAST_DAY))
