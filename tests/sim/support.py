"""What the tests of the simulated cloud share: its fixed Monday, clients, and the official SDK."""

import http.client
import json
import urllib.request
from dataclasses import dataclass
from datetime import datetime

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkworkspace.v2 import WorkspaceClient

from yunwei_sim.rest.cloud import Access, Cloud
from yunwei_sim.serve import SimulatorThread
from yunwei_sim.world import calendar
from yunwei_sim.world.world import World

# A working Monday, 10:30 in Beijing: most people are in, nobody is at lunch.
MONDAY_AT = datetime(2026, 11, 23, 10, 30, tzinfo=calendar.LOCAL)
MONDAY_S = int(MONDAY_AT.timestamp())


def local_s(text: str) -> int:
    """Return the instant of a Beijing wall clock reading such as `2026-11-20 09:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=calendar.LOCAL).timestamp())


def build_world(
    *, seed: int = 7, desktops: int = 300, days: int = 3, start_s: int = MONDAY_S
) -> World:
    """Return a small world."""
    return World(seed=seed, desktops=desktops, days=days, start_s=start_s)


def sdk_client(
    running: SimulatorThread, *, access: Access | None = None, timeout_s: float = 10.0
) -> WorkspaceClient:
    """Return Huawei's own client, pointed at a simulated cloud."""
    access = access or Access()
    credentials = BasicCredentials(access.access_key, access.secret_key, access.project_id)
    config = HttpConfig.get_default_config()
    config.timeout = timeout_s
    builder = WorkspaceClient.new_builder().with_credentials(credentials)
    return builder.with_endpoint(running.url).with_http_config(config).build()


def signed_get(running: SimulatorThread, path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask with Huawei's signature and nothing else of its SDK; return status, headers, body."""
    access, host = Access(), running.url.removeprefix("http://")
    request = SdkRequest(
        method="GET", schema="http", host=host, query_params=[], header_params={}, body="",
        resource_path=f"/v2/{access.project_id}/{path}",
    )  # fmt: skip
    Signer(BasicCredentials(access.access_key, access.secret_key, access.project_id)).sign(request)
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", request.uri, headers=request.header_params)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Control:
    """A client of the control face."""

    url: str

    def get(self, path: str) -> dict:
        """GET /sim/{path}."""
        return self._send("GET", path, None)

    def post(self, path: str, /, **body: object) -> dict:
        """POST /sim/{path} with a JSON body."""
        return self._send("POST", path, body)

    def delete(self, path: str) -> dict:
        """DELETE /sim/{path}."""
        return self._send("DELETE", path, None)

    def _send(self, method: str, path: str, body: object) -> dict:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            f"{self.url}/sim/{path}", data=data, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return json.load(response)


def cloud_of(world: World) -> Cloud:
    """Return a cloud around a world whose clock stands still."""
    from yunwei_sim.clock import SimClock

    start_at = datetime.fromtimestamp(world.at_s, calendar.LOCAL)
    return Cloud(world, SimClock(start_at=start_at, speed=0), Access())
