"""The signature, held against the official SDK's signer over many random requests."""

from datetime import UTC, datetime

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given, settings
from hypothesis import strategies as st

from yunwei.plugins.connectors.huawei_workspace.signature import (
    Credentials,
    encode_path,
    encode_query,
    sign,
)

AT = datetime(2026, 11, 23, 6, 50, 1, tzinfo=UTC)

# Surrogates can not be sent at all; everything else can be typed by somebody.
texts = st.text(st.characters(codec="utf-8"), max_size=12)
words = st.one_of(texts, st.sampled_from(["", " ", "张 伟", "a=b&c", "~-_.", "+", "%2F", "é/ü"]))
keys = st.one_of(st.sampled_from(["user_names", "limit", "tag"]), words.filter(bool))
queries = st.lists(st.tuples(keys, words), max_size=8)
segments = st.lists(st.sampled_from(["v2", "desktops", "a b", "桌面", "x~y"]), min_size=1)


def _sign_with_sdk(
    credentials: Credentials, method: str, path: str, query: list[tuple[str, str]], body: bytes
) -> SdkRequest:
    request = SdkRequest(
        method=method,
        host="workspace.test:8443",
        resource_path=path,
        query_params=list(query),
        header_params={
            "Content-Type": "application/json",
            "X-Sdk-Date": AT.strftime("%Y%m%dT%H%M%SZ"),
            "X-Project-Id": credentials.project_id,
        },
        body=body,
    )
    if credentials.security_token:
        request.header_params["X-Security-Token"] = credentials.security_token
    keys = BasicCredentials(credentials.access_key, credentials.secret_key, "unused")
    return Signer(keys).sign(request)


@settings(max_examples=600, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    parts=segments,
    query=queries,
    body=st.binary(max_size=40),
    token=st.sampled_from(["", "token-1"]),
)
def test_signs_as_the_official_sdk_does(
    method: str, parts: list[str], query: list[tuple[str, str]], body: bytes, token: str
) -> None:
    credentials = Credentials(
        access_key="AK1", secret_key="SK1", project_id="p-1", security_token=token
    )
    path = "/" + "/".join(parts)
    theirs = _sign_with_sdk(credentials, method, path, query, body)
    ours = sign(
        credentials,
        method=method,
        host="workspace.test:8443",
        path=path,
        query=query,
        body=body,
        at=AT,
    )
    assert ours["Authorization"] == theirs.header_params["Authorization"]


@settings(max_examples=200, deadline=None)
@given(query=queries)
def test_sends_the_query_that_it_signed(query: list[tuple[str, str]]) -> None:
    credentials = Credentials(access_key="AK1", secret_key="SK1", project_id="p-1")
    theirs = _sign_with_sdk(credentials, "GET", "/v2/x", query, b"")
    assert theirs.uri.partition("?")[2] == encode_query(query)


def test_encodes_each_segment_of_the_path() -> None:
    assert encode_path("/v2/a b/桌面/x~y") == "/v2/a%20b/%E6%A1%8C%E9%9D%A2/x~y"


def test_shows_no_secret() -> None:
    credentials = Credentials(
        access_key="AK1", secret_key="very-secret", project_id="p", security_token="token-9"
    )
    assert "very-secret" not in repr(credentials)
    assert "token-9" not in repr(credentials)
