"""Who was on duty is written down while it happens, and never rewritten."""

import psycopg
import pytest
from django.db import transaction as django_transaction

from tests.integration.duty.conftest import Desk, desk_draft, layer_draft
from yunwei.base.core.errors import Refused
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.duty.actions import changes, schedules
from yunwei.monitor.duty.facts.changes import OverrideDraft, OverrideKind
from yunwei.monitor.duty.queries import plans


def test_shifts_are_written_as_they_begin_and_end(desk: Desk) -> None:
    assert desk.recorded() == []
    desk.passes(minutes=1)
    desk.record()
    assert desk.recorded() == [("Anna", "11-16 10:00", "now")]
    # nobody looked for two days: the record is the same
    desk.passes(days=2)
    desk.record()
    assert desk.recorded() == [
        ("Anna", "11-16 10:00", "11-17 09:00"),
        ("Ben", "11-17 09:00", "11-18 09:00"),
        ("Cleo", "11-18 09:00", "now"),
    ]
    desk.record()
    assert len(desk.recorded()) == 3


def test_a_changed_plan_does_not_change_what_has_been(desk: Desk) -> None:
    desk.passes(days=1)
    only_cleo = desk_draft(desk, layers=(layer_draft((desk.id("Cleo"),)),))
    schedules.change_schedule(desk["mia"], desk.schedule, only_cleo, now=desk.now)
    desk.passes(hours=2)
    desk.record()
    assert desk.recorded() == [
        ("Anna", "11-16 10:00", "11-17 09:00"),
        ("Ben", "11-17 09:00", "11-17 10:00"),
        ("Cleo", "11-17 10:00", "now"),
    ]
    plan = plans.fetch_plan(
        desk["olga"], desk.schedule, Span(desk.now.replace(hour=0), desk.now), now=desk.now
    )
    assert [shift.user_name for shift in plan.shifts if shift.is_recorded] == [
        "Anna",
        "Ben",
        "Cleo",
    ]


def test_an_override_in_the_middle_is_in_the_record_with_its_reason(desk: Desk) -> None:
    draft = OverrideDraft(
        kind=OverrideKind.REPLACE,
        user=desk.id("Anna"),
        stand_in=desk.id("Ben"),
        starts_at=desk.now,
        ends_at=desk.now.replace(hour=6),
        note="dentist",
    )
    changes.add_override(desk["mia"], desk.schedule, draft, now=desk.now)
    desk.passes(hours=5)
    desk.record()
    assert desk.recorded() == [
        ("Ben", "11-16 10:00", "11-16 14:00"),
        ("Anna", "11-16 14:00", "now"),
    ]
    (row,) = plans.fetch_record(desk["olga"], {"at": desk.now.replace(hour=3)}).items
    assert (row.because_zh, row.because_en) == (
        "顶替 Anna：dentist",
        "takes over from Anna: dentist",
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE duty_shift SET user_name = 'Nobody'",
        "UPDATE duty_shift SET starts_at = now()",
        "UPDATE duty_shift SET ends_at = now() WHERE ends_at IS NOT NULL",
        "DELETE FROM duty_shift",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_record(desk: Desk, change: str) -> None:
    desk.passes(days=1)
    desk.record()
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="not rewritten"),
        django_transaction.atomic(),
        transaction() as conn,
    ):
        conn.execute(change.encode())
    assert len(desk.recorded()) == 2


def test_a_removed_schedule_keeps_its_record(desk: Desk) -> None:
    desk.passes(hours=1)
    schedules.remove_schedule(desk["mia"], desk.schedule, now=desk.now)
    assert desk.recorded() == [("Anna", "11-16 10:00", "11-16 11:00")]
    assert desk.on_duty() == []
    with pytest.raises(Refused):
        plans.access_schedule(desk["mia"], desk.schedule)
