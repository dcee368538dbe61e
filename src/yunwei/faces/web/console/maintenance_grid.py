"""Windows of mask rules laid into days, on the viewer's wall clock. No requests, no queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.wall_clock import DAY_MINUTES, Span, day_span, local_day, say_minute
from yunwei.faces.web.shared.day_bars import Cell, lay_tracks, minute_of
from yunwei.monitor.governance.facts.windows import Window, WindowKind, WindowPlan

STANDING = timedelta(days=7)
"""A window that is longer stands beside the sheet: in every day's cell it would hide the others."""

SERIES = {WindowKind.ONCE: 1, WindowKind.RECURRING: 2, WindowKind.FLEXIBLE: 4}
_MOST = 6


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A window within one day. start, end: minutes on the wall clock."""

    window: Window
    start: int
    end: int
    meets: bool
    is_running: bool

    @property
    def hours(self) -> str:
        """What of its hours a day must say: nothing for a whole day."""
        if self.start == 0 and self.end == DAY_MINUTES:
            return ""
        start = "" if self.start == 0 else say_minute(self.start)
        return f"{start}–{'' if self.end == DAY_MINUTES else say_minute(self.end)}"

    @property
    def series(self) -> int:
        return SERIES[self.window.kind]


@dataclass(frozen=True, kw_only=True)
class Day:
    """kind: by weekday where it is not known. left_out: bars without room in a month's cell."""

    day: date
    kind: DayKind
    is_known: bool
    name: str
    is_today: bool
    is_past: bool
    is_outside: bool
    bars: tuple[Bar, ...]
    tracks: tuple[tuple[Cell[Bar], ...], ...]

    @property
    def shown(self) -> tuple[Bar, ...]:
        return self.bars if len(self.bars) <= _MOST else self.bars[: _MOST - 1]

    @property
    def left_out(self) -> int:
        return len(self.bars) - len(self.shown)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """standing: windows that are longer than a week."""

    weeks: tuple[tuple[Day, ...], ...]
    standing: tuple[Window, ...]

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week]


def build_sheet(
    plan: WindowPlan,
    days: Iterable[date],
    calendar: Calendar,
    zone: ZoneInfo,
    *,
    month: int | None = None,
) -> Sheet:
    """Return windows day by day. month: days of other months are shown as outside."""
    today = local_day(plan.now, zone)
    filled = calendar.filled()
    built: list[Day] = []
    for day in days:
        span = day_span(day, zone)
        bars = _bars(plan, span, zone)
        minute = minute_of(plan.now, span, zone) if day == today else None
        built.append(
            Day(
                day=day,
                kind=filled.kind_of(day) or DayKind.WORKDAY,
                is_known=calendar.is_known(day),
                name=calendar.names.get(day, ""),
                is_today=day == today,
                is_past=day < today,
                is_outside=month is not None and day.month != month,
                bars=bars,
                tracks=lay_tracks(bars, minute),
            )
        )
    return Sheet(
        weeks=tuple(tuple(built[at : at + 7]) for at in range(0, len(built), 7)),
        standing=tuple(each for each in plan.windows if is_standing(each)),
    )


def is_standing(window: Window) -> bool:
    return window.span.length > STANDING


def _bars(plan: WindowPlan, day: Span, zone: ZoneInfo) -> tuple[Bar, ...]:
    meeting = {
        (window.rule.id, window.span)
        for each in plan.overlaps
        for window in (each.winner, each.other)
    }
    running = {(each.rule.id, each.span) for each in plan.running}
    found: list[Bar] = []
    for window in plan.windows:
        cut = None if is_standing(window) else window.span.cut(day)
        if cut is None:
            continue
        start, end = minute_of(cut.start, day, zone), minute_of(cut.end, day, zone)
        mark = (window.rule.id, window.span)
        found.append(
            Bar(
                window=window,
                start=start,
                end=max(end, start + 1),
                meets=mark in meeting,
                is_running=mark in running,
            )
        )
    return tuple(sorted(found, key=lambda bar: (bar.start, bar.window.rule.id)))
