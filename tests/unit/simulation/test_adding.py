"""What people would not have been told, and what they would have missed."""

from datetime import UTC, date, datetime, timedelta

from yunwei.base.core.ids import AlarmId, OccurrenceId, UserId
from yunwei.monitor.simulation.facts import Count, DayCount, Deed, Regret, ToldOccurrence, Wakeup
from yunwei.monitor.simulation.rules.adding import build_days, count_messages, find_regrets

NIGHT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def told(occurrence: int, kind: str, messages: int = 2) -> ToldOccurrence:
    row = {"alarm_type": kind}
    return ToldOccurrence(occurrence=OccurrenceId(occurrence), at=NIGHT, messages=messages, row=row)


def woken(occurrence: int, user: int, quarter: int) -> Wakeup:
    return Wakeup(
        occurrence=OccurrenceId(occurrence), user=UserId(user), name=f"p{user}", quarter=quarter
    )


def is_disk(row: object, at: datetime) -> bool:
    return isinstance(row, dict) and row["alarm_type"] == "disk"


def test_somebody_sleeps_on_only_when_nothing_else_wakes_them() -> None:
    occurrences = [told(1, "disk"), told(2, "disk"), told(3, "fan", 5)]
    wakeups = [
        woken(1, 7, 100),
        woken(2, 7, 100),  # the same quarter of an hour is one waking
        woken(1, 8, 100),
        woken(3, 8, 100),  # the fan wakes p8 all the same
        woken(2, 8, 101),
        woken(3, 9, 102),
    ]
    found = count_messages(occurrences, wakeups, is_disk)
    assert (found.total, found.saved) == (9, 4)
    assert (found.wakeups, found.wakeups_saved) == (4, 2)
    assert found.people == (Count(word="p7", count=1), Count(word="p8", count=1))


def deed(occurrence: int, kind: str, minutes: int, verb: str) -> Deed:
    regret = Regret(
        alarm=AlarmId(1),
        occurrence=OccurrenceId(occurrence),
        at=NIGHT + timedelta(minutes=minutes),
        deed=verb,
        by="olga",
        note="",
        severity="minor",
        managed_object="/host/H-03",
        text="",
    )
    return Deed(regret=regret, raised_at=NIGHT, row={"alarm_type": kind})


def test_each_occurrence_is_regretted_once_the_newest_first() -> None:
    deeds = [
        deed(2, "disk", 9, "shelved"),
        deed(1, "disk", 5, "commented"),
        deed(1, "disk", 3, "acknowledged"),
        deed(3, "fan", 1, "acknowledged"),
    ]
    regrets, count = find_regrets(deeds, is_disk)
    assert [(each.occurrence, each.deed) for each in regrets] == [(2, "shelved"), (1, "commented")]
    assert count == 2


def test_days_without_alarms_are_days_too() -> None:
    day = date(2026, 11, 23)
    found = build_days(day, day + timedelta(days=2), {day: 3}, {day: 5})
    assert found[0] == DayCount(day=day, hidden=3, total=5)
    assert [each.total for each in found] == [5, 0, 0]
