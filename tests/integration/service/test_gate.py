"""The gate over PostgreSQL: a script runs only where, when and as the customer authorised it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.running import Stage, make_stage
from tests.support.service import agreed_contract, authorised
from yunwei.base.core.acts import Act, Operation, PermitReason
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.gate import use_gate
from yunwei.base.people import queries as people
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.service.actions import authorisations as actions
from yunwei.operate.service.queries import authorisations as queries
from yunwei.run.gate import hold_acts_to_contracts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    hold_acts_to_contracts()
    yield
    use_gate(None)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def asked(stage: Stage) -> list[tuple[bool, PermitReason]]:
    found = queries.fetch_acts(stage.olga).items
    return [(each.is_allowed, each.reason) for each in found]


def test_without_a_contract_nothing_is_limited_nor_written_down(stage: Stage) -> None:
    stage.start()
    assert asked(stage) == []


def test_a_run_outside_the_authorisations_is_refused_and_written_down(stage: Stage) -> None:
    mia = stage.cloud.people["mia"]
    contract = agreed_contract(mia, stage.cloud.tenant, now=stage.now)
    with pytest.raises(Conflict, match="has not authorised this kind"):
        stage.start()
    first, *_others = stage.names
    authorised(mia, contract, Operation.SCRIPT, now=stage.now, desktops=f'name == "{first}"')
    with pytest.raises(Conflict, match="other desktops only"):
        stage.start()
    refused = queries.fetch_acts(stage.olga).items[0]
    assert (refused.by, refused.count, refused.title) == ("olga", 4, "say")
    assert set(refused.outside) == set(stage.names) - {first}
    stage.start(choice=Choice(names=(first,)))
    assert asked(stage) == [
        (True, PermitReason.AUTHORISED),
        (False, PermitReason.OTHER_OBJECTS),
        (False, PermitReason.NOT_AUTHORISED),
    ]
    told = people.fetch_audit(
        stage.cloud.people["root"], {"verb": "service.refuse_act"}, PageRequest()
    ).items
    assert [each.user_name for each in told] == ["olga", "olga"]


def test_what_is_revoked_holds_no_more_and_uses_are_counted(stage: Stage) -> None:
    mia, kai = stage.cloud.people["mia"], stage.cloud.people["kai"]
    contract = agreed_contract(mia, stage.cloud.tenant, now=stage.now)
    made = authorised(mia, contract, now=stage.now)
    stage.start()
    assert queries.access_authorisation(kai, made).uses == 1
    actions.revoke_authorisation(kai, made, now=stage.now)
    with pytest.raises(Conflict, match="does not hold any more"):
        stage.start()
    with pytest.raises(Conflict):
        actions.revoke_authorisation(kai, made, now=stage.now)


def test_what_is_asked_of_the_customer_only_the_customer_grants(stage: Stage) -> None:
    people_of = stage.cloud.people
    contract = agreed_contract(people_of["mia"], stage.cloud.tenant, now=stage.now)
    made = authorised(people_of["mia"], contract, Operation.POWER, now=stage.now)
    known = queries.access_authorisation(people_of["kai"], made)
    again = queries.may_act(
        people_of["mia"],
        Act(operation=Operation.SCRIPT, tenant=stage.cloud.tenant),
        now=stage.now + timedelta(minutes=1),
    )
    assert (known.judged_by, known.paper, again.is_allowed) == ("mia", "Safe 3", False)
    with pytest.raises(Refused):
        actions.grant_authorisation(people_of["root"], made, now=stage.now)
    with pytest.raises(Conflict):
        actions.grant_authorisation(people_of["kai"], made, now=stage.now)
