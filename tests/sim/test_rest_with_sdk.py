"""Huawei's own SDK reads the whole interface, page by page, typed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkworkspace.v2 import (
    ListAlarmsRequest,
    ListAlarmStatisticsRequest,
    ListDesktopActionsRequest,
    ListDesktopPoolsRequest,
    ListDesktopsConnectStatusRequest,
    ListDesktopsDetailRequest,
    ListDesktopsStatisticsRequest,
    ListDesktopUsageMetricRequest,
    ListHistoryOnlineInfoNewRequest,
    ListHostsDetailRequest,
    ListInstancesStatusRequest,
    ListLoginRecordsNewRequest,
    ListLoginStateRequest,
    ListMetricsRequest,
    ListMetricsTrendRequest,
    ListPolicyGroupRequest,
    ListRunStateRequest,
    ListSiteConfigsRequest,
    ListUserEventsRequest,
    ListUserGroupsRequest,
    ListUsersRequest,
    ListUserUsageMetricRequest,
    ListWorkspacesRequest,
    ShowDesktopDetailRequest,
    ShowDesktopMonitorDataRequest,
    ShowQuotaDetailsRequest,
    ShowQuotasRequest,
    ShowUserAccessStagesRequest,
    WorkspaceClient,
)

from tests.sim.support import MONDAY_AT, Control
from yunwei_sim.serve import SimulatorThread

UTC_DAY = "2026-11-23T00:00:00Z"
UTC_NOW = MONDAY_AT.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
WINDOW = {"start_time": "2026-11-20T00:00Z", "end_time": "2026-11-23T02:30Z"}


def pages(ask: Callable[[int], object], items: str, total: str, size: int) -> Iterator[object]:
    """Yield all items of a paged list and check that the total says the truth."""
    offset, seen = 0, 0
    while True:
        page = ask(offset)
        found = getattr(page, items)
        yield from found
        seen += len(found)
        offset += size
        if len(found) < size:
            assert getattr(page, total) == seen
            return


def parse(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.utcoffset() == timedelta(0)
    return moment


def test_desktops_page_by_page(client: WorkspaceClient) -> None:
    listed = list(pages(
        lambda offset: client.list_desktops_detail(
            ListDesktopsDetailRequest(limit=300, offset=offset)
        ), "desktops", "total_count", 300,
    ))  # fmt: skip
    assert len(listed) == len({desktop.desktop_id for desktop in listed}) == 700
    for desktop in listed:
        assert desktop.status in {"ACTIVE", "SHUTOFF", "ERROR", "HIBERNATED"}
        assert desktop.login_status in {"UNREGISTER", "REGISTERED", "CONNECTED", "DISCONNECTED"}
        assert desktop.desktop_type in {"DEDICATED", "POOLED"}
        assert int(desktop.product.cpu) >= 2
        assert desktop.root_volume.size >= 80
        assert parse(desktop.created).year >= 2024
    assert {desktop.site_name for desktop in listed} == {"总部数据中心", "深圳边缘站点"}


def test_one_desktop_is_the_one_of_the_list(client: WorkspaceClient) -> None:
    listed = client.list_desktops_detail(ListDesktopsDetailRequest(limit=1)).desktops[0]
    shown = client.show_desktop_detail(ShowDesktopDetailRequest(desktop_id=listed.desktop_id))
    assert shown.desktop.computer_name == listed.computer_name
    assert shown.desktop.security_groups
    # A field that the documents do not have would be lost silently: the SDK keeps what it knows.
    known = set(shown.desktop.to_dict())
    assert {"addresses", "attach_user_infos", "agent_version", "sid", "tags"} <= known


@pytest.fixture(scope="module")
def all_desktops(client: WorkspaceClient) -> list:
    pages_ = (ListDesktopsDetailRequest(limit=500, offset=offset) for offset in (0, 500))
    return [each for page in pages_ for each in client.list_desktops_detail(page).desktops]


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"status": "ACTIVE"}, lambda desktop: desktop.status == "ACTIVE"),
        ({"desktop_type": "POOLED"}, lambda desktop: desktop.desktop_type == "POOLED"),
        ({"in_maintenance_mode": True}, lambda desktop: desktop.in_maintenance_mode),
        ({"domain_status": 2}, lambda desktop: desktop.domain_status == 2),
        ({"user_attached": False}, lambda desktop: desktop.attach_state == "UNATTACH"),
        ({"tag": "department=design"}, lambda desktop: desktop.tags[0].value == "design"),
        ({"agent_version": "25.3.1.0612"}, lambda desktop: desktop.agent_version == "25.3.1.0612"),
        ({"availability_zone": "cn-south-edge-1a"}, lambda desktop: desktop.site_type == "IES"),
        ({"desktop_ip": "172.20.0.4"}, lambda desktop: desktop.ipv4 == "172.20.0.4"),
        ({"computer_name": "yw-fin-0003"}, lambda each: each.computer_name == "YW-FIN-0003"),
        ({"computer_names": ["YW-FIN-0003"]}, lambda each: each.computer_name == "YW-FIN-0003"),
        ({"image_id": "e1f2b6f0-64fb-4a8e-9a42-7c1de1f0c3a7"},
         lambda each: each.metadata["os_type"] == "Linux"),
    ],
)  # fmt: skip
def test_filters_select(
    client: WorkspaceClient, all_desktops: list, filters: dict, holds: Callable[[object], bool]
) -> None:
    found = client.list_desktops_detail(ListDesktopsDetailRequest(limit=100, **filters))
    expected = sum(bool(holds(each)) for each in all_desktops)
    assert 0 < found.total_count == expected < 700
    assert all(holds(each) for each in found.desktops)


def test_lists_can_be_sorted(client: WorkspaceClient) -> None:
    request = ListDesktopsDetailRequest(sort_field="created", sort_type="DESC", limit=50)
    created = [desktop.created for desktop in client.list_desktops_detail(request).desktops]
    assert created == sorted(created, reverse=True)


def test_pools_own_their_desktops(client: WorkspaceClient) -> None:
    pools = client.list_desktop_pools(ListDesktopPoolsRequest()).desktop_pools
    assert {pool.type for pool in pools} == {"DYNAMIC", "STATIC"}
    for pool in pools:
        mine = client.list_desktops_detail(ListDesktopsDetailRequest(pool_id=pool.id))
        assert mine.total_count == pool.desktop_count
        assert 0 < pool.desktop_used <= pool.desktop_count
    dynamic = client.list_desktop_pools(ListDesktopPoolsRequest(type="DYNAMIC"))
    assert dynamic.total_count == 2


def test_connect_states_are_the_truth(client: WorkspaceClient, control: Control) -> None:
    answer = client.list_desktops_connect_status(ListDesktopsConnectStatusRequest(limit=2000))
    connected = [each for each in answer.desktops if each.connect_status == "CONNECTED"]
    truth = control.get("truth/online")
    assert len(connected) == truth["connected"] > 300
    assert {each.attach_users[0].id for each in connected} == set(truth["user_ids"])
    waiting = ListDesktopsConnectStatusRequest(connect_status="DISCONNECTED", limit=2000)
    found = client.list_desktops_connect_status(waiting)
    assert found.total_count == truth["disconnected"] > 0


def test_counters_agree_with_the_list(client: WorkspaceClient) -> None:
    login = client.list_login_state(ListLoginStateRequest())
    run = client.list_run_state(ListRunStateRequest())
    assert run.active_num + run.stop_num + run.error_num + run.hibernated_num == 700
    total = login.in_use_num + login.ready_num + login.disconnected_num + login.unregistered_num
    assert total == 700
    by_department = client.list_instances_status(ListInstancesStatusRequest()).statics
    assert len(by_department) == 12
    assert sum(each.in_use_num for each in by_department) == login.in_use_num
    request = ListDesktopsStatisticsRequest(
        desktop_type=["POOLED"], statistics_type=["login-state", "run-state", "attach-state"]
    )
    pooled = client.list_desktops_statistics(request)
    pools = pooled.desktop_pool_statistics
    assert pooled.total_num == sum(pool.total_num for pool in pools)
    assert pooled.login_state_statistics.in_use_num == sum(
        pool.login_state_statistics.in_use_num for pool in pools
    )


def test_connection_records_page_by_page(client: WorkspaceClient, running: SimulatorThread) -> None:
    listed = list(pages(
        lambda offset: client.list_login_records_new(
            ListLoginRecordsNewRequest(limit=1000, offset=offset, **WINDOW)
        ), "records", "total_count", 1000,
    ))  # fmt: skip
    ids = [record.transaction_id for record in listed]
    assert len(ids) == len(set(ids)) > 1500
    starts = [record.connection_start_time for record in listed]
    assert starts == sorted(starts, reverse=True)
    for record in listed:
        failed = record.connection_failure_reason is not None
        assert failed == (record.connection_setup_time is None) or not failed
        assert not (failed and record.network_rtt)
    online = {
        record.user_name
        for record in listed
        if record.connection_setup_time and not record.connection_end_time
    }
    truth = running.call(lambda simulation: simulation.cloud.world.snapshot().online_users.tolist())
    people = running.simulation.cloud.world.people
    assert online == {people.logins[user] for user in truth}


def test_records_can_be_asked_by_person_and_machine(client: WorkspaceClient) -> None:
    sample = client.list_login_records_new(ListLoginRecordsNewRequest(limit=5, **WINDOW)).records[2]
    mine = client.list_login_records_new(
        ListLoginRecordsNewRequest(user_name=sample.user_name, limit=100, **WINDOW)
    )
    assert {record.user_name for record in mine.records} == {sample.user_name}
    there = client.list_login_records_new(
        ListLoginRecordsNewRequest(computer_name=sample.computer_name, limit=100, **WINDOW)
    )
    assert {record.computer_name for record in there.records} == {sample.computer_name}
    assert sample.transaction_id in {record.transaction_id for record in there.records}


def test_phases_add_up_to_the_logon(client: WorkspaceClient) -> None:
    records = client.list_login_records_new(ListLoginRecordsNewRequest(limit=300, **WINDOW)).records
    finished = [record for record in records if record.connection_setup_time][:10]
    for record in finished:
        answer = client.show_user_access_stages(
            ShowUserAccessStagesRequest(transaction_id=record.transaction_id)
        )
        took = parse(record.connection_setup_time) - parse(record.connection_start_time)
        assert sum(stage.duration for stage in answer.stages) == took.total_seconds() * 1000
        assert answer.username == record.user_name
        assert all(stage.is_success for stage in answer.stages)


def test_a_failed_login_names_its_phase(client: WorkspaceClient) -> None:
    records = client.list_login_records_new(
        ListLoginRecordsNewRequest(limit=1000, **WINDOW)
    ).records
    failed = next(record for record in records if record.connection_failure_reason)
    answer = client.show_user_access_stages(
        ShowUserAccessStagesRequest(transaction_id=failed.transaction_id)
    )
    assert [stage.is_success for stage in answer.stages][-1] is False
    assert answer.stages[-1].error_msg == failed.connection_failure_reason


def test_user_events_page_by_page(client: WorkspaceClient) -> None:
    window = {"start_time": "2026-11-22T16:00:00Z", "end_time": UTC_NOW}
    listed = list(pages(
        lambda offset: client.list_user_events(
            ListUserEventsRequest(limit=400, offset=offset, **window)
        ), "items", "count", 400,
    ))  # fmt: skip
    times = [event.event_time for event in listed]
    assert times == sorted(times, reverse=True)
    assert {event.event_type for event in listed} == {
        "LOGIN_DESKTOP", "RECONNECT_DESKTOP", "DISCONNECT_DESKTOP", "LOGOFF_DESKTOP",
    }  # fmt: skip
    assert {event.is_success for event in listed} == {True, False}
    only = client.list_user_events(ListUserEventsRequest(event_type="LOGOFF_DESKTOP", **window))
    assert {event.event_type for event in only.items} == {"LOGOFF_DESKTOP"}
    assert only.count < len(listed)


def test_performance_comes_in_five_minutes(client: WorkspaceClient, control: Control) -> None:
    user = control.get("truth/online")["user_names"][0]
    desktop = client.list_desktops_detail(ListDesktopsDetailRequest(user_name=user)).desktops[0]
    request = ShowDesktopMonitorDataRequest(
        desktop_id=desktop.desktop_id, start_time="2026-11-23T00:30:00Z", end_time=UTC_NOW
    )
    data = client.show_desktop_monitor_data(request)
    stamps = [point.timestamp for point in data.cpu_info]
    assert len(stamps) == 25
    assert all(stamp % 300_000 == 0 for stamp in stamps)
    for points in (data.cpu_info, data.memory_info, data.disk_util_inband):
        assert all(0 <= point.average <= 100 for point in points)
    assert max(point.average for point in data.cpu_info) > 5
    assert data.network_vm_connections[-1].average > 0
    assert data.online_status == 2
    assert data.user_online_info[-1].connection_end_time is None
    one = client.show_desktop_monitor_data(
        ShowDesktopMonitorDataRequest(
            desktop_id=desktop.desktop_id, start_time="2026-11-23T00:30:00Z", end_time=UTC_NOW,
            metric_name="cpu_util",
        )
    )  # fmt: skip
    assert [point.average for point in one.cpu_info] == [point.average for point in data.cpu_info]
    assert one.memory_info is None


def test_usage_is_of_closed_days(client: WorkspaceClient) -> None:
    window = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-20T23:59:59Z"}
    listed = list(pages(
        lambda offset: client.list_user_usage_metric(
            ListUserUsageMetricRequest(limit=100, offset=offset, **window)
        ), "items", "count", 100,
    ))  # fmt: skip
    used = {item.username: item.metric[0].metric_value for item in listed}
    assert len(used) > 500
    assert 3 * 3600 < sorted(used.values())[len(used) // 2] < 24 * 3600
    desktops = client.list_desktop_usage_metric(
        ListDesktopUsageMetricRequest(
            sort_field="desktop_idle_duration", sort_type="DESC", **window
        )
    )
    assert desktops.count == 700
    assert desktops.items[0].metric[1].metric_value == 2 * 86_400
    today = {"start_time": UTC_DAY, "end_time": UTC_NOW}
    assert client.list_user_usage_metric(ListUserUsageMetricRequest(**today)).count == 0


def test_the_online_curve_counts_people(client: WorkspaceClient) -> None:
    day = client.list_history_online_info_new(ListHistoryOnlineInfoNewRequest(query_type="DAY"))
    counts = [int(entry.rsplit(":", 1)[1]) for entry in day.time_counts]
    assert len(counts) == 11
    assert counts[3] < counts[8] < counts[10]
    week = client.list_history_online_info_new(ListHistoryOnlineInfoNewRequest(query_type="WEEK"))
    assert len(week.time_counts) == 7


def test_general_metrics_and_their_course(client: WorkspaceClient) -> None:
    names = ["user_login_count", "user_login_fail_count", "user_usage"]
    window = {"start_time": "2026-11-23T00:00:00Z", "end_time": "2026-11-23T01:59:59Z"}
    request = ListMetricsRequest(metric_names=names, **window)
    total = {each.metric_name: each.metric_value for each in client.list_metrics(request).body}
    course = client.list_metrics_trend(
        ListMetricsTrendRequest(metric_names=names, period="HOUR", **window)
    ).body
    assert len(course) == 2
    assert total["user_login_count"] == sum(each.metrics[0].metric_value for each in course) > 100
    desktop = client.list_desktops_detail(ListDesktopsDetailRequest(limit=1)).desktops[0]
    one = client.list_metrics(
        ListMetricsRequest(
            dim=f"instance_id,{desktop.desktop_id}", metric_names=["cpu_util"], **window
        )
    )
    assert 0 < one.body[0].metric_value <= 100


def test_alarms_of_the_past_are_raised_and_cleared(client: WorkspaceClient) -> None:
    listed = list(pages(
        lambda offset: client.list_alarms(ListAlarmsRequest(limit=20, offset=offset)),
        "alarm_histories", "count", 20,
    ))  # fmt: skip
    assert len(listed) > 20
    assert [each.begin_time for each in listed] == sorted(
        (each.begin_time for each in listed), reverse=True
    )
    raised = sum(each.status == "alarm" for each in listed)
    assert raised == len(listed) - raised
    counts = client.list_alarm_statistics(ListAlarmStatisticsRequest())
    assert counts.total == len(listed)
    major = client.list_alarms(ListAlarmsRequest(level=2))
    assert major.count == counts.major_count
    assert {each.level for each in major.alarm_histories} == {2}
    sample = next(each for each in listed if each.condition.unit == "%")
    assert sample.data_points[-1].value > 0
    assert sample.metric.dimensions[0].value == sample.additional_info.resource_id


def test_quotas_run_low_on_disk(client: WorkspaceClient) -> None:
    answer = client.show_quotas(ShowQuotasRequest())
    lines = {line.type: line for line in answer.quotas.resources}
    assert {"general_instances", "gpu_instances", "Memory", "cores", "volumes",
            "volume_gigabytes", "deh", "users", "policy_groups"} <= set(lines)  # fmt: skip
    assert all(line.used <= line.quota for line in lines.values())
    disk = lines["volume_gigabytes"]
    assert 0.93 < disk.used / disk.quota < 1.0
    assert lines["general_instances"].used + lines["gpu_instances"].used == 700
    edge = answer.site_quotas[0]
    detail = client.show_quota_details(ShowQuotaDetailsRequest(site_id=edge.site_id))
    assert [line.used for line in detail.resources] == [line.used for line in edge.resources]


def test_people_groups_hosts_and_the_rest(client: WorkspaceClient) -> None:
    people = client.list_users(ListUsersRequest())
    some = client.list_users(ListUsersRequest(limit="50", offset="10"))
    assert people.total_count == len(people.users) == some.total_count > 700
    assert [each.id for each in some.users] == [each.id for each in people.users[10:60]]
    assert all(len(each.user_name) <= 20 for each in people.users)
    groups = client.list_user_groups(ListUserGroupsRequest())
    assert sum(group.user_quantity for group in groups.user_groups) == people.total_count
    hosts = client.list_hosts_detail(ListHostsDetailRequest(limit=100)).dedicated_hosts
    assert sum(host.instance_total for host in hosts) == 700
    assert {host.state for host in hosts} == {"available"}
    assert client.list_site_configs(ListSiteConfigsRequest()).total_count == 2
    assert client.list_policy_group(ListPolicyGroupRequest()).total_count == 6
    workspace = client.list_workspaces(ListWorkspacesRequest())
    ends = datetime.fromisoformat(workspace.ad_domains.tls_config.cert_end_time)
    assert timedelta(0) < ends.replace(tzinfo=UTC) - MONDAY_AT < timedelta(days=30)


def test_power_history(client: WorkspaceClient) -> None:
    listed = client.list_desktops_detail(ListDesktopsDetailRequest(limit=30)).desktops
    answers = [
        client.list_desktop_actions(ListDesktopActionsRequest(desktop_id=each.desktop_id))
        for each in listed
    ]
    actions = [action for answer in answers for action in answer.desktop_actions]
    assert {action.action for action in actions} >= {"os-start", "os-stop", "os-hibernate"}
    assert all(action.start_time < action.finish_time <= UTC_NOW for action in actions)


@pytest.mark.parametrize(
    ("call", "request_", "status"),
    [
        ("list_desktops_detail", ListDesktopsDetailRequest(limit=501), 400),
        ("list_desktops_detail", ListDesktopsDetailRequest(status="BROKEN"), 400),
        ("list_desktops_detail", ListDesktopsDetailRequest(offset=-1), 400),
        ("list_login_records_new", ListLoginRecordsNewRequest(limit=1001), 400),
        ("list_login_records_new", ListLoginRecordsNewRequest(start_time="2026-11-20T00:00Z"), 400),
        ("list_login_records_new",
         ListLoginRecordsNewRequest(start_time="yesterday", end_time="now"), 400),
        ("list_desktops_connect_status", ListDesktopsConnectStatusRequest(limit=2001), 400),
        ("list_desktops_connect_status",
         ListDesktopsConnectStatusRequest(connect_status="AWAKE"), 400),
        ("list_alarms", ListAlarmsRequest(level=5), 400),
        ("list_user_events",
         ListUserEventsRequest(start_time="2026-08-01T00:00:00Z", end_time=UTC_NOW), 400),
        ("list_history_online_info_new", ListHistoryOnlineInfoNewRequest(), 400),
        ("list_user_usage_metric",
         ListUserUsageMetricRequest(start_time=UTC_DAY, end_time=UTC_NOW, limit=101), 400),
        ("list_metrics",
         ListMetricsRequest(metric_names=["x"], start_time=UTC_DAY, end_time=UTC_NOW), 400),
        ("show_desktop_detail", ShowDesktopDetailRequest(desktop_id="none"), 404),
        ("show_user_access_stages", ShowUserAccessStagesRequest(transaction_id="none"), 404),
        ("show_quota_details", ShowQuotaDetailsRequest(site_id="none"), 404),
    ],
)  # fmt: skip
def test_what_the_service_refuses(
    client: WorkspaceClient, call: str, request_: object, status: int
) -> None:
    with pytest.raises(ClientRequestException) as caught:
        getattr(client, call)(request_)
    assert caught.value.status_code == status
    assert caught.value.error_code.startswith("WKS.")
    assert caught.value.error_msg


@pytest.mark.parametrize(("start", "end"), [
    ("2026-11-23T02:00:00Z", "2026-11-23T02:30:00Z"),
    ("2026-10-01T00:00:00Z", "2026-11-23T02:30:00Z"),
])  # fmt: skip
def test_monitor_windows_are_an_hour_to_thirty_days(
    client: WorkspaceClient, start: str, end: str
) -> None:
    desktop = client.list_desktops_detail(ListDesktopsDetailRequest(limit=1)).desktops[0]
    request = ShowDesktopMonitorDataRequest(
        desktop_id=desktop.desktop_id, start_time=start, end_time=end
    )
    with pytest.raises(ClientRequestException, match="between 1 hour and 30 days"):
        client.show_desktop_monitor_data(request)
