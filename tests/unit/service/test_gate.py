"""No act of any kind is done outside what the customer has agreed to and authorised."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.support.service import CHINA, terms
from yunwei.base.core.acts import Act, ActObject, Operation, PermitReason
from yunwei.base.core.calendar import NOTHING_KNOWN
from yunwei.base.core.ids import AuthorisationId, ContractId, TenantId
from yunwei.operate.service.facts.authorisations import (
    Authorisation,
    AuthorisationState,
    GateBook,
    GateContract,
)
from yunwei.operate.service.rules.gate import decide

TENANT = TenantId(1)
NOW = datetime(2026, 6, 3, 4, 0, tzinfo=UTC)  # a Wednesday, noon in Shanghai
DAY = timedelta(days=1)
DESKTOPS = tuple(
    ActObject(name=name, row={"name": name, "pool": pool})
    for name, pool in (("D-1", "Finance"), ("D-2", "Finance"), ("D-3", "Design"))
)
FINANCE = 'pool == "Finance"'


def contract(number: int = 1, **changes: Any) -> GateContract:
    is_ended = changes.pop("is_ended", False)
    said = terms(NOW, **changes)
    return GateContract(id=ContractId(number), terms=said, is_ended=is_ended)


def authorisation(*operations: Operation, **changes: Any) -> Authorisation:
    made = Authorisation(
        id=AuthorisationId(9),
        tenant=TENANT,
        tenant_name="",
        contract=ContractId(1),
        contract_name="",
        operations=operations or tuple(Operation),
        desktops="",
        hours="",
        starts_at=NOW - DAY,
        ends_at=NOW + DAY,
        note="",
        state=AuthorisationState.GRANTED,
        asked_by="mia",
        asked_at=NOW,
        judged_by="kai",
        judged_at=NOW,
        paper="",
        judgement_note="",
        revoked_by="",
        revoked_at=None,
    )
    return replace(made, **changes)


def book(*authorisations: Authorisation, **changes: Any) -> GateBook:
    known = GateBook(contracts=(contract(),), authorisations=authorisations, calendar=CHINA)
    return replace(known, **changes)


def act(operation: Operation, **changes: Any) -> Act:
    made = Act(operation=operation, tenant=TENANT, things=DESKTOPS, title="clean up")
    return replace(made, **changes)


EVERY = pytest.mark.parametrize("operation", list(Operation))


@EVERY
def test_what_is_authorised_may_be_done(operation: Operation) -> None:
    permit = decide(act(operation), book(authorisation(operation)), now=NOW)
    assert (permit.is_allowed, permit.authorisation) == (True, 9)


@EVERY
@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (book(), PermitReason.NOT_AUTHORISED),
        (book(authorisation(), contracts=(contract(is_ended=True),)), PermitReason.NO_CONTRACT),
        (
            book(authorisation(), contracts=(contract(ends_on=date(2026, 6, 2)),)),
            PermitReason.NO_CONTRACT,
        ),
        (
            book(authorisation(), contracts=(contract(starts_on=date(2026, 6, 4)),)),
            PermitReason.NO_CONTRACT,
        ),
        (book(authorisation(ends_at=NOW)), PermitReason.ENDED),
        (book(authorisation(starts_at=NOW + DAY)), PermitReason.ENDED),
        (book(authorisation(state=AuthorisationState.REVOKED)), PermitReason.ENDED),
        (book(authorisation(state=AuthorisationState.ASKED)), PermitReason.NOT_AUTHORISED),
        (book(authorisation(hours="workday 18:00-22:00")), PermitReason.OTHER_TIMES),
        (book(authorisation(hours="rest_day")), PermitReason.OTHER_TIMES),
        (
            book(authorisation(hours="workday"), calendar=NOTHING_KNOWN),
            PermitReason.UNKNOWN_DAY,
        ),
        (book(authorisation(desktops=FINANCE)), PermitReason.OTHER_OBJECTS),
        (book(authorisation(), contracts=(contract(covers=FINANCE),)), PermitReason.NOT_COVERED),
    ],
)
def test_nothing_is_done_outside_scope_object_and_time(
    operation: Operation, known: GateBook, reason: PermitReason
) -> None:
    permit = decide(act(operation), known, now=NOW)
    assert (permit.is_allowed, permit.reason) == (False, reason)


@EVERY
def test_another_kind_of_operation_does_not_stand_in(operation: Operation) -> None:
    others = tuple(each for each in Operation if each is not operation)
    permit = decide(act(operation), book(authorisation(*others)), now=NOW)
    assert (permit.is_allowed, permit.reason) == (False, PermitReason.NOT_AUTHORISED)


def test_what_is_in_the_way_is_named() -> None:
    known = book(authorisation(desktops=FINANCE))
    assert decide(act(Operation.SCRIPT), known, now=NOW).outside == ("D-3",)
    fewer = act(Operation.SCRIPT, things=DESKTOPS[:2])
    assert decide(fewer, known, now=NOW).is_allowed


def test_several_authorisations_allow_together_what_none_does_alone() -> None:
    one = authorisation(desktops=FINANCE)
    other = authorisation(desktops='pool == "Design"', id=AuthorisationId(10))
    assert decide(act(Operation.POWER), book(one, other), now=NOW).is_allowed
    assert not decide(act(Operation.POWER), book(other), now=NOW).is_allowed


def test_whose_contracts_are_not_kept_here_is_not_limited() -> None:
    permit = decide(act(Operation.SCRIPT), book(contracts=()), now=NOW)
    assert (permit.is_allowed, permit.reason) == (True, PermitReason.NO_CONTRACT_KEPT)


def test_customers_act_on_their_own_but_self_service_asks_for_everybody() -> None:
    own = act(Operation.SCRIPT, is_customers=True)
    assert decide(own, book(), now=NOW).reason is PermitReason.OWN
    asked = act(Operation.SELF_SERVICE, is_customers=True)
    assert not decide(asked, book(), now=NOW).is_allowed


def test_the_last_day_of_a_contract_belongs_to_it_on_the_customers_wall() -> None:
    last = book(authorisation(ends_at=NOW + 9 * DAY), contracts=(contract(ends_on=NOW.date()),))
    midnight = datetime(2026, 6, 3, 16, 0, tzinfo=UTC)
    before = decide(act(Operation.READ), last, now=midnight - timedelta(seconds=1))
    assert before.is_allowed
    assert not decide(act(Operation.READ), last, now=midnight).is_allowed
