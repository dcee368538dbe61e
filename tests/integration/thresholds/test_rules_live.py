"""A threshold rule is tried on the past, then holds: what it raises goes the way of all alarms."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.governed import World
from yunwei.base.core.codec import encode
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import ThresholdRuleId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.metrics import At
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopKind,
    DesktopSeen,
    DesktopState,
    HostSeen,
    LoginState,
    Observation,
    PoolSeen,
    Reading,
    ReadingPage,
    SeenKind,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.base.named_sets import actions as named_sets
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm, AlarmView
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.inventory import actions as inventory
from yunwei.monitor.telemetry import store as telemetry_store
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batches_of_page
from yunwei.monitor.thresholds.actions import rules as actions
from yunwei.monitor.thresholds.facts import (
    Level,
    Missing,
    StandingState,
    ThresholdContent,
    ThresholdDraft,
    Trial,
)
from yunwei.monitor.thresholds.queries import rules as queries
from yunwei.monitor.thresholds.queries.trials import try_rule
from yunwei.plugins.sdk.contract import Read
from yunwei.run.threshold_watch import ThresholdWatch

STEP = timedelta(minutes=5)
CPU = ThresholdContent(
    measure="desktop.cpu",
    at=At.DESKTOP,
    levels=(
        Level(severity=Severity.MINOR, raise_at=0.8, clear_at=0.7),
        Level(severity=Severity.CRITICAL, raise_at=0.95, clear_at=0.9),
    ),
    needed=2,
    of=3,
    clear_steps=2,
    grace_s=0,
)


class Office:
    """Desktops that are measured every five minutes, and the watch over them."""

    def __init__(self, world: World, clickhouse: ClickHouse) -> None:
        self.world, self.clickhouse = world, clickhouse
        with transaction() as conn:
            internal = collect_queries.system_internal_source(conn).id
        self.watch = ThresholdWatch(append=self._append, internal=internal, clock=world.clock)

    async def _append(self, batch: IntakeBatch) -> None:
        self.world.stream.messages.append(encode(batch))

    def has(self, *names: str, **changes: object) -> None:
        desktops = [
            DesktopSeen(
                native_id=name,
                name=name.upper(),
                kind=DesktopKind.POOLED,
                state=DesktopState(str(changes.get("state", "running"))),
                login_state=LoginState.READY,
                pool=str(changes.get("pool", "p1")),
                is_in_maintenance=bool(changes.get("is_in_maintenance")),
            )
            for name in names
        ]
        here, now = self.world.installation, self.world.clock.now()
        poll = Poll(
            source=here.source, tenant=here.tenant, source_name="cloud", connector="x",
            read=Read.INVENTORY, started_at=now,
        )  # fmt: skip
        complete = frozenset({SeenKind.DESKTOP}) if changes.get("is_all") else frozenset()
        page = ReadingPage(readings=tuple(desktops), read_at=now, completes=complete)
        with transaction() as conn:
            inventory.apply_page(conn, poll, page)

    def has_on_hosts(self, desktops: Iterable[tuple[str, str]], state: str) -> None:
        """Desktops in a state, with the hosts that they are on and their pool."""
        here, now = self.world.installation, self.world.clock.now()
        listed = list(desktops)
        poll = Poll(
            source=here.source, tenant=here.tenant, source_name="cloud", connector="x",
            read=Read.INVENTORY, started_at=now,
        )  # fmt: skip
        seen: list[Reading] = [
            HostSeen(native_id=host, name=host.upper(), state="running", is_healthy=True)
            for host in sorted({host for _, host in listed})
        ]
        seen.append(PoolSeen(native_id="p2", name="P2", kind=DesktopKind.POOLED))
        seen += [
            DesktopSeen(
                native_id=name, name=name.upper(), kind=DesktopKind.POOLED,
                state=DesktopState(state), login_state=LoginState.READY, pool="p2", host=host,
            )
            for name, host in listed
        ]  # fmt: skip
        with transaction() as conn:
            inventory.apply_page(conn, poll, ReadingPage(readings=tuple(seen), read_at=now))

    def writes(self, readings: Iterable[Reading]) -> None:
        here = self.world.installation
        made = batches_of_page(
            readings, tenant=here.tenant, source=here.source, read_at=self.world.clock.now()
        )
        for batch in made:
            telemetry_store.insert(self.clickhouse, TABLES[batch.table], [batch])

    def measures(self, loads: Mapping[str, float], metric: str = "desktop.cpu") -> None:
        """One measurement of each, now; then a step passes and the rules are asked."""
        now = self.world.clock.now()
        self.writes(
            Observation(metric=metric, object_kind="desktop", object_id=name, at=now, value=value)
            for name, value in loads.items()
        )
        self.passes()

    def passes(self, step: timedelta = STEP) -> None:
        self.world.clock.advance(step)
        self.looks()

    def looks(self) -> None:
        asyncio.run(self.watch.step())
        self.world.governs()

    def rules(self, content: ThresholdContent = CPU, name: str = "CPU") -> ThresholdRuleId:
        return actions.create_rule(
            self.world.viewer,
            self.world.installation.tenant,
            ThresholdDraft(name=name, content=content),
            now=self.world.clock.now(),
        )

    def tries(self, content: ThresholdContent = CPU, days: int = 1) -> Trial:
        here = self.world
        now = here.clock.now()
        return try_rule(here.viewer, here.installation.tenant, content, days=days, now=now)

    def alarms(self, view: AlarmView = AlarmView.OPEN) -> list[Alarm]:
        found = alarm_queries.fetch_alarms(self.world.viewer, view=view).items
        return [row.alarm for row in found]


@pytest.fixture
def office(world: World, clickhouse: ClickHouse) -> Office:
    made = Office(world, clickhouse)
    world.clock.advance(timedelta(minutes=2))
    made.has("d1", "d2")
    return made


def test_it_is_raised_worsens_and_clears(office: Office) -> None:
    rule = office.rules()
    for load in (0.85, 0.5, 0.82):
        office.measures({"d1": load, "d2": 0.1})
    office.passes()
    [alarm] = office.alarms()
    assert (alarm.alarm_type, alarm.severity) == ("threshold.desktop.cpu", Severity.MINOR)
    assert alarm.managed_object.endswith("/desktop/D1")
    assert "82%" in alarm.text
    assert "CPU use" in alarm.text
    for load in (0.97, 0.98):
        office.measures({"d1": load, "d2": 0.1})
    office.passes()
    assert [each.severity for each in office.alarms()] == [Severity.CRITICAL]
    for _ in range(5):
        office.measures({"d1": 0.3, "d2": 0.1})
    assert office.alarms() == []
    assert queries.fetch_standings(office.world.viewer, rule).items == ()


def test_a_trial_says_what_then_happens(office: Office) -> None:
    rule = office.rules()
    loads = [
        0.1,
        0.9,
        0.9,
        0.5,
        0.99,
        0.99,
        0.99,
        0.75,
        0.6,
        0.5,
        0.1,
        0.9,
        0.1,
        0.9,
        0.2,
        0.2,
        0.2,
    ]
    for load in loads:
        office.measures({"d1": load, "d2": 0.2})
    office.passes()
    trial = office.tries()
    raised = office.alarms(AlarmView.HISTORY) + office.alarms()
    [alarm] = {each.id for each in raised}
    lived = alarm_queries.fetch_occurrences(office.world.viewer, alarm)
    assert trial.total == len(lived)
    assert sum(each.raised for each in trial.by_day) == trial.total > 1
    assert trial.by_object[0][0].endswith("/desktop/D1")
    assert (trial.objects, trial.objects_hit) == (2, 1)
    assert trial.coverage > 0
    assert queries.access_rule(office.world.viewer, rule).alarms == 0


def test_turning_it_off_removing_and_changing_it_clears(office: Office) -> None:
    rule = office.rules()

    def stands() -> None:
        for _ in range(3):
            office.measures({"d1": 0.9})
        assert len(office.alarms()) == 1

    stands()
    viewer, now = office.world.viewer, office.world.clock.now()
    actions.switch_rule(viewer, rule, is_enabled=False, now=now)
    office.looks()
    assert office.alarms() == []
    actions.switch_rule(viewer, rule, is_enabled=True, now=now)
    stands()
    harder = replace(CPU, levels=(Level(severity=Severity.MAJOR, raise_at=0.99, clear_at=0.9),))
    draft = ThresholdDraft(name="CPU", content=harder)
    actions.change_rule(viewer, rule, draft, now=office.world.clock.now())
    office.looks()
    assert office.alarms() == []
    actions.change_rule(
        viewer, rule, ThresholdDraft(name="CPU", content=CPU), now=office.world.clock.now()
    )
    office.looks()
    assert len(office.alarms()) == 1, "what stands already is told at once"
    actions.remove_rule(viewer, rule, now=office.world.clock.now())
    office.looks()
    assert office.alarms() == []


def test_a_desktop_that_is_switched_off_or_maintained_is_no_fault(office: Office) -> None:
    office.rules(replace(CPU, missing=Missing.ALARM, missing_steps=2))
    for _ in range(3):
        office.measures({"d1": 0.9, "d2": 0.9})
    assert len(office.alarms()) == 2
    office.has("d1", state="stopped")
    office.has("d2", is_in_maintenance=True)
    office.has("d3")
    for _ in range(4):
        office.measures({"d2": 0.99, "d3": 0.1})
    assert office.alarms() == []
    office.has("d1")
    for _ in range(4):
        office.measures({"d3": 0.1})
    [alarm] = office.alarms()
    assert (alarm.alarm_type, alarm.severity) == ("threshold.no_data", Severity.WARNING)
    assert alarm.managed_object.endswith("/desktop/D1")
    assert office.tries(replace(CPU, missing=Missing.ALARM, missing_steps=2)).total == 3


def test_a_source_outage_is_not_a_missing_measurement(office: Office) -> None:
    office.rules(replace(CPU, missing=Missing.ALARM, missing_steps=2))
    office.measures({"d1": 0.1, "d2": 0.1})
    for _ in range(6):
        office.passes()
    assert office.alarms() == []


def test_it_is_about_what_its_condition_says(office: Office) -> None:
    draft = NamedSetDraft(name="vips", kind=SetKind.TEXTS, values=("D2",))
    named_sets.add_set(
        office.world.viewer, office.world.installation.tenant, draft, now=office.world.clock.now()
    )
    office.rules(replace(CPU, condition='in_set(object_name, "vips") && pool == "p1"'))
    for _ in range(3):
        office.measures({"d1": 0.9, "d2": 0.9})
    assert [each.managed_object[-2:] for each in office.alarms()] == ["D2"]
    with pytest.raises(Invalid, match="no named set"):
        office.rules(replace(CPU, condition='in_set(object_name, "nobody")'))


def test_what_is_unusual_at_this_hour_is_told_once_enough_is_known(office: Office) -> None:
    usual = replace(
        CPU,
        is_usual=True,
        levels=(Level(severity=Severity.MAJOR, raise_at=6, clear_at=3),),
        time_zone="Asia/Shanghai",
        least_spread=0.01,
    )
    now = office.world.clock.now()
    for week in range(1, 5):
        first = now - timedelta(weeks=week)
        office.writes(
            Observation(
                metric="desktop.cpu",
                object_kind="desktop",
                object_id="d1",
                at=first + STEP * step,
                value=0.3 + 0.01 * (step % 3),
            )
            for step in range(-24, 24)
        )
    office.rules(usual)
    for _ in range(3):
        office.measures({"d1": 0.6, "d2": 0.6})
    [alarm] = office.alarms()
    assert alarm.managed_object.endswith("D1"), "of the other nothing is known yet"
    trial = office.tries(usual)
    assert trial.total == 1
    assert 0 < trial.learning < 1


def test_failed_logons_are_a_measure(office: Office) -> None:
    content = ThresholdContent(
        measure="logons.failed_share",
        at=At.SOURCE,
        levels=(Level(severity=Severity.MAJOR, raise_at=0.5, clear_at=0.4),),
        needed=1,
        of=1,
    )
    office.rules(content)
    now = office.world.clock.now()
    office.writes(
        ConnectionRecord(
            native_id=f"c{number}",
            login="li",
            desktop="d1",
            started_at=now,
            failure="licence" if number else "",
        )
        for number in range(4)
    )
    office.passes()
    [alarm] = office.alarms()
    assert "75%" in alarm.text
    assert office.tries(content).total == 1


STORM = ThresholdContent(
    measure="logons.attempts",
    at=At.SOURCE,
    is_usual=True,
    levels=(Level(severity=Severity.MAJOR, raise_at=6, clear_at=3),),
    needed=1,
    of=1,
    clear_steps=2,
    least_spread=5.0,
    time_zone="Asia/Shanghai",
)


def come(office: Office, count: int, at: datetime) -> None:
    office.writes(
        ConnectionRecord(
            native_id=f"{at.timestamp()}-{number}", login=f"u{number}", desktop="d1", started_at=at
        )
        for number in range(count)
    )


def read(office: Office, of: Read, ats: Iterable[datetime]) -> None:
    """The source was read at these instants."""
    office.writes(
        Observation(
            metric="poll.seconds", object_kind="source", object_id=of.value, at=at, value=1.0
        )
        for at in ats
    )


def test_a_storm_of_logons_is_an_alarm_until_it_is_over(office: Office) -> None:
    now = office.world.clock.now()
    for week in range(1, 5):
        ats = [now - timedelta(weeks=week) + STEP * step for step in range(-24, 24)]
        read(office, Read.ACTIVITY, ats)
        come(office, 2, ats[23])
    office.rules(STORM, "storm")

    def passes(attempts: int, *, is_read: bool = True) -> list[Severity]:
        at = office.world.clock.now()
        come(office, attempts, at)
        read(office, Read.ACTIVITY, [at] if is_read else [])
        office.passes()
        return [each.severity for each in office.alarms()]

    assert passes(20) == [], "less than six spreads of five"
    assert passes(60) == [Severity.MAJOR]
    [alarm] = office.alarms()
    assert alarm.alarm_type == "threshold.logons.attempts"
    assert "60" in alarm.text
    assert passes(60) == [Severity.MAJOR]
    assert passes(0, is_read=False) == passes(0, is_read=False) == [Severity.MAJOR], (
        "nobody is known to have stayed away"
    )
    assert passes(0) == [Severity.MAJOR]
    assert passes(0) == [], "it was read twice that nobody came"
    trial = office.tries(STORM)
    assert (trial.total, trial.objects_hit) == (1, 1)
    assert trial.alarms[0].cleared_at is not None


def test_a_storm_of_starts_is_an_alarm_of_the_host(office: Office) -> None:
    content = ThresholdContent(
        measure="desktops.starts",
        at=At.HOST,
        levels=(Level(severity=Severity.MAJOR, raise_at=2, clear_at=1),),
        needed=1,
        of=1,
        clear_steps=1,
    )
    desktops = [(f"s{number}", f"h{number % 3 // 2 + 1}") for number in range(18)]

    def passes(state: str) -> list[tuple[str, Severity]]:
        office.has_on_hosts(desktops, state)
        read(office, Read.INVENTORY, [office.world.clock.now()])
        office.passes()
        return [(each.managed_object.rpartition("/")[2], each.severity) for each in office.alarms()]

    assert passes("stopped") == []
    office.rules(content, "starts")
    everywhere = replace(content, at=At.SOURCE)
    office.rules(everywhere, "starts of all")
    assert passes("stopped") == []
    here = str(office.world.installation.source)
    stormy = {("H1", Severity.MAJOR), (here, Severity.MAJOR)}
    assert {*passes("running")} == stormy, "12 on one host, 6 on the other, in five minutes"
    texts = " ".join(each.text for each in office.alarms())
    assert "2.4" in texts, "by the minute: of the host"
    assert "3.6" in texts, "and of the source"
    assert passes("running") == []
    for tried in (content, everywhere):
        trial = office.tries(tried)
        assert (trial.total, trial.alarms[0].cleared_at is not None) == (1, True)
    of_pools = office.tries(replace(content, at=At.POOL))
    assert (of_pools.objects, of_pools.total) == (1, 1)


def test_others_do_not_see_it(office: Office) -> None:
    rule = office.rules()
    stranger = replace(office.world.viewer, tenant=99, tenants=(99,))
    with pytest.raises(Refused):
        queries.access_rule(stranger, rule)
    with pytest.raises(Refused):
        queries.fetch_standings(stranger, rule)
    with pytest.raises(Refused):
        actions.remove_rule(stranger, rule, now=office.world.clock.now())


def test_what_is_not_enough_yet_is_pending(office: Office) -> None:
    rule = office.rules()
    office.measures({"d1": 0.9})
    office.passes()
    [row] = queries.fetch_standings(office.world.viewer, rule).items
    assert (row.state, row.value) == (StandingState.PENDING, 0.9)


def test_copies_do_not_judge_twice(office: Office) -> None:
    office.rules()
    other = Office(office.world, office.clickhouse)
    for _ in range(3):
        office.measures({"d1": 0.9})
        other.looks()
    [alarm] = office.alarms()
    assert alarm.count == 1
