"""A standard change is carried out by its runbook: in its window, as far as the customer allows, by
people and by runs; what fails halts it, and is rolled back; its ticket says what it came to."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.changing import HOUR, TEMPLATE, Desk, make_desk
from tests.support.service import MINUTES
from yunwei.base.core.acts import Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TicketId
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.assurance import actions as plans
from yunwei.operate.assurance.facts import PlanDraft, PlanKind
from yunwei.operate.changes.actions import planning, stepping, templates, working
from yunwei.operate.changes.facts import ChangeState, LineKind, StepState
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.service.actions import tickets as ticket_actions
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import TicketDraft, TicketState
from yunwei.operate.service.queries import tickets
from yunwei.operate.service.queries.authorisations import fetch_acts
from yunwei.run.gate import hold_acts_to_contracts

pytestmark = pytest.mark.django_db
_S, _C = StepState, ChangeState


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    hold_acts_to_contracts()
    yield
    use_gate(None)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def freeze(desk: Desk) -> None:
    mia, now = desk.stage.cloud.people["mia"], desk.stage.now
    draft = PlanDraft(
        tenant=desk.stage.cloud.tenant,
        kind=PlanKind.FREEZE,
        name="congress",
        covers="",
        starts_at=now,
        ends_at=now + HOUR,
        frozen_from=now - HOUR,
        frozen_until=now + HOUR,
        operations=(Operation.SCRIPT, Operation.CONFIGURE),
    )
    plans.start_plan(mia, plans.add_plan(mia, draft, now=now), now=now)


def state(desk: Desk, ticket: TicketId) -> TicketState:
    return tickets.access_ticket(desk.olga, ticket, now=desk.stage.now).ticket.state


def test_a_change_is_carried_out_by_people_and_runs_and_its_ticket_is_solved(desk: Desk) -> None:
    change = desk.started()
    ticket = desk.ticket(change)
    assert state(desk, ticket) is TicketState.WORKING
    desk.finish(change, result="told 3 people")
    step = desk.start(change)
    assert step.is_script
    assert step.run is not None
    run = desk.stage.run(step.run)
    assert (run.total, run.parameters, run.deadline_at) == (
        3,
        {"VERSION": "5"},
        desk.whole(change).change.ends_at,
    )
    desk.look()
    assert desk.turn(change).state is _S.STARTED
    desk.end_run(step, "succeeded")
    for _round in range(2):
        desk.look()
    assert desk.turn(change).spec.name == "look"
    stepping.start_step(
        desk.olga, change, desk.turn(change).id, box=desk.stage.box, now=desk.stage.now
    )
    file = stepping.add_evidence(
        desk.olga, change, desk.turn(change).id, MINUTES, now=desk.stage.now
    )
    assert queries.fetch_evidence(desk.olga, change, file).data == MINUTES.data
    desk.finish(change, result="both are well")
    whole = desk.whole(change)
    assert whole.change.state is _C.SUCCEEDED
    assert whole.steps[1].outcome is not None
    assert (whole.steps[1].outcome.succeeded, whole.steps[1].outcome.total) == (3, 3)
    kinds = [each.kind for each in whole.lines]
    assert kinds.count(LineKind.STEP_DONE) == 3
    assert kinds[-1] is LineKind.SUCCEEDED
    working.conclude(desk.olga, change, text="done on all", now=desk.stage.now)
    assert state(desk, ticket) is TicketState.RESOLVED
    with pytest.raises(Conflict, match="written already"):
        working.conclude(desk.olga, change, text="again", now=desk.stage.now)


def test_what_came_of_a_script_its_run_says_and_nobody_else(desk: Desk) -> None:
    change = desk.started()
    desk.finish(change)
    step = desk.start(change)
    with pytest.raises(Conflict, match="its run says"):
        stepping.finish_step(
            desk.olga, change, step.id, is_done=True, result="x", now=desk.stage.now
        )


def test_a_script_that_fails_somewhere_halts_the_change_and_it_is_rolled_back(desk: Desk) -> None:
    change = desk.started()
    desk.finish(change)
    desk.end_run(desk.start(change), "succeeded", "failed")
    desk.look()
    whole = desk.whole(change)
    assert (whole.change.state, desk.turn(change).state) == (_C.HALTED, _S.FAILED)
    working.roll_back(desk.olga, change, reason="one of three is broken", now=desk.stage.now)
    # what was begun is brought back after the window, too
    desk.stage.pass_time(2 * HOUR)
    with transaction() as conn, cursor(conn) as opened:
        agents = [row["id"] for row in opened.execute("SELECT id FROM agents_agent").fetchall()]
    desk.stage.hear(*agents)
    step = desk.start(change)
    assert step.run is not None
    assert desk.stage.run(step.run).parameters == {"VERSION": "4"}
    desk.end_run(step, "succeeded")
    desk.look()
    assert desk.whole(change).change.state is _C.ROLLED_BACK
    working.conclude(desk.olga, change, text="brought back", now=desk.stage.now)
    ticket = desk.ticket(change)
    assert state(desk, ticket) is TicketState.WORKING
    # the ticket may try again
    desk.stage.now += HOUR
    again = planning.plan_change(desk.olga, ticket, desk.draft(), now=desk.stage.now)
    assert again != change
    with pytest.raises(Conflict, match="open change"):
        planning.plan_change(desk.olga, ticket, desk.draft(), now=desk.stage.now)


def test_a_step_that_failed_is_tried_again_or_accepted_with_a_reason(desk: Desk) -> None:
    change = desk.started()
    desk.finish(change, is_done=False, result="mail is down")
    step = desk.turn(change)
    stepping.try_again(desk.olga, change, step.id, box=desk.stage.box, now=desk.stage.now)
    assert (desk.turn(change).state, desk.turn(change).attempt) == (_S.STARTED, 2)
    desk.finish(change, is_done=False, result="still down")
    with pytest.raises(Invalid, match="say why"):
        stepping.accept_step(desk.olga, change, step.id, reason=" ", now=desk.stage.now)
    stepping.accept_step(desk.olga, change, step.id, reason="told by voice", now=desk.stage.now)
    assert desk.whole(change).change.state is _C.WORKING
    assert desk.turn(change).spec.name == "install"


def test_nothing_begins_outside_the_window_or_out_of_turn(desk: Desk) -> None:
    later = desk.stage.now + HOUR
    change = desk.ask(starts_at=later, ends_at=later + HOUR)
    with pytest.raises(Conflict, match="has not begun"):
        working.start_change(desk.olga, change, now=desk.stage.now)
    working.start_change(desk.olga, change, now=later)
    second = desk.whole(change).steps[1]
    with pytest.raises(Conflict, match="turn"):
        stepping.start_step(desk.olga, change, second.id, box=desk.stage.box, now=later)
    desk.stage.now = later + HOUR
    with pytest.raises(Conflict, match="window of this change is over"):
        desk.start(change)


def test_a_freeze_stops_a_change_and_its_script_but_not_the_way_back(desk: Desk) -> None:
    waiting, change = desk.ask(), desk.started()
    desk.finish(change)
    freeze(desk)
    with pytest.raises(Conflict, match="frozen now"):
        working.start_change(desk.olga, waiting, now=desk.stage.now)
    with pytest.raises(Conflict, match="frozen now"):
        desk.start(change)
    step = desk.turn(change)
    assert (step.state, step.run) == (_S.PENDING, None)
    assert desk.whole(change).lines[-1].kind is LineKind.STEP_REFUSED
    assert runs.fetch_runs(desk.olga).total == 0
    refused = [each for each in fetch_acts(desk.olga).items if not each.is_allowed]
    assert {each.operation for each in refused} == {Operation.CONFIGURE, Operation.SCRIPT}
    # a step of a person is asked about, too
    stepping.skip_step(desk.olga, change, step.id, reason="not today", now=desk.stage.now)
    desk.finish(change, is_done=False, result="nothing was installed")
    working.roll_back(desk.olga, change, reason="frozen", now=desk.stage.now)
    back = desk.turn(change)
    stepping.skip_step(
        desk.olga, change, back.id, reason="nothing to bring back", now=desk.stage.now
    )
    assert desk.whole(change).change.state is _C.ROLLED_BACK


def test_whoever_is_killed_between_beginning_a_step_and_its_run_leaves_one_run(desk: Desk) -> None:
    change = desk.started()
    desk.finish(change)
    step = desk.start(change)
    with transaction() as conn, cursor(conn) as opened:
        opened.execute("UPDATE changes_step SET run_id = NULL WHERE id = %s", [step.id])
    desk.look()
    assert desk.turn(change).run is None
    desk.stage.now += timedelta(minutes=2)
    desk.look()
    assert desk.turn(change).run == step.run
    assert runs.fetch_runs(desk.olga).total == 1


def test_a_change_that_can_not_be_is_not_planned(desk: Desk) -> None:
    for wrong, field in (
        ({"choice": Choice(names=("no-such",))}, "names"),
        ({"choice": Choice(condition='name == "no-such"')}, "targets"),
        ({"values": {"install": {"OTHER": "x"}}}, "install.OTHER"),
        ({"template": 4711}, "template"),
    ):
        with pytest.raises(Invalid) as told:
            desk.ask(**wrong)
        assert told.value.field == field
    mia, tenant, now = desk.stage.cloud.people["mia"], desk.stage.cloud.tenant, desk.stage.now
    other = templates.add_template(mia, tenant, TEMPLATE.replace('"tidy"', '"none"'), now=now)
    with pytest.raises(Invalid, match="no script of this name"):
        desk.ask(template=other)
    remote = TicketDraft(
        contract=desk.contract, type=ServiceType.REMOTE, priority=Priority.P3, title="slow"
    )
    ticket = ticket_actions.open_ticket(desk.olga, remote, now=now)
    with pytest.raises(Invalid, match="asks for a change"):
        planning.plan_change(desk.olga, ticket, desk.draft(), now=now)
    assert queries.fetch_changes(desk.olga).total == 0


def test_a_change_keeps_what_it_was_planned_by_and_strangers_see_none_of_it(desk: Desk) -> None:
    change = desk.ask()
    mia, now = desk.stage.cloud.people["mia"], desk.stage.now
    templates.change_template(
        mia, desk.template, TEMPLATE.replace("Install", "Wipe"), version=1, now=now
    )
    with pytest.raises(Conflict, match="meantime"):
        templates.change_template(mia, desk.template, TEMPLATE, version=1, now=now)
    assert desk.whole(change).steps[1].spec.title.en == "Install"
    chen, kai = desk.stage.cloud.people["chen"], desk.stage.cloud.people["kai"]
    with pytest.raises(Refused):
        queries.access_change(chen, change)
    with pytest.raises(Refused):
        queries.access_template(chen, desk.template)
    assert queries.access_change(kai, change).change.id == change
    with pytest.raises(Refused):
        working.start_change(kai, change, now=now)
    with pytest.raises(Refused):
        planning.plan_change(chen, desk.ticket(change), desk.draft(), now=now)


def test_the_provider_s_templates_serve_every_customer(desk: Desk) -> None:
    people, now = desk.stage.cloud.people, desk.stage.now
    text = TEMPLATE.replace('script = "tidy"\nvalues = { VERSION = "5" }', "").replace(
        'script = "tidy"\nvalues = { VERSION = "4" }', ""
    )
    shared = templates.add_template(people["mia"], people.provider.id, text, now=now)
    change = desk.ask(template=shared, choice=Choice())
    assert desk.whole(change).change.template == shared
    for_b = templates.add_template(people["mia"], people.b.id, text, now=now)
    with pytest.raises(Invalid) as told:
        desk.ask(template=for_b, choice=Choice())
    assert told.value.field == "template"
    working.cancel_change(desk.olga, change, reason="not wanted", now=now)
    assert desk.whole(change).change.state is _C.CANCELLED
