"""What it costs to ask who is on duty: first about a month nobody asked about, then again."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.bench.conftest import Figures
from tests.support.duty import CHINA, layer, leave, override, schedule, snapshot
from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.schedules import DutyRole, RotationUnit
from yunwei.monitor.duty.facts.shifts import Snapshot
from yunwei.monitor.duty.rules.on_duty import build_on_duty

pytestmark = pytest.mark.bench

SCHEDULES, PEOPLE, LOOK_UPS = 50, 40, 50_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def a_large_provider() -> Snapshot:
    """Fifty schedules of four layers, forty people, some hundred overrides and leaves."""
    chance = random.Random(7)
    people = [UserId(number) for number in range(1, PEOPLE + 1)]

    def some() -> tuple[UserId, ...]:
        return tuple(chance.sample(people, 6))

    def at() -> datetime:
        return BEGIN + timedelta(hours=chance.randrange(24 * 300))

    made = {}
    overrides = []
    for number in range(SCHEDULES):
        id = ScheduleId(number + 1)
        layers = (
            layer(*some(), unit=RotationUnit.WEEK, times="workday 09:00-18:00"),
            layer(*some(), is_fair=True, times="rest_day"),
            layer(*some(), unit=RotationUnit.HOUR, length=12),
            layer(*some(), unit=RotationUnit.WEEK, role=DutyRole.BACKUP),
        )
        made[id] = replace(schedule(*layers), id=id)
        for place in range(4):
            start = at()
            span = Span(start, start + timedelta(hours=8))
            one, other = chance.sample(people, 2)
            new = override("replace", span, 4 * number + place, user=one, stand_in=other)
            overrides.append(replace(new, schedule=id))
    leaves = []
    for user in people:
        start = at()
        leaves.append(replace(leave(UserId(1), Span(start, start + timedelta(days=7))), user=user))
    first = next(iter(made.values()))
    return replace(
        snapshot(first),
        as_of=datetime(2026, 1, 5, tzinfo=UTC),
        schedules=made,
        calendars=Calendars(by_tenant={first.tenant: CHINA}),
        overrides=tuple(overrides),
        leaves=tuple(leaves),
    )


def test_look_ups(figures: Figures) -> None:
    known = a_large_provider()
    ask = build_on_duty(known)
    now = datetime(2026, 10, 15, tzinfo=UTC)
    begin = time.perf_counter()
    for id in known.schedules:
        ask(id, now)
    first_s = (time.perf_counter() - begin) / SCHEDULES
    figures.check("duty.first_look_up", first_s * 1000, "ms")
    chance = random.Random(8)
    questions = [
        (ScheduleId(chance.randrange(SCHEDULES) + 1), now + timedelta(minutes=number % 9000))
        for number in range(LOOK_UPS)
    ]
    begin = time.perf_counter()
    for question in questions:
        ask(*question)
    figures.check("duty.look_up", LOOK_UPS / (time.perf_counter() - begin), "per s")
