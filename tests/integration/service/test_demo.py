"""What the demo shows of the managed service, on whatever day it is begun."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from tests.support.people import make_people
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.assurance.queries import plans
from yunwei.operate.changes.queries import changes
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
    visits,
)
from yunwei.run.demo_service import add_demo_contract
from yunwei.run.demo_work import add_demo_work
from yunwei.run.gate import hold_acts_to_contracts

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


@pytest.fixture
def _gate() -> Iterator[None]:
    hold_acts_to_contracts()
    yield
    use_gate(None)


@pytest.mark.usefixtures("_gate")
def test_the_work_of_these_days_is_there_once_and_within_what_is_authorised() -> None:
    calendar_actions.bootstrap()
    people, clock = make_people(), FakeClock(datetime(2026, 5, 30, 23, 30, tzinfo=UTC))
    box = SecretBox((Fernet.generate_key().decode(),))
    root, tenant = people["root"], people.a.id
    add_demo_contract(root, people["kai"], tenant, clock)
    for _again in range(2):
        add_demo_work(root, tenant, box, clock)
    states = sorted(each.state.value for each in visits.fetch_visits(root).items)
    assert states == ["planned", "signed"]
    (change,) = changes.fetch_changes(root).items
    assert (change.state.value, change.steps_over, change.steps) == ("working", 1, 3)
    (plan,) = plans.fetch_plans(root).items
    assert plan.state.value == "drafted"
