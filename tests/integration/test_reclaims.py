"""A desktop that nobody uses is asked back: its user answers or does not, the customer approves, it
is taken once and never without its snapshot, and given again as long as it is there."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.faces.personas_selfservice import add_desktop
from tests.integration.telemetry.support import write
from tests.support.alarms import Installation
from yunwei.base.core.acts import Act, Permit, PermitReason
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import DesktopId, SourceId
from yunwei.base.core.readings import ConnectionRecord, DesktopState, LoginState
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock, SystemClock
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.operate.reclaim import actions, queries
from yunwei.operate.reclaim.facts import Answer, ReclaimRow, ReclaimState, Started, Terms
from yunwei.operate.reclaim.jobs import Reclaims
from yunwei.operate.selfservice.actions import requests as request_actions
from yunwei.operate.selfservice.actions import working
from yunwei.operate.selfservice.facts.requests import (
    RequestDraft,
    RequestKind,
    RequestRule,
    RequestState,
    StepState,
)
from yunwei.operate.selfservice.jobs.acts import Acts, Opened
from yunwei.operate.selfservice.jobs.fulfilling import Fulfilment
from yunwei.operate.selfservice.jobs.telling import Teller
from yunwei.operate.selfservice.queries import requests as request_queries
from yunwei.plugins.sdk.contract import (
    ChangeOrder,
    DesktopAct,
    DesktopChange,
    FarAct,
    FarDesktop,
    FarOutcome,
    FarState,
)

_S = ReclaimState
DAY = timedelta(days=1)
TERMS = Terms(grace_days=10, remind_days=3, keep_days=5, quiet_days=90)


class Killed(BaseException):
    """The process is no more."""


@dataclass
class FarCloud:
    """A cloud with one desktop. It does whatever it is told, as often as it is told."""

    users: list[str] = field(default_factory=lambda: ["lei"])
    is_there: bool = True
    told: list[str] = field(default_factory=list)
    snapshots: int = 0
    has_snapshot_failed: bool = False
    dies: str = ""

    async def begin_act(self, act: DesktopAct, desktop: str) -> str:
        self._dies("before", act.value)
        self.told.append(act.value)
        self.snapshots += not self.has_snapshot_failed
        self._dies("after", act.value)
        return f"job-{len(self.told)}"

    async def find_act(self, act: DesktopAct, desktop: str, since: datetime) -> str | None:
        return "job-1" if act.value in self.told else None

    async def read_act(self, act: DesktopAct, desktop: str, number: str) -> FarAct:
        state = FarState.FAILED if self.has_snapshot_failed else FarState.SUCCEEDED
        return FarAct(state=state, said=state.value)

    async def read_desktop(self, desktop: str) -> FarDesktop:
        return FarDesktop(state=DesktopState.STOPPED, login_state=LoginState.READY)

    async def begin_change(self, order: ChangeOrder) -> str:
        self._dies("before", order.change.value)
        self.told.append(order.change.value)
        if order.change is DesktopChange.DELETE:
            # what the whole walk is for
            assert self.snapshots
            assert not self.users
            self.is_there = False
        elif order.change is DesktopChange.UNASSIGN:
            self.users.remove(order.user)
        else:
            self.users.append(order.user)
        self._dies("after", order.change.value)
        return f"job-{len(self.told)}"

    async def read_change(self, order: ChangeOrder, number: str) -> FarAct:
        return FarAct(state=FarState.RUNNING, said="running")

    async def look_up_change(self, order: ChangeOrder) -> FarOutcome:
        is_so = {
            DesktopChange.DELETE: not self.is_there,
            DesktopChange.UNASSIGN: order.user not in self.users,
            DesktopChange.ASSIGN: order.user in self.users,
        }[order.change]
        return FarOutcome(is_so=is_so, desktop=order.desktop)

    async def close(self) -> None:
        pass

    def _dies(self, when: str, what: str) -> None:
        if self.dies == f"{when} {what}":
            raise Killed


class House:
    """A customer with a desktop that nobody uses, its user, who approves, and the provider."""

    def __init__(self, installation: Installation, clickhouse: ClickHouse) -> None:
        self.operator = installation.viewer
        self.tenant, self.clickhouse = installation.tenant, clickhouse
        self.clock = FakeClock(SystemClock().now())
        self.cloud = FarCloud()
        with transaction() as conn, cursor(conn) as opened:
            [row] = opened.execute(
                "INSERT INTO collect_source (tenant_id, connector, name)"
                " VALUES (%s, 'huawei_workspace', 'Cloud') RETURNING id",
                (installation.tenant,),
            ).fetchall()
        self.source = SourceId(row["id"])
        self.desktop = DesktopId(add_desktop(self.source, self.tenant, "lei"))
        # of the cloud's past it is known that somebody else was there
        self.was_used("d-other", days_ago=80)
        self.was_used("d-lei", days_ago=60)
        with transaction() as conn, cursor(conn) as opened:
            opened.execute(
                "INSERT INTO people_user (username, password, display_name, email, phone,"
                " tenant_id, role, language, theme, time_zone, desktop_login, is_active)"
                " VALUES ('lei', '', '', '', '', %s, 'desktop_user', 'en', 'auto', 'UTC', 'LEI',"
                " true)",
                (self.tenant,),
            )
        self.lei, self.boss = self.person("lei"), self.person("boss")
        self.rules()

    def person(self, name: str) -> Viewer:
        return replace(
            self.operator,
            name=name,
            desktop_login=name,
            tenant=self.tenant,
            tenants=(self.tenant,),
            permissions=frozenset({Permission.USE_PORTAL}),
        )

    def rules(self, **values: Any) -> None:
        usual = {"approvers": ("boss",), "needs_provider": False, "is_offered": True}
        rule = RequestRule(kind=RequestKind.RECLAIM, **(usual | values))
        request_actions.save_rule(self.operator, self.tenant, rule, time_zone="UTC")

    def was_used(self, native_id: str, *, days_ago: float) -> None:
        ended = self.clock.now() - timedelta(days=days_ago)
        record = ConnectionRecord(
            native_id=f"c-{native_id}-{days_ago}",
            login="lei",
            desktop=native_id,
            started_at=ended - timedelta(hours=1),
            setup_at=ended - timedelta(hours=1),
            ended_at=ended,
        )
        write(
            self.clickhouse,
            [record],
            tenant=self.tenant,
            source=self.source,
            read_at=self.clock.now(),
        )

    def begins(self, terms: Terms = TERMS) -> Started:
        return actions.begin_reclaims(self.operator, [self.desktop], terms, clock=self.clock)

    def begun(self) -> int:
        started = self.begins()
        assert started.refused == {}
        return started.begun[0]

    def sees(self, reclaim: int) -> ReclaimRow:
        return queries.access_reclaim(self.operator, reclaim)[0]

    def looks(self) -> None:
        """Let a process that has just started look at what is open."""
        self.clock.advance(timedelta(minutes=6))
        Reclaims(self.clock, time_zone="UTC").move_one()

    def approves(self, reclaim: int, *, is_approved: bool = True) -> int:
        request = self.sees(reclaim).request
        assert request is not None
        now = self.clock.now()
        request_actions.decide_first(
            self.boss, request, is_approved=is_approved, note="so it is", now=now
        )
        return request

    def approved(self) -> tuple[int, int]:
        """A reclaim that its user answered and the customer approved."""
        reclaim = self.begun()
        actions.answer(self.lei, reclaim, Answer.GIVE_BACK, now=self.clock.now())
        self.looks()
        return reclaim, self.approves(reclaim)

    def works(self, rounds: int = 12) -> None:
        """Let processes that have just started do what is to be done, twenty seconds a round."""

        async def open_door(source: SourceId) -> FarCloud:
            return self.cloud

        async def open_acts(source: SourceId) -> Opened:
            return Opened(self.cloud, self.cloud.close)

        fulfilment = Fulfilment(self.clock, time_zone="UTC", open_source=open_door)
        acts = Acts(self.clock, open_source=open_acts)
        for _round in range(rounds):
            asyncio.run(fulfilment.step())
            asyncio.run(acts.step())
            self.clock.advance(timedelta(seconds=20))

    @contextmanager
    def is_killed(self, when: str) -> Iterator[None]:
        self.cloud.dies = when
        with pytest.raises(Killed):
            yield
        self.cloud.dies = ""
        self.clock.advance(timedelta(seconds=61))

    def steps(self, request: int) -> dict[str, StepState]:
        whole = request_queries.access_request(self.operator, request)
        return {each.what: each.state for each in whole.steps}


@pytest.fixture
def house(installation: Installation, clickhouse: ClickHouse) -> House:
    return House(installation, clickhouse)


def test_asked_reminded_approved_kept_for_a_while_deleted_and_accounted_for(house: House) -> None:
    reclaim = house.begun()
    row = house.sees(reclaim)
    assert (row.state, row.asked, row.unused_days) == (_S.ASKED, ("lei",), 60)
    assert [each.id for each in queries.fetch_my_reclaims(house.lei)] == [reclaim]
    house.looks()
    assert house.sees(reclaim).reminded_at is None
    house.clock.advance(DAY * 8)
    house.looks()
    assert house.sees(reclaim).reminded_at is not None
    house.clock.advance(DAY * 3)
    house.looks()
    assert house.sees(reclaim).state is _S.APPROVAL
    request = house.approves(reclaim)
    house.works()
    assert house.cloud.told == ["snapshot", "unassign"]
    assert house.steps(request)["keep"] is StepState.SENT
    house.looks()
    assert house.sees(reclaim).state is _S.TAKING
    house.clock.advance(DAY * 5)
    house.works()
    house.looks()
    row = house.sees(reclaim)
    assert house.cloud.told == ["snapshot", "unassign", "delete"]
    assert row.state is _S.RECLAIMED
    [line] = queries.fetch_ledger(house.operator)
    assert (line.desktops, line.disk_unknown, line.first_at) == (1, 1, row.given_back_at)
    teller = Teller(house.clock, public_url="http://localhost", time_zone="UTC")
    # asked, reminded, whoever approves, approved, taken, done, deleted
    assert teller.tell() == 7
    # nothing more is ever done about it
    house.clock.advance(DAY)
    house.works()
    house.looks()
    assert house.cloud.told == ["snapshot", "unassign", "delete"]


def test_its_user_keeps_it_saying_why_and_is_left_alone_for_a_while(house: House) -> None:
    reclaim = house.begun()
    for stranger in (house.boss, replace(house.lei, desktop_login="")):
        with pytest.raises(Refused):
            actions.answer(stranger, reclaim, Answer.GIVE_BACK, now=house.clock.now())
    with pytest.raises(Invalid, match="what it is for"):
        actions.answer(house.lei, reclaim, Answer.KEEP, note=" ", now=house.clock.now())
    actions.answer(house.lei, reclaim, Answer.KEEP, note="For the audit", now=house.clock.now())
    row = house.sees(reclaim)
    assert (row.state, row.note, row.ended_at is None) == (_S.KEPT, "For the audit", False)
    assert "not asked again yet" in house.begins().refused[house.desktop]
    house.clock.advance(DAY * 91)
    house.was_used("d-other", days_ago=80)
    assert house.begins().begun


def test_what_was_granted_more_time_is_not_asked_back_before_that_day(house: House) -> None:
    reclaim = house.begun()
    rule = RequestRule(kind=RequestKind.EXTRA_TIME, needs_provider=False)
    request_actions.save_rule(house.operator, house.tenant, rule, time_zone="UTC")
    until = (house.clock.now() + DAY * 20).date().isoformat()
    draft = RequestDraft(
        kind=RequestKind.EXTRA_TIME,
        desktop=house.desktop,
        reason="the audit comes every autumn",
        details={"until": until},
    )
    request_actions.ask_request(house.lei, draft, now=house.clock.now())
    house.works(3)
    house.looks()
    assert house.sees(reclaim).state is _S.KEPT
    assert "more time" in house.begins().refused[house.desktop]
    house.clock.advance(DAY * 22)
    assert house.begins().refused == {}


def test_nothing_is_taken_without_the_customer(house: House) -> None:
    house.rules(is_offered=False)
    assert "has not agreed" in house.begins().refused[house.desktop]
    house.rules(approvers=(house.operator.name,))
    assert "nobody is named" in house.begins().refused[house.desktop]
    house.rules()
    reclaim = house.begun()
    house.rules(is_offered=False)
    actions.answer(house.lei, reclaim, Answer.GIVE_BACK, now=house.clock.now())
    house.looks()
    assert house.sees(reclaim).request is None
    house.rules()
    house.looks()
    house.approves(reclaim, is_approved=False)
    house.looks()
    assert house.sees(reclaim).state is _S.DECLINED
    house.works(4)
    assert house.cloud.told == []


def test_the_gate_is_asked_when_it_begins_and_before_each_step(house: House) -> None:
    def decide(act: Act, by: str, now: datetime) -> Permit:
        return Permit(is_allowed=False, reason=PermitReason.NOT_AUTHORISED)

    use_gate(decide)
    try:
        assert "not authorised" in house.begins().refused[house.desktop]
    finally:
        use_gate(None)
    _reclaim, request = house.approved()
    use_gate(decide)
    try:
        house.works(4)
    finally:
        use_gate(None)
    whole = request_queries.access_request(house.operator, request)
    assert (whole.request.state, house.cloud.told) == (RequestState.APPROVED, [])


def test_without_its_snapshot_nothing_is_taken(house: House) -> None:
    house.cloud.has_snapshot_failed = True
    reclaim, request = house.approved()
    house.works(20)
    assert house.cloud.told == ["snapshot"]
    assert house.steps(request)["snapshot"] is StepState.FAILED
    actions.stop(house.operator, reclaim, now=house.clock.now())
    house.looks()
    assert (house.sees(reclaim).state, house.cloud.users) == (_S.STOPPED, ["lei"])


@pytest.mark.parametrize("who", ["user", "provider"])
def test_it_is_given_again_until_it_is_deleted(house: House, who: str) -> None:
    reclaim, _request = house.approved()
    house.works()
    assert house.cloud.users == []
    if who == "user":
        actions.answer(house.lei, reclaim, Answer.KEEP, note="I need it", now=house.clock.now())
    else:
        actions.stop(house.operator, reclaim, now=house.clock.now())
    house.clock.advance(DAY * 30)
    house.works()
    house.looks()
    assert house.cloud.told == ["snapshot", "unassign", "assign"]
    assert house.cloud.users == ["lei"]
    assert house.sees(reclaim).state is (_S.KEPT if who == "user" else _S.UNDONE)
    assert queries.fetch_ledger(house.operator) == ()


def test_what_was_approved_and_is_used_before_it_is_taken_leaves_by_itself(house: House) -> None:
    reclaim, request = house.approved()
    house.clock.advance(DAY)
    house.was_used("d-lei", days_ago=0.1)
    house.looks()
    house.looks()
    whole = request_queries.access_request(house.operator, request)
    assert (whole.request.state, house.sees(reclaim).state) == (RequestState.CANCELLED, _S.USED)
    house.works(3)
    assert house.cloud.told == []


def test_killed_after_each_step_was_told_it_is_told_once_and_then_can_not_be_undone(
    house: House,
) -> None:
    reclaim, _request = house.approved()
    for what in ("snapshot", "unassign", "delete"):
        if what == "delete":
            house.works()
            house.clock.advance(DAY * 5)
        with house.is_killed(f"after {what}"):
            house.works()
    with pytest.raises(Conflict, match="can not be undone"):
        actions.stop(house.operator, reclaim, now=house.clock.now())
    house.works()
    house.looks()
    assert house.cloud.told == ["snapshot", "unassign", "delete"]
    assert house.sees(reclaim).state is _S.RECLAIMED


def test_killed_before_a_step_was_told_it_is_not_known_and_a_person_decides(house: House) -> None:
    reclaim, request = house.approved()
    for what in ("snapshot", "unassign", "delete"):
        if what == "delete":
            house.works()
            house.clock.advance(DAY * 5)
        with house.is_killed(f"before {what}"):
            house.works()
        house.works(60)
        whole = request_queries.access_request(house.operator, request)
        [wrong] = [each for each in whole.steps if each.state.is_wrong]
        assert (wrong.what, wrong.state) == (what, StepState.UNKNOWN)
        assert what not in house.cloud.told
        working.retry_step(house.operator, request, wrong.id, now=house.clock.now())
    house.works()
    house.looks()
    assert house.cloud.told == ["snapshot", "unassign", "delete"]
    assert house.sees(reclaim).state is _S.RECLAIMED


def test_what_is_serviced_is_neither_asked_back_nor_taken_and_quotas_hold(house: House) -> None:
    def serviced(is_it: bool) -> None:
        with transaction() as conn, cursor(conn) as opened:
            opened.execute("UPDATE inventory_desktop SET is_in_maintenance = %s", (is_it,))

    serviced(True)
    assert "serviced" in house.begins().refused[house.desktop]
    serviced(False)
    house.clock.advance(timedelta(minutes=1))
    house.rules(most_of_tenant=1)
    actions.stop(house.operator, house.begun(), note="not now", now=house.clock.now())
    assert "as many desktops" in house.begins().refused[house.desktop]
    house.rules()
    house.approved()
    serviced(True)
    house.works(4)
    assert house.cloud.told == []
    serviced(False)
    house.clock.advance(timedelta(minutes=6))
    house.works()
    assert house.cloud.told == ["snapshot", "unassign"]
