"""Local servers that speak the documented protocols of receivers, and check signatures and tokens
with their own arithmetic."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.connectors.support import http_answer, serving


@dataclass(kw_only=True)
class Asked:
    """A request as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers with `answer`; keeps what it was asked. said: overrules the answer."""

    answer: Callable[[Asked], tuple[int, object]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    said: list[tuple[int, object]] = field(default_factory=list)

    async def talk(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        line, *rest = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ")
        parts = urlsplit(target)
        pairs = (each.split(": ", 1) for each in rest if ": " in each)
        asked = Asked(
            method=method,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            raw_query=parts.query,
            headers={name.lower(): value for name, value in pairs},
            body=body,
        )
        self.asked.append(asked)
        status, document = self.said.pop(0) if self.said else self.answer(asked)
        writer.write(http_answer(f"{status} X", json.dumps(document).encode()))


@asynccontextmanager
async def receiving(answer: Callable[[Asked], tuple[int, object]]) -> AsyncIterator[Receiver]:
    receiver = Receiver(answer)
    async with serving(receiver.talk) as url:
        receiver.url = url
        yield receiver


def dingtalk(token: str, secret: str) -> Callable[[Asked], tuple[int, object]]:
    """A group bot whose security is “sign”."""

    def answer(asked: Asked) -> tuple[int, object]:
        if asked.query.get("access_token") != token:
            return 200, {"errcode": 300005, "errmsg": "token is not exist"}
        stamp = asked.query.get("timestamp", "")
        digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")
        is_fresh = stamp.isdigit() and abs(int(stamp) / 1000 - time.time()) < 3600
        if not is_fresh or asked.query.get("sign") != base64.b64encode(digest).decode():
            return 200, {"errcode": 310000, "errmsg": "sign not match"}
        is_markdown = asked.json["msgtype"] == "markdown" and asked.json["markdown"]["text"]
        return 200, {"errcode": 0 if is_markdown else 40035, "errmsg": "ok"}

    return answer


def feishu(token: str, secret: str) -> Callable[[Asked], tuple[int, object]]:
    """A group bot that checks signatures."""

    def answer(asked: Asked) -> tuple[int, object]:
        if asked.path != f"/open-apis/bot/v2/hook/{token}":
            return 200, {
                "code": 19001,
                "msg": "incoming webhook access token invalid",
            }
        stamp = str(asked.json.get("timestamp", ""))
        digest = hmac.digest(f"{stamp}\n{secret}".encode(), b"", "sha256")
        is_fresh = stamp.isdigit() and abs(int(stamp) - time.time()) < 3600
        if not is_fresh or asked.json.get("sign") != base64.b64encode(digest).decode():
            return 200, {"code": 19021, "msg": "sign match fail"}
        if len(asked.body) > 20 * 1024 or asked.json["msg_type"] != "interactive":
            return 200, {"code": 9499, "msg": "Bad Request"}
        return 200, {"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}

    return answer


@dataclass
class WeCom:
    """An enterprise with one app: tokens are issued for the secret and checked with each call."""

    corp: str
    secret: str
    members: tuple[str, ...]
    issued: list[str] = field(default_factory=list)
    expires_in: int = 7200

    def __call__(self, asked: Asked) -> tuple[int, object]:
        if asked.path == "/cgi-bin/gettoken":
            if (asked.query["corpid"], asked.query["corpsecret"]) != (self.corp, self.secret):
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            self.issued.append(f"token-{len(self.issued)}-of-wecom")
            return 200, {
                "errcode": 0,
                "errmsg": "ok",
                "access_token": self.issued[-1],
                "expires_in": self.expires_in,
            }
        if asked.query.get("access_token") not in self.issued[-1:]:
            return 200, {"errcode": 40014, "errmsg": "invalid access_token"}
        wanted = asked.json["touser"].split("|")
        unknown = [each for each in wanted if each not in self.members]
        if len(unknown) == len(wanted):
            return 200, {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
        return 200, {"errcode": 0, "errmsg": "ok", "invaliduser": "|".join(unknown), "msgid": "m1"}


@dataclass
class DingTalk:
    """An enterprise with one app: tokens are issued for the secret and checked with each call.
    results: what it says of a task."""

    key: str
    secret: str
    issued: list[str] = field(default_factory=list)
    results: dict[int, dict[str, object]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> tuple[int, object]:
        if asked.path == "/gettoken":
            if (asked.query["appkey"], asked.query["appsecret"]) != (self.key, self.secret):
                return 200, {"errcode": 40089, "errmsg": "不合法的appKey或appSecret"}
            self.issued.append(f"token-{len(self.issued)}-of-dingtalk")
            found = {"access_token": self.issued[-1], "expires_in": 7200}
            return 200, {"errcode": 0, "errmsg": "ok", **found}
        if asked.query.get("access_token") not in self.issued[-1:]:
            return 200, {"errcode": 88, "sub_code": "40014", "errmsg": "不合法的access_token"}
        if asked.path.endswith("/getsendresult"):
            found = self.results.get(asked.json["task_id"], {})
            return 200, {"errcode": 0, "send_result": found, "request_id": "r"}
        msg = asked.json["msg"]
        is_right = isinstance(asked.json["agent_id"], int) and msg["msgtype"] in msg
        if not asked.path.endswith("/asyncsend_v2") or not is_right:
            return 200, {"errcode": 40035, "errmsg": "不合法的参数"}
        return 200, {"errcode": 0, "errmsg": "ok", "task_id": 4711, "request_id": "r"}


@dataclass
class Feishu:
    """A tenant with one app whose bot some users can be reached by."""

    app: str
    secret: str
    users: tuple[str, ...]
    issued: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> tuple[int, object]:
        if asked.path == "/open-apis/auth/v3/tenant_access_token/internal":
            if (asked.json["app_id"], asked.json["app_secret"]) != (self.app, self.secret):
                return 200, {"code": 10014, "msg": "app secret invalid"}
            self.issued.append(f"t-{len(self.issued)}-of-feishu")
            return 200, {
                "code": 0,
                "msg": "ok",
                "tenant_access_token": self.issued[-1],
                "expire": 7200,
            }
        if asked.headers.get("authorization") != f"Bearer {self.issued[-1]}":
            return 400, {"code": 99991663, "msg": "Invalid access token for authorization."}
        kinds = ("open_id", "user_id", "union_id", "email")
        card = json.loads(asked.json["content"])
        is_right = asked.query["receive_id_type"] in kinds and "header" in card
        if asked.path != "/open-apis/im/v1/messages" or not is_right:
            return 400, {"code": 230001, "msg": "invalid request parameter"}
        if len(asked.json["uuid"]) > 50:
            return 400, {"code": 230001, "msg": "uuid is too long"}
        if asked.json["receive_id"] not in self.users:
            return 400, {"code": 230013, "msg": "Bot has NO availability to this user."}
        return 200, {"code": 0, "msg": "success", "data": {"message_id": "om_1"}}


def aliyun(
    key_id: str, key_secret: str, details: dict[str, dict[str, object]] | None = None
) -> Callable[[Asked], tuple[int, object]]:
    """Dysmsapi: checks ACS3-HMAC-SHA256 from what came over the wire. details: what it knows of
    messages, by their BizId."""

    def answer(asked: Asked) -> tuple[int, object]:
        scheme, _, rest = asked.headers["authorization"].partition(" ")
        parts = dict(each.split("=", 1) for each in rest.split(","))
        names = parts["SignedHeaders"].split(";")
        canonical = "\n".join(
            [
                asked.method,
                "/",
                "&".join(sorted(asked.raw_query.split("&"))),
                *(f"{name}:{asked.headers[name].strip()}" for name in names),
                "",
                ";".join(names),
                hashlib.sha256(asked.body).hexdigest(),
            ]
        )
        text = f"{scheme}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        digest = hmac.new(key_secret.encode(), text.encode(), "sha256").hexdigest()
        if parts["Credential"] != key_id:
            return 404, {"Code": "InvalidAccessKeyId.NotFound", "Message": "not found"}
        if parts["Signature"] != digest or scheme != "ACS3-HMAC-SHA256":
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "does not match"}
        if asked.headers["x-acs-action"] == "QuerySendDetails":
            is_right = re.fullmatch(r"\d{11}", asked.query["PhoneNumber"]) and re.fullmatch(
                r"\d{8}", asked.query["SendDate"]
            )
            if not is_right or not 1 <= int(asked.query["PageSize"]) <= 50:
                return 200, {"Code": "isv.INVALID_PARAMETERS", "Message": "bad"}
            known = (details or {}).get(asked.query["BizId"])
            rows = [] if known is None else [{"PhoneNum": asked.query["PhoneNumber"], **known}]
            found = {"SmsSendDetailDTO": rows}
            total = {"TotalCount": str(len(rows)), "RequestId": "R"}
            return 200, {"Code": "OK", "Message": "OK", "SmsSendDetailDTOs": found, **total}
        if asked.headers["x-acs-action"] != "SendSms":
            return 400, {"Code": "InvalidAction.NotFound", "Message": "no such action"}
        return 200, {"Code": "OK", "Message": "OK", "BizId": "9006", "RequestId": "R"}

    return answer
