"""What the demo shows of the managed service, on whatever day it is begun."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.people import make_people
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.infra.clock import FakeClock
from yunwei.operate.service.facts.acceptances import AcceptanceState
from yunwei.operate.service.facts.cases import CaseStep
from yunwei.operate.service.facts.contracts import ContractState
from yunwei.operate.service.facts.emergencies import EmergencyState
from yunwei.operate.service.facts.improvements import ImprovementState
from yunwei.operate.service.queries import (
    acceptances,
    cases,
    contracts,
    emergencies,
    improvements,
    surveys,
    tickets,
)
from yunwei.run.demo_service import add_demo_contract

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "now",
    [datetime(2026, 5, 30, 23, 30, tzinfo=UTC), datetime(2026, 3, 2, 4, tzinfo=UTC)],
    ids=["a Sunday morning in Shanghai", "a Monday"],
)
def test_one_service_is_accepted_and_one_is_being_delivered(now: datetime) -> None:
    calendar_actions.bootstrap()
    people = make_people()
    manager, contact = people["root"], people["kai"]
    clock = FakeClock(now)
    add_demo_contract(manager, contact, people.a.id, clock)
    add_demo_contract(manager, contact, people.a.id, clock)
    found = {case.step: case for case in cases.fetch_cases(contact).items}
    assert set(found) == {CaseStep.DONE, CaseStep.DELIVERY}
    running = cases.access_case(contact, found[CaseStep.DELIVERY].id, now=now)
    assert (running.agreed_plan is not None, running.state) == (True, ContractState.IN_FORCE)
    assert running.facts.open_tickets == 2
    (signed,) = acceptances.fetch_acceptances(contact, found[CaseStep.DONE].id, now=now)
    assert signed.state is AcceptanceState.SIGNED
    findings = acceptances.verify(contact, signed.id, now=now)
    assert [each for each in findings if not each.is_intact] == []
    states = {state for _head, state in contracts.fetch_contracts(contact, now=now).items}
    assert states == {ContractState.IN_FORCE, ContractState.ACCEPTED}
    said = surveys.sum_up(contact, since=now - timedelta(days=365))
    assert (said.asked, said.answered) == (7, 6)
    entries = {each.state for each in improvements.fetch_improvements(contact).items}
    assert entries == {ImprovementState.OPEN, ImprovementState.DONE}
    assert tickets.fetch_tickets(contact).total == 6
    (emergency,) = emergencies.fetch_emergencies(contact).items
    assert (emergency.state, emergency.postmortem is not None) == (EmergencyState.RELEASED, True)
