"""What polls say about reads, and reads about a source."""

import pytest

from yunwei.base.core.errors import (
    SourceBabbled,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnreachable,
)
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.monitor.collect import health
from yunwei.monitor.collect.facts import ReadRecord, SourceHealth, SourceState

GOOD = ReadRecord(read="sessions", state=SourceState.OK)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SourceUnreachable(), SourceState.UNREACHABLE),
        (SourceRefused(), SourceState.REFUSED),
        (SourceThrottled(), SourceState.THROTTLED),
        (SourceBabbled(), SourceState.BABBLING),
        (SourceError(), SourceState.UNREACHABLE),
    ],
)
def test_each_error_has_its_state(error: SourceError, state: SourceState) -> None:
    assert health.classify_error(error) is state


def test_the_second_failure_in_a_row_is_said() -> None:
    first = health.note_failure(GOOD, SourceState.UNREACHABLE, "gone")
    second = health.note_failure(first, SourceState.UNREACHABLE, "gone")
    assert (first.state, first.failures) == (SourceState.OK, 1)
    assert (second.state, second.failures, second.text) == (SourceState.UNREACHABLE, 2, "gone")


@pytest.mark.parametrize("state", [SourceState.REFUSED, SourceState.THROTTLED])
def test_a_refusal_is_said_at_once(state: SourceState) -> None:
    assert health.note_failure(GOOD, state, "").state is state


def test_a_read_that_never_worked_says_its_first_failure() -> None:
    new = ReadRecord(read="sessions")
    assert health.note_failure(new, SourceState.BABBLING, "x").state is SourceState.BABBLING


def test_a_success_forgets_all_failures() -> None:
    bad = ReadRecord(read="sessions", state=SourceState.REFUSED, text="no", failures=9)
    assert health.note_success(bad) == GOOD


def test_the_wait_doubles_up_to_five_minutes() -> None:
    waits = [
        health.backoff_s(ReadRecord(read="x", failures=failures), SourceState.UNREACHABLE)
        for failures in range(1, 12)
    ]
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == health.MAX_BACKOFF_S == waits[-1]


def test_the_wait_is_never_shorter_than_asked() -> None:
    record = ReadRecord(read="x", failures=1)
    assert health.backoff_s(record, SourceState.THROTTLED, retry_after_s=77) == 77


def test_a_refusal_waits_for_a_person() -> None:
    record = ReadRecord(read="x", failures=1)
    assert health.backoff_s(record, SourceState.REFUSED) == health.REFUSED_BACKOFF_S


def test_the_worst_read_speaks_for_the_source() -> None:
    records = [
        GOOD,
        ReadRecord(read="metrics", state=SourceState.THROTTLED, text="slowly"),
        ReadRecord(read="alarms", state=SourceState.UNREACHABLE, text="no route"),
        ReadRecord(read="activity", state=SourceState.UNREACHABLE, text="no route"),
    ]
    told = health.summarise_reads(records)
    assert told == (SourceState.UNREACHABLE, "activity, alarms: no route")


def test_reads_not_yet_tried_do_not_spoil_good_ones() -> None:
    assert health.summarise_reads([GOOD, ReadRecord(read="x")]) == (SourceState.OK, "")
    assert health.summarise_reads([]) == (SourceState.NEW, "")


@pytest.mark.parametrize(
    ("is_enabled", "state", "changes"),
    [(True, SourceState.OK, 3), (False, SourceState.DISABLED, 4)],
)
def test_changes_count_only_changes(is_enabled: bool, state: SourceState, changes: int) -> None:
    before = SourceHealth(
        source=SourceId(1),
        tenant=TenantId(1),
        name="Cloud",
        is_enabled=is_enabled,
        state=SourceState.OK,
        text="",
        changes=3,
    )
    after = health.next_health(before, [GOOD])
    assert (after.state, after.changes) == (state, changes)
