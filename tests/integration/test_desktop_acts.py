"""An act on a desktop is done once, whatever dies when; it is followed, and its failure is told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.faces.personas_selfservice import add_desktop
from tests.support.alarms import START, Installation
from yunwei.base.core.acts import Act, Operation, Permit, PermitReason
from yunwei.base.core.errors import Conflict, Refused, SourceUnreachable
from yunwei.base.core.ids import DesktopId, SourceId
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.gate import use_gate
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Permission
from yunwei.operate.selfservice.actions import acts as actions
from yunwei.operate.selfservice.facts.acts import ActRow, ActState
from yunwei.operate.selfservice.jobs.acts import Acts, Opened
from yunwei.operate.selfservice.jobs.telling import Teller
from yunwei.operate.selfservice.queries import acts as queries
from yunwei.plugins.sdk.contract import DesktopAct, FarAct, FarDesktop, FarState


class Killed(BaseException):
    """The process is no more."""


@dataclass
class FarCloud:
    """A cloud that counts what it was told. dies: when the process that asks is killed."""

    clock: FakeClock
    begun: list[tuple[str, datetime]] = field(default_factory=list)
    state: FarState = FarState.RUNNING
    machine: DesktopState = DesktopState.RUNNING
    dies: str = ""
    loses_answer: bool = False
    refuses: bool = False

    async def begin_act(self, act: DesktopAct, desktop: str) -> str:
        if self.dies == "before":
            raise Killed
        if self.refuses:
            raise Refused("quota")
        self.begun.append((desktop, self.clock.now()))
        if self.dies == "after":
            raise Killed
        if self.loses_answer:
            raise SourceUnreachable("no answer in time")
        return f"job-{len(self.begun)}"

    async def find_act(self, act: DesktopAct, desktop: str, since: datetime) -> str | None:
        found = [place for place, each in enumerate(self.begun, 1) if each[1] >= since]
        return f"job-{found[-1]}" if found else None

    async def read_act(self, act: DesktopAct, desktop: str, number: str) -> FarAct:
        return FarAct(state=self.state, said=self.state.value, reason="no power")

    async def read_desktop(self, desktop: str) -> FarDesktop:
        return FarDesktop(state=self.machine, login_state=LoginState.READY)

    async def close(self) -> None:
        pass


class Desk:
    """An installation with one desktop of a cloud that counts."""

    def __init__(self, installation: Installation) -> None:
        self.viewer = installation.viewer
        self.clock = FakeClock(START)
        self.cloud = FarCloud(self.clock)
        with transaction() as conn, cursor(conn) as opened:
            [row] = opened.execute(
                "INSERT INTO collect_source (tenant_id, connector, name)"
                " VALUES (%s, 'huawei_workspace', 'Cloud') RETURNING id",
                (installation.tenant,),
            ).fetchall()
        self.desktop = DesktopId(add_desktop(SourceId(row["id"]), installation.tenant, "lei"))

    def asks(self, act: DesktopAct = DesktopAct.RESTART) -> int:
        return actions.ask_act(self.viewer, self.desktop, act, now=self.clock.now())

    def works(self, rounds: int = 1) -> None:
        """Let a process that has just started do some rounds, ten seconds each."""

        async def open_source(source: SourceId) -> Opened:
            return Opened(self.cloud, self.cloud.close)

        acts = Acts(self.clock, open_source=open_source)
        for _round in range(rounds):
            asyncio.run(acts.step())
            self.clock.advance(timedelta(seconds=10))

    @contextmanager
    def is_killed(self, when: str) -> Iterator[None]:
        self.cloud.dies = when
        with pytest.raises(Killed):
            yield
        self.cloud.dies = ""
        # its lease runs out
        self.clock.advance(timedelta(seconds=61))

    def act(self, id: int) -> ActRow:
        return queries.access_act(self.viewer, id)


@pytest.fixture
def desk(installation: Installation) -> Desk:
    return Desk(installation)


def test_an_act_is_sent_once_and_followed_to_its_end(desk: Desk) -> None:
    act = desk.asks()
    assert desk.act(act).state is ActState.ASKED
    desk.works(3)
    assert desk.act(act).state is ActState.SENT
    desk.cloud.state = FarState.SUCCEEDED
    desk.works()
    assert desk.act(act).state is ActState.SUCCEEDED
    desk.works(5)
    assert len(desk.cloud.begun) == 1


def test_what_was_sent_before_the_kill_is_found_and_not_sent_again(desk: Desk) -> None:
    act = desk.asks()
    with desk.is_killed("after"):
        desk.works()
    assert desk.act(act).state is ActState.SENDING
    desk.works()
    assert desk.act(act).state is ActState.SENT
    desk.cloud.state = FarState.SUCCEEDED
    desk.works(2)
    assert desk.act(act).state is ActState.SUCCEEDED
    assert len(desk.cloud.begun) == 1


def test_what_was_perhaps_not_sent_is_called_unknown_and_never_sent_again(desk: Desk) -> None:
    act = desk.asks()
    with desk.is_killed("before"):
        desk.works()
    desk.works(20)
    assert desk.act(act).state is ActState.UNKNOWN
    assert desk.cloud.begun == []


def test_an_answer_that_was_lost_is_no_reason_to_ask_again(desk: Desk) -> None:
    act = desk.asks()
    desk.cloud.loses_answer = True
    desk.works()
    desk.cloud.loses_answer = False
    desk.works(3)
    assert desk.act(act).state is ActState.SENT
    assert len(desk.cloud.begun) == 1


def test_a_failure_is_told_in_the_clouds_words(desk: Desk) -> None:
    act = desk.asks()
    desk.cloud.state = FarState.FAILED
    desk.works(3)
    assert (desk.act(act).state, desk.act(act).reason) == (ActState.FAILED, "no power")


def test_what_the_cloud_refuses_is_over(desk: Desk) -> None:
    act = desk.asks()
    desk.cloud.refuses = True
    desk.works(2)
    assert (desk.act(act).state, desk.act(act).reason) == (ActState.REFUSED, "quota")


def test_one_thing_at_a_time_is_done_to_a_desktop(desk: Desk) -> None:
    desk.asks()
    with pytest.raises(Conflict):
        desk.asks(DesktopAct.REBUILD)
    desk.cloud.state = FarState.SUCCEEDED
    desk.works(3)
    desk.asks(DesktopAct.REBUILD)


def test_what_never_ends_is_not_followed_for_ever(desk: Desk) -> None:
    act = desk.asks()
    desk.works(2)
    desk.clock.advance(timedelta(minutes=31))
    desk.works()
    assert desk.act(act).state is ActState.UNKNOWN


def test_done_means_that_the_desktop_is_as_it_should_be(desk: Desk) -> None:
    act = desk.asks()
    desk.cloud.state = FarState.SUCCEEDED
    desk.cloud.machine = DesktopState.CHANGING
    desk.works(3)
    assert desk.act(act).state is ActState.CHECKING
    desk.cloud.machine = DesktopState.RUNNING
    desk.works(2)
    assert desk.act(act).state is ActState.SUCCEEDED
    assert (desk.act(act).seen_state, desk.act(act).seen_login) == ("running", "ready")


def test_what_the_cloud_calls_done_and_is_not_has_failed(desk: Desk) -> None:
    act = desk.asks()
    desk.cloud.state = FarState.SUCCEEDED
    desk.cloud.machine = DesktopState.ERROR
    desk.works(3)
    desk.clock.advance(timedelta(minutes=6))
    desk.works(2)
    assert (desk.act(act).state, desk.act(act).seen_state) == (ActState.FAILED, "error")


def test_an_act_outside_the_authorisations_is_refused_and_written_down(desk: Desk) -> None:
    asked: list[Act] = []

    def decide(act: Act, by: str, now: datetime) -> Permit:
        asked.append(act)
        return Permit(is_allowed=False, reason=PermitReason.OTHER_TIMES)

    use_gate(decide)
    try:
        with pytest.raises(Conflict, match="other times"):
            desk.asks()
    finally:
        use_gate(None)
    assert [(each.operation, each.title) for each in asked] == [(Operation.POWER, "restart")]
    assert asked[0].things[0].row["name"] == "PC-lei"
    assert queries.fetch_acts(desk.viewer).items == ()


class AtHome:
    """A desktop user in the portal, of whose desktop nothing unusual is known."""

    def __init__(self, desk: Desk, installation: Installation) -> None:
        self.desk = desk
        self.viewer = replace(
            installation.viewer,
            name="lei",
            desktop_login="lei",
            tenant=installation.tenant,
            tenants=(installation.tenant,),
            permissions=frozenset({Permission.USE_PORTAL}),
        )

    def repairs(self, act: DesktopAct = DesktopAct.RESTART) -> int:
        now = self.desk.clock.now()
        self.diagnosis = actions.check_my_desktop(self.viewer, self.desk.desktop, now=now)
        return actions.ask_repair(self.viewer, self.diagnosis, act, now=now)


@pytest.fixture
def home(desk: Desk, installation: Installation) -> AtHome:
    return AtHome(desk, installation)


def test_a_repair_that_fails_reaches_support_once_with_the_evidence(
    desk: Desk, home: AtHome
) -> None:
    act = home.repairs()
    desk.cloud.state = FarState.FAILED
    desk.works(5)
    [message] = queries.fetch_messages(desk.viewer).items
    assert (message.act, message.diagnosis, message.by) == (act, home.diagnosis, "lei")
    assert message.is_automatic
    assert queries.access_message_of_act(home.viewer, act) == message
    teller = Teller(desk.clock, public_url="http://localhost", time_zone="UTC")
    assert (teller.tell(), teller.tell()) == (1, 0)


def test_repairs_are_limited_by_the_hour_and_the_day(desk: Desk, home: AtHome) -> None:
    desk.cloud.state = FarState.SUCCEEDED
    for hour in range(3):
        for _each in range(2 if hour < 2 else 1):
            home.repairs()
            desk.works(3)
        if hour < 2:
            with pytest.raises(Conflict, match="within the hour"):
                home.repairs()
        desk.clock.advance(timedelta(hours=1))
    with pytest.raises(Conflict, match="today"):
        home.repairs()


def test_nobody_repairs_the_desktop_of_another(desk: Desk, home: AtHome) -> None:
    stranger = replace(home.viewer, name="mei", desktop_login="mei")
    with pytest.raises(Refused):
        actions.check_my_desktop(stranger, desk.desktop, now=desk.clock.now())
    home.repairs()
    with pytest.raises(Refused):
        actions.ask_repair(stranger, home.diagnosis, DesktopAct.RESTART, now=desk.clock.now())


def test_a_repair_is_told_to_its_end_though_the_desktop_was_passed_on(
    desk: Desk, home: AtHome
) -> None:
    act = home.repairs()
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "UPDATE inventory_desktopassignment SET login = 'mei' WHERE desktop_id = %s",
            (desk.desktop,),
        )
    assert queries.find_my_desktop(home.viewer, desk.desktop) is None
    desk.cloud.state = FarState.FAILED
    desk.works(5)
    assert queries.access_my_act(home.viewer, act).state is ActState.FAILED
    assert queries.access_message_of_act(home.viewer, act) is not None
    assert queries.access_my_diagnosis(home.viewer, home.diagnosis).by == "lei"
    now = desk.clock.now()
    assert actions.write_to_support(home.viewer, home.diagnosis, "It was slow", now=now)
    with pytest.raises(Conflict, match="no longer yours"):
        actions.ask_repair(home.viewer, home.diagnosis, DesktopAct.RESTART, now=now)


def test_a_repair_is_self_service_to_the_gate(desk: Desk, home: AtHome) -> None:
    asked: list[Act] = []

    def decide(act: Act, by: str, now: datetime) -> Permit:
        asked.append(act)
        return Permit(is_allowed=True, reason=PermitReason.AUTHORISED)

    use_gate(decide)
    try:
        home.repairs()
    finally:
        use_gate(None)
    assert [(each.operation, each.is_customers) for each in asked] == [
        (Operation.SELF_SERVICE, True)
    ]
