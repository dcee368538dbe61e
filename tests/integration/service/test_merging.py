"""Tickets over PostgreSQL become one, two again, and a part of one becomes another."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TicketId, UserId
from yunwei.operate.service.actions import merging, tickets, visits
from yunwei.operate.service.facts.clocks import Metric, Priority
from yunwei.operate.service.facts.contracts import ContractSide, ServiceType
from yunwei.operate.service.facts.tickets import (
    EntryDraft,
    EntryKind,
    SplitDraft,
    TicketDraft,
    TicketState,
    WholeTicket,
)
from yunwei.operate.service.facts.visits import VisitDraft
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
    draft = {"type": ServiceType.REMOTE, "priority": Priority.P1, "title": "black screen"}
    asked = TicketDraft(contract=contract, **{**draft, **changes})
    return tickets.open_ticket(standing[by], asked, now=NOW)


def look(standing: Standing, ticket: TicketId, at: datetime, by: str = "olga") -> WholeTicket:
    return queries.access_ticket(standing[by], ticket, now=at)


def write(
    standing: Standing, ticket: TicketId, by: str, kind: EntryKind, text: str, at: datetime
) -> None:
    tickets.write_entry(standing[by], ticket, EntryDraft(kind=kind, text=text), now=at)


def test_a_duplicate_goes_on_in_another_and_by_itself_again(
    standing: Standing, contract: ContractId
) -> None:
    first, second, third = (ask(standing, contract, title=f"dark {n}") for n in range(3))
    write(standing, second, "olga", _K.NOTED, "as the first", NOW + MINUTE)
    write(standing, second, "kai", _K.REPLIED, "room 7 as well", NOW + 2 * MINUTE)
    olga = standing["olga"]
    merging.merge_ticket(olga, second, first, note="the same", now=NOW + 5 * MINUTE)
    gone = look(standing, second, NOW + HOUR)
    assert (gone.ticket.state, gone.ticket.merged_into) == (TicketState.MERGED, first)
    assert gone.ticket.due_at is None
    assert gone.entries[-1].text == f"T-{first:06d} dark 0\nthe same"
    assert look(standing, first, NOW + HOUR).entries[-1].kind is _K.TOOK_IN
    # the one that goes on is read with all of the other's log, by each side its part
    (read,) = queries.fetch_merged(olga, first)
    assert [each.kind for each in read.entries] == [_K.OPENED, _K.NOTED, _K.REPLIED, _K.MERGED]
    (theirs,) = queries.fetch_merged(standing["kai"], first)
    assert _K.NOTED not in [each.kind for each in theirs.entries]
    # the log of what went on elsewhere takes no more answers
    with pytest.raises(Conflict):
        write(standing, second, "kai", _K.REPLIED, "hello", NOW + HOUR)
    # what took in another may go on elsewhere with it
    merging.merge_ticket(olga, first, third, now=NOW + HOUR)
    assert {each.ticket.id for each in queries.fetch_merged(olga, third)} == {first, second}
    merging.part_ticket(olga, first, now=NOW + 2 * HOUR)
    merging.part_ticket(olga, second, note="it was another fault", now=NOW + 9 * HOUR)
    back = look(standing, second, NOW + 9 * HOUR)
    assert (back.ticket.state, back.ticket.merged_into) == (TicketState.WORKING, None)
    assert back.clocks[Metric.RESOLUTION].elapsed == 5 * MINUTE
    assert back.ticket.due_at == NOW + 9 * HOUR + 10 * MINUTE
    assert queries.fetch_merged(olga, first) == ()
    with pytest.raises(Conflict):
        merging.part_ticket(olga, second, now=NOW + 9 * HOUR)


def test_what_is_no_duplicate_is_refused(standing: Standing, contract: ContractId) -> None:
    first, second = ask(standing, contract), ask(standing, contract)
    elsewhere = agreed_contract(standing["root"], standing.b.id, now=NOW, number="C-B")
    others = ask(standing, elsewhere, by="root")
    for viewer, into, why in (
        ("root", others, "of this customer"),
        ("olga", TicketId(10**9), "of this customer"),
        ("olga", first, "into itself"),
    ):
        with pytest.raises(Invalid, match=why):
            merging.merge_ticket(standing[viewer], first, into, now=NOW)
    for who in ("kai", "chen", "audrey", "una"):
        with pytest.raises(Refused):
            merging.merge_ticket(standing[who], first, second, now=NOW)
        with pytest.raises(Refused):
            merging.split_ticket(standing[who], first, SplitDraft(title="x"), now=NOW)
    merging.merge_ticket(standing["olga"], first, second, now=NOW)
    with pytest.raises(Invalid, match="itself"):  # no circle
        merging.merge_ticket(standing["olga"], second, first, now=NOW)
    with pytest.raises(Refused):
        merging.part_ticket(standing["kai"], first, now=NOW)


def test_a_ticket_whose_visit_is_planned_does_not_go_away(
    standing: Standing, contract: ContractId
) -> None:
    place = {"type": ServiceType.ON_SITE, "details": {"place": "room 7"}}
    first, second = ask(standing, contract, **place), ask(standing, contract)
    engineer = standing["olga"].user_id or UserId(0)
    draft = VisitDraft(starts_at=NOW, ends_at=NOW + HOUR, engineer=engineer, address="room 7")
    visit = visits.plan_visit(standing["olga"], first, draft, now=NOW)
    with pytest.raises(Conflict, match="goes on"):
        merging.merge_ticket(standing["olga"], first, second, now=NOW)
    visits.cancel_visit(standing["olga"], visit, note="a duplicate", now=NOW)
    merging.merge_ticket(standing["olga"], first, second, now=NOW)
    # what went on elsewhere takes nothing of what the contract gives
    (left,) = queries.fetch_merged(standing["mia"], second)
    assert left.ticket.id == first


def test_a_part_becomes_a_ticket_that_counts_from_when_it_was_said(
    standing: Standing, contract: ContractId
) -> None:
    first = ask(standing, contract)
    write(standing, first, "kai", _K.REPLIED, "and my printer is gone", NOW + 10 * MINUTE)
    entry = look(standing, first, NOW + HOUR).entries[-1].id
    draft = SplitDraft(title="printer", entry=entry, priority=Priority.P3)
    made = merging.split_ticket(standing["olga"], first, draft, now=NOW + HOUR)
    part = look(standing, made, NOW + HOUR)
    assert (part.ticket.split_from, part.ticket.description) == (first, "and my printer is gone")
    assert (part.ticket.opened_by, part.ticket.opened_side) == ("kai", ContractSide.CUSTOMER)
    assert part.ticket.reported_at == NOW + 10 * MINUTE
    assert part.clocks[Metric.RESOLUTION].started_at == NOW + 10 * MINUTE
    assert look(standing, first, NOW + HOUR).entries[-1].text == f"T-{made:06d} printer"
    with pytest.raises(Invalid, match="no such line"):
        merging.split_ticket(standing["olga"], made, draft, now=NOW + HOUR)
    mine = merging.split_ticket(
        standing["olga"], first, SplitDraft(title="mouse", description="broken"), now=NOW + HOUR
    )
    assert look(standing, mine, NOW + HOUR).ticket.reported_at == NOW + HOUR
