"""Checks the SDK-HMAC-SHA256 signature of a request, as Huawei's gateway does. Pure.

Source: huaweicloudsdkcore 3.1.219 `signer/signer.py`, recomputed from the request as it arrived.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

from yunwei_sim.rest.errors import ApiError, unauthorised

ALGORITHM = "SDK-HMAC-SHA256"
SKEW_S = 15 * 60
_AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256 Access=(?P<ak>[^,]+), ?SignedHeaders=(?P<headers>[^,]+), "
    r"?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One request as it came over the wire. Header names are lower case."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes


def check_signature(request: Arrived, keys: Mapping[str, str], *, now_s: float) -> str:
    """Return the access key that signed the request.

    keys: access key to secret key. now_s: real time. Raises ApiError 401 APIGW.0301.
    """
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        raise unauthorised("Unauthorized")
    access_key, signed = match["ak"], match["headers"].split(";")
    secret = keys.get(access_key)
    if secret is None:
        raise unauthorised(f"Get secretKey failed,ak:{access_key},err:ak not exist")
    stamp = request.headers.get("x-sdk-date", "")
    _check_date(stamp, now_s)
    if not {"host", "x-sdk-date"} <= set(signed) or not set(signed) <= set(request.headers):
        raise _mismatch()
    text = f"{ALGORITHM}\n{stamp}\n{_sha256(canonical_request(request, signed).encode())}"
    expected = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, match["signature"]):
        raise _mismatch()
    return access_key


def _mismatch() -> ApiError:
    return unauthorised("verify aksk signature fail")


def _check_date(stamp: str, now_s: float) -> None:
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise unauthorised("x-sdk-date is missing or malformed") from error
    if abs(signed_at.timestamp() - now_s) > SKEW_S:
        raise unauthorised("signature expired")


def canonical_request(request: Arrived, signed: list[str]) -> str:
    """Return the text whose hash is signed."""
    path = "/".join(quote(part, safe="~") for part in unquote(request.raw_path).split("/"))
    if not path.endswith("/"):
        path += "/"
    pairs = sorted(parse_qsl(request.raw_query, keep_blank_values=True))
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in signed)
    given = request.headers.get("x-sdk-content-sha256", "")
    body_hash = given if given and request.body else _sha256(request.body)
    parts = (request.method, path, query, headers, ";".join(signed), body_hash)
    return "\n".join(parts)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
