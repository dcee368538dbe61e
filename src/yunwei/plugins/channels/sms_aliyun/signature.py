"""Signs requests to Aliyun: ACS3-HMAC-SHA256 of RPC-style calls. Pure.

Source: V3版本请求体&签名机制, whose example is a test.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is signed: a POST to / without a body. at: aware UTC."""

    host: str
    action: str
    version: str
    query: Mapping[str, str]
    at: datetime
    nonce: str


def sign_request(request: Request, *, key_id: str, key_secret: str) -> dict[str, str]:
    """Return the headers to send, Authorization among them."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": request.host,
        "x-acs-action": request.action,
        "x-acs-content-sha256": empty,
        "x-acs-date": request.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": request.nonce,
        "x-acs-version": request.version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", "/", encode_query(request.query), lines, names, empty])
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "authorization": authorization}


def encode_query(query: Mapping[str, str]) -> str:
    """Return the query sorted by name, encoded as RFC 3986 has it."""
    return "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items())
    )
