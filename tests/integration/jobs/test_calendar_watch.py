"""An alarm on ourselves stands while the next year's holidays are missing, from 1 December."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.jobs import Intake
from yunwei.base.calendar import actions
from yunwei.base.calendar.facts import CalendarFile, DayEntry, YearEntry
from yunwei.base.core.calendar import DayKind
from yunwei.base.infra.clock import FakeClock
from yunwei.base.people.actions.tenants import bootstrap as bootstrap_people
from yunwei.base.people.facts import SYSTEM
from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
from yunwei.run.calendar_watch import CalendarWatch

NOVEMBER = datetime(2026, 11, 27, 6, tzinfo=UTC)
# 1 December begins in Shanghai
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)


@pytest.fixture
def intake(database_pool: str) -> Intake:
    clock = FakeClock(NOVEMBER)
    bootstrap_people()
    bootstrap_collect()
    actions.bootstrap(clock=clock)
    return Intake(clock)


def watch(intake: Intake) -> CalendarWatch:
    """As a process that has just started makes it."""
    return CalendarWatch(troubles=intake.troubles(), clock=intake.clock, time_zone="Asia/Shanghai")


def import_next_year() -> None:
    days = (DayEntry(day=date(2027, 1, 1), kind=DayKind.STATUTORY_HOLIDAY, name="元旦"),)
    file = CalendarFile(country="CN", years=(YearEntry(year=2027, days=days),))
    actions.import_years(SYSTEM, file, now=DECEMBER)


async def test_a_missing_year_is_said_once_and_is_over_when_it_is_imported(intake: Intake) -> None:
    await watch(intake).step()
    assert intake.said == []
    intake.clock.advance(DECEMBER - NOVEMBER)
    for _start in range(3):
        await watch(intake).step()
        intake.clock.advance(timedelta(hours=5))
    ((act, managed_object, text),) = intake.said
    assert (act, managed_object) == ("raise", "/calendar/CN/2027")
    assert "2027 年的节假日安排尚未导入" in text
    assert "The holidays of 2027 for CN are not imported" in text
    import_next_year()
    for _start in range(2):
        await watch(intake).step()
    assert [act for act, *_ in intake.said] == ["raise", "clear"]
