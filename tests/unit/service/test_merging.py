"""Which tickets may become one: a table over states, types and customers; and their clocks."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.service import CHINA, terms
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ContractId, TenantId, TicketId
from yunwei.base.core.wall_clock import Span
from yunwei.operate.service.facts.clocks import ClockState, ClockView, Metric, Priority
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType
from yunwei.operate.service.facts.tickets import (
    Entry,
    EntryKind,
    SplitDraft,
    Ticket,
    TicketState,
)
from yunwei.operate.service.rules.merging import check_merge, check_merge_note, check_split
from yunwei.operate.service.rules.quality import find_outages, ticket_line
from yunwei.operate.service.rules.tickets import read_clocks, state_after

NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_K, _S = EntryKind, TicketState
OPEN = (_S.NEW, _S.ASSIGNED, _S.WORKING, _S.WAITING)


def ticket(id: int, **changes: Any) -> Ticket:
    made = Ticket(
        id=TicketId(id),
        tenant=TenantId(1),
        tenant_name="A",
        contract=ContractId(1),
        contract_name="C",
        terms=1,
        type=ServiceType.REMOTE,
        priority=Priority.P1,
        state=_S.NEW,
        title="black screen",
        description="",
        details={},
        alarm=None,
        assignee=None,
        assignee_name="",
        opened_by="kai",
        opened_side=ContractSide.CUSTOMER,
        opened_at=NOW,
        reported_at=NOW,
        changed_at=NOW,
        due_at=None,
        minutes=0,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(("mine", "others"), list(itertools.product(TicketState, TicketState)))
def test_only_what_is_open_goes_on_in_what_is_open(mine: TicketState, others: TicketState) -> None:
    about = ticket(1, state=mine), ticket(2, state=others)
    if mine in OPEN and others in OPEN:
        check_merge(*about)
    else:
        with pytest.raises((Conflict, Invalid)):
            check_merge(*about)


@pytest.mark.parametrize(
    ("mine", "other", "why"),
    [
        ({}, {"id": TicketId(1)}, "into itself"),
        ({}, {"tenant": TenantId(2)}, "of this customer"),
        ({"type": ServiceType.CHANGE}, {}, "its own ticket"),
        ({}, {"state": _S.MERGED, "merged_into": TicketId(1)}, "goes on in another"),
        ({}, {"state": _S.CLOSED}, "not open any more"),
    ],
)
def test_what_can_not_be_merged_says_why(
    mine: dict[str, Any], other: dict[str, Any], why: str
) -> None:
    with pytest.raises((Conflict, Invalid), match=why):
        check_merge(replace(ticket(1), **mine), replace(ticket(2), **other))


def test_a_part_needs_words_and_a_ticket_that_lives() -> None:
    check_split(ticket(1), SplitDraft(title="x", entry=3))
    with pytest.raises(Invalid):
        check_split(ticket(1), SplitDraft(title="x"))
    for state in (_S.CANCELLED, _S.MERGED):
        with pytest.raises(Conflict):
            check_split(ticket(1, state=state), SplitDraft(title="x", entry=3))
    with pytest.raises(Invalid):
        check_merge_note("x" * 1001)


def log(*kinds: tuple[EntryKind, timedelta]) -> list[Entry]:
    return [
        Entry(
            id=number,
            at=NOW + after,
            by="olga",
            side=ContractSide.PROVIDER,
            kind=kind,
            text="so",
            minutes=0,
            reason=None,
            priority=None,
            assignee_name="",
        )
        for number, (kind, after) in enumerate(((_K.OPENED, timedelta()), *kinds))
    ]


def clocks(*kinds: tuple[EntryKind, timedelta], at: timedelta) -> dict[Metric, ClockView]:
    about = (ServiceType.REMOTE, Priority.P1)
    return read_clocks(log(*kinds), about, terms(NOW), CHINA, now=NOW + at)


def test_clocks_stand_still_while_a_ticket_goes_on_in_another() -> None:
    merged = clocks((_K.MERGED, 5 * MINUTE), at=9 * HOUR)
    for view in merged.values():
        assert (view.state, view.elapsed, view.is_overdue) == (
            ClockState.PAUSED,
            5 * MINUTE,
            False,
        )
        assert view.due_at is None
    back = clocks((_K.MERGED, 5 * MINUTE), (_K.PARTED, 9 * HOUR), at=9 * HOUR + 3 * MINUTE)
    for view in back.values():
        assert (view.state, view.elapsed) == (ClockState.RUNNING, 8 * MINUTE)
    assert back[Metric.RESPONSE].due_at == NOW + 9 * HOUR + 10 * MINUTE


def test_what_was_missed_before_a_merge_stays_missed() -> None:
    late = clocks((_K.MERGED, 20 * MINUTE), at=HOUR)[Metric.RESPONSE]
    assert (late.is_overdue, late.elapsed) == (True, 20 * MINUTE)


def test_merging_leads_back_to_work_only_from_merging() -> None:
    for state in TicketState:
        merged = state_after(state, _K.MERGED)
        assert merged is (_S.MERGED if state in OPEN else state)
        parted = state_after(state, _K.PARTED)
        assert parted is (_S.WORKING if state is _S.MERGED else state)
        for kind in (_K.TOOK_IN, _K.LET_GO, _K.SPLIT):
            assert state_after(state, kind) is state


def test_an_outage_is_told_by_one_ticket_at_a_time() -> None:
    row = {
        "id": 1,
        "title": "all dark",
        "type": "remote",
        "first_priority": "p1",
        "reported_at": NOW,
        "due_at": None,
        "details": {},
        "alarm": None,
    }
    within = Span(NOW - HOUR, NOW + 24 * HOUR)
    line = ticket_line(row, log((_K.MERGED, 5 * MINUTE)), within)
    (outage,) = find_outages([line], within)
    assert (outage.from_at, outage.to_at) == (NOW, NOW + 5 * MINUTE)
    assert not line.is_open
