"""Scripts over Huawei's own SDK: library, grey batch with its threshold, output, stop, retry."""

from collections.abc import Iterator

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkworkspace.v2 import (
    CreateScriptReq,
    CreateScriptRequest,
    DeleteScriptRequest,
    ExecuteScriptOrCommandReq,
    ExecuteScriptOrCommandRequest,
    ListDesktopsDetailRequest,
    ListScriptRecordsRequest,
    ListScriptsRequest,
    ListScriptTasksRequest,
    RetryScriptExecutionReq,
    RetryScriptExecutionRequest,
    ShowScriptDetailRequest,
    ShowScriptRecordDetailRequest,
    StopScriptExecutionReq,
    StopScriptExecutionRequest,
    UpdateScriptReq,
    UpdateScriptRequest,
    WorkspaceClient,
)

from tests.sim.support import Control

GOOD = "@echo off\necho ready\n"
BAD = "@echo off\necho broken\nexit /b 3\n"


@pytest.fixture
def windows(client: WorkspaceClient) -> list[str]:
    """Ids of desktops with Windows that run."""
    listed = client.list_desktops_detail(ListDesktopsDetailRequest(limit=500)).desktops
    return [
        each.desktop_id
        for each in listed
        if each.status == "ACTIVE" and each.os_version.startswith("Windows")
    ]


def execute(client: WorkspaceClient, ids: list[str], command: str, **more: object) -> str:
    asked = ExecuteScriptOrCommandReq(
        resource_type="DESKTOP", resource_ids=ids, command=command, command_type="BAT", **more
    )
    return client.execute_script_or_command(ExecuteScriptOrCommandRequest(body=asked)).task_id


def records(client: WorkspaceClient, task: str, **more: object) -> Iterator[object]:
    """All records of an order, a page of at most 100 at a time."""
    offset = 0
    while True:
        asked = ListScriptRecordsRequest(script_task_id=task, offset=offset, limit=100, **more)
        page = client.list_script_records(asked)
        yield from page.script_records
        offset += len(page.script_records)
        if offset >= page.count:
            return


def states(client: WorkspaceClient, task: str) -> list[str]:
    return [each.status for each in records(client, task)]


def order_of(client: WorkspaceClient, task: str) -> object:
    listed = client.list_script_tasks(ListScriptTasksRequest(limit=100)).script_tasks
    return next(each for each in listed if each.id == task)


def pass_time(control: Control, seconds: int) -> None:
    control.post("clock", step_s=seconds)


def test_a_command_runs_on_each_desktop_and_its_output_is_in_the_detail(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    task = execute(client, windows[:150], "@echo off\necho host %COMPUTERNAME%\n")
    assert set(states(client, task)) == {"RUNNING"}
    pass_time(control, 30)
    found = list(records(client, task))
    assert len({each.resource_id for each in found}) == 150
    assert {(each.status, each.result_code, each.execute_order) for each in found} == {
        ("SUCCESS", "0", 0)
    }
    one = client.show_script_record_detail(ShowScriptRecordDetailRequest(record_id=found[0].id))
    assert one.output == f"host {one.resource_name}\n"
    told = order_of(client, task)
    assert (told.status, told.success_num, told.failed_num, told.skip_num) == ("FINISH", 150, 0, 0)


def test_a_good_grey_batch_lets_the_rest_follow(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    task = execute(client, windows[:20], GOOD, gray_count=3, gray_fail_threshold=1)
    first = {each.execute_order: each.status for each in records(client, task)}
    assert first == {1: "RUNNING", 2: "WAITING"}
    for _ in range(2):  # the rest begins once the grey batch is over
        pass_time(control, 30)
        states(client, task)
    assert set(states(client, task)) == {"SUCCESS"}
    assert len(order_of(client, task).gray_resource_ids) == 3


def test_a_grey_batch_that_fails_stops_the_rest(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    task = execute(client, windows[:20], BAD, gray_count=3, gray_fail_threshold=2)
    pass_time(control, 60)
    assert sorted(states(client, task)) == ["FAILED"] * 3 + ["SKIP"] * 17
    told = order_of(client, task)
    assert (told.status, told.failed_num, told.skip_num) == ("FAILED", 3, 17)
    failed = next(iter(records(client, task, status="FAILED")))
    assert failed.result_code == "3"


def test_a_threshold_that_is_not_reached_stops_nothing(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    task = execute(client, windows[:6], BAD, gray_resource_ids=windows[:1])
    for _ in range(2):
        pass_time(control, 30)
        states(client, task)
    assert set(states(client, task)) == {"FAILED"}


def test_what_does_not_fit_or_lasts_too_long_fails(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    listed = client.list_desktops_detail(ListDesktopsDetailRequest(limit=500)).desktops
    linux = next(d for d in listed if d.status == "ACTIVE" and "Union" in d.os_version)
    task = execute(client, [linux.desktop_id, windows[0]], "timeout /t 300\n")
    pass_time(control, 120)
    reasons = {each.resource_id: each.reason for each in records(client, task)}
    assert "does not match" in reasons[linux.desktop_id]
    assert "timed out" in reasons[windows[0]]


def test_what_runs_is_stopped_and_what_failed_is_tried_again(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    task = execute(client, windows[:4], GOOD, gray_count=1)
    stop = StopScriptExecutionReq(task_id=task)
    client.stop_script_execution(StopScriptExecutionRequest(body=stop))
    pass_time(control, 60)
    assert set(states(client, task)) == {"STOP"}
    again = RetryScriptExecutionReq(task_id=task)
    client.retry_script_execution(RetryScriptExecutionRequest(body=again))
    pass_time(control, 60)
    assert set(states(client, task)) == {"SUCCESS"}


def test_the_library_keeps_scripts_that_orders_name(
    client: WorkspaceClient, control: Control, windows: list[str]
) -> None:
    kept = CreateScriptReq(name="clean", type="BAT", description="d", content=GOOD, version="1")
    script = client.create_script(CreateScriptRequest(body=kept)).script_id
    change = UpdateScriptReq(content="echo changed\n", version="2")
    client.update_script(UpdateScriptRequest(script_id=script, body=change))
    shown = client.show_script_detail(ShowScriptDetailRequest(script_id=script))
    assert (shown.name, shown.type, shown.version) == ("clean", "BAT", "2")
    asked = ExecuteScriptOrCommandReq(
        resource_type="DESKTOP", resource_ids=windows[:1], script_ids=[script]
    )
    task = client.execute_script_or_command(ExecuteScriptOrCommandRequest(body=asked)).task_id
    pass_time(control, 30)
    (record,) = records(client, task)
    assert record.script_name == "clean"
    one = client.show_script_record_detail(ShowScriptRecordDetailRequest(record_id=record.id))
    assert one.output == "changed\n"
    client.delete_script(DeleteScriptRequest(script_id=script))
    assert script not in {each.id for each in client.list_scripts(ListScriptsRequest()).scripts}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"command": None}, 400),
        ({"command_type": "PERL"}, 400),
        ({"resource_ids": []}, 400),
        ({"resource_ids": ["nobody"]}, 404),
        ({"gray_count": 9}, 400),
        ({"gray_count": 1, "gray_fail_threshold": 2}, 400),
        ({"gray_resource_ids": ["nobody"]}, 400),
    ],
)
def test_a_wrong_order_is_refused(
    client: WorkspaceClient, windows: list[str], change: dict[str, object], status: int
) -> None:
    good = {"resource_ids": windows[:2], "command": GOOD, "command_type": "BAT"}
    asked = ExecuteScriptOrCommandReq(resource_type="DESKTOP", **{**good, **change})
    with pytest.raises(ClientRequestException) as caught:
        client.execute_script_or_command(ExecuteScriptOrCommandRequest(body=asked))
    assert caught.value.status_code == status
