"""Which triggers something sets off, and what an end means."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yunwei.base.core import brakes
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import DesktopId, ScriptId, TenantId, TriggerId
from yunwei.monitor.inventory.facts import DescribedDesktop, TakenChange
from yunwei.operate.agents.facts.agents import TakenEnrolment
from yunwei.operate.runs.facts.runs import Run, RunState, TargetState
from yunwei.operate.triggers.facts import FiringState, Happening, Occasion, Trigger, TriggerDraft
from yunwei.operate.triggers.rules import (
    check_draft,
    choose_firings,
    counts_as_miss,
    next_state,
    read_enrolment,
    read_move,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = TenantId(1), TenantId(2)
_F, _T = FiringState, TargetState


def change(field: str, after: str = "x", off_since: datetime | None = None) -> TakenChange:
    return TakenChange(
        id=1,
        tenant=A,
        desktop=DesktopId(7),
        at=NOW,
        field=field,
        before="b",
        after=after,
        off_since=off_since,
    )


def trigger(**changes: Any) -> Trigger:
    usual: dict[str, Any] = {
        "id": TriggerId(1),
        "tenant": A,
        "tenant_name": "",
        "name": "t",
        "occasion": Occasion.REBUILT,
        "condition": "",
        "script": ScriptId(1),
        "script_name": "",
        "values": {},
        "off_s": 0,
        "wait_s": 60,
        "within_s": 3600,
        "per_hour": 10,
        "cool_down_s": 600,
        "breaker_after": 3,
        "is_enabled": True,
        "acts_for": "olga",
        "misses": 0,
        "broken_at": None,
        "changed_at": NOW,
        "fired": 0,
        "done": 0,
    }
    return Trigger(**usual | changes)


def happening(desktop: int = 7, **changes: Any) -> Happening:
    usual: dict[str, Any] = {"occasion": Occasion.REBUILT, "tenant": A, "at": NOW}
    return Happening(desktop=DesktopId(desktop), **usual | changes)


def described(*numbers: int, tenant: TenantId = A) -> dict[DesktopId, DescribedDesktop]:
    return {
        DesktopId(each): DescribedDesktop(
            id=DesktopId(each), tenant=tenant, name=f"PC-{each}", row={"name": f"PC-{each}"}
        )
        for each in numbers
    }


def chosen(asked: Trigger, *told: Happening, tenant: TenantId = A) -> list[int]:
    return [each.desktop for each in choose_firings(asked, told, described(7, 8, tenant=tenant))]


@pytest.mark.parametrize(
    ("field", "occasion"),
    [
        ("exists", Occasion.APPEARED),
        ("image", Occasion.REBUILT),
        ("login", Occasion.ASSIGNED),
        ("pool", None),
    ],
)
def test_a_change_is_an_occasion(field: str, occasion: Occasion | None) -> None:
    read = read_move(change(field))
    assert (read.occasion if read else None) is occasion


def test_a_start_is_one_only_where_it_was_off() -> None:
    assert read_move(change("state", "running")) is None
    read = read_move(change("state", "running", NOW - HOUR))
    assert read is not None
    assert (read.occasion, read.off_s) == (Occasion.STARTED, 3600)


@pytest.mark.parametrize(
    ("before", "occasions"),
    [
        ("", [Occasion.ENROLLED]),
        ("m", [Occasion.ENROLLED]),
        ("other", [Occasion.ENROLLED, Occasion.REBUILT]),
    ],
)
def test_an_enrolment_from_another_machine_is_a_rebuild(
    before: str, occasions: list[Occasion]
) -> None:
    taken = TakenEnrolment(
        agent=1, tenant=A, desktop=DesktopId(7), at=NOW, machine="m", machine_before=before
    )
    assert [each.occasion for each in read_enrolment(taken)] == occasions


def test_each_desktop_sets_it_off_once_whatever_happened_to_it() -> None:
    assert chosen(trigger(), happening(), happening(8), happening()) == [7, 8]


@pytest.mark.parametrize(
    "changes",
    [
        {"occasion": Occasion.ENROLLED},
        {"condition": 'name == "PC-9"'},
        {"tenant": B},
    ],
)
def test_what_is_not_meant_does_not(changes: dict[str, Any]) -> None:
    assert chosen(trigger(**changes), happening()) == []


def test_a_desktop_of_another_customer_or_that_is_gone_does_not() -> None:
    assert chosen(trigger(), happening(), tenant=B) == []
    assert chosen(trigger(), happening(99)) == []


def test_off_for_long_enough_is_counted_to_the_second() -> None:
    asked = trigger(occasion=Occasion.STARTED, off_s=3600)
    for off_s, expected in ((3599, []), (3600, [7])):
        assert chosen(asked, happening(occasion=Occasion.STARTED, off_s=off_s)) == expected


def test_when_it_is_due_and_until_when_count_from_what_happened() -> None:
    (made,) = choose_firings(trigger(), [happening()], described(7))
    assert (made.due_at, made.until_at) == (NOW + timedelta(minutes=1), NOW + HOUR)


def run(state: RunState) -> Run:
    empty: dict[str, Any] = dict.fromkeys(Run.__dataclass_fields__)
    return Run(**empty | {"state": state})


@pytest.mark.parametrize(
    ("state", "target", "expected", "is_miss"),
    [
        (RunState.FINISHED, _T.SUCCEEDED, _F.DONE, False),
        (RunState.RUNNING, _T.SENT, _F.RUNNING, False),
        (RunState.ASKED, _T.QUEUED, _F.RUNNING, False),
        (RunState.FINISHED, _T.FAILED, _F.FAILED, True),
        (RunState.FINISHED, _T.TIMED_OUT, _F.FAILED, True),
        (RunState.FINISHED, _T.UNKNOWN, _F.FAILED, False),
        (RunState.FINISHED, _T.EXPIRED, _F.LAPSED, False),
        (RunState.FINISHED, _T.SKIPPED, _F.LAPSED, False),
        (RunState.CANCELLED, _T.CANCELLED, _F.LAPSED, False),
        (RunState.DECLINED, _T.CANCELLED, _F.REFUSED, True),
        (RunState.FINISHED, None, _F.REFUSED, True),
    ],
)
def test_what_a_target_is_tells_what_a_firing_is(
    state: RunState, target: TargetState | None, expected: FiringState, *, is_miss: bool
) -> None:
    found, reason = next_state(run(state), target)
    assert found is expected
    assert counts_as_miss(found, reason) is is_miss


def test_a_run_that_is_not_there_any_more_is_said() -> None:
    assert next_state(None, None) == (_F.FAILED, "run_gone")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"condition": "name =="}, "condition"),
        ({"off_s": -1}, "off_s"),
        ({"within_s": 299}, "within_s"),
        ({"wait_s": 600, "within_s": 600}, "wait_s"),
        ({"breaker_after": 0}, "breaker_after"),
    ],
)
def test_a_wrong_draft_names_its_field(changes: dict[str, Any], field: str) -> None:
    usual: dict[str, Any] = {"name": "t", "occasion": Occasion.STARTED, "script": ScriptId(1)}
    check_draft(TriggerDraft(**usual))
    with pytest.raises(Invalid) as told:
        check_draft(TriggerDraft(**usual | changes))
    assert told.value.field == field


def test_brakes_hold_back_by_rate_by_rest_and_by_breaker() -> None:
    braked = trigger(per_hour=3, cool_down_s=600, breaker_after=2)
    assert [brakes.room(braked, each) for each in (0, 2, 3, 9)] == [3, 1, 0, 0]
    assert brakes.room(trigger(broken_at=NOW), 0) == 0
    ago = timedelta(seconds=600)
    assert brakes.rests(braked, NOW - ago + timedelta(seconds=1), NOW)
    assert not brakes.rests(braked, NOW - ago, NOW)
    assert not brakes.rests(braked, None, NOW)
    assert [brakes.count_miss(each, is_good=False) for each in (0, 1)] == [1, 2]
    assert brakes.count_miss(5, is_good=True) == 0
    assert [brakes.opens_breaker(braked, each) for each in (1, 2)] == [False, True]
    assert not brakes.opens_breaker(trigger(broken_at=NOW), 9)
