"""A real Prometheus Alertmanager posts its alerts to the platform, and they become alarms."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.platform import wait_until
from tests.support.world import World

PROGRAM = "prometheus-alertmanager"


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Alertmanager:
    """One that runs; `says` is what Prometheus does."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self._address}/-/ready", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def says(self, **what: Any) -> None:
        answer = httpx.post(f"{self._address}/api/v2/alerts", json=[what], timeout=10)
        assert answer.is_success, answer.text


@pytest.fixture
def alertmanager(local_world: World, tmp_path: Path) -> Iterator[Alertmanager]:
    """Alertmanager, told the address of a new source."""
    source = local_world.api.post(
        "/sources", connector="webhook_in", name="Prometheus", settings={}
    )
    token = source["issued"]["token"]
    receiver = {
        "name": "yunwei",
        "webhook_configs": [
            {
                "url": f"{local_world.platform.url}/api/v1/intake/{token}",
                "send_resolved": True,
            }
        ],
    }
    route = {
        "receiver": "yunwei",
        "group_by": ["alertname"],
        "group_wait": "1s",
        "group_interval": "1s",
        "repeat_interval": "1h",
    }
    config = tmp_path / "alertmanager.yml"
    # JSON is YAML
    config.write_text(json.dumps({"route": route, "receivers": [receiver]}), "utf-8")
    port = free_port()
    words = [
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    program = shutil.which(PROGRAM)
    assert program, "make test installs it"
    with (
        (tmp_path / "alertmanager.log").open("wb") as log,
        subprocess.Popen([program, *words], stderr=log) as process,
    ):
        try:
            running = Alertmanager(port)
            wait_until(running.is_ready)
            yield running
        finally:
            process.terminate()


def find(world: World, path: str, view: str) -> list[Mapping[str, Any]]:
    rows = world.api.all("/alarms", view=view)
    return [row for row in rows if row["managed_object"] == path]


def test_what_prometheus_says_is_an_alarm_until_it_is_resolved(
    local_world: World, alertmanager: Alertmanager
) -> None:
    labels = {"alertname": "HostDown", "host": "AM-7", "severity": "critical"}
    alertmanager.says(labels=labels, annotations={"summary": "主机 AM-7 宕机"})
    wait_until(lambda: find(local_world, "/host/AM-7", "open"))
    (alarm,) = find(local_world, "/host/AM-7", "open")
    assert (alarm["severity"], alarm["text"]) == ("critical", "主机 AM-7 宕机")
    assert alarm["alarm_type"] == "prometheus.HostDown"

    alertmanager.says(labels=labels, endsAt=datetime.now(UTC).isoformat())
    wait_until(lambda: not find(local_world, "/host/AM-7", "open"), timeout_s=60)

    (cleared,) = find(local_world, "/host/AM-7", "history")
    assert (cleared["id"], cleared["count"]) == (alarm["id"], 1)
