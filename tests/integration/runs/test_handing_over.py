"""What waits for an agent is asked about again when it is handed over: a freeze, or an
authorisation that holds no more, stops what was sent before it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.acting import Case, World
from tests.support.handing import hand_over
from yunwei.base.core.acts import Operation, PermitReason
from yunwei.base.infra.gate import use_gate
from yunwei.operate.agents.actions import tasks as ledger
from yunwei.operate.runs.facts.runs import RunState, Target, TargetState
from yunwei.run.gate import hold_acts_to_contracts

SCRIPT = Operation.SCRIPT
_T = TargetState


@pytest.fixture
def world(database_pool: str) -> Iterator[World]:
    made = World()
    hold_acts_to_contracts()
    yield made
    use_gate(None)


@pytest.fixture
def sent(world: World) -> list[Target]:
    """A run's two targets: sent while all was allowed, their agents gone at that moment."""
    with world.case(Case.INSIDE, SCRIPT, SCRIPT):
        run = world.stage.start(script=world.clinic.script, values={})
        world.stage.advance(run)
    return world.stage.targets(run, _T.SENT)


def come_back(world: World, *targets: Target) -> list[tuple[str, int]]:
    agents = [target.agent for target in targets if target.agent is not None]
    return hand_over(world.clock, world.stage.box, agents)


def ends(world: World, sent: list[Target]) -> list[tuple[TargetState, str]]:
    """Move the run on; returns what stands on its page."""
    world.stage.advance(sent[0].run)
    return [(each.state, each.reason) for each in world.stage.targets(sent[0].run)]


def test_a_freeze_that_began_while_an_agent_was_away_stops_what_waits_for_it(
    world: World, sent: list[Target]
) -> None:
    before = {each.id for each in world.refusals()}
    with world.case(Case.FROZEN, SCRIPT, SCRIPT):
        assert come_back(world, *sent) == []
        assert ends(world, sent) == [(_T.REFUSED, "gate_frozen")] * 2
    assert world.stage.run(sent[0].run).state is RunState.FINISHED
    (told,) = [each for each in world.refusals() if each.id not in before]
    assert (told.reason, told.by, told.count) == (PermitReason.FROZEN, "olga", 2)
    assert told.title.endswith(f"#{sent[0].run}")
    with world.case(Case.INSIDE, SCRIPT, SCRIPT):  # a refusal is one, whatever comes after it
        assert come_back(world, *sent) == []


def test_whom_we_ring_is_asked_about_as_well(world: World, sent: list[Target]) -> None:
    with world.case(Case.SCOPE, SCRIPT, SCRIPT):
        assert hand_over(world.clock, world.stage.box) == []
        (state, reason), _other = ends(world, sent)
    assert (state, reason) == (_T.REFUSED, "gate_ended")


def test_what_is_still_allowed_is_told(world: World, sent: list[Target]) -> None:
    with world.case(Case.INSIDE, SCRIPT, SCRIPT):
        told = come_back(world, *sent)
    assert told == sorted(("run", each.task) for each in sent)
    assert ends(world, sent) == [(_T.SENT, "")] * 2


def test_a_freeze_of_some_desktops_stops_those(world: World, sent: list[Target]) -> None:
    frozen, free = sent
    covers = f'name == "{frozen.desktop_name}"'
    with (
        world.case(Case.INSIDE, SCRIPT, SCRIPT),
        world.frozen(SCRIPT, covers=covers),
    ):
        assert come_back(world, *sent) == [("run", free.task)]
        assert ends(world, sent) == [(_T.REFUSED, "gate_frozen"), (_T.SENT, "")]


def test_what_was_told_before_is_withdrawn_and_its_agent_says_whether_it_had_begun(
    world: World, sent: list[Target]
) -> None:
    lost, begun = sent
    with world.case(Case.INSIDE, SCRIPT, SCRIPT):
        assert len(hand_over(world.clock, world.stage.box)) == 2
    world.pass_time(timedelta(minutes=10))
    with world.case(Case.FROZEN, SCRIPT, SCRIPT):
        assert come_back(world, *sent) == []
        assert ends(world, sent) == [(_T.SENT, "")] * 2  # nobody knows yet
        withdrawn = sorted(("withdraw", each.task) for each in sent)
        assert hand_over(world.clock, world.stage.box) == withdrawn
        world.stage.tell(lost, "cancelled")
        world.stage.tell(begun, "started")
        assert ends(world, sent) == [(_T.REFUSED, "gate_frozen"), (_T.RUNNING, "")]
        assert come_back(world, *sent) == []  # what runs is not ended by a freeze
    world.stage.tell(begun, "succeeded", exit_code=0)
    assert ends(world, sent)[1] == (_T.SUCCEEDED, "")


def test_who_cancels_what_was_withdrawn_ends_what_runs(world: World, sent: list[Target]) -> None:
    with world.case(Case.INSIDE, SCRIPT, SCRIPT):
        hand_over(world.clock, world.stage.box)
    with world.case(Case.FROZEN, SCRIPT, SCRIPT):
        come_back(world, *sent)
    order = ledger.queries.access_task(world.stage.olga, sent[0].task or 0).order
    assert ledger.cancel_order(world.stage.olga, order, now=world.now) == 2
    told = hand_over(world.clock, world.stage.box)
    assert told == sorted(("cancel", each.task) for each in sent)
    for each in sent:
        world.stage.tell(each, "cancelled")
    assert ends(world, sent) == [(_T.CANCELLED, "")] * 2
