"""Who may ask: signatures exactly, dates, keys, projects; each refusal in the gateway's words."""

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkworkspace.v2 import (
    ListDesktopsDetailRequest,
    ListLoginStateRequest,
    ListUsersRequest,
)

from tests.sim.support import sdk_client
from yunwei_sim.rest.cloud import Access
from yunwei_sim.rest.errors import ApiError
from yunwei_sim.rest.signature import Arrived, check_signature
from yunwei_sim.serve import SimulatorThread

KEYS = {"AK1": "SK1"}
NOW_S = 1_795_000_000.0


def sign(
    *, method: str = "GET", path: str = "/v2/p/users",
    query: list[tuple[str, object]] | None = None, body: bytes = b"",
    secret: str = "SK1", at_s: float = NOW_S,
) -> Arrived:  # fmt: skip
    """Sign with Huawei's own signer and return what would arrive."""
    stamp = datetime.fromtimestamp(at_s, UTC).strftime("%Y%m%dT%H%M%SZ")
    request = SdkRequest(
        method=method, schema="http", host="h", resource_path=path, query_params=query or [],
        header_params={"Content-Type": "application/json", "X-Sdk-Date": stamp}, body=body,
    )  # fmt: skip
    Signer(BasicCredentials("AK1", secret, "p")).sign(request)
    uri, _, raw_query = request.uri.partition("?")
    headers = {name.lower(): value for name, value in request.header_params.items()}
    return Arrived(method=method, raw_path=uri, raw_query=raw_query, headers=headers, body=body)


@pytest.mark.parametrize(
    "request_",
    [
        sign(),
        sign(query=[("limit", 5), ("offset", 0), ("flag", True)]),
        sign(query=[("name", "张 伟/&=+~%"), ("name", "a"), ("b", "")]),
        sign(path="/v2/p/desktop-monitor/a b~c-d_e.f"),
        sign(method="POST", body=msgspec.json.encode({"名": "值"})),
        sign(at_s=NOW_S - 14 * 60),
    ],
)
def test_what_the_sdk_signs_is_accepted(request_: Arrived) -> None:
    assert check_signature(request_, KEYS, now_s=NOW_S) == "AK1"


def changed(request_: Arrived, **fields: object) -> Arrived:
    values = {name: getattr(request_, name) for name in Arrived.__slots__}
    return Arrived(**(values | fields))


GOOD = sign(query=[("limit", 5)])


@pytest.mark.parametrize(
    ("request_", "detail"),
    [
        (sign(secret="SK2"), "verify aksk signature fail"),
        (changed(GOOD, raw_query="limit=6"), "verify aksk signature fail"),
        (changed(GOOD, raw_path="/v2/p/groups"), "verify aksk signature fail"),
        (changed(GOOD, method="POST"), "verify aksk signature fail"),
        (changed(GOOD, body=b"{}"), "verify aksk signature fail"),
        (changed(GOOD, headers=dict(GOOD.headers) | {"host": "x"}), "verify aksk signature fail"),
        (sign(at_s=NOW_S - 16 * 60), "signature expired"),
        (sign(at_s=NOW_S + 16 * 60), "signature expired"),
        (changed(GOOD, headers={}), "Unauthorized"),
        (changed(GOOD, headers=dict(GOOD.headers) | {"authorization": "Bearer x"}), "Unauthorized"),
        (changed(GOOD, headers=dict(GOOD.headers) | {"x-sdk-date": "today"}), "malformed"),
    ],
)
def test_anything_else_is_401(request_: Arrived, detail: str) -> None:
    with pytest.raises(ApiError, match=detail) as caught:
        check_signature(request_, KEYS, now_s=NOW_S)
    assert (caught.value.status, caught.value.code) == (401, "APIGW.0301")


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ApiError, match="ak:AK1,err:ak not exist"):
        check_signature(GOOD, {}, now_s=NOW_S)


@pytest.mark.parametrize(
    ("access", "status", "code"),
    [
        (Access(secret_key="wrong"), 401, "APIGW.0301"),
        (Access(access_key="UNKNOWN"), 401, "APIGW.0301"),
        (Access(project_id="another"), 403, "APIGW.0302"),
    ],
)
def test_the_sdk_gets_typed_errors(
    running: SimulatorThread, access: Access, status: int, code: str
) -> None:
    client = sdk_client(running, access=access)
    with pytest.raises(ClientRequestException) as caught:
        client.list_login_state(ListLoginStateRequest())
    assert (caught.value.status_code, caught.value.error_code) == (status, code)
    assert caught.value.request_id
    assert "simulated-cloud" not in str(caught.value)


def test_chinese_and_repeated_parameters_reach_the_service(running: SimulatorThread) -> None:
    client = sdk_client(running)
    everybody = client.list_users(ListUsersRequest(group_name="财务部"))
    names = [user.user_name for user in everybody.users[:3]]
    three = client.list_users(ListUsersRequest(user_names=names))
    assert sorted(user.user_name for user in three.users) == sorted(names)
    theirs = client.list_desktops_detail(ListDesktopsDetailRequest(user_names=names))
    assert sorted(desktop.user_name for desktop in theirs.desktops) == sorted(names)


def test_without_a_signature_there_is_only_the_error_body(running: SimulatorThread) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{running.url}/v2/p/users", timeout=5)  # noqa: S310 - loopback
    with caught.value as answer:
        assert answer.code == 401
        assert set(msgspec.json.decode(answer.read())) == {"error_code", "error_msg"}
        assert answer.headers["X-Request-Id"]


def test_an_unsigned_future_is_not_older_than_it_says() -> None:
    late = sign(at_s=NOW_S + timedelta(minutes=14).total_seconds())
    assert check_signature(late, KEYS, now_s=NOW_S) == "AK1"
