"""Contracts over PostgreSQL: both sides agree to the same words, and who may say what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.people import Standing, make_people
from tests.support.service import agreed_contract, terms
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people_queries
from yunwei.operate.service.actions import contracts as actions
from yunwei.operate.service.actions import people
from yunwei.operate.service.facts.contracts import (
    ContractDraft,
    ContractSide,
    ContractState,
    PersonDraft,
    TermsState,
)
from yunwei.operate.service.queries import contracts as queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


def write(standing: Standing, number: str = "C-1", **changes: Any) -> ContractId:
    draft = ContractDraft(number=number, name="Desktops", terms=terms(NOW, **changes))
    return actions.add_contract(standing["mia"], standing.a.id, draft, now=NOW)


def look(standing: Standing, contract: ContractId, by: str = "mia") -> queries.WholeContract:
    return queries.access_contract(standing[by], contract, now=NOW)


def test_a_contract_holds_once_the_customer_agreed_to_what_was_offered(standing: Standing) -> None:
    made = write(standing)
    assert look(standing, made).state is ContractState.DRAFTED
    with pytest.raises(Refused):  # what is not offered is nothing for the customer
        look(standing, made, by="kai")
    actions.offer_terms(standing["mia"], made, now=NOW)
    offered = look(standing, made, by="kai").latest
    with pytest.raises(Conflict):
        actions.agree_to_terms(standing["kai"], made, now=NOW, sha256="of something else")
    actions.agree_to_terms(standing["kai"], made, now=NOW, sha256=offered.sha256)
    whole = look(standing, made)
    assert whole.state is ContractState.IN_FORCE
    assert whole.agreed is not None
    assert (whole.agreed.judged_by, whole.agreed.sha256) == ("kai", offered.sha256)


@pytest.mark.parametrize("who", ["root", "olga", "mia", "audrey", "una", "chen"])
def test_nobody_but_the_customer_agrees_unless_there_is_paper(standing: Standing, who: str) -> None:
    made = write(standing)
    actions.offer_terms(standing["mia"], made, now=NOW)
    with pytest.raises(Refused):
        actions.agree_to_terms(standing[who], made, now=NOW)
    assert look(standing, made).agreed is None


def test_other_terms_hold_only_once_they_are_agreed(standing: Standing) -> None:
    made = agreed_contract(standing["mia"], standing.a.id, now=NOW)
    other = replace(terms(NOW), notice_days=3)
    draft = ContractDraft(number="C-1", name="Desktops", terms=other)
    assert actions.change_contract(standing["mia"], made, draft, now=NOW) == 2
    assert look(standing, made).holding.number == 1
    actions.offer_terms(standing["mia"], made, now=NOW)
    with pytest.raises(Conflict):
        actions.change_contract(standing["mia"], made, draft, now=NOW)
    actions.return_terms(standing["kai"], made, now=NOW, note="two days")
    assert look(standing, made, by="kai").latest.note == "two days"
    actions.change_contract(standing["mia"], made, draft, now=NOW)
    actions.offer_terms(standing["mia"], made, now=NOW)
    actions.agree_to_terms(standing["kai"], made, now=NOW)
    whole = look(standing, made)
    assert (whole.holding.number, whole.holding.terms.notice_days) == (3, 3)
    states = [each.state for each in whole.versions]
    assert states == [TermsState.AGREED, TermsState.RETURNED, TermsState.REPLACED]


def test_a_number_is_given_once_and_strangers_see_nothing(standing: Standing) -> None:
    made = write(standing)
    with pytest.raises(Invalid, match="of this number") as refused:
        write(standing)
    assert refused.value.field == "number"
    with pytest.raises(Refused):
        look(standing, made, by="chen")
    draft = ContractDraft(number="C-2", name="n", terms=terms(NOW))
    with pytest.raises(Refused):
        actions.add_contract(standing["olga"], standing.a.id, draft, now=NOW)


def test_lists_tell_what_a_contract_is_today(standing: Standing) -> None:
    agreed_contract(standing["mia"], standing.a.id, now=NOW, number="now")
    later = {"starts_on": (NOW + DAY).date()}
    agreed_contract(standing["mia"], standing.a.id, now=NOW, number="later", **later)
    ended = agreed_contract(standing["mia"], standing.a.id, now=NOW, number="ended")
    actions.end_contract(standing["mia"], ended, now=NOW, note="moved")
    write(standing, "draft")
    for state, number in (
        ("in_force", "now"),
        ("coming", "later"),
        ("ended", "ended"),
        ("drafted", "draft"),
    ):
        found = queries.fetch_contracts(standing["mia"], {"state": state}, now=NOW)
        assert [(head.number, said.value) for head, said in found.items] == [(number, state)]
    with pytest.raises(Conflict):
        actions.offer_terms(standing["mia"], ended, now=NOW)


def test_a_change_of_staff_is_announced_in_time_or_says_why_not(standing: Standing) -> None:
    made = agreed_contract(standing["mia"], standing.a.id, now=NOW)
    mia, wang = standing["mia"], PersonDraft(side=ContractSide.PROVIDER, name="Wang", phone="138")
    first = people.add_person(mia, made, wang, now=NOW - 9 * DAY)
    with pytest.raises(Conflict):  # one owner a side
        people.add_person(mia, made, replace(wang, name="Li"), now=NOW)
    tomorrow = replace(wang, name="Li", replaces=first, from_at=NOW + DAY / 2)
    with pytest.raises(Invalid) as refused:
        people.add_person(mia, made, tomorrow, now=NOW)
    assert refused.value.field == "late_reason"
    people.add_person(mia, made, replace(tomorrow, late_reason="ill"), now=NOW)
    whole = look(standing, made)
    now_and_then = [whole.owner(ContractSide.PROVIDER, at) for at in (NOW, NOW + DAY)]
    assert [each and each.name for each in now_and_then] == ["Wang", "Li"]
    second = next(each for each in whole.people if each.name == "Li")
    people.note_seen(standing["kai"], made, second.id, now=NOW)
    with pytest.raises(Conflict):
        people.note_seen(standing["kai"], made, second.id, now=NOW)
    verbs = {
        each.verb
        for each in people_queries.fetch_audit(standing["root"], {}, PageRequest(limit=200)).items
    }
    assert {"service.name_person", "service.see_person", "service.agree_contract"} <= verbs


def test_the_customer_names_their_own_people_only(standing: Standing) -> None:
    made = agreed_contract(standing["mia"], standing.a.id, now=NOW)
    zhou = PersonDraft(side=ContractSide.CUSTOMER, name="Zhou", email="zhou@example.com")
    people.add_person(standing["kai"], made, zhou, now=NOW)
    provider = replace(zhou, side=ContractSide.PROVIDER)
    with pytest.raises(Refused):
        people.add_person(standing["kai"], made, provider, now=NOW)
    for who in ("olga", "audrey"):
        with pytest.raises(Refused):
            people.add_person(standing[who], made, zhou, now=NOW)
