"""Worked examples by hand: who is on duty over changes of clocks and over National Day."""

from datetime import date, timedelta

import pytest

from tests.support.duty import (
    ANNA,
    BEN,
    BERLIN,
    CLEO,
    DORA,
    SCHEDULE,
    at,
    layer,
    schedule,
    snapshot,
    span,
    told,
)
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.duty.facts.schedules import DutyRole, RotationUnit, Schedule
from yunwei.monitor.duty.rules.on_duty import build_on_duty
from yunwei.monitor.duty.rules.resolve import Resolver

HOUR = timedelta(hours=1)


def shifts_of(made: Schedule, start: str, end: str) -> list[str]:
    zone = made.time_zone
    found = Resolver(made, snapshot(made)).shifts(span(start, end, zone))
    return told(found, zone)


def hours_of(made: Schedule, start: str, end: str) -> list[float]:
    found = Resolver(made, snapshot(made)).shifts(span(start, end, made.time_zone))
    return [shift.span.length / HOUR for shift in found]


# Europe/Berlin 2026: clocks go from 02:00 to 03:00 on 29 March, from 03:00 to 02:00 on 25 October.


def test_berlin_in_march_a_day_of_23_hours_moves_no_handoff() -> None:
    made = schedule(layer(starts_on=date(2026, 3, 27)), zone=BERLIN)
    assert shifts_of(made, "2026-03-27T09:00", "2026-03-31T09:00") == [
        "03-27 09:00 – 03-28 09:00 anna",
        "03-28 09:00 – 03-29 09:00 ben",
        "03-29 09:00 – 03-30 09:00 cleo",
        "03-30 09:00 – 03-31 09:00 anna",
    ]
    assert hours_of(made, "2026-03-27T09:00", "2026-03-31T09:00") == [24, 23, 24, 24]


def test_berlin_in_october_a_day_of_25_hours_moves_no_handoff() -> None:
    made = schedule(layer(starts_on=date(2026, 10, 23)), zone=BERLIN)
    assert shifts_of(made, "2026-10-24T09:00", "2026-10-26T09:00") == [
        "10-24 09:00 – 10-25 09:00 ben",
        "10-25 09:00 – 10-26 09:00 cleo",
    ]
    assert hours_of(made, "2026-10-24T09:00", "2026-10-26T09:00") == [25, 24]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", [12, 11, 12]), ("2026-10-24", [12, 13, 12])]
)
def test_berlin_day_and_night_change_at_eight_whatever_the_clocks_do(
    day: str, hours: list[float]
) -> None:
    start = date.fromisoformat(day)
    made = schedule(
        layer(ANNA, BEN, unit=RotationUnit.HOUR, length=12, handoff_minute=480, starts_on=start),
        zone=BERLIN,
    )
    until = f"{start + timedelta(days=1)}T20:00"
    assert hours_of(made, f"{day}T08:00", until) == hours
    assert [line[-4:] for line in shifts_of(made, f"{day}T08:00", until)] == [
        "anna",
        " ben",
        "anna",
    ]


def test_berlin_single_hours_none_is_lost_and_none_is_had_twice() -> None:
    hourly = layer(unit=RotationUnit.HOUR, handoff_minute=0, starts_on=date(2026, 3, 29))
    made = schedule(hourly, zone=BERLIN)
    assert shifts_of(made, "2026-03-29T00:00", "2026-03-29T05:00") == [
        "03-29 00:00 – 03-29 01:00 anna",
        "03-29 01:00 – 03-29 03:00 ben",
        # the hour from 02:00 is skipped, and cleo's turn with it
        "03-29 03:00 – 03-29 04:00 anna",
        "03-29 04:00 – 03-29 05:00 ben",
    ]
    autumn = schedule(layer(unit=RotationUnit.HOUR, handoff_minute=0, starts_on=date(2026, 10, 25)))
    made = schedule(*autumn.layers, zone=BERLIN)
    assert hours_of(made, "2026-10-25T00:00", "2026-10-25T05:00") == [1, 1, 2, 1, 1]


def test_berlin_weekly_over_march_keeps_monday_morning() -> None:
    weekly = layer(ANNA, BEN, unit=RotationUnit.WEEK, starts_on=date(2026, 3, 23))
    assert shifts_of(schedule(weekly, zone=BERLIN), "2026-03-23T09:00", "2026-04-06T09:00") == [
        "03-23 09:00 – 03-30 09:00 anna",
        "03-30 09:00 – 04-06 09:00 ben",
    ]


def test_months_that_are_shorter_hand_over_on_their_last_day() -> None:
    monthly = layer(unit=RotationUnit.MONTH, starts_on=date(2026, 1, 31), handoff_minute=0)
    assert shifts_of(schedule(monthly), "2026-01-31T00:00", "2026-04-30T00:00") == [
        "01-31 00:00 – 02-28 00:00 anna",
        "02-28 00:00 – 03-31 00:00 ben",
        "03-31 00:00 – 04-30 00:00 cleo",
    ]


# Asia/Shanghai 2026: National Day from 1 to 7 October; Sunday 20 September and Saturday 10
# October are worked for it.

DESK = layer(ANNA, BEN, unit=RotationUnit.WEEK, starts_on=date(2026, 9, 14), times="workday")
REST = layer(CLEO, DORA, starts_on=date(2026, 9, 14), times="rest_day", handoff_minute=0)


def test_shanghai_the_make_up_sunday_belongs_to_the_desk() -> None:
    made = schedule(DESK, REST)
    assert shifts_of(made, "2026-09-18T00:00", "2026-09-22T00:00") == [
        "09-18 00:00 – 09-19 00:00 anna",
        "09-19 00:00 – 09-20 00:00 dora",  # Saturday as usual
        "09-20 00:00 – 09-21 09:00 anna",  # Sunday, worked; the week hands over on Monday at nine
        "09-21 09:00 – 09-22 00:00 ben",
    ]


def test_shanghai_national_day_belongs_to_the_rest_layer_and_the_made_up_saturday_does_not() -> (
    None
):
    made = schedule(DESK, REST)
    assert shifts_of(made, "2026-09-30T12:00", "2026-10-12T00:00") == [
        "09-30 12:00 – 10-01 00:00 anna",
        "10-01 00:00 – 10-02 00:00 dora",
        "10-02 00:00 – 10-03 00:00 cleo",
        "10-03 00:00 – 10-04 00:00 dora",
        "10-04 00:00 – 10-05 00:00 cleo",
        "10-05 00:00 – 10-06 00:00 dora",
        "10-06 00:00 – 10-07 00:00 cleo",
        "10-07 00:00 – 10-08 00:00 dora",
        "10-08 00:00 – 10-11 00:00 ben",  # Thursday, Friday, and Saturday the 10th, worked
        "10-11 00:00 – 10-12 00:00 dora",
    ]


def test_shanghai_fair_rest_days_are_shared_out_evenly_and_workdays_go_by_week() -> None:
    weekly = layer(unit=RotationUnit.WEEK, starts_on=date(2026, 9, 28), is_fair=True)
    made = schedule(weekly)
    known = snapshot(made, as_of="2026-09-28T09:00")
    found = Resolver(made, known).shifts(span("2026-09-30T09:00", "2026-10-12T09:00"))
    assert told(found) == [
        "09-30 09:00 – 10-01 09:00 anna",  # Wednesday by turn
        "10-01 09:00 – 10-02 09:00 anna",  # nobody has had a holiday: by turn
        "10-02 09:00 – 10-03 09:00 ben",
        "10-03 09:00 – 10-04 09:00 cleo",
        "10-04 09:00 – 10-05 09:00 anna",
        "10-05 09:00 – 10-06 09:00 ben",
        "10-06 09:00 – 10-07 09:00 cleo",
        "10-07 09:00 – 10-08 09:00 anna",
        "10-08 09:00 – 10-11 09:00 ben",  # ben's week by turn, the worked Saturday included
        "10-11 09:00 – 10-12 09:00 ben",  # Sunday: no weekend so far; ben has rested longest
    ]
    fair = [shift for shift in found if shift.because.cause.value == "fair"]
    assert len(fair) == 8


def test_a_year_that_nobody_knows_goes_by_weekdays_and_says_so() -> None:
    made = schedule(DESK, REST)
    ask = build_on_duty(snapshot(made))
    (monday,) = ask(SCHEDULE, at("2027-02-01T12:00"))
    assert (monday.user, monday.because.by_weekdays) == (ANNA, True)
    (before,) = ask(SCHEDULE, at("2026-11-02T12:00"))
    assert before.because.by_weekdays is False


def test_a_look_up_says_who_until_when_and_why() -> None:
    pair = layer((ANNA, BEN), (CLEO, DORA), unit=RotationUnit.MONTH, starts_on=date(2026, 1, 15))
    ask = build_on_duty(snapshot(schedule(pair)))
    first, second = ask(SCHEDULE, at("2026-03-20T00:00"))
    assert (first.user, first.role, second.user, second.role) == (
        ANNA,
        DutyRole.PRIMARY,
        BEN,
        DutyRole.BACKUP,
    )
    # beyond the end of the calendar month that was looked at
    assert first.until == at("2026-04-15T09:00")
    assert first.because.layer == "daily"
    assert ask(SCHEDULE, at("2026-01-15T08:59")) == ()
    assert ask(SCHEDULE, at("1990-01-01T00:00")) == ()


def test_an_end_ends_with_the_handoff_after_the_last_day() -> None:
    made = schedule(layer(ends_on=date(2026, 1, 6)))
    found = Resolver(made, snapshot(made)).shifts(
        Span(at("2026-01-01T00:00"), at("2026-02-01T00:00"))
    )
    assert told(found) == ["01-05 09:00 – 01-06 09:00 anna", "01-06 09:00 – 01-07 09:00 ben"]
