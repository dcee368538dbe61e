"""Which running numbers count as missing: lost reports do; late ones and new numberings do not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.facts import SerialHeard
from yunwei.monitor.collect.serials import GRACE, SerialWatch

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LATER = AT + GRACE + timedelta(seconds=1)
SOURCE = SourceId(7)


def watch(*serials: int) -> SerialWatch:
    watching = SerialWatch()
    for serial in serials:
        watching.note(SerialHeard(source=SOURCE, serial=serial, at=AT))
    return watching


def gaps(*serials: int) -> int:
    return watch(*serials).take_gaps(LATER)[SOURCE]


def test_numbers_that_are_missing_after_a_while_are_counted_once() -> None:
    watching = watch(5, 8)
    assert watching.take_gaps(AT)[SOURCE] == 0
    assert watching.take_gaps(LATER)[SOURCE] == 2
    assert watching.take_gaps(LATER)[SOURCE] == 0


def test_the_first_number_a_repetition_and_an_old_one_are_no_gap() -> None:
    assert gaps(500, 500, 501, 437, 501) == 0


def test_another_numbering_is_no_gap() -> None:
    assert gaps(7, 900_000, 900_001) == 0
    assert gaps(900_000, 1, 2, 3) == 0


@given(st.permutations(range(100, 112)))
def test_whatever_the_order_nothing_is_missing_when_all_came(serials: list[int]) -> None:
    assert gaps(99, *serials) == 0
