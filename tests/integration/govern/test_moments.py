"""What is over in a moment, and what comes and goes: told once, or not at all. Clock by hand."""

import pytest

from tests.support.alarms import START, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import NoiseRuleId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import AlarmView
from yunwei.monitor.governance.actions import noise_rules
from yunwei.monitor.governance.facts.noise import FlapRule, HoldDown, NoiseContent, NoiseRuleDraft
from yunwei.monitor.governance.queries import judgements
from yunwei.monitor.governance.queries import noise_rules as queries
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.queries import messages as notify

RAISE, CLEAR = MessageKind.RAISE, MessageKind.CLEAR
FLAPPING, SETTLED = MessageKind.FLAPPING, MessageKind.SETTLED


def has(world: World, content: NoiseContent, **changes: object) -> NoiseRuleId:
    draft = NoiseRuleDraft(name="a rule", content=content)
    tenant = world.installation.tenant
    return noise_rules.create_noise_rule(world.viewer, tenant, draft, now=world.clock.now())


@pytest.fixture
def holding(world: World) -> World:
    """A world where minor alarms have to stand for half a minute."""
    has(world, HoldDown(minor_s=30))
    return world


@pytest.fixture
def restless(world: World) -> World:
    """A world that knows when alarms flap."""
    has(world, FlapRule())
    return world


def says(world: World, act: AlarmAct = AlarmAct.RAISE, **changes: object) -> RawAlarm:
    """A report of this very moment."""
    minutes = (world.clock.now() - START).total_seconds() / 60
    raw = build_raw(act, minutes, **{"severity": Severity.MINOR, **changes})  # type: ignore[arg-type]
    world.reports(raw)
    return raw


def flaps(world: World, times: int = 2) -> None:
    """Raise and clear, a minute apart each."""
    for _ in range(times):
        says(world)
        world.passes(minutes=1)
        says(world, AlarmAct.CLEAR)
        world.passes(minutes=1)


def reasons(world: World, view: AlarmView = AlarmView.OPEN) -> list[str]:
    latest = judgements.explain_alarm(world.viewer, world.alarm(view).id)[0]
    return [each.reason for each in latest.decisions]


def suppressions(world: World) -> list[tuple[str, bool]]:
    """The audit rows of silence: kind, and whether it is over."""
    question = "SELECT kind, until IS NOT NULL AS is_over FROM governance_suppression ORDER BY id"
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(question).fetchall()
    return [(row["kind"], row["is_over"]) for row in rows]


def test_alarm_that_stands_is_told_when_its_time_is_up(holding: World) -> None:
    says(holding)
    assert holding.told() == []
    assert holding.alarm().suppressed_by[0].kind == "transient"
    holding.passes(seconds=29)
    holding.governs()
    assert holding.told() == []
    holding.passes(seconds=1)
    holding.governs()
    assert holding.told() == [RAISE]
    assert not holding.alarm().is_suppressed
    assert suppressions(holding) == []
    says(holding, AlarmAct.CLEAR)
    assert holding.told() == [RAISE, CLEAR]


def test_alarm_that_is_over_in_a_moment_is_told_to_nobody_and_counted(holding: World) -> None:
    says(holding)
    holding.passes(seconds=20)
    says(holding, AlarmAct.CLEAR)
    holding.passes(minutes=5)
    holding.governs()
    assert holding.told() == []
    assert suppressions(holding) == [("transient", True)]
    [row] = queries.fetch_noise_rules(holding.viewer).items
    assert row.hits == 1
    says(holding, AlarmAct.CLEAR)
    assert suppressions(holding) == [("transient", True)], "a clear told again adds nothing"


def test_alarm_cleared_by_hand_while_it_waits_is_a_moment_too(holding: World) -> None:
    says(holding)
    alarm_actions.clear_alarm(holding.viewer, holding.alarm().id, now=holding.clock.now())
    holding.governs()
    holding.passes(minutes=1)
    holding.governs()
    assert holding.told() == []
    assert suppressions(holding) == [("transient", True)]


def test_critical_alarm_waits_for_nothing(holding: World) -> None:
    says(holding, severity=Severity.CRITICAL)
    assert holding.told() == [RAISE]


def test_alarm_that_worsens_while_it_waits_is_told_at_once(holding: World) -> None:
    says(holding)
    holding.passes(seconds=5)
    says(holding, severity=Severity.CRITICAL)
    assert holding.told() == [RAISE]


def test_alarm_that_worsens_in_one_batch_still_waits_for_its_worse_severity(world: World) -> None:
    has(world, HoldDown(minor_s=30, major_s=60))
    world.reports(
        build_raw(severity=Severity.MINOR), build_raw(minutes=0.1, severity=Severity.MAJOR)
    )
    assert world.told() == []
    world.passes(seconds=61)
    world.governs()
    assert world.told() == [RAISE]


def test_alarm_that_eases_after_it_was_told_is_not_held_again(holding: World) -> None:
    says(holding, severity=Severity.CRITICAL)
    holding.passes(seconds=1)
    says(holding)
    assert not holding.alarm().is_suppressed
    assert holding.told() == [RAISE]


def test_masked_alarm_is_not_told_when_its_time_is_up(holding: World) -> None:
    holding.masks()
    says(holding)
    holding.passes(minutes=1)
    holding.governs()
    assert holding.told() == []
    [reason] = holding.alarm(AlarmView.MASKED).suppressed_by
    assert reason.kind == "mask"


def test_wait_goes_on_when_another_process_takes_over(holding: World) -> None:
    says(holding)
    holding.passes(seconds=15)
    holding.restarts()
    holding.governs()
    assert holding.told() == []
    holding.passes(seconds=15)
    holding.restarts()
    holding.governs()
    assert holding.told() == [RAISE]


def test_most_precise_rule_holds_and_a_tenant_s_own_before_the_provider_s(world: World) -> None:
    has(world, HoldDown(minor_s=600))
    has(world, HoldDown(alarm_type="host.*", minor_s=300))
    has(world, HoldDown(alarm_type="host.down", minor_s=10))
    says(world)
    world.passes(seconds=10)
    world.governs()
    assert world.told() == [RAISE]


def test_flapping_alarm_is_told_once_and_once_more_when_it_has_settled(restless: World) -> None:
    flaps(restless, times=6)
    assert restless.told() == [RAISE, CLEAR, RAISE, FLAPPING]
    restless.passes(minutes=40)
    restless.governs()
    assert restless.told() == [RAISE, CLEAR, RAISE, FLAPPING, SETTLED]
    [settled] = notify.fetch_messages(restless.viewer, filters={"kind": "settled"}).items
    assert "已稳定" in settled.content.subject
    restless.passes(minutes=40)
    restless.governs()
    assert restless.told() == [RAISE, CLEAR, RAISE, FLAPPING, SETTLED]


def test_flapping_alarm_that_stays_is_told_as_a_raise(restless: World) -> None:
    flaps(restless, times=3)
    says(restless)
    assert restless.alarm().suppressed_by[0].kind == "flapping"
    assert restless.told() == [RAISE, CLEAR, RAISE, FLAPPING]
    restless.passes(minutes=40)
    restless.governs()
    assert restless.told() == [RAISE, CLEAR, RAISE, FLAPPING, RAISE]
    assert not restless.alarm().is_suppressed
    says(restless, AlarmAct.CLEAR)
    assert restless.told()[-1] is CLEAR


def test_flapping_ends_on_time_when_another_process_takes_over(restless: World) -> None:
    flaps(restless, times=3)
    says(restless)
    restless.restarts()
    restless.passes(minutes=40)
    restless.governs()
    assert restless.told()[-1] is RAISE


def test_masked_flapping_is_told_to_nobody(restless: World) -> None:
    restless.masks()
    flaps(restless, times=4)
    restless.passes(minutes=60)
    restless.governs()
    assert restless.told() == []


def test_slow_changes_are_no_flapping(restless: World) -> None:
    for _ in range(4):
        says(restless)
        restless.passes(minutes=30)
        says(restless, AlarmAct.CLEAR)
        restless.passes(minutes=30)
    assert restless.told() == [RAISE, CLEAR] * 4


def test_moments_that_keep_coming_are_told_as_flapping(holding: World) -> None:
    has(holding, FlapRule())
    for _ in range(4):
        says(holding)
        holding.passes(seconds=5)
        says(holding, AlarmAct.CLEAR)
        holding.passes(seconds=55)
    assert holding.told() == [FLAPPING]
    assert suppressions(holding)[:2] == [("transient", True)] * 2


def test_restless_past_is_history_when_a_source_is_read_first(restless: World) -> None:
    raws = [build_raw((AlarmAct.RAISE, AlarmAct.CLEAR)[n % 2], n) for n in range(12)]
    restless.passes(hours=2)
    late = [RawAlarm(**{**_fields(raw), "received_at": restless.clock.now()}) for raw in raws]
    restless.reports(*late)
    assert restless.told() == []


def _fields(raw: RawAlarm) -> dict[str, object]:
    return {name: getattr(raw, name) for name in RawAlarm.__slots__}
