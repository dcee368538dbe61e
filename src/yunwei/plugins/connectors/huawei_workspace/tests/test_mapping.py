"""Fixtures through the mapping, compared with snapshots; and what a snapshot does not show."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import SourceBabbled
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.mapping import (
    activity,
    alarms,
    inventory,
    measures,
    values,
)
from yunwei.plugins.connectors.huawei_workspace.tests.support import (
    FIXTURES,
    NOW,
    SETTINGS,
    SNAPSHOTS,
)
from yunwei.plugins.sdk.testkit import StillClock, check_snapshot, load_fixture, make_context

AT = datetime(2026, 11, 23, 6, 50, tzinfo=UTC)


def load[T](name: str, shape: type[T]) -> T:
    return load_fixture(FIXTURES / name, shape)


def test_desktops() -> None:
    page = load("inventory/desktops_detail.json", answers.DesktopsPage)
    found = [inventory.map_desktop(each, pool="p-1", host="h-1") for each in page.desktops or []]
    check_snapshot(found, SNAPSHOTS / "desktops.json")


def test_users_pools_and_hosts() -> None:
    users = load("inventory/users.json", answers.UsersPage).users or []
    pools = load("inventory/desktop_pools.json", answers.PoolsPage).desktop_pools or []
    hosts = load("inventory/hosts.json", answers.HostsPage).dedicated_hosts or []
    check_snapshot([inventory.map_user(each) for each in users], SNAPSHOTS / "users.json")
    check_snapshot([inventory.map_pool(each) for each in pools], SNAPSHOTS / "pools.json")
    check_snapshot([inventory.map_host(each) for each in hosts], SNAPSHOTS / "hosts.json")


def test_licences_and_their_numbers() -> None:
    licences = list(inventory.map_licences(load("licences/quotas.json", answers.AllQuotas)))
    numbers = [each for one in licences for each in measures.observe_licence(one, at=AT)]
    check_snapshot([licences, numbers], SNAPSHOTS / "licences.json")


def test_the_directory_certificate_runs_out() -> None:
    workspace = load("licences/workspaces.json", answers.Workspace)
    found = list(inventory.map_directory_certificate(workspace))
    check_snapshot(found, SNAPSHOTS / "directory_certificate.json")
    assert list(inventory.map_directory_certificate(answers.Workspace())) == []


def test_sessions_and_their_counts() -> None:
    page = load("sessions/connect_desktops.json", answers.ConnectedDesktopsPage)
    sessions = list(measures.map_sessions(page.desktops or []))
    counts = measures.count_sessions(sessions, at=AT)
    check_snapshot([sessions, counts], SNAPSHOTS / "sessions.json")


def test_statistics() -> None:
    whole = load("sessions/statistics.json", answers.Statistics)
    pools = load("sessions/statistics_pools.json", answers.Statistics)
    found = [measures.map_statistics(whole, at=AT), measures.map_pool_statistics(pools, at=AT)]
    check_snapshot([list(each) for each in found], SNAPSHOTS / "statistics.json")


def test_monitor_data() -> None:
    data = load("metrics/desktop_monitor.json", answers.MonitorData)
    after, until = AT.replace(hour=6, minute=0), AT
    found = list(measures.map_monitor_data("D-1", data, after=after, until=until))
    check_snapshot(found, SNAPSHOTS / "monitor_data.json")


def test_records_and_stages() -> None:
    rows = load("activity/connections_desktops.json", answers.LoginRecordsPage).records or []
    stages = load("activity/access_stages.json", answers.AccessStages)
    found = [activity.map_record(each) for each in rows]
    check_snapshot([found, activity.map_stages(stages)], SNAPSHOTS / "records.json")


def test_stages_have_their_beginnings_where_these_can_be_true() -> None:
    at_ms = int(AT.timestamp() * 1000)

    def stage(name: str, start_ms: int | None, *, is_success: bool = True) -> answers.AccessStage:
        return answers.AccessStage(
            stage=name, duration=900, start_time=start_ms, is_success=is_success
        )

    stages = [
        stage("LOGIN", at_ms + 500),
        stage("CONNECT", at_ms + 9000),
        stage("CONNECT", at_ms + 2000, is_success=False),
        stage("MFA_AUTH", 1),
        stage("PRECONNECT", None, is_success=False),
    ]
    found = answers.AccessStages(stages=stages)
    assert activity.map_stage_starts(found, AT) == {
        "LOGIN": AT + timedelta(milliseconds=500),
        "CONNECT": AT + timedelta(seconds=2),
    }
    assert activity.find_failed_stage(found) == "CONNECT"
    assert activity.find_failed_stage(answers.AccessStages(stages=stages[:2])) == ""


def test_user_events() -> None:
    rows = load("activity/user_events.json", answers.UserEventsPage).items or []
    found = [activity.map_user_event(each) for each in rows]
    check_snapshot(found, SNAPSHOTS / "user_events.json")


def test_alarms() -> None:
    items = load("alarms/alarms.json", answers.AlarmsPage).alarm_histories or []
    context = make_context(SETTINGS, StillClock(NOW))
    found = [alarms.map_alarm(each, context, received_at=NOW) for each in items]
    check_snapshot(found, SNAPSHOTS / "alarms.json")


@pytest.mark.parametrize(
    ("status", "task", "wanted"),
    [
        ("ACTIVE", None, DesktopState.RUNNING),
        ("ACTIVE", "", DesktopState.RUNNING),
        ("ACTIVE", "rebooting", DesktopState.CHANGING),
        ("SHUTOFF", "powering-on", DesktopState.CHANGING),
        ("ERROR", "spawning", DesktopState.ERROR),
        ("HIBERNATED", None, DesktopState.HIBERNATED),
        ("NEW_IN_V3", None, DesktopState.UNKNOWN),
        (None, None, DesktopState.UNKNOWN),
    ],
)
def test_states(status: str | None, task: str | None, wanted: DesktopState) -> None:
    assert inventory.map_state(status, task) == wanted


def test_an_unknown_enum_value_is_kept_verbatim() -> None:
    desktop = answers.Desktop(desktop_id="d", status="NEW_IN_V3", login_status="QUEUED")
    seen = inventory.map_desktop(desktop)
    assert (seen.state, seen.login_state) == (DesktopState.UNKNOWN, LoginState.UNKNOWN)
    assert seen.raw == {"status": "NEW_IN_V3", "login_status": "QUEUED"}


def test_zero_is_not_missing() -> None:
    nothing = answers.Statistics()
    assert list(measures.map_statistics(nothing, at=AT)) == []
    zero = answers.Statistics(run_state_statistics=answers.RunStates(error_num=0))
    found = list(measures.map_statistics(zero, at=AT))
    assert [(each.metric, each.value) for each in found] == [("desktops.error", 0.0)]


def test_nobody_connected_is_counted_as_zero_users() -> None:
    counts = measures.count_sessions([], at=AT)
    assert {each.metric: each.value for each in counts} == {
        "users.online": 0.0,
        "sessions.connected": 0.0,
        "sessions.disconnected": 0.0,
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2016-08-20T21:11Z", datetime(2016, 8, 20, 21, 11, tzinfo=UTC)),
        ("2016-08-20T21:11:05Z", datetime(2016, 8, 20, 21, 11, 5, tzinfo=UTC)),
        ("2016-08-20T21:11:05.250Z", datetime(2016, 8, 20, 21, 11, 5, 250_000, tzinfo=UTC)),
        ("2016-08-20 21:11:05", datetime(2016, 8, 20, 21, 11, 5, tzinfo=UTC)),
        ("2016-08-21T05:11:05+08:00", datetime(2016, 8, 20, 21, 11, 5, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_times(text: str | None, wanted: datetime | None) -> None:
    assert values.parse_time(text) == wanted


def test_what_is_no_time_is_said() -> None:
    with pytest.raises(SourceBabbled, match="not a time: 'soon'"):
        values.parse_time("soon")
    with pytest.raises(SourceBabbled, match="not a Unix time"):
        values.parse_unix_time(10**30)
    assert values.parse_optional_time("soon") is None


def test_unix_times_in_seconds_and_milliseconds() -> None:
    seconds = int(AT.timestamp())
    assert values.parse_unix_time(seconds) == AT
    assert values.parse_unix_time(seconds * 1000) == AT


@pytest.mark.parametrize(
    ("text", "wanted"), [("8192", 8192), ("16", 16384), ("", None), ("4G", None), (None, None)]
)
def test_memory(text: str | None, wanted: int | None) -> None:
    assert values.parse_memory_mb(text) == wanted


def test_points_outside_the_stretch_are_left_out() -> None:
    points = [answers.DataPoint(average=float(n), timestamp=1_000 + n) for n in range(4)]
    data = answers.MonitorData(cpu_info=points)
    after, until = values.parse_unix_time(1_000), values.parse_unix_time(1_002)
    found = measures.map_monitor_data("D-1", data, after=after, until=until)
    assert [each.value for each in found] == [0.01, 0.02]


def _map_alarm(**fields: object) -> RawAlarm | None:
    item = msgspec.convert(
        {"record_id": "r", "begin_time": "2026-11-23T03:00:00Z"} | fields, answers.AlarmItem
    )
    return alarms.map_alarm(item, make_context(SETTINGS, StillClock(NOW)), received_at=NOW)


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        (1, Severity.CRITICAL),
        (2, Severity.MAJOR),
        (3, Severity.MINOR),
        (4, Severity.WARNING),
        (0, Severity.INDETERMINATE),
        (None, Severity.INDETERMINATE),
    ],
)
def test_alarm_levels(level: int | None, wanted: Severity) -> None:
    alarm = _map_alarm(level=level)
    assert alarm is not None
    assert alarm.severity == wanted


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("alarm", AlarmAct.RAISE),
        ("ok", AlarmAct.CLEAR),
        ("invalid", AlarmAct.NOTICE),
        ("suspended", AlarmAct.NOTICE),
        (None, AlarmAct.NOTICE),
    ],
)
def test_alarm_status_decides_the_act(status: str | None, wanted: AlarmAct) -> None:
    alarm = _map_alarm(status=status)
    assert alarm is not None
    assert alarm.act == wanted


def test_raise_and_clear_of_one_fault_are_about_the_same_thing() -> None:
    items = load("alarms/alarms.json", answers.AlarmsPage).alarm_histories or []
    context = make_context(SETTINGS, StillClock(NOW))
    mapped = {
        each.native_id: each
        for each in (alarms.map_alarm(item, context, received_at=NOW) for item in items)
        if each is not None
    }
    raised, cleared = mapped["ah000001:alarm"], mapped["ah000002:ok"]
    assert (raised.managed_object, raised.alarm_type, raised.qualifier) == (
        cleared.managed_object,
        cleared.alarm_type,
        cleared.qualifier,
    )


@pytest.mark.parametrize("missing", ["record_id", "begin_time"])
def test_a_record_without_id_or_time_is_no_alarm(missing: str) -> None:
    assert _map_alarm(**{missing: None}) is None


def test_a_slash_in_a_name_does_not_make_a_path() -> None:
    alarm = _map_alarm(additional_info={"resource_name": "DEV/0004"})
    assert alarm is not None
    assert alarm.managed_object == "/resource/DEV%2F0004"
