"""Too many alarms at once, and many alike: told in digests, none of them lost. Clock by hand."""

import itertools

import pytest

from tests.support.alarms import START, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.governance.actions import noise_rules
from yunwei.monitor.governance.facts.noise import (
    GroupKey,
    GroupRule,
    NoiseContent,
    NoiseRuleDraft,
    StormRule,
)
from yunwei.monitor.governance.facts.situations import Situation, SituationKind, SituationState
from yunwei.monitor.governance.queries import situations
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.queries import messages as notify

_numbers = itertools.count()


class Weather:
    """A world where ten alarms of a source within a minute are a storm."""

    def __init__(self, world: World) -> None:
        self.world = world

    def has(self, content: NoiseContent) -> None:
        draft = NoiseRuleDraft(name="too much", content=content)
        now = self.world.clock.now()
        tenant = self.world.installation.tenant
        noise_rules.create_noise_rule(self.world.viewer, tenant, draft, now=now)

    def pours(self, count: int, **changes: object) -> None:
        """That many alarms in one batch, each about something else."""
        self.world.reports(*(self.build(next(_numbers), **changes) for _ in range(count)))

    def build(self, number: int, act: AlarmAct = AlarmAct.RAISE, **changes: object):
        minutes = (self.world.clock.now() - START).total_seconds() / 60
        told = {
            "managed_object": f"/desktop/D-{number}",
            "alarm_type": "desktop.slow",
            "severity": Severity.MAJOR,
            "native_id": f"{act}-{number}-{minutes}",
            **changes,
        }
        return build_raw(act, minutes, **told)  # type: ignore[arg-type]

    def passes(self, **step: float) -> None:
        self.world.passes(**step)
        self.world.governs()

    def told(self) -> list[tuple[MessageKind, str]]:
        """What stands on the operator's screen, oldest first: kind, and a notice's subject."""
        found = notify.fetch_messages(self.world.viewer, filters={"on_screen": True}).items
        return [
            (each.kind, each.content.subject if each.kind is MessageKind.NOTICE else "")
            for each in reversed(found)
        ]

    def raises(self) -> int:
        return sum(kind is MessageKind.RAISE for kind, _ in self.told())

    def notices(self) -> list[str]:
        return [subject for kind, subject in self.told() if kind is MessageKind.NOTICE]

    def situation(self) -> Situation:
        [only] = situations.fetch_situations(self.world.viewer).items
        return only

    def kept(self) -> int:
        return alarms.fetch_alarms(self.world.viewer, view=None).total or 0


@pytest.fixture
def weather(world: World) -> Weather:
    built = Weather(world)
    built.has(StormRule(enter=10, leave=2, digest_s=120))
    return built


def test_a_storm_is_told_at_its_beginning_in_digests_and_at_its_end(weather: Weather) -> None:
    weather.pours(30)
    assert weather.kept() == 30
    told_one_by_one = weather.raises()
    assert told_one_by_one == 9
    [begin] = weather.notices()
    assert begin.startswith("【风暴开始】告警风暴：")
    situation = weather.situation()
    assert (situation.kind, situation.members) == (SituationKind.STORM, 21)
    for _ in range(4):
        weather.passes(seconds=31)
        weather.pours(20)
    [_, digest] = weather.notices()
    assert digest.startswith("【风暴摘要】")
    assert "81 条" in digest
    weather.passes(minutes=5)
    weather.passes(minutes=1)
    [*_, end] = weather.notices()
    assert end.startswith("【风暴结束】")
    assert "共 101 条，101 条未恢复" in end
    assert weather.raises() == told_one_by_one
    assert weather.situation().state is SituationState.CLOSED
    assert weather.kept() == 110


def test_after_a_storm_alarms_are_told_one_by_one_again(weather: Weather) -> None:
    weather.pours(30)
    weather.passes(minutes=6)
    weather.passes(minutes=1)
    before = weather.raises()
    weather.pours(1)
    assert weather.raises() == before + 1


def test_few_alarms_are_no_storm(weather: Weather) -> None:
    for _ in range(12):
        weather.pours(1)
        weather.passes(seconds=30)
    assert weather.raises() == 12
    assert weather.notices() == []


def test_a_critical_alarm_of_another_type_is_told_in_a_storm(weather: Weather) -> None:
    weather.pours(20)
    before = weather.raises()
    weather.pours(1, severity=Severity.CRITICAL, alarm_type="array.lost")
    assert weather.raises() == before + 1
    weather.pours(5, severity=Severity.CRITICAL, alarm_type="array.lost")
    assert weather.raises() == before + 1


def test_another_process_goes_on_with_the_storm(weather: Weather) -> None:
    weather.pours(20)
    before = weather.raises()
    weather.world.restarts()
    weather.pours(20)
    assert weather.raises() == before
    assert len(weather.notices()) == 1
    weather.passes(seconds=21)
    assert weather.situation().members == 31


def test_a_process_that_takes_over_before_a_storm_counts_what_came(weather: Weather) -> None:
    weather.pours(8)
    weather.world.restarts()
    weather.pours(8)
    assert weather.raises() == 9


def test_what_came_in_a_storm_stays_quiet_until_it_clears_or_worsens(weather: Weather) -> None:
    weather.pours(20)
    number = next(_numbers)
    weather.world.reports(weather.build(number))
    weather.passes(minutes=8)
    weather.passes(minutes=1)
    before = weather.told()
    weather.world.reports(weather.build(number, severity=Severity.CRITICAL, native_id="worse"))
    assert weather.told() == [*before, (MessageKind.RAISE, "")]


def test_nothing_of_a_storm_is_without_a_reason(weather: Weather) -> None:
    weather.pours(40)
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(
            "SELECT count(*) AS count FROM alarms_alarm a WHERE NOT EXISTS "
            "(SELECT 1 FROM notify_message m WHERE m.alarm_id = a.id) AND NOT EXISTS "
            "(SELECT 1 FROM governance_suppression s WHERE s.alarm_id = a.id"
            " AND s.noise_rule_id IS NOT NULL AND s.kind = 'storm')"
        ).fetchone()
    assert rows == {"count": 0}


class TestAlike:
    """Alarms of a type are one situation once there are about six."""

    @pytest.fixture
    def weather(self, world: World) -> Weather:
        built = Weather(world)
        built.has(
            GroupRule(
                condition='under(managed_object, "/desktop")',
                keys=(GroupKey.ALARM_TYPE,),
                least=6,
            )
        )
        return built

    def test_the_first_are_told_and_the_rest_gathered(self, weather: Weather) -> None:
        weather.pours(4)
        assert weather.notices() == []
        weather.pours(20)
        assert weather.raises() == 4
        assert weather.notices() == ["【同类告警】同类告警：desktop.slow"]
        assert weather.situation().kind is SituationKind.GROUP
        assert weather.situation().members == 20

    def test_other_alarms_are_not_gathered(self, weather: Weather) -> None:
        weather.pours(20)
        before = weather.raises()
        weather.pours(2, alarm_type="desktop.hot")
        weather.pours(2, managed_object="/host/H-1")
        assert weather.raises() == before + 3

    def test_it_stays_open_while_an_alarm_stands(self, weather: Weather) -> None:
        weather.pours(20)
        weather.passes(minutes=40)
        weather.passes(minutes=40)
        assert weather.notices()[-1].startswith("【同类告警不再增加】")
        assert weather.situation().state is SituationState.OPEN
        numbers = [int(row.alarm.managed_object.split("-")[1]) for row in self._all(weather)]
        weather.world.reports(*(weather.build(each, AlarmAct.CLEAR) for each in numbers))
        weather.passes(minutes=2)
        assert weather.situation().state is SituationState.CLOSED
        assert len(weather.notices()) == 2

    def _all(self, weather: Weather):
        return alarms.fetch_alarms(weather.world.viewer, view=None).items
