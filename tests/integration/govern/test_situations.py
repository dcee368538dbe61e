"""One fault explains many alarms: people hear of it once, and see the others attached."""

import pytest

from tests.support.alarms import START, build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    HostSeen,
    LoginState,
    PoolSeen,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.actions import noise_rules, relations
from yunwei.monitor.governance.facts.noise import InhibitionRule, NoiseRuleDraft
from yunwei.monitor.governance.facts.situations import Situation, SituationState
from yunwei.monitor.governance.facts.topology import Relation, WrittenRelation
from yunwei.monitor.governance.queries import judgements, situations
from yunwei.monitor.notify.facts.messages import MessageKind
from yunwei.monitor.notify.queries import messages as notify

RAISE, CLEAR = MessageKind.RAISE, MessageKind.CLEAR
HOST_DOWN, LOST = "host.down", "desktop.lost"


class Site:
    """A world with two hosts of three desktops each, D-1 to D-3 on H-1, D-4 to D-6 on H-2."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rule = self.has_rule(
            InhibitionRule(
                parents='alarm_type == "host.down"',
                children='glob(alarm_type, "desktop.*")',
                critical_wait_s=0,
            )
        )
        self.finds({f"D-{n}": "H-1" if n <= 3 else "H-2" for n in range(1, 7)})

    def has_rule(self, content: InhibitionRule, name: str = "a host takes its desktops"):
        draft = NoiseRuleDraft(name=name, content=content)
        tenant = self.world.installation.tenant
        now = self.world.clock.now()
        return noise_rules.create_noise_rule(self.world.viewer, tenant, draft, now=now)

    def finds(self, host_of: dict[str, str], **more: object) -> None:
        """Let inventory know hosts and the desktops on them."""
        hosts = [HostSeen(native_id=f"id-{name}", name=name) for name in set(host_of.values())]
        desktops = [build_desktop(name, f"id-{host}", **more) for name, host in host_of.items()]
        self.world.finds(PoolSeen(native_id="p", name="Finance"), *hosts, *desktops)

    def says(self, *acts: tuple[str, AlarmAct], **changes: object) -> None:
        """Let hosts and desktops report in one batch, in this order."""
        self.world.reports(*(self.build(name, act, **changes) for name, act in acts))

    def build(self, name: str, act: AlarmAct, **changes: object) -> RawAlarm:
        is_host = name.startswith("H-")
        minutes = (self.world.clock.now() - START).total_seconds() / 60
        told = {
            "managed_object": f"/device/{name}" if is_host else f"/desktop/{name}",
            "alarm_type": HOST_DOWN if is_host else LOST,
            "severity": Severity.CRITICAL,
            "text": f"{name} is lost",
            **changes,
        }
        told["native_id"] = f"{act}-{name}-{minutes}-{sorted(changes.items())}"
        return build_raw(act, minutes, **told)  # type: ignore[arg-type]

    def loses(self, *names: str, **changes: object) -> None:
        self.says(*((name, AlarmAct.RAISE) for name in names), **changes)

    def regains(self, *names: str) -> None:
        self.says(*((name, AlarmAct.CLEAR) for name in names))

    def passes(self, **step: float) -> None:
        self.world.passes(**step)
        self.world.governs()

    def alarm(self, name: str) -> Alarm:
        found = alarms.fetch_alarms(self.world.viewer, view=None, filters={"about": [name]})
        [row] = found.items
        return row.alarm

    def told(self) -> list[tuple[MessageKind, str]]:
        """What stands on the operator's screen, oldest first: kind and name."""
        found = notify.fetch_messages(self.world.viewer, filters={"on_screen": True}).items
        names = {row.alarm.id: row.alarm.managed_object.split("/")[-1] for row in self._all()}
        return [(each.kind, names[each.alarm]) for each in reversed(found) if each.alarm]

    def _all(self):
        return alarms.fetch_alarms(self.world.viewer, view=None).items

    def situation(self) -> Situation:
        [only] = situations.fetch_situations(self.world.viewer).items
        return only

    def members(self, situation: Situation | None = None) -> set[str]:
        chosen = situation or self.situation()
        found = situations.fetch_members(self.world.viewer, chosen.id)
        return {each.managed_object.split("/")[-1] for each in found if each.until is None}


def build_desktop(name: str, host: str, **more: object) -> DesktopSeen:
    return DesktopSeen(
        native_id=f"id-{name}",
        name=name,
        kind=DesktopKind.DEDICATED,
        state=DesktopState.RUNNING,
        login_state=LoginState.READY,
        pool="p",
        host=host,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def test_lost_host_is_told_once_with_its_desktops_attached(site: Site) -> None:
    site.loses("H-1")
    site.loses("D-1", "D-2")
    site.loses("D-3")
    assert site.told() == [(RAISE, "H-1")]
    [message] = notify.fetch_messages(site.world.viewer, filters={"on_screen": True}).items
    assert "3 个桌面" in message.content.subject
    situation = site.situation()
    assert (situation.title, situation.affected) == ("H-1 is lost", 3)
    assert (situation.members, situation.open_members) == (4, 4)
    assert site.members() == {"H-1", "D-1", "D-2", "D-3"}
    child = site.alarm("D-1")
    assert child.situation == situation.id
    [reason] = child.suppressed_by
    assert (reason.kind, reason.rule_id) == ("inhibited", site.rule)


@pytest.mark.parametrize(
    "order", [("H-1", "D-1", "D-2"), ("D-1", "H-1", "D-2"), ("D-2", "D-1", "H-1")]
)
def test_order_within_a_batch_does_not_matter(site: Site, order: tuple[str, ...]) -> None:
    site.loses(*order)
    assert site.told() == [(RAISE, "H-1")]
    assert site.members() == {"H-1", "D-1", "D-2"}


def test_desktop_of_another_host_is_told(site: Site) -> None:
    site.loses("H-1", "D-4")
    assert sorted(site.told()) == [(RAISE, "D-4"), (RAISE, "H-1")]


def test_host_that_is_reported_late_takes_its_desktops_along(site: Site) -> None:
    site.loses("D-1")
    assert site.told() == [(RAISE, "D-1")]
    site.passes(seconds=20)
    site.loses("H-1")
    site.loses("D-2")
    assert site.told() == [(RAISE, "D-1"), (RAISE, "H-1")]
    assert site.members() == {"H-1", "D-1", "D-2"}
    found = situations.fetch_members(site.world.viewer, site.situation().id)
    was_told = {each.managed_object: each.was_told for each in found}
    assert was_told["/desktop/D-1"]
    assert not was_told["/desktop/D-2"]


def test_fault_of_a_host_that_is_not_known_yet_counts_once_it_is(site: Site) -> None:
    site.loses("H-9")
    site.passes(seconds=20)
    site.finds({"D-9": "H-9"})
    site.passes(seconds=20)
    site.loses("D-9")
    assert site.told() == [(RAISE, "H-9")]
    assert site.members() == {"H-9", "D-9"}


def test_fault_that_takes_far_more_along_than_was_told_is_told_again_once(site: Site) -> None:
    names = [f"D-{number}" for number in range(20, 30)]
    site.finds(dict.fromkeys(names, "H-9"))
    site.passes(seconds=20)
    site.loses("H-9")
    for qualifier in ("agent", "disk", "login"):
        site.loses(*names, qualifier=qualifier)
    site.passes(seconds=1)
    assert [kind for kind, _name in site.told()] == [RAISE]
    site.loses(*names, qualifier="session")
    site.passes(seconds=1)
    site.passes(seconds=30)
    found = notify.fetch_messages(site.world.viewer, filters={"on_screen": True}).items
    notices = [each.content.subject for each in found if each.kind is MessageKind.NOTICE]
    assert notices == ["【影响扩大】H-9 is lost：已归入 40 条告警"]


def test_minor_alarm_waits_for_the_fault_that_may_explain_it(site: Site) -> None:
    site.loses("D-1", severity=Severity.MINOR)
    assert site.alarm("D-1").suppressed_by[0].kind == "waiting"
    site.passes(seconds=20)
    site.loses("H-1")
    assert site.told() == [(RAISE, "H-1")]
    assert site.members() == {"H-1", "D-1"}


def test_minor_alarm_that_nothing_explains_is_told_after_its_wait(site: Site) -> None:
    site.loses("D-1", severity=Severity.MINOR)
    site.passes(seconds=31)
    assert site.told() == [(RAISE, "D-1")]


def test_alarm_that_stood_long_before_the_fault_is_not_explained_by_it(site: Site) -> None:
    site.loses("D-1")
    site.passes(minutes=30)
    site.loses("H-1")
    assert site.told() == [(RAISE, "D-1"), (RAISE, "H-1")]
    assert situations.fetch_situations(site.world.viewer).total == 0


def test_what_stays_when_the_host_is_back_is_told_after_a_moment(site: Site) -> None:
    site.loses("H-1", "D-1", "D-2")
    site.passes(minutes=10)
    site.regains("H-1")
    site.passes(seconds=20)
    site.regains("D-1")
    assert site.told() == [(RAISE, "H-1"), (CLEAR, "H-1")]
    site.passes(seconds=41)
    assert site.told() == [(RAISE, "H-1"), (CLEAR, "H-1"), (RAISE, "D-2")]
    assert not site.alarm("D-2").is_suppressed
    assert site.alarm("D-2").situation is None
    site.passes(seconds=90)
    assert site.situation().state is SituationState.CLOSED


def test_situation_ends_once_when_all_are_back(site: Site) -> None:
    site.loses("H-1", "D-1", "D-2")
    site.passes(minutes=10)
    site.regains("H-1", "D-1", "D-2")
    site.passes(seconds=90)
    site.passes(seconds=90)
    assert site.told() == [(RAISE, "H-1"), (CLEAR, "H-1")]
    situation = site.situation()
    assert situation.state is SituationState.CLOSED
    verbs = [each.verb for each in situations.fetch_story(site.world.viewer, situation.id)]
    assert verbs == ["closed", "root_cleared", "grew", "opened"]
    assert site.alarm("H-1").situation is None


def test_host_that_returns_at_once_keeps_its_situation(site: Site) -> None:
    site.loses("H-1", "D-1")
    site.passes(minutes=1)
    site.regains("H-1")
    site.passes(seconds=10)
    site.loses("H-1")
    site.passes(minutes=5)
    assert site.situation().state is SituationState.OPEN
    assert site.members() == {"H-1", "D-1"}
    assert (RAISE, "D-1") not in site.told()


@pytest.mark.parametrize("moment", ["before the children", "after the children", "settling"])
def test_another_process_that_takes_over_decides_the_same(site: Site, moment: str) -> None:
    site.loses("H-1")
    if moment == "before the children":
        site.world.restarts()
    site.loses("D-1", "D-2")
    if moment == "after the children":
        site.world.restarts()
    site.passes(minutes=1)
    site.regains("H-1")
    if moment == "settling":
        site.world.restarts()
    site.passes(seconds=30)
    assert site.told() == [(RAISE, "H-1"), (CLEAR, "H-1")]
    site.regains("D-1")
    site.passes(seconds=31)
    assert site.told() == [(RAISE, "H-1"), (CLEAR, "H-1"), (RAISE, "D-2")]


def test_the_end_of_one_fault_does_not_free_what_another_explains(site: Site) -> None:
    site.loses("H-1")
    site.loses("H-1", qualifier="power")
    site.loses("D-1")
    site.regains("H-1")
    site.passes(minutes=3)
    assert (RAISE, "D-1") not in site.told()


def test_masked_fault_explains_as_well(site: Site) -> None:
    condition = {"field": "alarm_type", "op": "eq", "value": HOST_DOWN}
    site.world.masks(condition=condition)
    site.loses("H-1", "D-1", "D-2", severity=Severity.MAJOR)
    assert site.told() == []
    assert site.members() == {"H-1", "D-1", "D-2"}


class TestRedundancy:
    """Logins need one of two gateways."""

    @pytest.fixture
    def gateways(self, site: Site) -> Site:
        site.has_rule(
            InhibitionRule(
                parents='alarm_type == "gateway.down"',
                children='glob(alarm_type, "login.*")',
                relations=(Relation.SERVED_BY,),
                wait_s=0,
                critical_wait_s=0,
            ),
            "gateways",
        )
        lines = [
            WrittenRelation(
                relation=Relation.SERVED_BY,
                parent_kind="gateway",
                parent=name,
                child_kind="tenant",
                redundancy="gateways",
            )
            for name in ("GW-1", "GW-2")
        ]
        here = site.world
        relations.replace_relations(
            here.viewer, here.installation.tenant, lines, now=here.clock.now()
        )
        return site

    def loses_gateway(self, site: Site, name: str) -> None:
        site.loses(name, managed_object=f"/device/{name}", alarm_type="gateway.down")

    def fails_login(self, site: Site, name: str = "D-1") -> None:
        site.loses(name, alarm_type="login.failed")

    def test_one_of_two_explains_nothing(self, gateways: Site) -> None:
        self.loses_gateway(gateways, "GW-1")
        self.fails_login(gateways)
        assert gateways.told() == [(RAISE, "GW-1"), (RAISE, "D-1")]

    def test_both_explain(self, gateways: Site) -> None:
        self.loses_gateway(gateways, "GW-1")
        self.loses_gateway(gateways, "GW-2")
        self.fails_login(gateways)
        assert gateways.told() == [(RAISE, "GW-1"), (RAISE, "GW-2")]
        assert gateways.situation().title == "GW-2 is lost"

    def test_one_that_is_back_frees_what_stays(self, gateways: Site) -> None:
        self.loses_gateway(gateways, "GW-1")
        self.loses_gateway(gateways, "GW-2")
        self.fails_login(gateways)
        gateways.says(
            ("GW-1", AlarmAct.CLEAR), managed_object="/device/GW-1", alarm_type="gateway.down"
        )
        gateways.passes(seconds=61)
        assert gateways.told()[-1] == (RAISE, "D-1")


def test_greater_fault_takes_a_situation_over(site: Site) -> None:
    site.has_rule(
        InhibitionRule(
            parents='alarm_type == "switch.down"',
            children='glob(alarm_type, "*")',
            relations=(Relation.CONNECTED_TO, Relation.RUNS_ON),
            hops=3,
            wait_s=0,
            critical_wait_s=0,
        ),
        "network",
    )
    line = WrittenRelation(
        relation=Relation.CONNECTED_TO, parent_kind="switch", parent="SW-1", child_kind="host"
    )
    here = site.world
    relations.replace_relations(here.viewer, here.installation.tenant, [line], now=here.clock.now())
    site.loses("H-1", "D-1")
    site.loses("SW-1", managed_object="/device/SW-1", alarm_type="switch.down")
    site.loses("D-2", "H-2", "D-4")
    assert site.told() == [(RAISE, "H-1"), (RAISE, "SW-1")]
    found = situations.fetch_situations(site.world.viewer, filters={"state": "open"}).items
    [whole] = found
    assert whole.title == "SW-1 is lost"
    assert site.members(whole) == {"SW-1", "H-1", "D-1", "D-2", "H-2", "D-4"}
    assert whole.affected == 6


def test_what_its_source_maintains_is_out_of_service(site: Site) -> None:
    site.finds({"D-1": "H-1"}, is_in_maintenance=True)
    site.loses("D-1")
    assert site.told() == []
    assert site.alarm("D-1").suppressed_by[0].kind == "out_of_service"
    [latest, *_] = judgements.explain_alarm(site.world.viewer, site.alarm("D-1").id)
    assert latest.decisions[-1].reason == "out_of_service"


def test_what_comes_back_into_service_is_told_if_it_still_stands(site: Site) -> None:
    site.finds({"D-1": "H-1"}, is_in_maintenance=True)
    site.loses("D-1")
    site.passes(seconds=31)
    site.finds({"D-1": "H-1"})
    site.passes(seconds=31)
    assert site.told() == [(RAISE, "D-1")]


def test_nothing_is_lost_on_the_way(site: Site) -> None:
    """Every raise is told, or kept quiet for a named reason, or attached."""
    site.loses("D-1", "D-5", severity=Severity.MINOR)
    site.loses("H-1", "D-2", "D-3")
    site.passes(minutes=2)
    site.regains("H-1", "D-2")
    site.passes(minutes=5)
    with transaction() as conn, cursor(conn) as opened:
        rows = opened.execute(
            "SELECT o.id, EXISTS (SELECT 1 FROM notify_message m WHERE m.occurrence = o.id"
            " AND m.kind = 'raise') AS is_told,"
            " EXISTS (SELECT 1 FROM governance_suppression s WHERE s.occurrence = o.id) AS is_quiet"
            " FROM alarms_occurrence o"
        ).fetchall()
    assert all(row["is_told"] or row["is_quiet"] for row in rows)
    assert len(rows) == 5
