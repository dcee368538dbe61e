"""A platform spread over processes: PostgreSQL and NATS by URL, each role on its own."""

import os
import signal
import socket
import subprocess
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.platform import OURS, YUNWEI, Platform, run_command, wait_until
from yunwei.base.infra.engines.folder import prepare_data_dir
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.engines.postgres import EmbeddedPostgres

# Two of each that may have copies. Without a ClickHouse by URL only the pages' process has one.
_PROCESSES = {
    "web": ("web", "telemetry"),
    "receive": ("receive",),
    "collect": ("collect",),
    "collect again": ("collect",),
    "govern": ("govern",),
    "govern again": ("govern",),
    "notify": ("notify",),
    "notify again": ("notify",),
    "jobs": ("jobs",),
    "jobs again": ("jobs",),
}


@dataclass
class _Running:
    process: subprocess.Popen[bytes]
    health_url: str


@dataclass
class SpreadPlatform(Platform):
    """As `Platform`, from many `yunwei run`. The engines' data lie beside its folder."""

    engines_dir: Path = Path()
    _running: dict[str, _Running] = field(default_factory=dict)
    _engines: list[EmbeddedPostgres | EmbeddedNats] = field(default_factory=list)

    @property
    def trap_port(self) -> int:
        return int(self.environ["YUNWEI_TRAP_PORT"])

    def start(self, *, timeout_s: float = 180.0) -> None:
        self._start_engines()
        run_command("migrate", data_dir=self.data_dir, environ=self.environ)
        self.url = f"http://127.0.0.1:{self.environ['YUNWEI_PORT']}"
        for name in _PROCESSES:
            self._run(name)
        wait_until(self.is_well, timeout_s=timeout_s, every_s=0.3)

    def stop(self, *, timeout_s: float = 15.0) -> int:
        self.close_api()
        for running in self._running.values():
            running.process.send_signal(signal.SIGTERM)
        codes = [running.process.wait(timeout_s) for running in self._running.values()]
        self._running.clear()
        for engine in self._engines:
            engine.stop()
        return max(map(abs, codes), default=0)

    def kill(self, name: str) -> int:
        """kill -9 one process and start it again, as a service manager would."""
        pid = self.pid_of(name)
        os.kill(pid, signal.SIGKILL)
        self._running[name].process.wait()
        self._run(name)
        return pid

    def pid_of(self, name: str) -> int:
        return self._running["receive" if name == "engine" else name].process.pid

    def is_well(self) -> bool:
        for name, running in self._running.items():
            if running.process.poll() is not None:
                raise RuntimeError(f"{name} ended: {self.log[-3000:]}")
        return all(_is_ok(running.health_url) for running in self._running.values())

    def command(self, *words: str, stdin: str = "", expect: int = 0) -> str:
        return run_command(
            *words, data_dir=self.data_dir, stdin=stdin, expect=expect, environ=self.environ
        )

    def _start_engines(self) -> None:
        prepare_data_dir(self.engines_dir)
        database, nats = EmbeddedPostgres(self.engines_dir), EmbeddedNats(self.engines_dir)
        self._engines = [database, nats]
        for engine in self._engines:
            engine.start()
        ports = deque(_free_ports(2))
        self.environ = {
            "YUNWEI_DATABASE_URL": database.url,
            "YUNWEI_NATS_URL": nats.url,
            "YUNWEI_NATS_TOKEN": nats.token,
            "YUNWEI_PORT": str(ports.popleft()),
            "YUNWEI_TRAP_PORT": str(ports.popleft()),
        }

    def _run(self, name: str) -> None:
        own = _free_ports(1)[0]
        words = [str(YUNWEI), "run", *_PROCESSES[name], "--data-dir", str(self.data_dir)]
        environ = {**OURS, **self.environ, "YUNWEI_ENGINE_PORT": str(own)}
        with self.log_path.open("ab") as log:
            process = subprocess.Popen(words, stderr=log, stdout=log, env=environ)
        url = self.url if name == "web" else f"http://127.0.0.1:{own}"
        self._running[name] = _Running(process, f"{url}/healthz")


def _is_ok(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def _free_ports(count: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in opened]
    for each in opened:
        each.close()
    return ports
