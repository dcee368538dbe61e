"""Cases over PostgreSQL: six steps, whose turn it is, plans under a hash, documents."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract, authorised, made_plan
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import CaseId, ContractId
from yunwei.operate.service.actions import cases as actions
from yunwei.operate.service.actions import people, plans, tickets
from yunwei.operate.service.facts.cases import CaseDraft, CaseStep, DocumentKind, Lack
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ContractSide, PersonDraft, ServiceType
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.queries import cases as queries
from yunwei.operate.service.rules.uploads import Upload

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PDF = Upload(name="minutes.pdf", content_type="application/pdf", data=b"%PDF-1.7 %%EOF")


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


@pytest.fixture
def case(standing: Standing) -> CaseId:
    draft = CaseDraft(title="New desktops", need="")
    return actions.open_case(standing["kai"], standing.a.id, draft, now=NOW)


def look(standing: Standing, case: CaseId, by: str = "mia") -> queries.WholeCase:
    return queries.access_case(standing[by], case, now=NOW)


def lacks(standing: Standing, case: CaseId) -> set[str]:
    return {f"{each.lack}:{each.what}".rstrip(":") for each in look(standing, case).missing}


def finish(standing: Standing, case: CaseId, by: str, *keys: str) -> None:
    for key in keys:
        actions.finish_task(standing[by], case, key, on=None, note="", now=NOW)


def advance(standing: Standing, case: CaseId) -> CaseStep:
    return actions.advance_case(standing["mia"], case, now=NOW)


def say_need(standing: Standing, case: CaseId, contract: ContractId | None = None) -> None:
    draft = CaseDraft(title="New desktops", need="100 desktops", contract=contract)
    actions.change_case(standing["mia"], case, draft, now=NOW)


def to_order(standing: Standing, case: CaseId) -> None:
    say_need(standing, case)
    actions.add_document(standing["olga"], case, PDF, DocumentKind.MINUTES, now=NOW)
    finish(standing, case, "kai", "define_needs")
    finish(standing, case, "olga", "gather_information", "analyse_needs")
    assert advance(standing, case) is CaseStep.ORDER


def to_plan(standing: Standing, case: CaseId) -> ContractId:
    to_order(standing, case)
    contract = agreed_contract(standing["mia"], standing.a.id, now=NOW)
    say_need(standing, case, contract)
    for side in ContractSide:
        draft = PersonDraft(side=side, name=side.value, phone="1")
        people.add_person(standing["mia"], contract, draft, now=NOW)
    finish(standing, case, "olga", "form_team")
    assert advance(standing, case) is CaseStep.PLAN
    return contract


def to_request(standing: Standing, case: CaseId) -> ContractId:
    contract = to_plan(standing, case)
    plans.write_plan(standing["mia"], case, made_plan(NOW.date()), now=NOW)
    plans.offer_plan(standing["mia"], case, now=NOW)
    plans.confirm_plan(standing["kai"], case, now=NOW)
    finish(standing, case, "olga", "plan_project", "plan_acceptance")
    assert advance(standing, case) is CaseStep.REQUEST
    return contract


def test_the_enquiry_waits_for_what_is_needed_minutes_and_its_tasks(
    standing: Standing, case: CaseId
) -> None:
    assert lacks(standing, case) == {
        "need",
        "document:minutes",
        "task:define_needs",
        "task:gather_information",
        "task:analyse_needs",
    }
    with pytest.raises(Conflict, match="something is still missing"):
        advance(standing, case)
    to_order(standing, case)
    moved = look(standing, case)
    assert [(m.from_step, m.to_step, m.by) for m in moved.moves] == [
        (CaseStep.ENQUIRY, CaseStep.ORDER, "mia")
    ]


def test_the_order_waits_for_a_contract_of_both_sides_and_their_persons(
    standing: Standing, case: CaseId
) -> None:
    to_order(standing, case)
    assert lacks(standing, case) == {"contract", "task:form_team"}
    contract = agreed_contract(standing["mia"], standing.a.id, now=NOW)
    say_need(standing, case, contract)
    assert lacks(standing, case) == {"provider_person", "customer_person", "task:form_team"}
    other = agreed_contract(standing["root"], standing.b.id, now=NOW)
    with pytest.raises(Invalid, match="no such contract"):
        say_need(standing, case, other)


def test_a_contract_has_one_case(standing: Standing, case: CaseId) -> None:
    contract = to_plan(standing, case)
    draft = CaseDraft(title="Another", need="", contract=contract)
    with pytest.raises(Invalid, match="has a case already"):
        actions.open_case(standing["mia"], standing.a.id, draft, now=NOW)


def test_only_the_customer_confirms_the_plan_and_just_what_they_read(
    standing: Standing, case: CaseId
) -> None:
    to_plan(standing, case)
    assert "plan" in lacks(standing, case)
    plans.write_plan(standing["mia"], case, made_plan(NOW.date()), now=NOW)
    assert look(standing, case, "kai").plans == ()
    plans.offer_plan(standing["mia"], case, now=NOW)
    assert "confirmation" in lacks(standing, case)
    with pytest.raises(Refused):
        plans.confirm_plan(standing["mia"], case, now=NOW)
    with pytest.raises(Conflict, match="meantime"):
        plans.confirm_plan(standing["kai"], case, now=NOW, sha256="0" * 64)
    plans.return_plan(standing["kai"], case, now=NOW, note="too late")
    assert "plan" in lacks(standing, case)
    sooner = made_plan(NOW.date(), days=10)
    assert plans.write_plan(standing["mia"], case, sooner, now=NOW) == 2
    plans.offer_plan(standing["mia"], case, now=NOW)
    plans.confirm_plan(standing["kai"], case, now=NOW)
    whole = look(standing, case)
    assert whole.agreed_plan
    assert whole.agreed_plan.number == 2
    assert {each.planned_on for each in whole.tasks} == {sooner.ends_on}


def test_work_begins_with_a_request_inside_what_is_authorised(
    standing: Standing, case: CaseId
) -> None:
    contract = to_request(standing, case)
    assert lacks(standing, case) == {"ticket", "authorisation", "task:design", "task:prepare"}
    authorised(standing["mia"], contract, now=NOW)
    ticket = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P3, title="Set them up"
    )
    made = tickets.open_ticket(standing["kai"], ticket, now=NOW)
    finish(standing, case, "olga", "design", "prepare")
    assert advance(standing, case) is CaseStep.DELIVERY
    assert look(standing, case).work["open_tickets"] == 1
    assert Lack.OPEN_TICKETS in {each.lack for each in look(standing, case).missing}
    solved = EntryDraft(kind=EntryKind.RESOLVED, text="done")
    tickets.write_entry(standing["olga"], made, solved, now=NOW + DAY)
    assert lacks(standing, case) == {"document:record", "task:deliver", "task:monitor"}


def test_a_step_back_has_a_reason_and_its_tasks_are_to_be_done_again(
    standing: Standing, case: CaseId
) -> None:
    to_request(standing, case)
    with pytest.raises(Invalid):
        actions.go_back(standing["mia"], case, CaseStep.ORDER, note=" ", now=NOW)
    with pytest.raises(Conflict, match="no step back"):
        actions.go_back(standing["mia"], case, CaseStep.DELIVERY, note="on", now=NOW)
    actions.go_back(standing["mia"], case, CaseStep.ORDER, note="another contract", now=NOW)
    whole = look(standing, case)
    assert whole.case.step is CaseStep.ORDER
    assert whole.moves[-1].note == "another contract"
    assert {each.row.key for each in whole.tasks if each.done} == {
        "define_needs",
        "gather_information",
        "analyse_needs",
    }


def test_who_leads_a_task_says_that_it_is_done(standing: Standing, case: CaseId) -> None:
    with pytest.raises(Refused):
        finish(standing, case, "kai", "gather_information")
    with pytest.raises(Invalid, match="other side leads"):
        finish(standing, case, "olga", "define_needs")
    with pytest.raises(Conflict, match="its step has not begun"):
        finish(standing, case, "olga", "deliver")
    with pytest.raises(Refused):
        finish(standing, case, "olga", "paint_the_wall")


def test_a_late_task_needs_a_reason(standing: Standing, case: CaseId) -> None:
    contract = to_plan(standing, case)
    assert contract
    early = made_plan(NOW.date() - 2 * DAY, days=1)
    plans.write_plan(standing["mia"], case, early, now=NOW)
    plans.offer_plan(standing["mia"], case, now=NOW)
    plans.confirm_plan(standing["kai"], case, now=NOW)
    with pytest.raises(Invalid, match="later than planned"):
        finish(standing, case, "olga", "plan_project")
    assert next(t for t in look(standing, case).tasks if t.row.key == "plan_project").is_late
    actions.finish_task(standing["olga"], case, "plan_project", on=None, note="illness", now=NOW)


def test_another_customers_case_is_not_there(standing: Standing, case: CaseId) -> None:
    for act in (
        lambda: look(standing, case, "chen"),
        lambda: finish(standing, case, "chen", "gather_information"),
        lambda: actions.add_document(standing["chen"], case, PDF, DocumentKind.OTHER, now=NOW),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Refused):
        actions.advance_case(standing["kai"], case, now=NOW)
    with pytest.raises(Refused):
        plans.write_plan(standing["olga"], case, made_plan(NOW.date()), now=NOW)


def test_a_case_is_cancelled_before_work_begins_only(standing: Standing, case: CaseId) -> None:
    actions.cancel_case(standing["mia"], case, note="no money", now=NOW)
    assert look(standing, case).case.step is CaseStep.CANCELLED
    with pytest.raises(Conflict, match="has ended"):
        actions.cancel_case(standing["mia"], case, note="again", now=NOW)
    with pytest.raises(Conflict, match="has ended"):
        actions.add_document(standing["mia"], case, PDF, DocumentKind.OTHER, now=NOW)


def test_a_plan_that_can_not_be_is_refused_at_its_field(standing: Standing, case: CaseId) -> None:
    plan = made_plan(NOW.date())
    for wrong, field in (
        (replace(plan, goal=" "), "goal"),
        (replace(plan, ends_on=plan.starts_on - DAY), "ends_on"),
        (made_plan(NOW.date(), timely_ratio=1.5), "timely_ratio"),
        (made_plan(NOW.date(), satisfaction=7.0), "satisfaction"),
        (made_plan(NOW.date(), checks=("x" * 201,)), "checks"),
    ):
        with pytest.raises(Invalid) as refused:
            plans.write_plan(standing["mia"], case, wrong, now=NOW)
        assert refused.value.field == field
