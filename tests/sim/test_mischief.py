"""The REST face can misbehave on demand, in every way that its readers must survive."""

import json
import socket
import time
import urllib.error

import pytest
from huaweicloudsdkcore.exceptions.exceptions import (
    ClientRequestException,
    ConnectionException,
    RequestTimeoutException,
    ServerResponseException,
)
from huaweicloudsdkworkspace.v2 import (
    ListDesktopsDetailRequest,
    ListLoginStateRequest,
    ListUsersRequest,
    WorkspaceClient,
)

from tests.sim.support import MONDAY_AT, Control, sdk_client, signed_get
from yunwei_sim.rest.cloud import Access
from yunwei_sim.rest.errors import ApiError
from yunwei_sim.rest.throttle import Throttle
from yunwei_sim.serve import Options, SimulatorThread, start_in_thread

QUESTION = ListLoginStateRequest()


@pytest.fixture(autouse=True)
def _well_again(request: pytest.FixtureRequest, control: Control):
    yield
    control.post("face", fault="none")


def is_well(client: WorkspaceClient) -> bool:
    return client.list_login_state(QUESTION).in_use_num > 0


def test_it_is_well_to_begin_with(client: WorkspaceClient) -> None:
    assert is_well(client)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    # Huawei's SDK keeps the body of a 429 to itself and shows the bare status as its code.
    [("server_error", 500, "WKS.00139999"), ("bad_gateway", 502, "502"), ("throttle", 429, "429")],
)
def test_errors_are_typed(
    client: WorkspaceClient, control: Control, fault: str, status: int, code: str
) -> None:
    control.post("face", fault=fault, requests=1)
    with pytest.raises((ClientRequestException, ServerResponseException)) as caught:
        client.list_login_state(QUESTION)
    assert (caught.value.status_code, caught.value.error_code) == (status, code)
    assert is_well(client)


def test_a_throttled_answer_is_the_gateways(running: SimulatorThread, control: Control) -> None:
    control.post("face", fault="throttle")
    status, headers, body = signed_get(running, "desktops/statistics/login-state")
    assert (status, headers["retry-after"]) == (429, "1")
    assert json.loads(body)["error_code"] == "APIGW.0308"


@pytest.mark.parametrize(
    ("fault", "content_type"),
    [("garbage", "application/json;charset=UTF-8"), ("html", "text/html; charset=utf-8")],
)
def test_broken_bodies_are_broken(
    running: SimulatorThread, client: WorkspaceClient, control: Control, *,
    fault: str, content_type: str,
) -> None:  # fmt: skip
    control.post("face", fault=fault)
    status, headers, body = signed_get(running, "desktops/statistics/login-state")
    assert (status, headers["content-type"]) == (200, content_type)
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    # Huawei's SDK takes such a body for an answer without fields; a careful reader notices.
    assert client.list_login_state(QUESTION).in_use_num is None
    control.post("face", fault="none")
    assert is_well(client)


def test_an_empty_page_still_claims_a_total(client: WorkspaceClient, control: Control) -> None:
    control.post("face", fault="empty_page")
    answer = client.list_desktops_detail(ListDesktopsDetailRequest())
    assert (answer.desktops, answer.total_count) == ([], 700)


def test_wrong_types_are_wrong(client: WorkspaceClient, control: Control) -> None:
    control.post("face", fault="wrong_types")
    with pytest.raises(ValueError, match="about"):
        client.list_login_state(QUESTION)


def test_only_the_paths_asked_for_misbehave(client: WorkspaceClient, control: Control) -> None:
    control.post("face", fault="server_error", path="/users")
    assert is_well(client)
    with pytest.raises(ServerResponseException):
        client.list_users(ListUsersRequest(limit="1"))


def test_a_slow_answer_is_right_but_late(client: WorkspaceClient, control: Control) -> None:
    control.post("face", fault="slow", delay_s=0.4)
    began = time.monotonic()
    assert is_well(client)
    assert time.monotonic() - began >= 0.4


def test_a_hanging_face_runs_into_the_time_out(running: SimulatorThread, control: Control) -> None:
    control.post("face", fault="hang")
    impatient = sdk_client(running, timeout_s=0.5)
    with pytest.raises((RequestTimeoutException, ConnectionException)):
        impatient.list_login_state(QUESTION)
    assert control.get("state")["counts"]["desktops"] == 700
    control.post("face", fault="none")
    assert is_well(sdk_client(running))


def test_a_refusing_face_has_a_closed_port_and_comes_back() -> None:
    options = Options(desktops=60, days=1, start_at=MONDAY_AT, speed=0, control_port=0)
    with start_in_thread(options) as running:
        control, client = Control(running.control_url), sdk_client(running)
        assert running.control_url != running.url
        assert is_well(client)
        control.post("face", fault="refuse")
        address = ("127.0.0.1", int(running.url.rsplit(":", 1)[1]))
        wait_until(lambda: not takes_connections(address))
        with pytest.raises(ConnectionException):
            client.list_login_state(QUESTION)
        control.post("face", fault="none")
        wait_until(lambda: takes_connections(address))
        assert is_well(client)


def wait_until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def takes_connections(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except ConnectionError:
        return False
    return True


def test_refusing_without_a_way_back_is_refused(control: Control) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        control.post("face", fault="refuse")
    caught.value.close()
    assert caught.value.code == 400


def test_more_requests_than_allowed_are_throttled() -> None:
    options = Options(
        desktops=60, days=1, start_at=MONDAY_AT, speed=0, access=Access(requests_per_s=3)
    )
    with start_in_thread(options) as running:
        client = sdk_client(running)
        with pytest.raises(ClientRequestException) as caught:
            [client.list_login_state(QUESTION) for _ in range(40)]
        assert (caught.value.status_code, caught.value.error_code) == (429, "429")
        running.call(lambda simulation: simulation.throttle(0))
        assert all(is_well(client) for _ in range(10))


def test_the_throttle_counts_by_key_and_second() -> None:
    throttle = Throttle(2, retry_after_s=3)
    throttle.count("a", ticks_s=5.1)
    throttle.count("a", ticks_s=5.2)
    throttle.count("b", ticks_s=5.3)
    with pytest.raises(ApiError) as caught:
        throttle.count("a", ticks_s=5.9)
    assert caught.value.headers == {"Retry-After": "3"}
    throttle.count("a", ticks_s=6.0)
