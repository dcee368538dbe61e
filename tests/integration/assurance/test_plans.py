"""A frozen period stops changes and scripts and says why; a plan without its inspection does not
start; an exception is by name and written down."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.running import Stage, make_stage
from tests.support.service import agreed_contract, authorised, terms
from yunwei.base.core.acts import Operation, PermitReason
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.gate import use_gate
from yunwei.base.people import queries as people
from yunwei.operate.assurance import actions
from yunwei.operate.assurance.facts import ExceptionDraft, PlanDraft, PlanKind, PlanState
from yunwei.operate.assurance.queries import plans as queries
from yunwei.operate.assurance.queries.rooms import look_into_room
from yunwei.operate.inspection.actions import inspections
from yunwei.operate.inspection.actions import plans as templates
from yunwei.operate.inspection.jobs.making import system_make_next
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.service.queries.authorisations import fetch_acts
from yunwei.run.gate import hold_acts_to_contracts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEMPLATE = """
title = { zh = "保障前巡检", en = "Before the event" }
[[item]]
name = "room"
title = { zh = "机房", en = "Room" }
how = { zh = "温度", en = "Temperature" }
gravity = "critical"
"""


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    hold_acts_to_contracts()
    yield
    use_gate(None)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def draft(stage: Stage, kind: PlanKind = PlanKind.EVENT) -> PlanDraft:
    return PlanDraft(
        tenant=stage.cloud.tenant,
        kind=kind,
        name="congress",
        covers="",
        starts_at=stage.now,
        ends_at=stage.now + DAY,
        frozen_from=stage.now - DAY,
        frozen_until=stage.now + 2 * DAY,
    )


def frozen(stage: Stage, **changes: object) -> int:
    """Return a frozen period that holds now."""
    mia = stage.cloud.people["mia"]
    wanted = replace(draft(stage, PlanKind.FREEZE), **changes)  # type: ignore[arg-type]
    plan = actions.add_plan(mia, wanted, now=stage.now)
    actions.start_plan(mia, plan, now=stage.now)
    return plan


def inspected(stage: Stage, level: str) -> None:
    mia, tenant, now = stage.cloud.people["mia"], stage.cloud.tenant, stage.now
    template = templates.add_template(mia, tenant, TEMPLATE, now=now)
    made = inspections.ask_inspection(mia, tenant, template, now=now)
    assert system_make_next(FakeClock(now), time_zone="Asia/Shanghai")
    inspections.answer_items(mia, made, {"room": (level, "seen")}, now=now)
    inspections.seal_inspection(mia, made, now=now)


def test_a_plan_without_a_passed_inspection_does_not_start_and_freezes_nothing(
    stage: Stage,
) -> None:
    mia = stage.cloud.people["mia"]
    plan = actions.add_plan(mia, draft(stage), now=stage.now)
    with pytest.raises(Conflict, match="the customer was not inspected"):
        actions.start_plan(mia, plan, now=stage.now)
    inspected(stage, "failed")
    with pytest.raises(Conflict, match="a critical check"):
        actions.start_plan(mia, plan, now=stage.now)
    stage.start()
    inspected(stage, "passed")
    actions.start_plan(mia, plan, now=stage.now)
    known = queries.access_plan(mia, plan)
    assert known.state is PlanState.STARTED
    assert known.inspection is not None
    with pytest.raises(Conflict, match="started or ended already"):
        actions.start_plan(mia, plan, now=stage.now)


def test_a_freeze_refuses_scripts_says_why_and_keeps_the_refusal(stage: Stage) -> None:
    frozen(stage)
    with pytest.raises(Conflict, match=r"frozen now: E-\d+ congress"):
        stage.start()
    refused = fetch_acts(stage.olga).items[0]
    assert (refused.is_allowed, refused.reason, refused.by) == (False, PermitReason.FROZEN, "olga")
    (told,) = people.fetch_audit(
        stage.cloud.people["root"], {"verb": "service.refuse_act"}, PageRequest()
    ).items
    assert told.after["reason"] == "frozen"
    assert "congress" in told.after["note"]


def test_what_is_authorised_is_frozen_all_the_same_and_other_times_are_not(stage: Stage) -> None:
    mia = stage.cloud.people["mia"]
    contract = agreed_contract(mia, stage.cloud.tenant, now=stage.now)
    authorised(mia, contract, Operation.SCRIPT, now=stage.now)
    frozen(stage, frozen_from=stage.now + DAY)
    stage.start()
    frozen(stage)
    with pytest.raises(Conflict, match="frozen now"):
        stage.start()


def test_work_on_a_change_is_not_begun_while_changes_are_frozen(stage: Stage) -> None:
    mia, tenant, now = stage.cloud.people["mia"], stage.cloud.tenant, stage.now
    services = (*terms(now).services, ServiceItem(type=ServiceType.CHANGE))
    contract = agreed_contract(mia, tenant, now=now, services=services)
    details = {"window": "tonight", "steps": "1", "rollback": "0"}
    made = {
        type: tickets.open_ticket(
            mia,
            TicketDraft(
                contract=contract,
                type=type,
                priority=Priority.P3,
                title="new image",
                details=details if type is ServiceType.CHANGE else {},
            ),
            now=now,
        )
        for type in (ServiceType.CHANGE, ServiceType.REMOTE)
    }
    begun = EntryDraft(kind=EntryKind.STARTED)
    with pytest.raises(Conflict, match="has not authorised"):
        tickets.write_entry(mia, made[ServiceType.CHANGE], begun, now=now)
    authorised(mia, contract, Operation.CONFIGURE, now=now)
    plan = frozen(stage)
    with pytest.raises(Conflict, match="frozen now"):
        tickets.write_entry(mia, made[ServiceType.CHANGE], begun, now=now)
    tickets.write_entry(mia, made[ServiceType.REMOTE], begun, now=now)
    actions.end_plan(mia, plan, note="", clock=FakeClock(now))
    tickets.write_entry(mia, made[ServiceType.CHANGE], begun, now=now)


def test_an_exception_is_for_a_named_person_with_a_reason_and_is_written_down(
    stage: Stage,
) -> None:
    mia, plan = stage.cloud.people["mia"], frozen(stage)
    until = stage.now + timedelta(hours=1)
    wanted = ExceptionDraft(who="olga", reason="P1: everything stands still", until=until)
    unknown = replace(wanted, who="nobody")
    with pytest.raises(Invalid, match="there is no such person"):
        actions.grant_exception(mia, plan, unknown, now=stage.now)
    with pytest.raises(Refused):
        actions.grant_exception(stage.olga, plan, wanted, now=stage.now)
    actions.grant_exception(mia, plan, wanted, now=stage.now)
    stage.start()
    (granted,) = queries.fetch_exceptions(mia, plan)
    assert (granted.who, granted.granted_by) == ("olga", "mia")
    (told,) = people.fetch_audit(
        stage.cloud.people["root"], {"verb": "assurance.grant_exception"}, PageRequest()
    ).items
    assert told.detail == "P1: everything stands still"


def test_it_ends_with_a_summary_and_freezes_nothing_any_more(stage: Stage) -> None:
    mia, plan = stage.cloud.people["mia"], frozen(stage)
    with pytest.raises(Conflict):
        stage.start()
    room = look_into_room(mia, queries.access_plan(mia, plan), now=stage.now)
    assert room.refused_count == 1
    actions.end_plan(mia, plan, note="quiet", clock=FakeClock(stage.now))
    known = queries.access_plan(mia, plan)
    assert known.summary is not None
    assert (known.state, known.summary.refused, known.summary.note) == (
        PlanState.ENDED,
        1,
        "quiet",
    )
    stage.start()
    with pytest.raises(Conflict, match="can end"):
        actions.end_plan(mia, plan, note="", clock=FakeClock(stage.now))


def test_a_started_plan_is_not_changed_and_only_a_draft_is_given_up(stage: Stage) -> None:
    mia = stage.cloud.people["mia"]
    plan = actions.add_plan(mia, draft(stage), now=stage.now)
    actions.change_plan(mia, plan, replace(draft(stage), name="fair"), version=1, now=stage.now)
    with pytest.raises(Conflict, match="in the meantime"):
        actions.change_plan(mia, plan, draft(stage), version=1, now=stage.now)
    actions.cancel_plan(mia, plan, now=stage.now)
    with pytest.raises(Conflict):
        actions.cancel_plan(mia, plan, now=stage.now)
    with pytest.raises(Conflict):
        actions.start_plan(mia, frozen(stage), now=stage.now)
