"""Every fault shows its truth: in the world, and on every page of the REST face that it touches."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.sim.support import MONDAY_S, build_world, cloud_of, local_s
from yunwei_sim.rest import alarms, desktops, inventory, metrics, quotas, records, stages
from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.parameters import Query
from yunwei_sim.world import calendar
from yunwei_sim.world.faults import KINDS, Channel, State
from yunwei_sim.world.fleet import NOBODY, Power
from yunwei_sim.world.power import Status
from yunwei_sim.world.rows import Failure, Flag, as_attempts, succeeded
from yunwei_sim.world.scope import UnknownTargetError
from yunwei_sim.world.world import UnknownFaultError, World

MORNING_S = MONDAY_S - 2 * 3600  # 08:30, when people arrive


@pytest.fixture
def world() -> World:
    return build_world(desktops=700, days=1)


def ask(cloud: Cloud, handler: Callable[..., object], query: str = "", **path: str) -> dict:
    answer = handler(cloud, Query(query), path)
    assert isinstance(answer, dict)
    return answer


def window(world: World, since_s: int) -> str:
    start, end = calendar.iso_utc(since_s), calendar.iso_utc(world.at_s)
    return f"start_time={start}&end_time={end}&limit=1000"


def test_a_dead_host_takes_its_desktops_and_sessions_along(world: World) -> None:
    before = world.snapshot()
    fault = world.inject("host_down")
    on_host = fault.desktops
    dropped = int((before.connected[on_host] != NOBODY).sum())
    cloud = cloud_of(world)
    assert dropped > 5
    assert fault.dropped == dropped
    assert world.snapshot().connected_count == before.connected_count - dropped
    listed = ask(cloud, desktops.list_details, "status=ERROR")["desktops"]
    assert {each["desktop_id"] for each in listed} == {
        world.fleet.ids[number] for number in np.flatnonzero(on_host)
    }
    assert {each["login_status"] for each in listed} == {"UNREGISTER"}
    hosts = ask(cloud, inventory.list_hosts, "state=fault")["dedicated_hosts"]
    assert [host["name"] for host in hosts] == [fault.target_name]


def test_people_of_a_dead_host_fail_to_log_in_and_come_back_after(world: World) -> None:
    before = world.snapshot()
    fault = world.inject("host_down")
    world.advance(MONDAY_S + 900)
    cloud = cloud_of(world)
    found = ask(cloud, records.list_login_records, window(world, MONDAY_S))["records"]
    failed = [each for each in found if each["connection_failure_reason"]]
    names = {world.fleet.names[number] for number in np.flatnonzero(fault.desktops)}
    reasons = {
        each["connection_failure_reason"] for each in failed if each["computer_name"] in names
    }
    assert "The desktop is abnormal and cannot be connected." in reasons
    assert not [
        each for each in found if each["computer_name"] in names and each["connection_setup_time"]
    ]
    world.remove(fault.id)
    world.advance(MONDAY_S + 1500)
    after = world.snapshot()
    back = (after.connected[fault.desktops] != NOBODY).sum()
    assert back > 0.6 * (before.connected[fault.desktops] != NOBODY).sum()
    assert not ask(cloud_of(world), desktops.list_details, "status=ERROR")["desktops"]


def test_who_lost_the_session_logs_on_anew(world: World) -> None:
    fault = world.inject("host_down", lasts_s=300)
    world.advance(MONDAY_S + 1200)
    rows = world.ledger.starting(MONDAY_S + 1, world.at_s)
    back = rows[succeeded(rows) & fault.desktops[rows["desktop"]]]
    first = {int(row["user"]): row for row in back[::-1]}
    assert len(first) > 5
    assert all(not row["flags"] & Flag.RECONNECT for row in first.values())


def test_a_lossy_gateway_cuts_some_and_slows_the_rest(world: World) -> None:
    before = world.snapshot()
    fault = world.inject("gateway_loss")
    through = before.connected[before.connected != NOBODY]
    through = int(fault.people[through].sum())
    assert 0.2 * through < fault.dropped < 0.4 * through
    world.advance(MONDAY_S + 600)
    rows = world.ledger.starting(MONDAY_S + 1, world.at_s)
    rows = rows[succeeded(rows)]
    mine = fault.people[rows["user"]]
    assert mine.sum() > 20
    assert (rows["rtt_add_ms"][mine] >= 140).all()
    assert (rows["rtt_add_ms"][~mine] == 0).all()
    again = ask(cloud_of(world), records.list_login_records,
                window(world, MONDAY_S + 1) + "&min_network_rtt=150")  # fmt: skip
    assert again["total_count"] == int((mine & (rows["setup"] <= world.at_s)).sum())


def test_a_dead_broker_refuses_new_logins_and_leaves_old_sessions(world: World) -> None:
    before = world.snapshot().online_users
    fault = world.inject("broker_down")
    assert (world.snapshot().online_users == before).all()
    world.advance(MONDAY_S + 900)
    rows = world.ledger.starting(MONDAY_S + 1, world.at_s)
    mine = fault.people[rows["user"]]
    assert mine.sum() > 3
    assert (rows["failure"][mine] == Failure.BROKER_DOWN).all()
    assert not (rows["failure"][~mine] == Failure.BROKER_DOWN).any()


@pytest.mark.parametrize("name", ["storage_slow", "profile_slow", "login_storm"])
def test_slow_logons_are_slow_in_records_and_phases(name: str) -> None:
    world = build_world(desktops=700, days=1, start_s=MORNING_S)
    fault = world.inject(name)
    world.advance(MORNING_S + 900)
    rows = world.ledger.starting(MORNING_S + 1, world.at_s - 120)
    rows = rows[succeeded(rows) & fault.touches(rows)]
    assert len(rows) > 20
    assert np.median(rows["delay_s"]) >= 12
    slowest = as_attempts(rows)[int(np.argmax(rows["delay_s"]))]
    cloud = cloud_of(world)
    identity = records.transaction_id(cloud, calendar.day_of(slowest.start), slowest.uid)
    phases = ask(cloud, stages.show_access_stages, f"transaction_id={identity}")["stages"]
    assert sum(each["duration"] for each in phases) == 1000 * (slowest.setup - slowest.start)
    assert phases[-1]["stage"] == "CONNECT"
    assert phases[-1]["duration"] >= 1000 * slowest.delay_s


def test_a_login_storm_brings_people_in() -> None:
    world = build_world(desktops=700, days=1, start_s=MORNING_S)
    calm = build_world(desktops=700, days=1, start_s=MORNING_S)
    world.inject("login_storm")
    for each in (world, calm):
        each.advance(MORNING_S + 420)
    started, usual = (len(each.ledger.starting(MORNING_S, each.at_s)) for each in (world, calm))
    assert started > 1.5 * usual


def test_an_exhausted_licence_refuses_new_sessions_only() -> None:
    noon_s = local_s("2026-11-23 13:05")
    world = build_world(desktops=700, days=1, start_s=noon_s)
    world.inject("licence_exhausted")
    world.advance(noon_s + 2400)
    rows = world.ledger.starting(noon_s + 1, world.at_s)
    first = (rows["flags"] & Flag.RECONNECT) == 0
    assert {int(code) for code in rows["failure"][first]} <= {
        Failure.NO_LICENCE,
        Failure.WRONG_PASSWORD,
        Failure.TIMED_OUT,
    }
    assert (rows["failure"][~first] == Failure.NONE).all()
    assert (~first).sum() > 10
    assert (rows["failure"] == Failure.NO_LICENCE).any()
    resources = ask(cloud_of(world), quotas.show_quotas)["quotas"]["resources"]
    line = next(each for each in resources if each["type"] == "general_instances")
    assert line["used"] == line["quota"]


@pytest.mark.parametrize("name", ["agent_gone", "desktop_error"])
def test_a_lost_desktop_is_unregistered_and_tells_nothing(world: World, name: str) -> None:
    fault = world.inject(name)
    world.advance(MONDAY_S + 1200)
    cloud = cloud_of(world)
    one = ask(cloud, desktops.show_detail, desktop_id=fault.target_id)["desktop"]
    assert one["login_status"] == "UNREGISTER"
    assert one["status"] == ("ERROR" if fault.effect.state == State.ERROR else "ACTIVE")
    assert fault.dropped == 1
    monitored = ask(cloud, metrics.show_desktop_monitor,
                    window(world, MONDAY_S - 3600), desktop_id=fault.target_id)  # fmt: skip
    stamps = [point["timestamp"] // 1000 for point in monitored["cpu_info"]]
    assert stamps
    assert max(stamps) <= MONDAY_S


@pytest.mark.parametrize(
    ("name", "field", "floor"),
    [("disk_full", "disk_util_inband", 95), ("cpu_hog", "cpu_info", 90),
     ("memory_pressure", "memory_info", 90)],
)  # fmt: skip
def test_a_full_or_busy_desktop_shows_it_in_its_figures(
    world: World, name: str, field: str, floor: float
) -> None:
    fault = world.inject(name)
    world.advance(MONDAY_S + 3600)
    world.remove(fault.id)
    world.advance(MONDAY_S + 5400)
    monitored = ask(cloud_of(world), metrics.show_desktop_monitor,
                    window(world, MONDAY_S - 1800), desktop_id=fault.target_id)  # fmt: skip
    during, outside = [], []
    for point in monitored[field]:
        at_s = point["timestamp"] / 1000
        (during if MONDAY_S < at_s <= MONDAY_S + 3600 else outside).append(point["average"])
    assert len(during) == 12
    assert min(during) >= floor
    assert outside
    assert max(outside) < floor


def test_slow_storage_slows_the_disks_on_it_only(world: World) -> None:
    cloud = cloud_of(world)
    number = int(np.flatnonzero(world.snapshot().connected != NOBODY)[0])
    store = world.places.by_kind["datastore"][int(world.fleet.datastore[number])]
    calm = cloud.gauge.measure(number, MONDAY_S, MONDAY_S + 1800)
    world.inject("storage_slow", target=store.name)
    slow = cloud.gauge.measure(number, MONDAY_S + 300, MONDAY_S + 1800)
    name = "disk_read_bytes_rate"
    assert np.allclose(slow.values[name], calm.values[name][-len(slow.at_s) :] * 0.18)
    assert np.allclose(slow.values["cpu_util"], calm.values["cpu_util"][-len(slow.at_s) :])


def test_image_drift_puts_old_agents_into_the_pool(world: World) -> None:
    cloud = cloud_of(world)
    pool = world.fleet.pools[-1]
    query = f"pool_id={pool.id}&agent_version=25.3.1.0612"
    before = ask(cloud, desktops.list_details, query)["total_count"]
    fault = world.inject("image_drift", target=pool.name)
    during = ask(cloud, desktops.list_details, query)["total_count"]
    assert during > before + 0.08 * pool.size
    world.remove(fault.id)
    assert ask(cloud, desktops.list_details, query)["total_count"] == before


@pytest.mark.parametrize("name", sorted(KINDS))
def test_one_fault_is_reported_on_one_way_only(world: World, name: str) -> None:
    cloud = cloud_of(world)
    known = len(world.alarms.records)
    fault = world.inject(name, lasts_s=600)
    world.advance(MONDAY_S + 900)
    new = [each for each in world.alarms.records[known:] if each.kind is fault.kind]
    assert [notice.change for notice in world.notices] == ["raised", "cleared"]
    assert len(new) == (2 if fault.kind.channel == Channel.REST else 0)
    if new:
        newest, raised = ask(cloud, alarms.list_alarms, "limit=2")["alarm_histories"]
        assert (raised["status"], newest["status"]) == ("alarm", "ok")
        assert raised["alarm_id"] == newest["alarm_id"]
        assert raised["record_id"] != newest["record_id"]
        assert raised["additional_info"]["resource_id"] == fault.target_id
        assert raised["begin_time"] == calendar.iso_utc(MONDAY_S)
        assert newest["begin_time"] == calendar.iso_utc(MONDAY_S + 600)


def test_every_desktop_of_a_lost_host_reports_itself_lost_and_back(world: World) -> None:
    cloud = cloud_of(world)
    known = len(world.alarms.records)
    fault = world.inject("host_down", lasts_s=600)
    lost = {world.fleet.ids[number] for number in np.flatnonzero(fault.desktops)}
    world.advance(MONDAY_S + 30)
    records = ask(cloud, alarms.list_alarms, "limit=500")["alarm_histories"]
    raised = [each for each in records if each["begin_time"] > calendar.iso_utc(MONDAY_S)]
    assert {each["metric"]["metric_name"] for each in raised} == {"desktopStatusError"}
    assert {each["additional_info"]["resource_id"] for each in raised} == lost
    assert len({each["record_id"] for each in raised}) == len(lost)
    world.advance(MONDAY_S + 900)
    statuses = [each.status for each in world.alarms.records[known:]]
    assert statuses == ["alarm"] * len(lost) + ["ok"] * len(lost)


def test_desktops_of_a_host_that_blinks_report_nothing_more(world: World) -> None:
    known = len(world.alarms.records)
    world.inject("host_down", lasts_s=1)
    world.advance(MONDAY_S + 120)
    assert world.alarms.records[known:] == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_fault_can_be_removed_and_leaves_nothing_behind(world: World, name: str) -> None:
    fault = world.inject(name)
    world.advance(MONDAY_S + 300)
    world.remove(fault.id)
    states = world.states()
    assert world.troubles.active == []
    assert not states.unreachable.any()
    assert fault.until_s == MONDAY_S + 300
    with pytest.raises(UnknownFaultError):
        world.remove(fault.id)


def test_the_same_fault_twice_on_one_object_is_one(world: World) -> None:
    first = world.inject("host_down", target="CNA-02")
    assert world.inject("host_down", target="cna-02") is first
    assert world.inject("host_down", target="CNA-03") is not first


@pytest.mark.parametrize(
    ("name", "target", "error"),
    [("flood", None, UnknownFaultError), ("host_down", "CNA-99", UnknownTargetError),
     ("agent_gone", "nobody", UnknownTargetError), ("image_drift", "no", UnknownTargetError)],
)  # fmt: skip
def test_unknown_faults_and_targets_are_refused(
    world: World, name: str, target: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.inject(name, target=target)


@pytest.mark.parametrize("hour", ["04:20", "10:00", "18:50"])
def test_chaos_begins_with_a_busy_desktop_that_stays_on(hour: str) -> None:
    world = build_world(desktops=100, days=1, start_s=local_s(f"2026-11-23 {hour}"))
    known = len(world.troubles.log)
    world.start_chaos(speed=1.0)
    world.advance(world.at_s + 31)
    (first,) = world.troubles.log[known:]
    assert first.kind.name == "cpu_hog"
    assert world.states().status[first.desktops] == Status.ACTIVE
    assert world.fleet.power[first.desktops] == Power.ALWAYS_ON


def test_chaos_is_lively_and_never_a_catastrophe() -> None:
    world = build_world(desktops=300, days=1)
    known = len(world.troubles.log)
    world.start_chaos(speed=1.0)
    most = 0
    for minute in range(240):
        world.advance(MONDAY_S + minute * 60)
        most = max(most, len(world.troubles.active))
    came = world.troubles.log[known:]
    assert 40 <= len(came) <= 120
    assert 1 <= most <= 6
    assert all(fault.until_s for fault in came if fault.since_s < world.at_s - 45 * 60)
    assert len({fault.kind.name for fault in came}) >= 8


def test_forced_logins_and_logouts_are_counted_at_once(world: World) -> None:
    absent = next(
        number
        for number in range(world.people.count)
        if number not in world.snapshot().online_users and not world.people.is_disabled[number]
    )
    before = world.snapshot().connected_count
    visit = world.log_in(absent)
    assert visit.failure == Failure.NONE
    assert world.snapshot().connected_count == before + 1
    assert world.people.ids[absent] in world.online_user_ids()
    world.advance(MONDAY_S + 2 * 86_400)
    assert world.people.ids[absent] in world.online_user_ids()
    assert world.log_out(absent)
    assert world.people.ids[absent] not in world.online_user_ids()
    assert not world.log_out(absent)


def test_who_is_sent_home_stays_there_for_the_day(world: World) -> None:
    user = int(world.snapshot().online_users[0])
    assert world.log_out(user)
    rows = world.ledger.block_at(MONDAY_S)
    assert rows is not None
    world.advance(MONDAY_S + 10 * 3600)
    assert (rows.of_user(user)["end"] <= MONDAY_S).all()


def test_nobody_logs_in_to_a_broken_desktop(world: World) -> None:
    user = int(world.fleet.owner[0])
    world.log_out(user)
    world.inject("desktop_error", target=world.fleet.names[0])
    visit = world.log_in(user)
    assert visit.failure == Failure.DESKTOP_DOWN
    assert world.people.ids[user] not in world.online_user_ids()


def test_everybody_of_a_dynamic_pool_can_be_made_to_come_until_it_is_full(world: World) -> None:
    pool = next(pool for pool in world.fleet.pools if pool.is_dynamic)
    members = np.flatnonzero(
        (world.people.department == pool.department) & ~world.people.is_disabled
    )
    visits = [world.log_in(int(user)) for user in members]
    worked = [visit for visit in visits if visit.failure == Failure.NONE]
    assert len({visit.desktop for visit in worked}) == len(worked) == pool.size
    assert {visit.failure for visit in visits} == {Failure.NONE, Failure.NO_FREE_DESKTOP}
