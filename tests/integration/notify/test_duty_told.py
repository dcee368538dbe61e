"""Who is told is whoever is on duty, or owns it, at that moment; else the last route is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.alarms import build_raw
from tests.support.crew import Crew
from tests.support.posted import Post
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import times_to_json
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import ChannelId, ScheduleId
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    PoolSeen,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.duty.actions import changes, schedules
from yunwei.monitor.duty.facts.changes import OverrideDraft, OverrideKind
from yunwei.monitor.duty.facts.schedules import (
    DutyRole,
    LayerDraft,
    RotationUnit,
    ScheduleDraft,
)
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.notify.actions import escalation, hurrying, ownerships, policies, routes
from yunwei.monitor.notify.facts.escalation import AckMode, Need, PolicyDraft, PolicyStep
from yunwei.monitor.notify.facts.reaching import Owner, OwnershipDraft, Scope, Targets
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import routes as route_queries

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
EVERYTHING = {"field": "*", "op": "always"}


class Desk(Crew):
    """A crew with schedules, whose clock shows wall times."""

    def sets_clock(self, wall: str, zone: ZoneInfo = SHANGHAI) -> None:
        at = datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(UTC)
        self.clock.advance(at - self.clock.now())

    def wait_until(self, wall: str, zone: ZoneInfo = SHANGHAI) -> None:
        at = datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(UTC)
        self.passes(seconds=(at - self.clock.now()).total_seconds())

    def layer(self, *names: str, times: str = "", zone: str = "Asia/Shanghai", **more: Any) -> Any:
        usual: dict[str, Any] = {
            "name": "daily",
            "unit": RotationUnit.DAY,
            "starts_on": self.clock.now().astimezone(ZoneInfo(zone)).date(),
            "groups": tuple((self.user(name),) for name in names),
            "times": times_to_json(parse_times_text(times, time_zone=zone)) if times else None,
        }
        return LayerDraft(**(usual | more))

    def has_schedule(self, *layers: LayerDraft, zone: str = "Asia/Shanghai") -> ScheduleId:
        draft = ScheduleDraft(name="desk", time_zone=zone, layers=layers)
        return schedules.add_schedule(
            self.viewer, self.installation.tenant, draft, now=self.clock.now()
        )

    def tells(
        self, delay_min: float, schedule: ScheduleId, role: DutyRole | None = None, **more: Any
    ) -> PolicyStep:
        targets = Targets(schedules=(schedule,), duty_role=role)
        return replace(PolicyStep(delay_s=int(delay_min * 60), targets=targets), **more)

    def owns(self, path: str, name: str) -> None:
        draft = OwnershipDraft(scope=Scope.OBJECT, path=path, people=(self.user(name),))
        ownerships.add_ownership(self.viewer, self.installation.tenant, draft, now=self.clock.now())

    def owns_pool(self, pool: str, name: str) -> None:
        number = next(
            row.id for row in inventory.fetch_pools(self.viewer).items if row.name == pool
        )
        draft = OwnershipDraft(scope=Scope.POOL, pool=number, people=(self.user(name),))
        ownerships.add_ownership(self.viewer, self.installation.tenant, draft, now=self.clock.now())

    def has_desktop(self, name: str, pool: str) -> None:
        self.finds(
            PoolSeen(native_id=f"id-{pool}", name=pool),
            DesktopSeen(
                native_id=f"id-{name}",
                name=name,
                kind=DesktopKind.DEDICATED,
                state=DesktopState.RUNNING,
                login_state=LoginState.READY,
                pool=f"id-{pool}",
            ),
        )

    def told_at(self, name: str, zone: ZoneInfo = SHANGHAI) -> list[str]:
        return [
            f"{message.created_at.astimezone(zone):%m-%d %H:%M}" for message in self.messages(name)
        ]

    def raise_now(self, number: int = 3, **changes: Any) -> None:
        self.raise_at(f"/host/H-0{number}", **changes)

    def raise_at(self, path: str, **changes: Any) -> None:
        raw = build_raw(managed_object=path, **changes)
        now = self.clock.now()
        self.reports(replace(raw, event_at=now, received_at=now))

    def self_alarms(self) -> list[str]:
        self.looks()
        found = alarm_queries.fetch_alarms(self.viewer).items
        return [row.alarm.alarm_type for row in found if row.alarm.alarm_type.startswith("notify.")]


@pytest.fixture
def desk(crew: Crew) -> Desk:
    calendar_actions.bootstrap()
    crew.__class__ = Desk
    return crew  # type: ignore[return-value]


def test_the_backup_is_told_when_the_primary_does_not_act(desk: Desk) -> None:
    desk.sets_clock("2026-11-23T10:00")
    backup = desk.layer("ben", role=DutyRole.BACKUP)
    schedule = desk.has_schedule(desk.layer("anna"), backup)
    steps = (desk.tells(0, schedule, DutyRole.PRIMARY), desk.tells(15, schedule, DutyRole.BACKUP))
    desk.has_route(desk.has_policy(*steps))
    desk.raise_now()
    assert (desk.told_at("anna"), desk.told_at("ben")) == (["11-23 10:00"], [])
    desk.passes(minutes=15)
    assert (desk.told_at("anna"), desk.told_at("ben")) == (["11-23 10:00"], ["11-23 10:15"])
    assert desk.told_at("chief") == []


def test_after_the_handoff_the_next_step_goes_to_who_has_taken_over(desk: Desk) -> None:
    desk.sets_clock("2026-11-23T08:50")
    started = date(2026, 11, 22)
    schedule = desk.has_schedule(desk.layer("anna", "ben", starts_on=started))
    desk.has_route(desk.has_policy(desk.tells(0, schedule), desk.tells(15, schedule)))
    desk.raise_now()
    desk.passes(minutes=20)
    assert (desk.told_at("anna"), desk.told_at("ben")) == (["11-23 08:50"], ["11-23 09:05"])


@pytest.mark.parametrize(
    ("eve", "night", "morning"),
    [
        ("2026-03-28", "2026-03-29T08:50", "2026-03-29T09:05"),
        ("2026-10-24", "2026-10-25T08:50", "2026-10-25T09:05"),
    ],
    ids=["an hour less", "an hour more"],
)
def test_the_handoff_stays_at_nine_when_clocks_change_in_europe(
    desk: Desk, eve: str, night: str, morning: str
) -> None:
    desk.sets_clock(f"{eve}T12:00", BERLIN)
    daily = desk.layer("anna", "ben", zone="Europe/Berlin")
    schedule = desk.has_schedule(daily, zone="Europe/Berlin")
    desk.has_route(desk.has_policy(desk.tells(0, schedule), desk.tells(15, schedule)))
    desk.sets_clock(night, BERLIN)
    desk.raise_now()
    desk.wait_until(morning, BERLIN)
    shown = [f"{wall[5:10]} {wall[11:]}" for wall in (night, morning)]
    assert (desk.told_at("anna", BERLIN), desk.told_at("ben", BERLIN)) == ([shown[0]], [shown[1]])


def test_national_day_is_served_by_rest_days_and_its_make_up_sunday_by_workdays(
    desk: Desk,
) -> None:
    desk.sets_clock("2026-09-18T10:00")
    schedule = desk.has_schedule(
        desk.layer("anna", times="workday"), desk.layer("ben", times="rest_day")
    )
    desk.has_route(None, schedules=(schedule,))
    days = {
        "2026-09-19": "ben",  # a Saturday
        "2026-09-20": "anna",  # a Sunday on which people work for the holiday
        "2026-09-30": "anna",
        "2026-10-01": "ben",  # a Thursday, and National Day
        "2026-10-07": "ben",
        "2026-10-08": "anna",
        "2026-10-10": "anna",  # the other make-up workday, a Saturday
    }
    for number, day in enumerate(days):
        desk.sets_clock(f"{day}T10:00")
        desk.raise_now(number)
    assert {
        day: name
        for day in days
        for name in ("anna", "ben", "chief")
        if f"{day[5:]} 10:00" in desk.told_at(name)
    } == days


def test_an_override_holds_at_once_and_one_that_contradicts_it_is_refused(desk: Desk) -> None:
    desk.sets_clock("2026-11-23T10:00")
    schedule = desk.has_schedule(desk.layer("anna"))
    desk.has_route(None, schedules=(schedule,))
    now = desk.clock.now()
    instead = OverrideDraft(
        kind=OverrideKind.REPLACE,
        user=desk.user("anna"),
        stand_in=desk.user("ben"),
        starts_at=now,
        ends_at=now + timedelta(hours=4),
    )
    changes.add_override(desk.viewer, schedule, instead, now=now)
    contradicting = replace(instead, stand_in=desk.user("chief"))
    with pytest.raises(Conflict, match="Anna"):
        changes.add_override(desk.viewer, schedule, contradicting, now=now)
    desk.raise_now()
    assert (desk.told_at("anna"), desk.told_at("ben"), desk.told_at("chief")) == (
        [],
        ["11-23 10:00"],
        [],
    )
    desk.passes(hours=4)
    desk.raise_now(4)
    assert desk.told_at("anna") == ["11-23 14:00"]


def test_the_owner_of_the_nearest_object_above_is_told(desk: Desk) -> None:
    desk.owns("/host", "ben")
    desk.owns("/host/H-03", "anna")
    desk.has_route(None, owners=(Owner.OBJECT,))
    desk.raise_now(3)
    desk.raise_now(4)
    assert (len(desk.told_at("anna")), len(desk.told_at("ben"))) == (1, 1)
    assert "/host/H-03" in str(desk.messages("anna")[0].content)


def test_the_team_of_the_desktop_s_pool_is_told_and_nobody_of_another_pool(desk: Desk) -> None:
    desk.has_desktop("PC-1", "Finance")
    desk.has_desktop("PC-2", "Design")
    desk.owns_pool("Finance", "anna")
    desk.owns_pool("Design", "ben")
    desk.has_route(None, owners=(Owner.POOL,))
    desk.raise_at("/desktop/PC-1")
    assert (len(desk.told_at("anna")), len(desk.told_at("ben"))) == (1, 0)
    desk.raise_at("/desktop/id-PC-2")
    assert (len(desk.told_at("anna")), len(desk.told_at("ben"))) == (1, 1)


def test_a_desktop_that_moves_to_another_pool_is_its_team_s_from_then_on(desk: Desk) -> None:
    desk.has_desktop("PC-1", "Finance")
    desk.has_desktop("PC-2", "Design")
    desk.owns_pool("Finance", "anna")
    desk.owns_pool("Design", "ben")
    desk.has_route(None, owners=(Owner.POOL,))
    desk.has_desktop("PC-1", "Design")
    desk.raise_at("/desktop/PC-1")
    assert (len(desk.told_at("anna")), len(desk.told_at("ben"))) == (0, 1)


def test_an_alarm_of_a_pool_that_nobody_owns_goes_to_the_last_route(desk: Desk) -> None:
    desk.has_desktop("PC-1", "Finance")
    desk.has_desktop("PC-2", "Design")
    desk.owns_pool("Design", "ben")
    desk.has_route(None, owners=(Owner.POOL,))
    desk.raise_at("/desktop/PC-1")
    told = {name: len(desk.told_at(name)) for name in ("anna", "ben", "chief")}
    assert told == {"anna": 1, "ben": 1, "chief": 1}, "the last route tells everybody"
    assert desk.self_alarms() == ["notify.nobody_reached"]


def test_owned_twice_is_refused_at_its_field(desk: Desk) -> None:
    desk.owns("/host/H-03", "anna")
    with pytest.raises(Invalid) as refusal:
        desk.owns("/host/H-03/", "ben")
    assert refusal.value.field == "path"


def test_an_alarm_that_reaches_nobody_goes_to_the_last_route_and_is_said(desk: Desk) -> None:
    schedule = desk.has_schedule(desk.layer("anna", times="workday 03:00-03:30"))
    desk.has_route(None, schedules=(schedule,))
    desk.sets_clock("2026-11-23T12:00")
    desk.raise_now()
    assert [len(desk.told_at(name)) for name in ("anna", "ben", "chief")] == [1, 1, 1]
    assert desk.self_alarms() == ["notify.nobody_reached"]


def test_a_step_that_reaches_nobody_goes_to_the_last_route_and_is_said(desk: Desk) -> None:
    schedule = desk.has_schedule(desk.layer("anna", times="workday 03:00-03:30"))
    desk.has_route(desk.has_policy(desk.step(0, "ben"), desk.tells(15, schedule)))
    desk.sets_clock("2026-11-23T12:00")
    desk.raise_now()
    assert [len(desk.told_at(name)) for name in ("anna", "ben", "chief")] == [0, 1, 0]
    desk.passes(minutes=15)
    assert [len(desk.told_at(name)) for name in ("anna", "ben", "chief")] == [1, 2, 1]
    assert desk.self_alarms() == ["notify.nobody_reached"]


def test_the_last_route_can_not_be_removed_or_left_without_anybody(desk: Desk) -> None:
    added = desk.has_route(None, people=(desk.user("anna"),))
    [last] = [each for each in route_queries.fetch_routes(desk.viewer).items if each.is_catch_all]
    now = desk.clock.now()
    with pytest.raises(Conflict):
        routes.remove_route(desk.viewer, last.id, now=now)
    with pytest.raises(Invalid):
        routes.change_route(
            desk.viewer, last.id, RouteDraft(name="", condition=EVERYTHING), now=now
        )
    routes.reorder_routes(desk.viewer, last.tenant, (last.id, added), now=now)
    found = route_queries.fetch_routes(desk.viewer).items
    assert [each.id for each in found] == [added, last.id]
    # it is for all alarms, whatever somebody says
    narrow = {"field": "severity", "op": "eq", "value": "critical"}
    draft = RouteDraft(name="x", condition=narrow, people=(desk.user("chief"),), is_enabled=False)
    routes.change_route(desk.viewer, last.id, draft, now=now)
    changed = route_queries.access_route(desk.viewer, last.id)
    assert (changed.condition, changed.is_enabled) == (last.condition, True)


def test_what_is_below_a_routes_severity_is_told_to_nobody(desk: Desk) -> None:
    desk.has_route(None, people=(desk.user("anna"),), min_severity=Severity.MAJOR)
    desk.raise_now(3, severity=Severity.MINOR)
    assert [len(desk.told_at(name)) for name in ("anna", "ben", "chief")] == [0, 0, 0]
    assert desk.self_alarms() == []
    desk.raise_now(4, severity=Severity.MAJOR)
    assert len(desk.told_at("anna")) == 1


def escalate_by(post: Post, *steps: PolicyStep) -> ChannelId:
    """Let every alarm go by a policy whose steps send to a group."""
    channel = post.add_group()
    world = post.world
    [wanted] = [
        each for each in route_queries.fetch_routes(world.viewer).items if not each.is_catch_all
    ]
    routes.remove_route(world.viewer, wanted.id, now=world.clock.now())
    sent = tuple(replace(each, targets=Targets(channels=(channel,))) for each in steps)
    policy = policies.add_policy(
        world.viewer,
        world.installation.tenant,
        PolicyDraft(name="nights", steps=sent),
        now=world.clock.now(),
    )
    routes.add_route(
        world.viewer,
        world.installation.tenant,
        RouteDraft(name="all", condition=EVERYTHING, policy=policy),
        now=world.clock.now(),
    )
    return channel


def acknowledge(post: Post) -> None:
    alarm_actions.acknowledge_alarm(
        post.world.viewer, post.world.alarm().id, now=post.world.clock.now()
    )


def step(delay_min: int, **changes: Any) -> PolicyStep:
    return replace(PolicyStep(delay_s=delay_min * 60, targets=Targets()), **changes)


def test_a_step_that_waits_to_be_sent_is_pointless_once_somebody_acknowledged(post: Post) -> None:
    escalate_by(post, step(0))
    post.raises(1)
    post.world.passes(seconds=5)
    acknowledge(post)
    assert post.works() == []
    assert [(row.state.value, row.reason) for row in post.rows(kind="raise")] == [
        ("cancelled", "acknowledged")
    ]


@pytest.mark.parametrize("needs", [Need.NOT_CLEARED, Need.NOT_ACKNOWLEDGED])
def test_a_step_that_is_told_acknowledged_or_not_goes_all_the_same(post: Post, needs: Need) -> None:
    escalate_by(post, step(0, needs=needs))
    post.raises(1)
    post.world.passes(seconds=5)
    acknowledge(post)
    assert len(post.works()) == (1 if needs is Need.NOT_CLEARED else 0)


def test_what_somebody_escalates_by_hand_goes_although_another_acknowledges(post: Post) -> None:
    escalate_by(post, step(0), step(60))
    post.raises(1)
    assert len(post.works()) == 1
    post.world.passes(seconds=5)
    hurrying.escalate_alarm(post.world.viewer, post.world.alarm().id, now=post.world.clock.now())
    post.world.governs()
    moved(post)
    post.world.passes(seconds=5)
    acknowledge(post)
    assert len(post.works()) == 1


def moved(post: Post) -> None:
    """Let what is due be told, as the escalator does."""
    with transaction() as conn:
        post.world.rulebook.refresh(conn, post.world.clock.now())
        escalation.move_due(conn, post.world.rulebook.router, now=post.world.clock.now())


def test_steps_that_are_due_together_are_a_message_each(post: Post) -> None:
    escalate_by(post, step(0), step(10), step(10, ack_mode=AckMode.ANY))
    post.raises(1)
    # nothing could be sent meanwhile
    for _ in range(2):
        post.world.passes(minutes=10)
        moved(post)
    assert len(post.works()) == 3
    assert [row.state.value for row in post.rows(kind="raise")] == ["sent"] * 3
    with transaction() as conn, cursor(conn) as opened:
        found = opened.execute(
            "SELECT data #>> '{escalation,step}' AS step FROM notify_message ORDER BY id"
        ).fetchall()
    assert [row["step"] for row in found] == ["1", "2", "3"]
