"""Overrides, temporary shifts, leave and swaps by those who may; conflicts told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integration.duty.conftest import START, Desk, desk_draft, layer_draft
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.duty.actions import changes, schedules, swaps
from yunwei.monitor.duty.facts.changes import (
    LeaveDraft,
    OverrideDraft,
    OverrideKind,
    SwapDraft,
    SwapState,
    TemporaryDraft,
)
from yunwei.monitor.duty.facts.shifts import FindingCode
from yunwei.monitor.duty.queries import changes as change_queries
from yunwei.monitor.duty.queries import findings, plans

HOUR = timedelta(hours=1)


def override(desk: Desk, **changes_: Any) -> OverrideDraft:
    usual: dict[str, Any] = {
        "kind": OverrideKind.REPLACE,
        "user": desk.id("Anna"),
        "stand_in": desk.id("Cleo"),
        "starts_at": desk.now,
        "ends_at": desk.now + 4 * HOUR,
    }
    return OverrideDraft(**{**usual, **changes_})


def test_an_override_holds_at_once_and_ends_when_it_is_ended(desk: Desk) -> None:
    made = changes.add_override(desk["mia"], desk.schedule, override(desk), now=desk.now)
    assert desk.on_duty() == ["Cleo"]
    desk.passes(hours=1)
    changes.end_override(desk["mia"], made, now=desk.now)
    assert desk.on_duty() == ["Anna"]
    assert change_queries.access_override(desk["mia"], made).span.end == desk.now
    with pytest.raises(Conflict):
        changes.end_override(desk["mia"], made, now=desk.now)
    desk.passes(minutes=1)
    desk.record()
    assert [name for name, *_ in desk.recorded()] == ["Cleo", "Anna"]


def test_an_override_that_has_not_begun_is_taken_back(desk: Desk) -> None:
    later = override(desk, starts_at=desk.now + HOUR)
    made = changes.add_override(desk["mia"], desk.schedule, later, now=desk.now)
    changes.end_override(desk["mia"], made, now=desk.now)
    assert change_queries.fetch_overrides(desk["mia"]).total == 0


def test_two_overrides_about_one_person_at_one_time_are_refused(desk: Desk) -> None:
    changes.add_override(desk["mia"], desk.schedule, override(desk), now=desk.now)
    other = override(desk, stand_in=desk.id("Ben"), starts_at=desk.now + HOUR)
    with pytest.raises(Conflict, match="about Anna at that time"):
        changes.add_override(desk["mia"], desk.schedule, other, now=desk.now)
    after = override(desk, starts_at=desk.now + 4 * HOUR, ends_at=desk.now + 5 * HOUR)
    changes.add_override(desk["mia"], desk.schedule, after, now=desk.now)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": START}, "ends_at"),
        ({"starts_at": START - HOUR}, "starts_at"),
        ({"ends_at": START + timedelta(days=400)}, "ends_at"),
        ({"user": None}, "user"),
        ({"kind": OverrideKind.ADD}, "user"),
        ({"kind": OverrideKind.REMOVE}, "stand_in"),
        ({"stand_in": 10**9}, "stand_in"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_an_override_that_can_not_be_so_is_told_at_its_field(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        changes.add_override(desk["mia"], desk.schedule, override(desk, **change), now=desk.now)
    assert raised.value.field == field


def test_a_temporary_shift_pre_empts_the_turn(desk: Desk) -> None:
    draft = TemporaryDraft(
        user=desk.id("olga"), starts_at=desk.now, ends_at=desk.now + 2 * HOUR, note="exercise"
    )
    made = changes.add_temporary(desk["mia"], desk.schedule, draft, now=desk.now)
    assert desk.on_duty() == ["Olga"]
    with pytest.raises(Conflict):
        changes.add_temporary(desk["mia"], desk.schedule, draft, now=desk.now)
    changes.end_temporary(desk["mia"], made, now=desk.now)
    assert desk.on_duty() == ["Anna"]


def test_leave_moves_the_turn_on_and_everybody_notes_their_own(desk: Desk) -> None:
    draft = LeaveDraft(
        user=desk.id("Anna"), starts_at=desk.now, ends_at=desk.now + 2 * HOUR, note="dentist"
    )
    with pytest.raises(Refused):
        changes.add_leave(desk["Ben"], draft, now=desk.now)
    made = changes.add_leave(desk["Anna"], draft, now=desk.now)
    assert desk.on_duty() == ["Ben"]
    with pytest.raises(Conflict):
        changes.add_leave(desk["mia"], draft, now=desk.now)
    with pytest.raises(Refused):
        changes.end_leave(desk["Ben"], made, now=desk.now)
    desk.passes(hours=1)
    changes.end_leave(desk["mia"], made, now=desk.now)
    assert desk.on_duty() == ["Anna"]


def swap(desk: Desk, **more: datetime) -> SwapDraft:
    """Anna asks Ben for tomorrow's... for an hour of her turn, two hours from now."""
    begin = desk.now + 2 * HOUR
    return SwapDraft(
        schedule=desk.schedule,
        asked=desk.id("Ben"),
        starts_at=begin,
        ends_at=begin + HOUR,
        note="school",
        **more,
    )


def test_a_swap_is_asked_accepted_and_becomes_overrides(desk: Desk) -> None:
    tomorrow = desk.now + 30 * HOUR
    asked = swap(desk, return_starts_at=tomorrow, return_ends_at=tomorrow + HOUR)
    made = swaps.ask_swap(desk["Anna"], asked, now=desk.now)
    for name in ("Anna", "Cleo", "mia"):
        with pytest.raises(Refused):
            swaps.answer_swap(desk[name], made, accepts=True, now=desk.now)
    swaps.answer_swap(desk["Ben"], made, accepts=True, now=desk.now)
    with pytest.raises(Conflict):
        swaps.answer_swap(desk["Ben"], made, accepts=False, now=desk.now)
    desk.passes(hours=2)
    assert desk.on_duty() == ["Ben"]
    desk.passes(hours=1)
    assert desk.on_duty() == ["Anna"]
    desk.passes(hours=27)
    assert desk.on_duty() == ["Anna"]  # in return
    found = change_queries.access_swap(desk["olga"], made)
    assert (found.state, found.asked_name) == (SwapState.ACCEPTED, "Ben")


def test_a_declined_or_withdrawn_swap_changes_nothing(desk: Desk) -> None:
    first = swaps.ask_swap(desk["Anna"], swap(desk), now=desk.now)
    swaps.answer_swap(desk["Ben"], first, accepts=False, now=desk.now)
    second = swaps.ask_swap(desk["Anna"], swap(desk), now=desk.now)
    with pytest.raises(Refused):
        swaps.withdraw_swap(desk["Ben"], second, now=desk.now)
    swaps.withdraw_swap(desk["Anna"], second, now=desk.now)
    desk.passes(hours=2)
    assert desk.on_duty() == ["Anna"]


def test_a_swap_nobody_answered_in_time_is_given_up(desk: Desk) -> None:
    made = swaps.ask_swap(desk["Anna"], swap(desk), now=desk.now)
    desk.passes(hours=3)
    with pytest.raises(Conflict):
        swaps.answer_swap(desk["Ben"], made, accepts=True, now=desk.now)
    with transaction() as conn:
        assert swaps.expire_swaps(conn, now=desk.now) == 1
    assert change_queries.access_swap(desk["Anna"], made).state is SwapState.EXPIRED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda desk: {"asked": desk.id("Anna")}, "asked"),
        (lambda desk: {"asked": desk.id("una")}, "asked"),
        (
            lambda desk: {"starts_at": desk.now + 30 * HOUR, "ends_at": desk.now + 31 * HOUR},
            "starts_at",
        ),
        (lambda desk: {"return_starts_at": desk.now + HOUR}, "return_ends_at"),
    ],
    ids=["oneself", "a stranger", "not on duty", "half a return"],
)
def test_a_swap_that_can_not_be_is_told_at_its_field(
    desk: Desk, change: Callable[[Desk], dict[str, Any]], field: str
) -> None:
    usual = {name: getattr(swap(desk), name) for name in SwapDraft.__slots__}
    with pytest.raises(Invalid) as raised:
        swaps.ask_swap(desk["Anna"], SwapDraft(**usual | change(desk)), now=desk.now)
    assert raised.value.field == field


@pytest.mark.parametrize("name", ["olga", "audrey", "kai", "una", "chen", "Anna"])
def test_only_service_managers_and_administrators_change_schedules(desk: Desk, name: str) -> None:
    viewer = desk[name]
    for act in (
        lambda: schedules.add_schedule(
            viewer, desk.people.provider.id, desk_draft(desk), now=desk.now
        ),
        lambda: schedules.change_schedule(viewer, desk.schedule, desk_draft(desk), now=desk.now),
        lambda: schedules.remove_schedule(viewer, desk.schedule, now=desk.now),
        lambda: changes.add_override(viewer, desk.schedule, override(desk), now=desk.now),
    ):
        with pytest.raises(Refused):
            act()


def test_another_tenants_schedule_is_not_there(desk: Desk) -> None:
    for name in ("kai", "chen"):
        assert plans.fetch_schedules(desk[name], now=desk.now).total == 0
        assert plans.fetch_on_duty(desk[name], now=desk.now) == ()
        assert plans.fetch_record(desk[name]).total == 0
        with pytest.raises(Refused):
            plans.access_schedule(desk[name], desk.schedule)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"time_zone": "Mars/Phobos"}, "time_zone"),
        ({"notice_minutes": -1}, "notice_minutes"),
        ({"coverage": {"clauses": []}}, "coverage"),
        ({"layers": (layer_draft(),)}, "layers.0.groups"),
        ({"layers": (layer_draft((1, 1)),)}, "layers.0.groups"),
        ({"layers": (layer_draft((10**9,)),)}, "layers.0.groups"),
        ({"layers": (layer_draft((1,), length=0),)}, "layers.0.length"),
        ({"layers": (layer_draft((1,), handoff_minute=1440),)}, "layers.0.handoff_minute"),
        ({"layers": (layer_draft((1,), name=""),)}, "layers.0.name"),
        (
            {"layers": (layer_draft((1,), times={"clauses": 3, "time_zone": "UTC"}),)},
            "layers.0.times",
        ),
    ],
)
def test_a_schedule_that_can_not_be_so_is_told_at_its_field(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        schedules.add_schedule(
            desk["mia"], desk.people.provider.id, desk_draft(desk, **change), now=desk.now
        )
    assert raised.value.field == field


def test_findings_name_gaps_and_who_can_not_be_told(desk: Desk) -> None:
    late = desk_draft(
        desk, layers=(layer_draft((desk.id("Anna"),), starts_on=desk.now.date() + timedelta(1)),)
    )
    schedules.change_schedule(desk["mia"], desk.schedule, late, now=desk.now)
    found = findings.fetch_findings(desk["olga"], desk.schedule, now=desk.now)
    assert [(each.code, each.user_name) for each in found] == [
        (FindingCode.GAP, ""),
        (FindingCode.NO_CONTACT, "Anna"),
    ]
    assert found[0].span.length == 23 * HOUR
