"""The noise board counts what happened: from reports to messages, and what kept the rest quiet."""

from dataclasses import replace
from datetime import timedelta

from tests.integration.govern.test_storms import Weather
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.governance.facts.noise import StormRule
from yunwei.operate.noise import queries
from yunwei.operate.noise.facts import NoiseFigures


def figures(world: World) -> NoiseFigures:
    until = world.clock.now() + timedelta(minutes=1)
    return queries.fetch_noise(viewer(world), until - timedelta(days=7), until)


def viewer(world: World) -> Viewer:
    return world.viewer


def test_the_funnel_narrows_from_reports_to_what_is_told(world: World) -> None:
    weather = Weather(world)
    weather.has(StormRule(enter=10, leave=2, digest_s=120))
    told = weather.build(900_000)
    world.reports(told)
    weather.pours(29)
    world.reports(replace(told, native_id="again"), replace(told, native_id="once more"))
    found = figures(world)
    assert found.funnel.occurrences == weather.kept()
    assert found.funnel.reports == found.funnel.occurrences + _repeats(found)
    assert (found.funnel.told, found.funnel.situations) == (9, 1)
    [storm] = found.by_rule
    assert (storm.kind, storm.rule_name, storm.occurrences) == ("storm", "too much", 21)
    assert found.funnel.noise_reduction is not None
    assert 0.6 < found.funnel.noise_reduction < 0.8


def test_what_was_over_when_it_was_heard_of_is_a_class_of_its_own(world: World) -> None:
    weather = Weather(world)
    past = [
        weather.build(number, act)
        for number in range(910_000, 910_020)
        for act in (AlarmAct.RAISE, AlarmAct.CLEAR)
    ]
    world.reports(*past)
    world.reports(weather.build(910_100), weather.build(910_101))
    found = figures(world).funnel
    assert (found.occurrences, found.late, found.in_time, found.told) == (22, 20, 2, 2)
    assert found.noise_reduction == 0, "what nobody could be told of flatters nobody"
    until = world.clock.now() + timedelta(minutes=1)
    steps = queries.fetch_noise_over_time(viewer(world), until - timedelta(hours=24), until)
    assert sum(each.late for each in steps) == 20


def _repeats(found: NoiseFigures) -> int:
    return sum(each.reports - each.occurrences for each in found.talkers)


def test_how_long_it_took_leaves_out_what_was_quiet(world: World) -> None:
    weather = Weather(world)
    world.reports(weather.build(900_001))
    world.passes(minutes=10)
    alarm_actions.acknowledge_alarm(world.viewer, world.alarm().id, now=world.clock.now())
    world.passes(minutes=20)
    world.reports(weather.build(900_001, AlarmAct.CLEAR))
    found = figures(world)
    assert (found.acknowledged.count, found.acknowledged.median_s) == (1, 600)
    [cleared] = found.cleared
    assert (cleared.count, cleared.median_s) == (1, 1800)


def test_what_stands_is_listed_after_a_day(world: World) -> None:
    weather = Weather(world)
    world.reports(weather.build(900_002))
    assert figures(world).standing == ()
    world.passes(hours=25)
    found = figures(world)
    assert [each.managed_object for each in found.standing] == ["/desktop/D-900002"]
    assert found.standing_total == 1


def test_each_hour_or_day_is_there_and_adds_up(world: World) -> None:
    weather = Weather(world)
    weather.pours(3)
    world.passes(hours=2)
    weather.pours(2)
    until = world.clock.now() + timedelta(minutes=1)
    steps = queries.fetch_noise_over_time(viewer(world), until - timedelta(hours=24), until)
    assert len(steps) in {24, 25}
    assert sum(each.occurrences for each in steps) == 5
    assert sum(each.told for each in steps) == 5


def test_who_was_told_is_counted(world: World) -> None:
    Weather(world).pours(2)
    [olga] = figures(world).people
    assert (olga.name, olga.on_screen, olga.by_channel) == ("olga", 2, 0)
