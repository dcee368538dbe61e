"""What an event plan may say, when its gate is open, and what a freeze stops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.acts import Act, ActObject, Operation, PermitReason
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.operate.assurance.facts import (
    ExceptionDraft,
    GateReason,
    Holding,
    Plan,
    PlanDraft,
    PlanKind,
    PlanState,
)
from yunwei.operate.assurance.rules import check_draft, check_exception, hold, judge_gate
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import (
    Answer,
    Inspected,
    Inspection,
    InspectionState,
    Level,
    WholeInspection,
)
from yunwei.operate.inspection.facts.templates import Domain, Gravity, ItemSpec

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAID = Said(zh="会", en="congress")
DRAFT = PlanDraft(
    tenant=TenantId(1),
    kind=PlanKind.EVENT,
    name="congress",
    covers="",
    starts_at=NOW,
    ends_at=NOW + DAY,
    frozen_from=NOW - DAY,
    frozen_until=NOW + 2 * DAY,
)


def holding(draft: PlanDraft = DRAFT, *excepted: str) -> Holding:
    plan = Plan(
        id=7,
        tenant_name="A",
        draft=draft,
        state=PlanState.STARTED,
        version=1,
        made_at=NOW,
        made_by="mia",
        inspection=None,
        started_at=NOW,
        started_by="mia",
        ended_at=None,
        ended_by="",
        summary=None,
    )
    return Holding(plan=plan, excepted=frozenset(excepted))


def act(operation: Operation = Operation.SCRIPT, *names: str) -> Act:
    things = tuple(ActObject(name=name, row={"name": name}) for name in names)
    return Act(operation=operation, tenant=TenantId(1), things=things)


@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("is_customers", [True, False])
def test_every_act_is_held_against_what_is_frozen(operation: Operation, is_customers: bool) -> None:
    asked = replace(act(operation, "d1"), is_customers=is_customers)
    found = hold(asked, "olga", [holding()], now=NOW)
    assert (found is not None) is (operation in DRAFT.operations)
    assert found is None or (found.reason, found.is_allowed) == (PermitReason.FROZEN, False)
    assert found is None or found.note == "E-00007 congress"


@given(st.integers(-50, 60))
def test_a_freeze_holds_from_its_beginning_to_just_before_its_end(hours: int) -> None:
    found = hold(act(), "olga", [holding()], now=NOW + hours * HOUR)
    assert (found is not None) is (-24 <= hours < 48)


def test_only_what_it_covers_is_frozen_and_is_named() -> None:
    some = holding(replace(DRAFT, covers='name == "d1"'))
    found = hold(act(Operation.SCRIPT, "d1", "d2"), "olga", [some], now=NOW)
    assert found is not None
    assert found.outside == ("d1",)
    assert hold(act(Operation.SCRIPT, "d2"), "olga", [some], now=NOW) is None
    # what is about no desktop in particular is about all of them
    assert hold(act(Operation.CONFIGURE), "olga", [some], now=NOW) is not None


def test_an_exception_is_for_one_person_and_from_one_plan() -> None:
    assert hold(act(), "olga", [holding(DRAFT, "olga")], now=NOW) is None
    assert hold(act(), "mia", [holding(DRAFT, "olga")], now=NOW) is not None
    assert hold(act(), "olga", [holding(DRAFT, "olga"), holding()], now=NOW) is not None


def inspected(
    level: Level = Level.PASSED,
    gravity: Gravity = Gravity.CRITICAL,
    *,
    age: timedelta = DAY,
    is_sealed: bool = True,
    score: float | None = 90,
) -> WholeInspection:
    item = ItemSpec(
        name="room", domain=Domain.ON_SITE, title=SAID, how=SAID, gravity=gravity, weight=1
    )
    at = NOW - age
    row = Inspection(
        id=3,
        tenant=TenantId(1),
        tenant_name="A",
        template=None,
        title=SAID,
        schedule=None,
        state=InspectionState.SEALED if is_sealed else InspectionState.MEASURED,
        error="",
        asked_at=at,
        asked_by="olga",
        measured_at=at,
        score=score,
        grade=None,
        coverage=1,
        failed=0,
        warned=0,
        unmeasured=0,
        sha256="",
        before=None,
        sealed_at=at if is_sealed else None,
        sealed_by="olga",
        seal="",
    )
    content = Inspected(
        title=SAID,
        tenant_name="A",
        at=at,
        took_s=0,
        template_sha256="",
        results=(),
        items=(item,),
    )
    answer = Answer(item="room", level=level, note="", by="olga", at=at)
    return WholeInspection(row=row, content=content, answers={"room": answer})


@pytest.mark.parametrize(
    ("inspection", "reason"),
    [
        (None, GateReason.NO_INSPECTION),
        (inspected(is_sealed=False), GateReason.NOT_SEALED),
        (replace(inspected(), is_intact=False), GateReason.NOT_SEALED),
        (inspected(age=8 * DAY), GateReason.TOO_OLD),
        (inspected(Level.FAILED), GateReason.CRITICAL),
        (inspected(score=59.9), GateReason.TOO_LOW),
        (inspected(score=None), GateReason.TOO_LOW),
        (inspected(Level.FAILED, Gravity.MAJOR, score=60), GateReason.PASSED),
        (inspected(age=7 * DAY), GateReason.PASSED),
    ],
)
def test_the_gate_opens_by_a_sealed_recent_inspection_that_is_good_enough(
    inspection: WholeInspection | None, reason: GateReason
) -> None:
    gate = judge_gate(DRAFT, inspection, now=NOW)
    assert (gate.reason, gate.is_open) == (reason, reason is GateReason.PASSED)


def test_a_frozen_period_alone_needs_no_inspection() -> None:
    gate = judge_gate(replace(DRAFT, kind=PlanKind.FREEZE), None, now=NOW)
    assert (gate.reason, gate.is_open) == (GateReason.NOT_NEEDED, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"ends_at": NOW}, "ends_at"),
        ({"starts_at": NOW - 3 * DAY, "ends_at": NOW - DAY}, "ends_at"),
        ({"ends_at": NOW + 93 * DAY}, "ends_at"),
        ({"frozen_until": NOW - 2 * DAY}, "frozen_until"),
        ({"frozen_until": NOW + 93 * DAY}, "frozen_until"),
        ({"operations": ()}, "operations"),
        ({"least_score": 101}, "least_score"),
        ({"covers": "name =="}, "covers"),
        ({"people": "x" * 4001}, "people"),
    ],
)
def test_a_plan_that_can_not_be_is_refused_at_its_field(
    change: dict[str, object], field: str
) -> None:
    assert check_draft(DRAFT, now=NOW) == DRAFT
    with pytest.raises(Invalid) as refused:
        check_draft(replace(DRAFT, **change), now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("reason", "until", "field"), [(" ", NOW + HOUR, "reason"), ("why", NOW, "until")]
)
def test_an_exception_has_a_reason_and_an_end(reason: str, until: datetime, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_exception(ExceptionDraft(who="olga", reason=reason, until=until), now=NOW)
    assert refused.value.field == field
