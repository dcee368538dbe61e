"""A visit is planned within what the contract gives, begun, done and signed; its ticket says so."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import MINUTES, agreed_contract
from tests.support.uploads import png
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId, TicketId, UserId
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.actions import tickets as ticket_actions
from yunwei.operate.service.actions import visits
from yunwei.operate.service.facts.clocks import ClockState, Metric, Priority
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType
from yunwei.operate.service.facts.tickets import EntryKind, TicketDraft, TicketState, WholeTicket
from yunwei.operate.service.facts.visits import (
    Position,
    SignDraft,
    SignMethod,
    VisitDraft,
    VisitState,
    WholeVisit,
    Work,
)
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries.visits import access_visit, fetch_file, fetch_visits
from yunwei.operate.service.rules.uploads import Upload

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STROKES = "10,10 200,150 400,20;100,300 600,320"


@dataclass
class Desk:
    people: Standing
    contract: ContractId
    now: datetime

    @property
    def olga(self) -> Viewer:
        return self.people["olga"]

    def open(self, title: str = "no picture") -> TicketId:
        draft = TicketDraft(
            contract=self.contract,
            type=ServiceType.ON_SITE,
            priority=Priority.P1,
            title=title,
            details={"place": "Building 3"},
        )
        return ticket_actions.open_ticket(self.olga, draft, now=self.now)

    def draft(self, **changes: object) -> VisitDraft:
        engineer = self.olga.user_id or UserId(0)
        usual = VisitDraft(
            starts_at=self.now + HOUR,
            ends_at=self.now + 2 * HOUR,
            engineer=engineer,
            address="Building 3, floor 2",
            bring="A spare monitor",
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def plan(self, ticket: TicketId | None = None, **changes: object) -> int:
        about = ticket or self.open()
        return visits.plan_visit(self.olga, about, self.draft(**changes), now=self.now)

    def whole(self, visit: int) -> WholeVisit:
        return access_visit(self.olga, visit)

    def ticket(self, visit: int) -> WholeTicket:
        return tickets.access_ticket(self.olga, self.whole(visit).visit.ticket, now=self.now)

    def done(self, *, is_solved: bool = True) -> int:
        visit = self.plan()
        visits.arrive(self.olga, visit, now=self.now)
        work = Work(result="a cable was loose", minutes=40, is_solved=is_solved)
        visits.finish_visit(self.olga, visit, work, now=self.now)
        return visit


@pytest.fixture
def desk() -> Desk:
    people = make_people()
    # noon in Shanghai: no visit of an hour touches two days
    now = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
    services = (ServiceItem(type=ServiceType.ON_SITE, quota=3),)
    contract = agreed_contract(people["mia"], people.a.id, now=now, services=services)
    return Desk(people=people, contract=contract, now=now)


def test_a_visit_is_planned_begun_done_and_signed_and_its_ticket_says_so(desk: Desk) -> None:
    visit = desk.plan()
    assert (desk.whole(visit).quota, desk.whole(visit).used) == (3, 1)
    here = Position(latitude=31.23, longitude=121.47, accuracy_m=15)
    visits.arrive(desk.olga, visit, position=here, now=desk.now)
    assert desk.whole(visit).visit.position == here
    clocks = desk.ticket(visit).clocks
    assert clocks[Metric.ARRIVAL].state is ClockState.MET
    file = visits.add_file(desk.olga, visit, MINUTES, now=desk.now)
    assert fetch_file(desk.olga, visit, file).data == MINUTES.data
    work = Work(result="a cable was loose", minutes=40, is_solved=True)
    visits.finish_visit(desk.olga, visit, work, now=desk.now)
    whole = desk.ticket(visit)
    assert (whole.ticket.state, whole.ticket.minutes) == (TicketState.RESOLVED, 40)
    said = [each.kind for each in whole.entries]
    assert said == [EntryKind.OPENED, EntryKind.ARRIVED, EntryKind.RESOLVED]
    signing = SignDraft(name="李雷", role="IT", strokes=STROKES)
    visits.sign_visit(desk.olga, visit, signing, now=desk.now)
    signed = desk.whole(visit)
    assert signed.visit.state is VisitState.SIGNED
    assert signed.signature is not None
    assert (signed.signature.name, signed.signature.by) == ("李雷", "olga")
    assert signed.signature.method is SignMethod.SCREEN
    assert signed.image.startswith(b"<svg")
    assert signed.is_intact
    with pytest.raises(Conflict):
        visits.sign_visit(desk.olga, visit, signing, now=desk.now)
    with pytest.raises(Conflict):
        visits.finish_visit(desk.olga, visit, work, now=desk.now)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE service_visit SET result = 'all was well'",
        "UPDATE service_visitsignature SET name = 'Han Mei'",
        "UPDATE service_visitsignature SET image = 'x'",
        "UPDATE service_visit SET arrived_at = arrived_at - interval '1 hour'",
    ],
)
def test_what_is_changed_after_signing_is_seen(desk: Desk, change: str) -> None:
    visit = desk.done()
    visits.sign_visit(desk.olga, visit, SignDraft(name="Li", strokes=STROKES), now=desk.now)
    assert desk.whole(visit).is_intact is True
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(change.encode())
    assert desk.whole(visit).is_intact is False


def test_the_customer_signs_in_their_own_session_or_on_paper(desk: Desk) -> None:
    visit, scan = desk.done(), Upload(name="s.png", content_type="image/png", data=png())
    with pytest.raises(Invalid) as told:
        visits.sign_visit(desk.people["kai"], visit, SignDraft(name="Kai"), now=desk.now)
    assert told.value.field == "strokes"
    visits.sign_visit(desk.people["kai"], visit, SignDraft(name="Kai"), scan=scan, now=desk.now)
    signature = desk.whole(visit).signature
    assert signature is not None
    assert (signature.by, signature.method) == ("kai", SignMethod.PAPER)
    other = desk.done(is_solved=False)
    signing = SignDraft(name="x", strokes=STROKES)
    for stranger in ("chen", "audrey", "una"):
        with pytest.raises(Refused):
            visits.sign_visit(desk.people[stranger], other, signing, now=desk.now)
    with pytest.raises(Refused):
        visits.arrive(desk.people["kai"], desk.plan(), now=desk.now)


def test_the_contract_s_days_on_site_are_those_of_its_visits(desk: Desk) -> None:
    first = desk.open()
    visit = desk.plan(first, ends_at=desk.now + HOUR + DAY)
    assert (desk.whole(visit).visit.days, desk.whole(visit).used) == (2, 2)
    # a ticket without a visit is a day that is still owed
    second = desk.open("no sound")
    assert desk.whole(visit).used == 3
    with pytest.raises(Invalid, match="all that the contract gives"):
        desk.open("no keys")
    third = desk.plan(second)
    assert desk.whole(third).used == 3
    with pytest.raises(Invalid, match="no more days on site") as told:
        visits.plan_visit(desk.olga, second, desk.draft(), now=desk.now)
    assert told.value.field == "starts_at"
    assert fetch_visits(desk.olga).total == 2
    visits.cancel_visit(desk.olga, visit, note="they are away", now=desk.now)
    assert desk.whole(third).used == 2
    longer = desk.draft(ends_at=desk.now + HOUR + 2 * DAY)
    with pytest.raises(Invalid, match="no more days on site"):
        visits.change_visit(desk.olga, third, longer, version=1, now=desk.now)
    visits.change_visit(desk.olga, third, desk.draft(bring="Nothing"), version=1, now=desk.now)
    with pytest.raises(Conflict, match="meantime"):
        visits.change_visit(desk.olga, third, desk.draft(), version=1, now=desk.now)
    assert desk.whole(third).visit.bring == "Nothing"


def test_a_result_may_be_written_again_until_it_is_signed(desk: Desk) -> None:
    visit = desk.done(is_solved=False)
    again = Work(result="and a fuse", minutes=55)
    visits.finish_visit(desk.olga, visit, again, now=desk.now)
    whole = desk.ticket(visit)
    assert (whole.ticket.state, whole.ticket.minutes) == (TicketState.WORKING, 55)
    assert desk.whole(visit).visit.result == "and a fuse"
