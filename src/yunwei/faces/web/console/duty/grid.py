"""A plan as a month's sheet or as a week's bars, on the schedule's wall clock. No requests, no
queries: `calendar` and the editor's preview draw with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.ids import UserId
from yunwei.base.core.wall_clock import DAY_MINUTES, Span, day_span, local_day, say_minute
from yunwei.faces.web.shared.day_bars import Cell, lay_tracks, minute_of
from yunwei.monitor.duty.facts.plans import Plan, PlannedShift
from yunwei.monitor.duty.facts.schedules import DutyRole

SERIES = 8


@dataclass(frozen=True, kw_only=True)
class Part:
    """A shift within one day, or a gap (shift None). start, end: minutes on the wall clock.

    more: shifts of the same person and role that go on for other reasons.
    """

    start: int
    end: int
    shift: PlannedShift | None
    series: int = 0
    more: tuple[PlannedShift, ...] = ()

    @property
    def shifts(self) -> tuple[PlannedShift, ...]:
        return (self.shift, *self.more) if self.shift else ()

    def goes_on_as(self, other: "Part") -> bool:
        if self.shift is None or other.shift is None or self.end != other.start:
            return False
        return (self.shift.user, self.shift.role) == (other.shift.user, other.shift.role)

    @property
    def from_text(self) -> str:
        return say_minute(self.start)

    @property
    def until_text(self) -> str:
        return say_minute(self.end)

    @property
    def is_whole_day(self) -> bool:
        return self.start == 0 and self.end == DAY_MINUTES

    @property
    def hours(self) -> str:
        """What of its hours a sheet must say: nothing for a whole day."""
        if self.is_whole_day:
            return ""
        start = "" if self.start == 0 else self.from_text
        end = "" if self.end == DAY_MINUTES else self.until_text
        return f"{start}–{end}"


@dataclass(frozen=True, kw_only=True)
class Day:
    """kind: by weekday where it is not known. tracks: bars beside each other, primaries first."""

    day: date
    kind: DayKind
    is_known: bool
    name: str
    is_today: bool
    is_past: bool
    is_outside: bool
    parts: tuple[Part, ...]
    tracks: tuple[tuple[Cell[Part], ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """days: in weeks, Monday first. people: who is seen, with the colour of each."""

    weeks: tuple[tuple[Day, ...], ...]
    people: tuple[tuple[str, int], ...]
    has_gaps: bool

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week]


def build_sheet(
    plan: Plan, days: Iterable[date], calendar: Calendar, *, now: datetime, month: int | None = None
) -> Sheet:
    """Return a plan day by day. month: days of other months are shown as outside."""
    zone = plan.schedule.zone
    colours = choose_colours(plan)
    today = local_day(now, zone)
    filled = calendar.filled()
    built: list[Day] = []
    for day in days:
        parts = _parts(plan, day_span(day, zone), zone, colours)
        minute = minute_of(now, day_span(day, zone), zone) if day == today else None
        built.append(
            Day(
                day=day,
                kind=filled.kind_of(day) or DayKind.WORKDAY,
                is_known=calendar.is_known(day),
                name=calendar.names.get(day, ""),
                is_today=day == today,
                is_past=day < today,
                is_outside=month is not None and day.month != month,
                parts=parts,
                tracks=lay_tracks(parts, minute, apart=_is_backup),
            )
        )
    weeks = tuple(tuple(built[at : at + 7]) for at in range(0, len(built), 7))
    seen = {
        each.shift.user: each.shift.user_name for day in built for each in day.parts if each.shift
    }
    people = sorted((name, colours[user]) for user, name in seen.items())
    gaps = any(each.shift is None for day in built for each in day.parts)
    return Sheet(weeks=weeks, people=tuple(people), has_gaps=gaps)


def choose_colours(plan: Plan) -> Mapping[UserId, int]:
    """Return a colour for each person, the same on every page of a schedule."""
    users = sorted(plan.schedule.people) + sorted(
        {shift.user for shift in plan.shifts} - plan.schedule.people
    )
    return {user: number % SERIES + 1 for number, user in enumerate(users)}


def _parts(
    plan: Plan, day: Span, zone: ZoneInfo, colours: Mapping[UserId, int]
) -> tuple[Part, ...]:
    found: list[Part] = []
    for shift in plan.shifts:
        cut = shift.span.cut(day)
        if cut is not None:
            start, end = minute_of(cut.start, day, zone), minute_of(cut.end, day, zone)
            if start < end:
                found.append(Part(start=start, end=end, shift=shift, series=colours[shift.user]))
    for gap in plan.gaps:
        cut = gap.cut(day)
        if cut is not None:
            found.append(
                Part(
                    start=minute_of(cut.start, day, zone),
                    end=minute_of(cut.end, day, zone),
                    shift=None,
                )
            )
    joined: list[Part] = []
    for part in sorted(found, key=_order):
        before = next((each for each in joined if each.goes_on_as(part)), None)
        if before is None:
            joined.append(part)
        else:
            more = (*before.more, *part.shifts)
            joined[joined.index(before)] = replace(before, end=part.end, more=more)
    return tuple(joined)


def _order(part: Part) -> tuple[bool, int]:
    return _is_backup(part), part.start


def _is_backup(part: Part) -> bool:
    return part.shift is not None and part.shift.role is DutyRole.BACKUP
