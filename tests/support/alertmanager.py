"""Debian's Prometheus Alertmanager as a child on loopback, and a sink for what it tells."""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

PROGRAM = shutil.which("prometheus-alertmanager") or "prometheus-alertmanager"
_CONFIG = """
route:
  receiver: sink
  group_by: ["alertname", "pool"]
  group_wait: 1s
  group_interval: 1h
receivers:
  - name: sink
    webhook_configs: [{{url: "http://127.0.0.1:{port}/", send_resolved: false}}]
"""


@dataclass
class Told:
    """What Alertmanager told its webhook."""

    count: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection and count the alerts in them."""
        while head := await _read_head(reader):
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            async with self.changed:
                self.count += len(body["alerts"])
                self.changed.notify_all()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()

    async def holds(self, wanted: int, *, timeout_s: float = 60) -> None:
        """Wait until `wanted` alarms were told."""
        async with asyncio.timeout(timeout_s), self.changed:
            await self.changed.wait_for(lambda: self.count >= wanted)


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


@dataclass(kw_only=True)
class Alertmanager:
    """A running one. told: what it told so far."""

    pid: int
    http: httpx.AsyncClient
    told: Told

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def silence(self, matchers: Mapping[str, str]) -> None:
        """Add a silence of labels that must be equal."""
        now = datetime.now(UTC)
        await self._post(
            "silences",
            {
                "matchers": [
                    {"name": name, "value": value, "isRegex": False, "isEqual": True}
                    for name, value in matchers.items()
                ],
                "startsAt": now.isoformat(),
                "endsAt": (now + timedelta(days=1)).isoformat(),
                "createdBy": "bench",
                "comment": "measured",
            },
        )

    async def post(self, labels: Sequence[Mapping[str, str]]) -> None:
        """Post alarms, given as their labels, in one request."""
        await self._post("alerts", [{"labels": each} for each in labels])

    async def _post(self, what: str, body: object) -> None:
        answer = await self.http.post(f"/api/v2/{what}", json=body)
        answer.raise_for_status()


@asynccontextmanager
async def run_alertmanager(folder: Path) -> AsyncIterator[Alertmanager]:
    """Run one in `folder` until the block ends."""
    told = Told()
    sink = await asyncio.start_server(told.take, "127.0.0.1", 0)
    config = folder / "alertmanager.yml"
    config.write_text(_CONFIG.format(port=sink.sockets[0].getsockname()[1]), "utf-8")
    port = _free_port()
    child = await asyncio.create_subprocess_exec(
        PROGRAM,
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            await _wait_until_ready(http)
            yield Alertmanager(pid=child.pid, http=http, told=told)
    finally:
        child.terminate()
        await child.wait()
        sink.close()


async def _wait_until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if (await http.get("/-/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
