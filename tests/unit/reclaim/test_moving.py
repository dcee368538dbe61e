"""How a reclaim goes on, as a table: nothing is asked of the customer too early, or of a desktop
that was used; every end has its word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.operate.reclaim.facts import Answer, ReclaimRow, ReclaimState, Seen, Terms
from yunwei.operate.reclaim.rules.moving import (
    NOBODY_APPROVES,
    USE_UNKNOWN,
    Move,
    MoveKind,
    check_answer,
    check_terms,
    due_at,
    next_move,
)
from yunwei.operate.selfservice.facts.requests import (
    RequestKind,
    RequestRow,
    RequestState,
    Step,
    StepKind,
    StepState,
    WholeRequest,
)

_S, _K, _R = ReclaimState, MoveKind, RequestState
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ROW = ReclaimRow(
    id=1,
    tenant=TenantId(1),
    tenant_name="A",
    desktop=DesktopId(1),
    desktop_name="PC-1",
    source=SourceId(1),
    native_id="d1",
    logins=("lei",),
    asked=("lei",),
    state=_S.ASKED,
    started_by="olga",
    started_at=NOW,
    due_at=NOW + DAY * 14,
    grace_days=14,
    remind_days=3,
    keep_days=7,
    quiet_days=180,
    unused_days=60,
    last_used_at=None,
    cpu=4,
    memory_mb=8192,
    disk_gib=80,
    reminded_at=None,
    answer=Answer.NONE,
    answered_by="",
    answered_at=None,
    note="",
    request=None,
    leaves_as="",
    held_by="",
    ended_at=None,
    given_back_at=None,
)
QUIET = Seen(is_gone=False, is_in_use=False, is_known=True, used_at=NOW - DAY * 60)


def step(what: str, state: StepState) -> Step:
    return Step(
        id=1,
        place=1,
        kind=StepKind.CHANGE,
        what=what,
        state=state,
        source=SourceId(1),
        desktop="d1",
        name="",
        login="lei",
        number="",
        reason="",
        act=None,
        sending_at=None,
        done_at=NOW if state is StepState.DONE else None,
        done_by="",
    )


def request(state: RequestState, *steps: Step) -> WholeRequest:
    row = RequestRow(
        id=1,
        tenant=TenantId(1),
        tenant_name="A",
        kind=RequestKind.RECLAIM,
        state=state,
        desktop=DesktopId(1),
        desktop_name="PC-1",
        asked_by="olga",
        login="lei",
        reason="",
        details={},
        approvers=("boss",),
        needs_provider=False,
        asked_at=NOW,
        expires_at=NOW + DAY,
        held_by="",
        ended_at=None if state.is_open else NOW,
        end_note="",
    )
    return WholeRequest(request=row, steps=steps, events=())


def move(
    days: float = 1,
    whole: WholeRequest | None = None,
    seen: Seen = QUIET,
    *,
    can_ask: bool = True,
    **changes: Any,
) -> Move:
    row = replace(ROW, **changes)
    return next_move(row, seen, whole, now=NOW + DAY * days, can_ask=can_ask)


@pytest.mark.parametrize(
    ("days", "changes", "kind"),
    [
        (10.9, {}, _K.STAY),
        (11, {}, _K.REMIND),
        (11, {"reminded_at": NOW}, _K.STAY),
        (11, {"remind_days": 0}, _K.STAY),
        (13.9, {"reminded_at": NOW}, _K.STAY),
        (14, {}, _K.ASK),
        (0.1, {"answer": Answer.GIVE_BACK}, _K.ASK),
        (0, {"due_at": NOW}, _K.ASK),
    ],
)
def test_users_have_their_time_and_are_reminded_once(
    days: float, changes: dict[str, Any], kind: MoveKind
) -> None:
    assert move(days, **changes).kind is kind


@pytest.mark.parametrize("days", [1, 14])
@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (replace(QUIET, is_gone=True), _S.GONE),
        (replace(QUIET, is_in_use=True), _S.USED),
        (replace(QUIET, used_at=NOW + timedelta(hours=1)), _S.USED),
    ],
)
def test_what_was_used_or_is_gone_leaves_by_itself(
    days: float, seen: Seen, state: ReclaimState
) -> None:
    assert move(days, seen=seen) == Move(kind=_K.END, state=state)


def test_nobody_is_asked_while_it_is_not_known_or_nobody_approves() -> None:
    unknown = replace(QUIET, is_known=False, used_at=None)
    assert move(14, seen=unknown).held_by == USE_UNKNOWN
    assert move(14, can_ask=False).held_by == NOBODY_APPROVES
    assert move(1, seen=unknown).kind is _K.STAY


T, D = StepState.TODO, StepState.DONE
WITH_USERS = (step("snapshot", D), step("unassign", T), step("delete", T))
TAKEN = (step("snapshot", D), step("unassign", D), step("delete", T))
USED = replace(QUIET, used_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("whole", "seen", "kind", "state"),
    [
        (request(_R.LINE, *WITH_USERS), QUIET, _K.STAY, _S.APPROVAL),
        (request(_R.FULFILLING, *WITH_USERS), QUIET, _K.STAY, _S.TAKING),
        (request(_R.LINE, *WITH_USERS), USED, _K.WITHDRAW, _S.APPROVAL),
        (request(_R.FULFILLING, *WITH_USERS), USED, _K.WITHDRAW, _S.TAKING),
        # a record of the time before it was taken may come late; it is not given again by itself
        (request(_R.FULFILLING, *TAKEN), USED, _K.STAY, _S.TAKING),
    ],
)
def test_while_it_is_approved_and_taken(
    whole: WholeRequest, seen: Seen, kind: MoveKind, state: ReclaimState
) -> None:
    found = move(20, whole, seen)
    assert (found.kind, found.state) == (kind, state)


@pytest.mark.parametrize(
    ("state", "delete", "leaves_as", "end"),
    [
        (_R.FULFILLED, D, "", _S.RECLAIMED),
        (_R.FULFILLED, D, "kept", _S.RECLAIMED),
        (_R.FULFILLED, StepState.DROPPED, "stopped", _S.UNDONE),
        (_R.FULFILLED, StepState.DROPPED, "kept", _S.KEPT),
        (_R.FULFILLED, StepState.DROPPED, "used", _S.USED),
        (_R.CANCELLED, T, "stopped", _S.STOPPED),
        (_R.CANCELLED, T, "used", _S.USED),
        (_R.DECLINED, T, "", _S.DECLINED),
        (_R.EXPIRED, T, "", _S.DECLINED),
        (_R.FAILED, T, "", _S.FAILED),
    ],
)
def test_every_end_has_its_word(
    state: RequestState, delete: StepState, leaves_as: str, end: ReclaimState
) -> None:
    found = move(20, request(state, step("delete", delete)), leaves_as=leaves_as)
    assert (found.kind, found.state) == (_K.END, end)
    assert (found.given_back_at is not None) is (end is _S.RECLAIMED)


def test_who_has_no_users_is_asked_nothing() -> None:
    assert due_at(Terms(), (), NOW) == NOW
    assert due_at(Terms(), ("lei",), NOW) == NOW + DAY * 14


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"grace_days": 0}, "grace_days"),
        ({"keep_days": 0}, "keep_days"),
        ({"quiet_days": 9999}, "quiet_days"),
        ({"grace_days": 3, "remind_days": 3}, "remind_days"),
    ],
)
def test_terms_that_can_not_be_meant(values: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid) as told:
        check_terms(Terms(**values))
    assert told.value.field == field


def test_answers_come_in_time() -> None:
    with pytest.raises(Invalid):
        check_answer(ROW, Answer.KEEP, "")
    with pytest.raises(Conflict, match="answered already"):
        check_answer(replace(ROW, state=_S.TAKING), Answer.GIVE_BACK, "")
    with pytest.raises(Conflict, match="over already"):
        check_answer(replace(ROW, state=_S.USED), Answer.KEEP, "x")
    check_answer(replace(ROW, state=_S.TAKING), Answer.KEEP, "x")


def test_what_its_user_was_granted_more_time_for_is_left_to_them() -> None:
    granted = replace(QUIET, is_granted=True)
    assert move(seen=granted) == Move(kind=_K.END, state=_S.KEPT)
    # it is not asked of the customer when the days to answer are over
    assert move(days=15, seen=granted).state is _S.KEPT
    waiting = request(_R.LINE, step("unassign", StepState.TODO))
    told = move(whole=waiting, seen=granted)
    assert (told.kind, told.leaves_as) == (_K.WITHDRAW, "kept")
    # what was taken already is not given again by that alone
    taken = request(_R.FULFILLING, step("unassign", StepState.DONE))
    assert move(whole=taken, seen=granted).kind is _K.STAY
