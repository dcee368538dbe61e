"""The connector against the simulated cloud over sockets: it reads what Huawei's own SDK reads."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkworkspace.v2 import WorkspaceClient, model

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopSeen,
    DesktopUserSeen,
    HostSeen,
    LicenceSeen,
    LoginState,
    Observation,
    PoolSeen,
    Reading,
    ReadingPage,
    SeenKind,
    SessionSeen,
    UserAction,
)
from yunwei.plugins.sdk.contract import Connector, Read, Wanted
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.testkit import StillClock, make_context, take_pages
from yunwei_sim.rest.cloud import Access
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

# The SDK's signer asks for the time in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

ACCESS = Access()
PAGE = 100


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorThread]:
    """A cloud of 300 desktops whose clock stands still, some people in, some faults about."""
    with start_in_thread(Options(desktops=300, days=8)) as running:
        control(running, "/sim/clock", speed=0)
        for user in people_of(running)[:25]:
            control(running, "/sim/login", user=user)
        control(running, "/sim/faults", name="disk_full")
        gone = control(running, "/sim/faults", name="agent_gone")
        httpx.delete(f"{running.control_url}/sim/faults/{gone['id']}").raise_for_status()
        yield running


def control(sim: SimulatorThread, path: str, **body: object) -> dict[str, Any]:
    answer = httpx.post(sim.control_url + path, json=body)
    answer.raise_for_status()
    return dict(answer.json())


def truth(sim: SimulatorThread) -> dict[str, Any]:
    return dict(httpx.get(f"{sim.control_url}/sim/truth/online").json())


def people_of(sim: SimulatorThread) -> list[str]:
    """Return the names of people who are not in now and may come in."""
    inside = set(truth(sim)["user_names"])
    with open_sdk(sim) as client:
        users = client.list_users(model.ListUsersRequest(limit="200")).users
    return [each.user_name for each in users if not each.disabled and each.user_name not in inside]


@contextmanager
def open_sdk(sim: SimulatorThread) -> Iterator[Any]:
    """Yield Huawei's own client of the simulated cloud."""
    keys = BasicCredentials(ACCESS.access_key, ACCESS.secret_key, ACCESS.project_id)
    builder = WorkspaceClient.new_builder().with_credentials(keys)
    client = builder.with_endpoint(sim.url).build()
    yield client
    client._http_client.close()


@pytest.fixture
def sdk(sim: SimulatorThread) -> Iterator[Any]:
    with open_sdk(sim) as client:
        yield client


def page_by_page(ask: Callable[[int], Any], items: str) -> list[Any]:
    """Return all items that the SDK lists, 100 at a time."""
    found: list[Any] = []
    while page := getattr(ask(len(found)), items):
        found += page
    return found


@pytest.fixture
def clock(sim: SimulatorThread) -> StillClock:
    return StillClock(sim.call(lambda each: each.cloud.clock.now_at()))


@pytest.fixture
async def connector(sim: SimulatorThread, clock: StillClock) -> AsyncIterator[Connector]:
    settings = {
        "endpoint": sim.url,
        "project_id": ACCESS.project_id,
        "ak": ACCESS.access_key,
        "sk": ACCESS.secret_key,
    }
    opened: Connector = load(CONNECTORS, "huawei_workspace")(make_context(settings, clock))
    yield opened
    await opened.close()


def wanted(clock: StillClock, *, days: float = 3, **more: Any) -> Wanted:
    history_from = clock.now() - timedelta(days=days)
    return Wanted(**{"watermark": None, "history_from": history_from, **more})


def of_kind[T: Reading](pages: list[ReadingPage], kind: type[T]) -> list[T]:
    return [each for page in pages for each in page.readings if isinstance(each, kind)]


def last_mark(pages: list[ReadingPage]) -> str:
    return [page.watermark for page in pages if page.watermark][-1]


async def test_desktops_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.INVENTORY, wanted(clock)))
    assert set().union(*(page.completes for page in pages)) == {
        SeenKind.DESKTOP,
        SeenKind.DESKTOP_USER,
        SeenKind.HOST,
        SeenKind.POOL,
    }
    theirs = page_by_page(
        lambda offset: sdk.list_desktops_detail(
            model.ListDesktopsDetailRequest(offset=offset, limit=PAGE)
        ),
        "desktops",
    )
    assert len(theirs) == 300
    ours = {each.native_id: each for each in of_kind(pages, DesktopSeen)}
    assert {key: _told(each) for key, each in ours.items()} == {
        each.desktop_id: (
            each.computer_name,
            each.status,
            each.login_status,
            each.desktop_type,
            tuple(user.user_name for user in each.attach_user_infos),
            each.agent_version,
            int(each.product.cpu),
            int(each.product.memory),
        )
        for each in theirs
    }
    assert LoginState.UNKNOWN not in {each.login_state for each in ours.values()}


def _told(desktop: DesktopSeen) -> tuple[object, ...]:
    return (
        desktop.name,
        desktop.raw["status"],
        desktop.raw["login_status"],
        desktop.raw["desktop_type"],
        desktop.logins,
        desktop.agent_version,
        desktop.cpu,
        desktop.memory_mb,
    )


async def test_pools_and_hosts_hold_the_desktops_that_the_sdk_says(
    sim, sdk, connector, clock
) -> None:
    pages = await take_pages(connector.read(Read.INVENTORY, wanted(clock)))
    desktops = of_kind(pages, DesktopSeen)
    pools = sdk.list_desktop_pools(model.ListDesktopPoolsRequest()).desktop_pools
    assert {each.native_id for each in of_kind(pages, PoolSeen)} == {each.id for each in pools}
    for pool in pools:
        members = [each for each in desktops if each.pool == pool.id]
        assert len(members) == pool.desktop_count
    hosts = sdk.list_hosts_detail(model.ListHostsDetailRequest(limit=100)).dedicated_hosts
    assert {each.native_id for each in of_kind(pages, HostSeen)} == {
        each.dedicated_host_id for each in hosts
    }
    for host in hosts:
        members = {each.native_id for each in desktops if each.host == host.dedicated_host_id}
        assert members == set(host.instance_uuids)


async def test_users_and_licences_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.INVENTORY, wanted(clock)))
    users = sdk.list_users(model.ListUsersRequest()).users
    assert {
        (each.native_id, each.login, each.email, each.department, each.is_disabled)
        for each in of_kind(pages, DesktopUserSeen)
    } == {
        (each.id, each.user_name, each.user_email, each.group_names[0], each.disabled)
        for each in users
    }
    pages = await take_pages(connector.read(Read.LICENCES, wanted(clock)))
    quotas = sdk.show_quotas(model.ShowQuotasRequest()).quotas.resources
    ours = {
        each.name: (each.total, each.used)
        for each in of_kind(pages, LicenceSeen)
        if "/" not in each.native_id
    }
    certificate = ours.pop("directory_certificate")
    assert certificate == (None, None)
    assert ours == {each.type: (each.quota, each.used) for each in quotas}


async def test_sessions_equal_the_sdk_and_the_truth(
    sim: SimulatorThread, sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.SESSIONS, wanted(clock)))
    inside = truth(sim)
    theirs = sdk.list_desktops_connect_status(
        model.ListDesktopsConnectStatusRequest(limit=2000)
    ).desktops
    for state in ("CONNECTED", "DISCONNECTED"):
        assert {
            each.desktop for each in of_kind(pages, SessionSeen) if each.state == state.lower()
        } == {each.desktop_id for each in theirs if each.connect_status == state}
    numbers = {
        each.metric: each.value
        for each in of_kind(pages, Observation)
        if each.object_kind == "source"
    }
    assert inside["online_users"] >= 20
    assert numbers["users.online"] == inside["online_users"]
    assert numbers["sessions.connected"] == inside["connected"]
    assert numbers["sessions.disconnected"] == inside["disconnected"]
    running = sdk.list_run_state(model.ListRunStateRequest())
    assert numbers["desktops.running"] == running.active_num
    assert numbers["desktops.stopped"] == running.stop_num
    assert numbers["desktops.total"] == 300


async def test_who_logs_in_is_counted_at_the_next_poll(
    sim: SimulatorThread, connector: Connector, clock: StillClock
) -> None:
    async def count() -> float:
        pages = await take_pages(connector.read(Read.SESSIONS, wanted(clock)))
        numbers = of_kind(pages, Observation)
        return next(each.value for each in numbers if each.metric == "users.online")

    before = await count()
    user = people_of(sim)[0]
    assert control(sim, "/sim/login", user=user)["connected"]
    assert await count() == before + 1
    control(sim, "/sim/logout", user=user)
    assert await count() == before


async def test_records_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.ACTIVITY, wanted(clock)))
    now = clock.now()
    theirs = page_by_page(
        lambda offset: sdk.list_login_records_new(
            model.ListLoginRecordsNewRequest(
                start_time=_minute(now - timedelta(days=3)),
                end_time=_minute(now + timedelta(minutes=2)),
                offset=offset,
                limit=PAGE,
            )
        ),
        "records",
    )
    ours = {each.native_id: each for each in of_kind(pages, ConnectionRecord)}
    assert len(theirs) > 200
    for row in theirs:
        assert _tell_record(ours[row.transaction_id]) == _tell_row(row)
    # What we have beyond the SDK's window began in the overlap before it.
    more = set(ours) - {row.transaction_id for row in theirs}
    assert all(ours[key].started_at < now - timedelta(days=3) for key in more)


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _tell_record(record: ConnectionRecord) -> tuple[object, ...]:
    return (
        record.login,
        record.desktop,
        record.started_at,
        record.setup_at,
        record.ended_at,
        record.failure,
        record.is_reconnect,
        None if record.rtt_s is None else round(record.rtt_s * 1000),
    )


def _tell_row(row: Any) -> tuple[object, ...]:
    return (
        row.user_name,
        row.desktop_id or "",
        _time(row.connection_start_time),
        _time(row.connection_setup_time),
        _time(row.connection_end_time),
        row.connection_failure_reason or "",
        row.is_reconnect,
        row.network_rtt if row.e2e_rtt is None else row.e2e_rtt,
    )


async def test_stages_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.ACTIVITY, wanted(clock, days=0.05)))
    staged = [each for each in of_kind(pages, ConnectionRecord) if each.stages_s]
    assert staged
    for record in staged[:5]:
        request = model.ShowUserAccessStagesRequest(transaction_id=record.native_id)
        theirs = sdk.show_user_access_stages(request).stages
        assert sum(record.stages_s.values()) == pytest.approx(
            sum(each.duration for each in theirs) / 1000
        )
        assert set(record.stages_s) == {each.stage for each in theirs}


async def test_user_events_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.ACTIVITY, wanted(clock, days=1)))
    now = clock.now()
    theirs = page_by_page(
        lambda offset: sdk.list_user_events(
            model.ListUserEventsRequest(
                start_time=(now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                end_time=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                offset=offset,
                limit=PAGE,
            )
        ),
        "items",
    )
    ours = {(each.at, each.kind, each.login) for each in of_kind(pages, UserAction)}
    assert theirs
    assert {(_time(each.event_time), each.event_type, each.username) for each in theirs} <= ours


async def test_a_record_that_ends_comes_again(
    sim: SimulatorThread, connector: Connector, clock: StillClock
) -> None:
    user = people_of(sim)[1]
    control(sim, "/sim/login", user=user)
    first = await take_pages(connector.read(Read.ACTIVITY, wanted(clock, days=0.1)))
    records = [each for each in of_kind(first, ConnectionRecord) if each.login == user]
    opened = next(each for each in records if each.ended_at is None and not each.failure)
    control(sim, "/sim/clock", step_s=60)
    clock.move(by=timedelta(seconds=60))
    control(sim, "/sim/logout", user=user)
    control(sim, "/sim/clock", step_s=1)
    mark = last_mark(first)
    second = await take_pages(connector.read(Read.ACTIVITY, wanted(clock, watermark=mark)))
    again = {each.native_id: each for each in of_kind(second, ConnectionRecord)}
    assert again[opened.native_id].ended_at is not None
    third = await take_pages(
        connector.read(Read.ACTIVITY, wanted(clock, watermark=last_mark(second)))
    )
    assert of_kind(third, ConnectionRecord) == []


async def test_alarms_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    pages = await take_pages(connector.read(Read.ALARMS, wanted(clock, days=30)))
    ours = of_kind(pages, RawAlarm)
    theirs = page_by_page(
        lambda offset: sdk.list_alarms(model.ListAlarmsRequest(offset=offset, limit=20)),
        "alarm_histories",
    )
    acts = {"alarm": AlarmAct.RAISE, "ok": AlarmAct.CLEAR}
    assert {(each.native_id, each.act, each.raw["level"]) for each in ours} == {
        (f"{each.record_id}:{each.status}", acts[each.status], str(each.level)) for each in theirs
    }
    assert [each.event_at for each in ours] == sorted(each.event_at for each in ours)
    cleared = [each for each in ours if each.act == AlarmAct.CLEAR][-1]
    key = (cleared.managed_object, cleared.alarm_type, cleared.qualifier)
    raised = [
        each
        for each in ours
        if each.act == AlarmAct.RAISE
        and (each.managed_object, each.alarm_type, each.qualifier) == key
    ]
    assert raised
    mark = last_mark(pages)
    assert await take_pages(connector.read(Read.ALARMS, wanted(clock, watermark=mark))) == []


async def test_metrics_are_those_of_the_sdk(
    sdk: Any, connector: Connector, clock: StillClock
) -> None:
    desktops = sdk.list_desktops_detail(model.ListDesktopsDetailRequest(limit=5, status="ACTIVE"))
    ids = tuple(each.desktop_id for each in desktops.desktops)
    pages = await take_pages(connector.read(Read.METRICS, wanted(clock, days=2 / 24, desktops=ids)))
    ours = of_kind(pages, Observation)
    now = clock.now()
    for desktop_id in ids:
        theirs = sdk.show_desktop_monitor_data(
            model.ShowDesktopMonitorDataRequest(
                desktop_id=desktop_id,
                start_time=(now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                end_time=(now - timedelta(minutes=6)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
        )
        points = {
            each.at: each.value
            for each in ours
            if each.object_id == desktop_id and each.metric == "desktop.cpu"
        }
        assert points == {
            datetime.fromtimestamp(each.timestamp / 1000, UTC): pytest.approx(each.average / 100)
            for each in theirs.cpu_info
            if datetime.fromtimestamp(each.timestamp / 1000, UTC) > now - timedelta(hours=2)
        }


async def test_the_probe_finds_every_endpoint(connector: Connector) -> None:
    result = await connector.probe()
    assert result.warnings == ()
    assert result.facts["desktops"] == "300"
    assert result.facts["workspace_status"] == "SUBSCRIBED"
