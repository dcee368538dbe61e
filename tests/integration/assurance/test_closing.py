"""The war room shows what goes on in a plan's scope; its closing report is made of what was
measured and written in its time, and stays as it was; tightened thresholds hold until the end."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.openapi import CheckedClient
from tests.support.running import Stage, make_stage
from tests.support.service import agreed_contract, authorised
from yunwei.base.core.acts import Act, Operation
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ContractId
from yunwei.base.core.metrics import At
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.gate import pass_gate, use_gate
from yunwei.base.people.actions.tokens import create_token
from yunwei.monitor.thresholds.actions import rules as threshold_actions
from yunwei.monitor.thresholds.facts import Level, ThresholdContent, ThresholdDraft
from yunwei.monitor.thresholds.queries.rules import access_rule
from yunwei.operate.assurance import actions
from yunwei.operate.assurance.facts import ExceptionDraft, PlanDraft, PlanKind
from yunwei.operate.assurance.queries import plans as queries
from yunwei.operate.assurance.queries.paper import render_closing
from yunwei.operate.assurance.queries.rooms import look_into_room
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.emergencies import LineKind
from yunwei.operate.service.facts.tickets import TicketDraft
from yunwei.operate.service.queries import contracts
from yunwei.run.gate import hold_acts_to_contracts

pytestmark = pytest.mark.django_db
CPU = ThresholdContent(
    measure="desktop.cpu",
    at=At.DESKTOP,
    levels=(Level(severity=Severity.MINOR, raise_at=0.6, clear_at=0.5),),
)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    hold_acts_to_contracts()
    yield
    use_gate(None)


@pytest.fixture
def stage() -> Stage:
    return make_stage()


def started(stage: Stage, **changes: object) -> int:
    mia = stage.cloud.people["mia"]
    draft = PlanDraft(
        tenant=stage.cloud.tenant,
        kind=PlanKind.FREEZE,
        name="congress",
        covers="",
        starts_at=stage.now - HOUR,
        ends_at=stage.now + DAY,
        frozen_from=stage.now - HOUR,
        frozen_until=stage.now + DAY,
        people="mia leads",
    )
    plan = actions.add_plan(mia, replace(draft, **changes), now=stage.now)  # type: ignore[arg-type]
    actions.start_plan(mia, plan, now=stage.now)
    return plan


def happens(stage: Stage) -> None:
    """A ticket is opened, and an act is refused because of the freeze."""
    mia, tenant, now = stage.cloud.people["mia"], stage.cloud.tenant, stage.now
    contract = agreed_contract(mia, tenant, now=now - DAY)
    authorised(mia, contract, Operation.POWER, now=now)
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P1, title="black screen"
    )
    tickets.open_ticket(mia, draft, now=now)
    act = Act(operation=Operation.POWER, tenant=tenant, title="restart DESK-1")
    with pytest.raises(Conflict, match="frozen"):
        pass_gate(act, by="mia", now=now)


def test_the_war_room_shows_who_is_there_what_is_frozen_and_what_was_refused(stage: Stage) -> None:
    mia, plan = stage.cloud.people["mia"], started(stage)
    happens(stage)
    granted = ExceptionDraft(who="olga", reason="P1", until=stage.now + HOUR)
    actions.grant_exception(mia, plan, granted, now=stage.now)
    later = stage.now + timedelta(minutes=1)
    room = look_into_room(mia, queries.access_plan(mia, plan), now=later)
    assert room.refused_count == 1
    assert [each.title for each in room.tickets] == ["black screen"]
    assert [each.who for each in room.exceptions] == ["olga"]
    assert room.scope.names is None
    assert room.scope.desktops == room.now_counts.desktops > 0
    assert len(room.pools) > 0
    kinds = {line.kind for line in room.lines}
    assert kinds >= {LineKind.STARTED, LineKind.REFUSED, LineKind.TICKET, LineKind.EXCEPTED}


def test_the_scope_is_what_the_plan_covers(stage: Stage) -> None:
    mia = stage.cloud.people["mia"]
    (name,) = stage.give_agents(1)
    plan = started(stage, covers=f'name == "{name}"')
    room = look_into_room(mia, queries.access_plan(mia, plan), now=stage.now)
    assert room.scope.desktops == 1
    assert name in (room.scope.names or ())
    assert len(room.pools) <= 1
    nothing = started(stage, covers='name == "there is none"')
    empty = look_into_room(mia, queries.access_plan(mia, nothing), now=stage.now)
    assert (empty.scope.desktops, empty.alarm_count, empty.pools) == (0, 0, ())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_closing_report_says_what_was_and_stays_as_it_was(stage: Stage, language: str) -> None:
    mia, plan = stage.cloud.people["mia"], started(stage)
    happens(stage)
    with pytest.raises(Conflict):
        paper(stage, plan, language)
    actions.end_plan(mia, plan, note="quiet", clock=FakeClock(stage.now + HOUR))
    summary = queries.access_plan(mia, plan).summary
    assert summary is not None
    closing = summary.closing
    assert closing is not None
    assert [each.title for each in closing.tickets] == ["black screen"]
    assert [line.text for line in closing.lines if line.kind is LineKind.REFUSED] == [
        "restart DESK-1"
    ]
    assert closing.availability is not None
    # a ticket of the first priority stood open for the second half of the two hours
    assert closing.availability == pytest.approx(0.5)
    text = paper(stage, plan, language)
    for each in ("congress", "black screen", "restart DESK-1", "quiet", "mia leads", "50.000 %"):
        assert each in text
    assert ("总结报告" in text) == (language != "en")
    draft = TicketDraft(
        contract=contract_of(stage),
        type=ServiceType.REMOTE,
        priority=Priority.P1,
        title="afterwards",
    )
    tickets.open_ticket(mia, draft, now=stage.now + 2 * HOUR)
    assert paper(stage, plan, language) == text


def test_tightened_thresholds_hold_from_start_to_end(stage: Stage) -> None:
    mia, tenant = stage.cloud.people["mia"], stage.cloud.tenant
    draft = ThresholdDraft(name="CPU, tight", content=CPU, is_enabled=False)
    rule = threshold_actions.create_rule(mia, tenant, draft, now=stage.now)
    plan = started(stage, thresholds=(int(rule),))
    assert access_rule(mia, rule).rule.is_enabled
    room = look_into_room(mia, queries.access_plan(mia, plan), now=stage.now)
    assert [each.rule.name for each in room.thresholds] == ["CPU, tight"]
    with pytest.raises(Conflict, match="on already"):
        started(stage, thresholds=(int(rule),))
    actions.end_plan(mia, plan, note="", clock=FakeClock(stage.now + HOUR))
    assert not access_rule(mia, rule).rule.is_enabled
    closing = queries.access_plan(mia, plan).summary
    assert closing is not None
    assert closing.closing is not None
    assert closing.closing.thresholds == ("CPU, tight",)
    with pytest.raises(Invalid):
        started(stage, thresholds=(999_999,))


def test_another_customer_sees_no_war_room(stage: Stage) -> None:
    plan = started(stage)
    with pytest.raises(Refused):
        queries.access_plan(stage.cloud.people["chen"], plan)


def contract_of(stage: Stage) -> ContractId:
    mia = stage.cloud.people["mia"]
    (head, _state) = contracts.fetch_contracts(mia, now=stage.now).items[0]
    return head.id


def paper(stage: Stage, plan: int, language: str) -> str:
    """Return the words of the report as DOCX; the PDF is the same bytes each time."""
    mia = stage.cloud.people["mia"]
    known, granted = queries.access_plan(mia, plan), queries.fetch_exceptions(mia, plan)
    zone = "Asia/Shanghai"
    first = render_closing(known, granted, "pdf", language=language, time_zone=zone)
    assert first == render_closing(known, granted, "pdf", language=language, time_zone=zone)
    word = render_closing(known, granted, "docx", language=language, time_zone=zone)[1]
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        return package.read("word/document.xml").decode()


def test_whether_one_may_knows_frozen_periods(stage: Stage) -> None:
    mia, tenant = stage.cloud.people["mia"], stage.cloud.tenant
    contract = agreed_contract(mia, tenant, now=stage.now - DAY)
    authorised(mia, contract, Operation.SCRIPT, now=stage.now)
    token = create_token(mia, name="t")[1]
    client = CheckedClient(headers={"Authorization": f"Bearer {token}"})

    def asked() -> str:
        body = {"tenant": tenant, "operation": "script"}
        said = client.post("/api/v1/acts/check", body, content_type="application/json").json()
        return str(said["reason"])

    assert asked() == "authorised"
    plan = started(stage)
    assert asked() == "frozen"
    actions.end_plan(mia, plan, note="", clock=FakeClock(stage.now + HOUR))
    assert asked() == "authorised"
