"""Schedules made up for tests: people by letters, layers in a line."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.calendar import Calendar, DayKind
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.ids import LayerId, ScheduleId, TenantId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.changes import Leave, Override, OverrideKind, TemporaryShift
from yunwei.monitor.duty.facts.schedules import DutyRole, Layer, RotationUnit, Schedule
from yunwei.monitor.duty.facts.shifts import Shift, Snapshot

TENANT, SCHEDULE = TenantId(1), ScheduleId(7)
ANNA, BEN, CLEO, DORA = (UserId(number) for number in (1, 2, 3, 4))
NAMES = {ANNA: "anna", BEN: "ben", CLEO: "cleo", DORA: "dora"}
SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
CHINA = Calendar(
    special={date(2026, 9, 20): DayKind.MAKEUP_WORKDAY, date(2026, 10, 10): DayKind.MAKEUP_WORKDAY}
    | {date(2026, 10, day): DayKind.STATUTORY_HOLIDAY for day in range(1, 8)},
    years=frozenset({2026}),
)
USUAL = Layer(
    id=LayerId(1),
    name="daily",
    role=DutyRole.PRIMARY,
    unit=RotationUnit.DAY,
    length=1,
    handoff_minute=9 * 60,
    starts_on=date(2026, 1, 5),
    ends_on=None,
    groups=((ANNA,), (BEN,), (CLEO,)),
    times=None,
    is_fair=False,
)


def layer(*groups: Any, times: str = "", zone: str = SHANGHAI, **changes: Any) -> Layer:
    """Return the usual layer with changes. groups: people, or tuples of people."""
    made = replace(USUAL, **changes)
    if groups:
        listed = tuple(each if isinstance(each, tuple) else (each,) for each in groups)
        made = replace(made, groups=listed)
    return replace(made, times=parse_times_text(times, time_zone=zone) if times else None)


def schedule(*layers: Layer, zone: str = SHANGHAI, **changes: Any) -> Schedule:
    """Return a schedule of these layers, the first going before the others."""
    numbered = (replace(each, id=LayerId(number + 1)) for number, each in enumerate(layers))
    made = Schedule(
        id=SCHEDULE,
        tenant=TENANT,
        name="desk",
        time_zone=zone,
        layers=tuple(numbered),
        coverage=None,
        notice_minutes=30,
        note="",
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace(made, **changes)


def snapshot(
    made: Schedule, *, calendar: Calendar = CHINA, as_of: str = "2026-01-01T00:00", **more: Any
) -> Snapshot:
    return Snapshot(
        as_of=at(as_of, made.time_zone),
        schedules={made.id: made},
        calendars=Calendars(by_tenant={made.tenant: calendar}),
        names=NAMES,
        **more,
    )


def at(text: str, zone: str = SHANGHAI) -> datetime:
    """Return the instant of a wall time; what comes twice is its first coming."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def span(start: str, end: str, zone: str = SHANGHAI) -> Span:
    return Span(at(start, zone), at(end, zone))


def override(kind: str, within: Span, number: int = 1, **people: Any) -> Override:
    return Override(
        id=number,
        schedule=SCHEDULE,
        kind=OverrideKind(kind),
        user=people.get("user"),
        stand_in=people.get("stand_in"),
        role=people.get("role", DutyRole.PRIMARY),
        span=within,
        note=people.get("note", ""),
        by="mia",
    )


def temporary(user: UserId, within: Span, role: DutyRole = DutyRole.PRIMARY) -> TemporaryShift:
    return TemporaryShift(
        id=1, schedule=SCHEDULE, user=user, role=role, span=within, note="", by="mia"
    )


def leave(user: UserId, within: Span) -> Leave:
    return Leave(
        id=1, user=user, user_name=NAMES[user], tenant=TENANT, span=within, note="", by="mia"
    )


def told(shifts: tuple[Shift, ...], zone: str = SHANGHAI) -> list[str]:
    """Return shifts as lines: `10-01 09:00 – 10-02 09:00 anna`, backups in brackets."""
    lines = []
    for shift in shifts:
        start, end = (
            edge.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")
            for edge in (shift.span.start, shift.span.end)
        )
        name = NAMES[shift.user]
        who = name if shift.role is DutyRole.PRIMARY else f"({name})"
        lines.append(f"{start} – {end} {who}")
    return lines
