"""Every name in `answers.py` and every fixture, held against the official SDK's model classes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from huaweicloudsdkworkspace.v2 import model

from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.tests.support import FIXTURES

# Our shape, the SDK's class.
PAIRS = {
    answers.AttachedUser: (model.AttachInstancesUserInfo, model.AttachUsersInfo),
    answers.Disk: (model.VolumeDetail, model.Volume),
    answers.Product: (model.ProductInfo,),
    answers.Tag: (model.Tag,),
    answers.Desktop: (model.DesktopDetailInfo,),
    answers.DesktopsPage: (model.ListDesktopsDetailResponse,),
    answers.ConnectedDesktop: (model.ConnectDesktopsInfo,),
    answers.ConnectedDesktopsPage: (model.ListDesktopsConnectStatusResponse,),
    answers.RunStates: (model.DesktopRunStatisticsRsp,),
    answers.LoginStates: (model.DesktopLoginStatisticsRsp,),
    answers.PoolStatistics: (model.DesktopPoolStatistics,),
    answers.Statistics: (model.ListDesktopsStatisticsResponse,),
    answers.User: (model.User,),
    answers.UsersPage: (model.ListUsersResponse,),
    answers.Pool: (model.SimpleDesktopPoolInfo,),
    answers.PoolsPage: (model.ListDesktopPoolsResponse,),
    answers.HostProperties: (model.ListHostsRspHostProperties,),
    answers.Host: (model.ListHostsRspDedicatedHosts,),
    answers.HostsPage: (model.ListHostsDetailResponse,),
    answers.QuotaResource: (model.ResourceNoLimit,),
    answers.Quotas: (model.QuotaNoLimit, model.SiteQuotaNoLimit),
    answers.AllQuotas: (model.ShowQuotasResponse,),
    answers.LoginRecord: (model.Record,),
    answers.LoginRecordsPage: (model.ListLoginRecordsNewResponse,),
    answers.AccessStage: (model.UserAccessStage,),
    answers.AccessStages: (model.ShowUserAccessStagesResponse,),
    answers.UserEvent: (model.UserEventRsp,),
    answers.UserEventsPage: (model.ListUserEventsResponse,),
    answers.DataPoint: (model.Datapoints,),
    answers.MonitorData: (model.ShowDesktopMonitorDataResponse,),
    answers.AlarmDimension: (model.AlarmMetricDimension,),
    answers.AlarmMetric: (model.AlarmMetric,),
    answers.AlarmCondition: (model.AlarmCondition,),
    answers.AlarmAddition: (model.AdditionalInfo,),
    answers.AlarmPoint: (model.DataPointInfo,),
    answers.AlarmItem: (model.AlarmHistoryItem,),
    answers.AlarmsPage: (model.ListAlarmsResponse,),
    answers.ScriptTask: (model.ExecuteScriptOrCommandResponse,),
    answers.ScriptRecord: (model.ShowScriptRecordDetailResponse,),
    answers.ScriptRecordsPage: (model.ListScriptRecordsResponse,),
    answers.ScriptTaskItem: (model.ScriptTaskInfo,),
    answers.ScriptTasksPage: (model.ListScriptTasksResponse,),
    answers.FailedAct: (model.VmOperateResult,),
    answers.ActBegun: (model.BatchRunDesktopsResponse,),
    answers.JobEntities: (model.JobEntities,),
    answers.SubJob: (model.JobDetailInfo,),
    answers.Job: (model.ShowJobResponse,),
    answers.SubJobsPage: (model.ListItaSubJobsResponse,),
    answers.OneDesktop: (model.ShowDesktopDetailResponse,),
    answers.TlsConfig: (model.TlsConfig,),
    answers.Directory: (model.AdInfo,),
    answers.Snapshot: (model.DesktopSnapshotDetailInfo,),
    answers.SnapshotsPage: (model.ListDesktopSnapshotResponse,),
    answers.Workspace: (model.ListWorkspacesResponse,),
}

# The SDK's type of a field, in the words that msgspec gives for ours.
PLAIN = {"str": str, "int": int, "float": float, "bool": bool}

FIXTURE_MODELS = {
    "licences/workspaces.json": model.ListWorkspacesResponse,
    "inventory/desktops_detail.json": model.ListDesktopsDetailResponse,
    "inventory/users.json": model.ListUsersResponse,
    "inventory/desktop_pools.json": model.ListDesktopPoolsResponse,
    "inventory/hosts.json": model.ListHostsDetailResponse,
    "licences/quotas.json": model.ShowQuotasResponse,
    "sessions/connect_desktops.json": model.ListDesktopsConnectStatusResponse,
    "sessions/statistics.json": model.ListDesktopsStatisticsResponse,
    "sessions/statistics_pools.json": model.ListDesktopsStatisticsResponse,
    "metrics/desktop_monitor.json": model.ShowDesktopMonitorDataResponse,
    "activity/connections_desktops.json": model.ListLoginRecordsNewResponse,
    "activity/access_stages.json": model.ShowUserAccessStagesResponse,
    "activity/user_events.json": model.ListUserEventsResponse,
    "alarms/alarms.json": model.ListAlarmsResponse,
}


def test_every_shape_has_its_class_in_the_sdk() -> None:
    shapes = {
        each
        for each in vars(answers).values()
        if isinstance(each, type) and issubclass(each, answers.Shape)
    }
    assert shapes - {answers.Shape} == set(PAIRS)


def test_what_is_sent_has_the_services_names() -> None:
    sent = {field.encode_name for field in msgspec.structs.fields(answers.ExecuteScript)}
    assert sent <= set(model.ExecuteScriptOrCommandReq.attribute_map.values())
    asked = {field.encode_name for field in msgspec.structs.fields(answers.ActDesktops)}
    assert asked == set(model.BatchActionDesktopsReq.attribute_map.values())


@pytest.mark.parametrize("shape", PAIRS, ids=lambda shape: shape.__name__)
def test_names_are_the_services_own(shape: type[answers.Shape]) -> None:
    theirs = {name for each in PAIRS[shape] for name in each.attribute_map.values()}
    assert {field.encode_name for field in msgspec.structs.fields(shape)} <= theirs


@pytest.mark.parametrize("shape", PAIRS, ids=lambda shape: shape.__name__)
def test_plain_fields_have_the_services_type(shape: type[answers.Shape]) -> None:
    types = {name: kind for each in PAIRS[shape] for name, kind in each.openapi_types.items()}
    ours = {field.name: field.type for field in msgspec.structs.fields(shape)}
    for name, wanted in ours.items():
        if types[name] in PLAIN:
            assert wanted in (PLAIN[types[name]], PLAIN[types[name]] | None), name


def test_every_fixture_is_of_a_known_answer() -> None:
    found = {path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*.json")}
    assert found == set(FIXTURE_MODELS)


@pytest.mark.parametrize("name", FIXTURE_MODELS)
def test_fixtures_hold_only_fields_of_the_service(name: str) -> None:
    content = json.loads((FIXTURES / name).read_text("utf-8"))
    assert list(_unknown_fields(content, FIXTURE_MODELS[name].__name__)) == []


def _unknown_fields(value: object, kind: str) -> Iterator[str]:
    """Yield `Class.field` for every field of `value` that the SDK's class does not have."""
    inner = re.fullmatch(r"(?:list\[(?P<item>\w+)\]|dict\(str, (?P<value>.+)\))", kind)
    if isinstance(value, list) and inner and inner["item"]:
        for each in value:
            yield from _unknown_fields(each, inner["item"])
    elif isinstance(value, dict) and not inner:
        owner = getattr(model, kind)
        names = {sent: ours for ours, sent in owner.attribute_map.items()}
        for field, content in value.items():
            if field not in names:
                yield f"{kind}.{field}"
            else:
                yield from _unknown_fields(content, owner.openapi_types[names[field]])


def test_the_field_check_bites() -> None:
    wrong = {"desktops": [{"desktop_id": "d", "product": {"cpus": "4"}}]}
    assert list(_unknown_fields(wrong, "ListDesktopsDetailResponse")) == ["ProductInfo.cpus"]


def test_fixtures_hold_no_secret() -> None:
    files = list(Path(FIXTURES).rglob("*.json"))
    assert files
    for path in files:
        assert not re.search(r"(?i)password\"\s*:\s*\"|secret|token\"", path.read_text("utf-8")), (
            path
        )
