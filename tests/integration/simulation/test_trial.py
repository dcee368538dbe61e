"""A mask rule is tried on the past before it holds: what it would have hidden, saved, regretted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.alarms import START, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import MaskRuleId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.named_sets import actions as named_sets
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.governance.actions import mask_life
from yunwei.monitor.governance.queries import mask_rules as queries
from yunwei.monitor.simulation import actions, jobs
from yunwei.monitor.simulation import queries as simulations
from yunwei.monitor.simulation.facts import Outcome, SimulationState
from yunwei.monitor.telemetry import actions as telemetry
from yunwei.monitor.telemetry import store as telemetry_store
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batch_of_raw_alarms

NIGHT = parse_times_text("night", time_zone="Asia/Shanghai")


class Past:
    """A world with a past in telemetry, and simulations that run at once."""

    def __init__(self, world: World, clickhouse: ClickHouse) -> None:
        self.world = world
        self.clickhouse = clickhouse
        self.runner = jobs.Runner(world.clock, is_inline=True)

    def remembers(self) -> None:
        """Telemetry takes what was judged."""
        batch = batch_of_raw_alarms(self.world.judged, written_at=self.world.clock.now())
        telemetry_store.insert(self.clickhouse, TABLES["raw_alarms"], [batch])

    def tries(self, rule: MaskRuleId, days: int = 7) -> Outcome:
        now = self.world.clock.now()
        id = actions.start_simulation(self.world.viewer, rule, days=days, now=now)
        self.runner.submit(self.world.viewer, id)
        found = simulations.access_simulation(self.world.viewer, id)
        assert (found.state, found.error) == (SimulationState.DONE, "")
        assert found.outcome is not None
        return found.outcome


@pytest.fixture
def past(world: World, clickhouse: ClickHouse) -> Past:
    return Past(world, clickhouse)


def lives_through_two_days(world: World) -> None:
    """From 14:00 on: every hour a disk complains for a minute, now and then a fan."""
    for hour in range(48):
        minutes = hour * 60
        world.clock.advance(START + timedelta(minutes=minutes) - world.clock.now())
        disk = build_raw(
            minutes=minutes,
            managed_object="/host/H-03/disk/1",
            alarm_type="disk.slow",
            severity=Severity.CRITICAL if hour == 12 else Severity.MINOR,
        )
        world.reports(disk)
        if hour % 12 == 0:
            world.reports(build_raw(minutes=minutes, managed_object="/host/H-04"))
        if hour == 11:
            [row] = alarm_queries.fetch_alarms(
                world.viewer, filters={"alarm_type": "disk.slow"}
            ).items
            alarm_actions.acknowledge_alarm(
                world.viewer, row.alarm.id, now=world.clock.now(), note="again the backup"
            )
            world.governs()
        clear = build_raw(
            AlarmAct.CLEAR,
            minutes + 1,
            managed_object="/host/H-03/disk/1",
            alarm_type="disk.slow",
        )
        world.reports(clear)


def test_a_rule_is_tried_on_the_past(past: Past) -> None:
    world = past.world
    lives_through_two_days(world)
    past.remembers()
    world.passes(hours=1)
    until = world.clock.now() + timedelta(days=30)
    rule = world.masks(expires_at=until, ticket="CHG-7", times=NIGHT)
    muted = world.masks(
        name="every disk",
        condition={"field": "alarm_type", "op": "prefix", "value": "disk."},
        starts_at=world.clock.now() - timedelta(hours=20),
        expires_at=world.clock.now() + timedelta(hours=3),
    )
    outcome = past.tries(rule)
    # two nights from 22:00 to 06:00 are 16 hours, one of them Critical
    # the fan's repeats begin nothing new
    assert (outcome.hidden, outcome.total) == (15, 49)
    assert {each.word: each.count for each in outcome.by_severity} == {"minor": 15}
    assert [(each.word, each.count) for each in outcome.by_type] == [("disk.slow", 15)]
    assert [(each.word, each.count) for each in outcome.by_object] == [("/host/H-03/disk/1", 15)]
    assert sum(each.hidden for each in outcome.by_day) == 15
    assert len(outcome.by_day) == 8
    assert [(each.rule, each.both) for each in outcome.overlaps] == [(muted, 8)], (
        "it holds in the second night"
    )
    assert outcome.marginal == 7
    assert len(outcome.samples) == 15
    assert outcome.samples[0].alarm is not None
    # raise and clear of each disk's, and the fan that still stands
    assert (outcome.messages.saved, outcome.messages.total) == (30, 97)
    [regret] = outcome.regrets
    assert (regret.deed, regret.by, regret.note) == ("acknowledged", "olga", "again the backup")
    assert outcome.regret_count == 1
    assert queries.fetch_prospect(world.viewer, rule, now=world.clock.now()).missing == ()
    mask_life.activate_mask_rule(world.viewer, rule, now=world.clock.now())


def test_a_trial_goes_by_what_a_named_set_holds_now(past: Past) -> None:
    world = past.world
    world.reports(build_raw(managed_object="/host/H-1"), build_raw(managed_object="/host/H-2"))
    past.remembers()
    world.passes(hours=1)
    now, here = world.clock.now(), world.installation.tenant
    many = tuple(f"/site/Beijing-{number:05}/host/H-{number}" for number in range(9_999))
    wide = NamedSetDraft(name="core", kind=SetKind.OBJECTS, values=(*many, "/host/H-1"))
    named_set = named_sets.add_set(world.viewer, here, wide, now=now)
    condition = {"field": "managed_object", "op": "in_set", "value": "core"}
    rule = world.masks(condition=condition, expires_at=now + timedelta(days=30), ticket="CHG-7")
    assert past.tries(rule).hidden == 1
    both = replace(wide, values=("/host/H-1", "/host/H-2"))
    named_sets.change_set(world.viewer, named_set, both, now=now)
    assert past.tries(rule).hidden == 2
    named_sets.change_set(world.viewer, named_set, replace(wide, values=()), now=now)
    assert past.tries(rule).hidden == 0


def test_what_ends_a_trial_is_told(past: Past) -> None:
    world = past.world
    rule = world.masks(expires_at=world.clock.now() + timedelta(days=30), ticket="CHG-7")
    with pytest.raises(Invalid) as caught:
        actions.start_simulation(world.viewer, rule, days=0, now=world.clock.now())
    assert caught.value.field == "days"
    id = actions.start_simulation(world.viewer, rule, days=7, now=world.clock.now())
    actions.cancel_simulation(world.viewer, id, now=world.clock.now())
    past.runner.submit(world.viewer, id)
    assert simulations.access_simulation(world.viewer, id).state is SimulationState.CANCELLED
    with pytest.raises(Conflict):
        actions.cancel_simulation(world.viewer, id, now=world.clock.now())
    telemetry.use_clickhouse(None)
    id = actions.start_simulation(world.viewer, rule, days=7, now=world.clock.now())
    past.runner.submit(world.viewer, id)
    found = simulations.access_simulation(world.viewer, id)
    assert found.state is SimulationState.FAILED
    assert "ClickHouse" in found.error
    with pytest.raises(Conflict, match="simulate"):
        mask_life.activate_mask_rule(world.viewer, rule, now=world.clock.now())
    lost = actions.start_simulation(world.viewer, rule, days=7, now=world.clock.now())
    world.passes(minutes=10)
    actions.start_simulation(world.viewer, rule, days=7, now=world.clock.now())
    assert simulations.access_simulation(world.viewer, lost).state is SimulationState.FAILED
    other = replace(world.viewer, tenants=())
    with pytest.raises(Exception, match="no such thing"):
        simulations.access_simulation(other, lost)
