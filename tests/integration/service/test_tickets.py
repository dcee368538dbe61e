"""Tickets over PostgreSQL: both sides write, clocks follow from the log, quotas hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TicketId, UserId
from yunwei.operate.service.actions import tickets as actions
from yunwei.operate.service.facts.clocks import ClockState, Metric, Priority
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType
from yunwei.operate.service.facts.tickets import (
    EntryDraft,
    EntryKind,
    TicketDraft,
    TicketState,
    WaitReason,
    WholeTicket,
)
from yunwei.operate.service.queries import tickets as queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)  # a Wednesday, noon in Shanghai
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_K = EntryKind


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


@pytest.fixture
def contract(standing: Standing) -> ContractId:
    return agreed_contract(standing["mia"], standing.a.id, now=NOW)


def ask(standing: Standing, contract: ContractId, by: str = "kai", **changes: Any) -> TicketId:
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P1, title="black screen"
    )
    return actions.open_ticket(standing[by], replace(draft, **changes), now=NOW)


def write(
    standing: Standing, ticket: TicketId, by: str, kind: EntryKind, at: datetime, **more: Any
) -> None:
    draft = replace(EntryDraft(kind=kind, text="so it is"), **more)
    actions.write_entry(standing[by], ticket, draft, now=at)


def look(standing: Standing, ticket: TicketId, at: datetime, by: str = "olga") -> WholeTicket:
    return queries.access_ticket(standing[by], ticket, now=at)


def test_a_ticket_goes_from_its_opening_to_its_confirmation(
    standing: Standing, contract: ContractId
) -> None:
    made = ask(standing, contract)
    assert look(standing, made, NOW).ticket.due_at == NOW + 15 * MINUTE
    olga = standing["olga"].user_id or UserId(0)
    write(standing, made, "mia", _K.ASSIGNED, NOW + MINUTE, assignee=olga)
    write(standing, made, "olga", _K.REPLIED, NOW + 9 * MINUTE, minutes=5)
    answered = look(standing, made, NOW + HOUR)
    response = answered.clocks[Metric.RESPONSE]
    assert (response.state, response.elapsed) == (ClockState.MET, 9 * MINUTE)
    assert (answered.ticket.assignee_name, answered.ticket.minutes) == ("Olga", 5)
    wait = {"reason": WaitReason.CUSTOMER}
    write(standing, made, "olga", _K.WAITED, NOW + HOUR, **wait)
    assert look(standing, made, NOW + 2 * HOUR).ticket.due_at is None
    # an answer of the customer ends waiting for the customer
    write(standing, made, "kai", _K.REPLIED, NOW + 3 * HOUR)
    again = look(standing, made, NOW + 3 * HOUR)
    assert again.ticket.state is TicketState.WORKING
    assert again.ticket.due_at == NOW + 6 * HOUR  # one of four hours was used
    write(standing, made, "olga", _K.RESOLVED, NOW + 4 * HOUR)
    write(standing, made, "kai", _K.CLOSED, NOW + 5 * HOUR)
    over = look(standing, made, NOW + 9 * HOUR)
    solved = over.clocks[Metric.RESOLUTION]
    assert (solved.state, solved.elapsed) == (ClockState.MET, 2 * HOUR)
    assert over.ticket.state is TicketState.CLOSED
    with pytest.raises(Conflict):
        write(standing, made, "kai", _K.REOPENED, NOW + 9 * HOUR)


def test_what_was_not_solved_is_reopened_and_its_clock_goes_on(
    standing: Standing, contract: ContractId
) -> None:
    made = ask(standing, contract)
    write(standing, made, "olga", _K.RESOLVED, NOW + 3 * HOUR)
    write(standing, made, "kai", _K.REOPENED, NOW + 20 * HOUR)
    view = look(standing, made, NOW + 22 * HOUR).clocks[Metric.RESOLUTION]
    assert (view.elapsed, view.is_overdue) == (5 * HOUR, True)


def test_another_priority_counts_from_the_start(standing: Standing, contract: ContractId) -> None:
    made = ask(standing, contract, priority=Priority.P2)
    p1 = {"priority": Priority.P1}
    write(standing, made, "olga", _K.PRIORITISED, NOW + 2 * HOUR, **p1)
    view = look(standing, made, NOW + 3 * HOUR).clocks[Metric.RESOLUTION]
    assert (view.goal.time, view.elapsed) == (4 * HOUR, 3 * HOUR)


def test_what_one_side_notes_for_itself_the_other_does_not_read(
    standing: Standing, contract: ContractId
) -> None:
    made = ask(standing, contract)
    write(standing, made, "olga", _K.NOTED, NOW + MINUTE, text="their own fault")
    kinds = [each.kind for each in look(standing, made, NOW + MINUTE, by="kai").entries]
    assert kinds == [_K.OPENED]
    assert len(look(standing, made, NOW + MINUTE).entries) == 2
    for kind in (_K.NOTED, _K.RESOLVED, _K.STARTED):
        with pytest.raises(Refused):
            write(standing, made, "kai", kind, NOW + MINUTE)
    for who in ("chen", "audrey", "una"):
        with pytest.raises(Refused):
            write(standing, made, who, _K.REPLIED, NOW + MINUTE)


def test_a_contract_gives_what_it_gives_in_a_year(standing: Standing) -> None:
    services = (
        ServiceItem(type=ServiceType.ON_SITE, quota=1),
        ServiceItem(type=ServiceType.REMOTE),
    )
    contract = agreed_contract(standing["mia"], standing.a.id, now=NOW, services=services)
    visit = {"type": ServiceType.ON_SITE, "details": {"place": "room 7"}}
    with pytest.raises(Invalid) as refused:
        ask(standing, contract, type=ServiceType.ON_SITE)
    assert refused.value.field == "place"
    first = ask(standing, contract, **visit)
    with pytest.raises(Invalid, match="in a year are used"):
        ask(standing, contract, **visit)
    write(standing, first, "kai", _K.CANCELLED, NOW + MINUTE)
    ask(standing, contract, **visit)
    with pytest.raises(Invalid, match="no such service"):
        ask(standing, contract, type=ServiceType.CHANGE)


def test_tickets_are_opened_by_contracts_in_force_and_from_when_it_was_said(
    standing: Standing, contract: ContractId
) -> None:
    over = agreed_contract(
        standing["mia"],
        standing.a.id,
        now=NOW,
        number="old",
        starts_on=(NOW - 90 * 24 * HOUR).date(),
        ends_on=(NOW - 24 * HOUR).date(),
    )
    with pytest.raises(Conflict, match="not in force"):
        ask(standing, over)
    with pytest.raises(Refused):
        ask(standing, contract, by="chen")
    said = ask(standing, contract, by="olga", reported_at=NOW - HOUR)
    assert look(standing, said, NOW).clocks[Metric.RESPONSE].is_overdue
    # the customer says when by saying it
    own = ask(standing, contract, reported_at=NOW - HOUR)
    assert not look(standing, own, NOW).clocks[Metric.RESPONSE].is_overdue
    late = queries.fetch_tickets(standing["olga"], {"overdue_at": NOW}).items
    assert [each.id for each in late] == [said]
