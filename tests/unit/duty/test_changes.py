"""What goes before the layers: overrides, temporary shifts, leave; and in which order."""

from datetime import date

import pytest

from tests.support.duty import (
    ANNA,
    BEN,
    CLEO,
    DORA,
    SCHEDULE,
    at,
    layer,
    leave,
    override,
    schedule,
    snapshot,
    span,
    temporary,
    told,
)
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.facts.shifts import Cause, RestCount, Snapshot
from yunwei.monitor.duty.rules.on_duty import build_on_duty
from yunwei.monitor.duty.rules.resolve import Resolver

MADE = schedule(layer())
TUESDAY = span("2026-01-06T09:00", "2026-01-07T09:00")  # ben's
NOON = span("2026-01-06T12:00", "2026-01-06T18:00")


def lines(known: Snapshot) -> list[str]:
    return told(Resolver(known.schedules[SCHEDULE], known).shifts(TUESDAY))


def test_a_replacement_takes_over_for_its_time_and_says_for_whom() -> None:
    known = snapshot(MADE, overrides=(override("replace", NOON, user=BEN, stand_in=DORA),))
    assert lines(known) == [
        "01-06 09:00 – 01-06 12:00 ben",
        "01-06 12:00 – 01-06 18:00 dora",
        "01-06 18:00 – 01-07 09:00 ben",
    ]
    (found,) = build_on_duty(known)(SCHEDULE, at("2026-01-06T13:00"))
    assert (found.because.cause, found.because.instead_of) == (Cause.REPLACED, BEN)
    assert found.until == at("2026-01-06T18:00")


def test_who_is_not_on_duty_is_replaced_by_nobody() -> None:
    known = snapshot(MADE, overrides=(override("replace", NOON, user=ANNA, stand_in=DORA),))
    assert lines(known) == ["01-06 09:00 – 01-07 09:00 ben"]


def test_somebody_is_taken_off_or_put_on_besides() -> None:
    known = snapshot(
        MADE,
        overrides=(
            override("remove", NOON, 1, user=BEN),
            override("add", NOON, 2, stand_in=DORA, role=DutyRole.BACKUP),
        ),
    )
    assert lines(known) == [
        "01-06 09:00 – 01-06 12:00 ben",
        "01-06 12:00 – 01-06 18:00 (dora)",
        "01-06 18:00 – 01-07 09:00 ben",
    ]


def test_a_temporary_shift_pre_empts_the_turns_of_its_role_alone() -> None:
    backup = layer(CLEO, role=DutyRole.BACKUP)
    known = snapshot(schedule(layer(), backup), temporaries=(temporary(DORA, NOON),))
    assert lines(known) == [
        "01-06 09:00 – 01-06 12:00 ben",
        "01-06 09:00 – 01-07 09:00 (cleo)",
        "01-06 12:00 – 01-06 18:00 dora",
        "01-06 18:00 – 01-07 09:00 ben",
    ]


def test_an_override_goes_before_a_temporary_shift_and_that_before_the_layers() -> None:
    known = snapshot(
        MADE,
        temporaries=(temporary(DORA, NOON),),
        overrides=(override("replace", NOON, user=DORA, stand_in=ANNA),),
    )
    assert "01-06 12:00 – 01-06 18:00 anna" in lines(known)


def test_the_first_layer_that_holds_goes_before_the_others() -> None:
    office = layer(DORA, times="daily 10:00-17:00")
    known = snapshot(schedule(office, layer()))
    assert lines(known) == [
        "01-06 09:00 – 01-06 10:00 ben",
        "01-06 10:00 – 01-06 17:00 dora",
        "01-06 17:00 – 01-07 09:00 ben",
    ]


def test_the_next_who_is_not_away_stands_in() -> None:
    away = (leave(BEN, NOON), leave(CLEO, span("2026-01-06T15:00", "2026-01-06T16:00")))
    known = snapshot(MADE, leaves=away)
    assert lines(known) == [
        "01-06 09:00 – 01-06 12:00 ben",
        "01-06 12:00 – 01-06 15:00 cleo",
        "01-06 15:00 – 01-06 16:00 anna",
        "01-06 16:00 – 01-06 18:00 cleo",
        "01-06 18:00 – 01-07 09:00 ben",
    ]
    (found,) = build_on_duty(known)(SCHEDULE, at("2026-01-06T12:00"))
    assert (found.because.cause, found.because.instead_of) == (Cause.STAND_IN, BEN)


def test_when_everybody_of_a_layer_is_away_the_next_layer_serves() -> None:
    known = snapshot(schedule(layer(ANNA), layer(DORA)), leaves=(leave(ANNA, NOON),))
    assert "01-06 12:00 – 01-06 18:00 dora" in lines(known)
    alone = snapshot(schedule(layer(ANNA)), leaves=(leave(ANNA, NOON),))
    assert build_on_duty(alone)(SCHEDULE, at("2026-01-06T13:00")) == ()


def test_of_a_pair_the_second_steps_up() -> None:
    known = snapshot(schedule(layer((ANNA, BEN), CLEO)), leaves=(leave(ANNA, NOON),))
    found = build_on_duty(known)(SCHEDULE, at("2026-01-07T12:00"))
    assert [(each.user, each.role) for each in found] == [
        (ANNA, DutyRole.PRIMARY),
        (BEN, DutyRole.BACKUP),
    ]
    later = snapshot(
        schedule(layer((ANNA, BEN), CLEO)),
        leaves=(leave(ANNA, span("2026-01-07T09:00", "2026-01-08T09:00")),),
    )
    found = build_on_duty(later)(SCHEDULE, at("2026-01-07T12:00"))
    assert [(each.user, each.role) for each in found] == [(BEN, DutyRole.PRIMARY)]


def test_a_backup_who_is_the_primary_leaves_it_to_the_next() -> None:
    backups = layer(BEN, CLEO, role=DutyRole.BACKUP, starts_on=date(2026, 1, 6))
    known = snapshot(schedule(layer(), backups))
    assert lines(known) == [
        "01-06 09:00 – 01-07 09:00 ben",
        "01-06 09:00 – 01-07 09:00 (cleo)",
    ]
    _primary, backup = build_on_duty(known)(SCHEDULE, at("2026-01-06T12:00"))
    assert (backup.because.cause, backup.because.instead_of) == (Cause.NEXT, BEN)


def test_nobody_is_on_duty_twice() -> None:
    known = snapshot(schedule(layer(ANNA), layer(ANNA, role=DutyRole.BACKUP)))
    found = build_on_duty(known)(SCHEDULE, at("2026-01-07T12:00"))
    assert [(each.user, each.role) for each in found] == [(ANNA, DutyRole.PRIMARY)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({ANNA: 2.0, BEN: 1.0, CLEO: 3.0}, BEN),
        ({ANNA: 2.0, BEN: 2.0, CLEO: 2.0}, ANNA),  # by turn
        ({ANNA: 5.0, BEN: 6.0}, ANNA),  # cleo is new: she begins where the others are
    ],
)
def test_a_rest_day_goes_to_who_has_had_the_fewest(counts: dict[int, float], expected: int) -> None:
    saturday = "2026-01-10T09:00"
    served = {
        user: RestCount(weekends=days, last_at=at("2026-01-01T00:00"))
        for user, days in counts.items()
    }
    made = schedule(layer(is_fair=True, starts_on=date(2026, 1, 10)))
    known = snapshot(made, as_of=saturday, rest_counts={made.layers[0].id: served})
    (found,) = build_on_duty(known)(SCHEDULE, at("2026-01-10T12:00"))
    assert found.user == (CLEO if len(counts) == 2 else expected)


def test_rest_days_are_not_given_to_who_is_away() -> None:
    made = schedule(layer(is_fair=True, starts_on=date(2026, 1, 10)))
    away = leave(ANNA, span("2026-01-10T00:00", "2026-01-11T00:00"))
    (found,) = build_on_duty(snapshot(made, leaves=(away,)))(SCHEDULE, at("2026-01-10T12:00"))
    assert found.user == BEN
    assert found.because.cause is Cause.FAIR
