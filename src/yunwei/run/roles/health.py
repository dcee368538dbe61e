"""The face of a process without pages: /healthz and /metrics on a port of its own."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from yunwei.base.infra import health
from yunwei.run.doors import Doors
from yunwei.run.serve import serve
from yunwei.run.sockets import address_of, open_http_socket

type Message = MutableMapping[str, Any]
type Send = Callable[[Message], Awaitable[None]]


async def run(doors: Doors) -> None:
    option = "YUNWEI_ENGINE_PORT"
    listening = doors.handed.http_socket or open_http_socket(
        doors.settings.host, doors.settings.engine_port, option=option
    )
    doors.say_address("health", address_of(listening))
    await serve(_answer, listening)


async def _answer(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    if scope["type"] != "http":
        return
    match scope["path"]:
        case "/healthz":
            is_ok, body = await asyncio.to_thread(health.report)
            await _send(send, 200 if is_ok else 503, "application/json", json.dumps(body).encode())
        case "/metrics":
            await _send(send, 200, health.METRICS_TYPE, health.metrics())
        case _:
            await _send(send, 404, "text/plain", b"not found\n")


async def _send(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
