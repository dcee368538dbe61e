"""No act of the platform is done outside what the customer has agreed to and authorised, whichever
it is; every refusal is on the page of refusals."""

from collections.abc import Iterator

import pytest

from tests.support.acting import REASONS, Case, World
from tests.support.every_act import ROWS, Row
from yunwei.base.core.errors import Conflict
from yunwei.base.infra.gate import use_gate
from yunwei.run.gate import hold_acts_to_contracts


@pytest.fixture
def world(database_pool: str) -> Iterator[World]:
    made = World()
    hold_acts_to_contracts()
    yield made
    use_gate(None)


def is_done(row: Row, world: World, case: Case) -> bool:
    freezes = row.freezes or row.operation
    with world.case(Case.INSIDE, row.operation, freezes):
        go = row.prepare(world)
    with world.case(case, row.operation, freezes):
        try:
            return go()
        except Conflict:
            return False


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_act_is_done_inside_the_authorisation_only(row: Row, world: World) -> None:
    outside = [case for case in Case if case is not Case.INSIDE]
    if not row.is_about_things:
        outside = [case for case in outside if case not in (Case.CONTRACT, Case.OBJECT)]
    for case in outside:
        before = {each.id for each in world.refusals()}
        assert not is_done(row, world, case), f"{row.name}: done in spite of {case}"
        told = [each for each in world.refusals() if each.id not in before]
        assert [each.operation for each in told] == [row.operation], (row.name, case)
        assert told[0].reason in REASONS[case], (row.name, case, told[0].reason)
    assert is_done(row, world, Case.INSIDE), f"{row.name}: refused though all allows it"
