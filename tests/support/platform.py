"""A real platform under test: `yunwei up` on a folder of its own, driven as its users would.

The harness owns the waiting: what a test expects is asked for until it is so, or time is over.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from yunwei.base.infra.engines.folder import read_engines

YUNWEI = Path(sys.executable).with_name("yunwei")
PASSWORD = "ein-langes-kennwort-7"
# What a developer's shell may hold must not reach the platform under test.
OURS = {key: value for key, value in os.environ.items() if not key.startswith("YUNWEI_")}

_WORDS = {
    "postgres": ("postgres", "-D"),
    "nats": ("nats-server", "/nats/server.conf"),
    "agent nats": ("nats-server", "/nats-agents/server.conf"),
    "web": ("yunwei.run.process", "telemetry"),
    "engine": ("yunwei.run.process", "receive"),
    "govern": ("yunwei.run.process", "govern"),
}


def wait_until[T](ask: Callable[[], T], *, timeout_s: float = 10.0, every_s: float = 0.05) -> T:
    """Return the first true answer; an AssertionError of `ask`, too, only says "not yet"."""
    deadline = time.monotonic() + timeout_s
    while True:
        is_late = time.monotonic() > deadline
        try:
            if answer := ask():
                return answer
        except AssertionError:
            if is_late:
                raise
        assert not is_late, f"not so within {timeout_s} s"
        time.sleep(every_s)


@dataclass
class Platform:
    """One `yunwei up`. log: what it and its processes wrote on stderr."""

    data_dir: Path
    options: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    output: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _api: "Api | None" = None
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def log_path(self) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.log")

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8")

    @property
    def trap_port(self) -> int:
        return int(read_engines(self.data_dir)["trap_port"])

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the platform was not started"
        return self._process

    def start(self, *, timeout_s: float = 180.0) -> None:
        """Start it and wait for its `ready:` line."""
        self.spawn()
        self.url = wait_until(self._ready_line, timeout_s=timeout_s).split()[1]

    def spawn(self) -> None:
        """Start it, and do not wait."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        words = [str(YUNWEI), "up", "--data-dir", str(self.data_dir), "--port", "0"]
        words += ["--trap-port", "0", *self.options]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                words,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**OURS, **self.environ},
            )
        threading.Thread(target=self._read_output, daemon=True).start()

    def stop(self, *, timeout_s: float = 15.0) -> int:
        """End it as an administrator does, with SIGTERM; returns its exit code."""
        self.close_api()
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout_s)
        self.output.clear()
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None
        return code

    def close_api(self) -> None:
        if self._api is not None:
            self._api.close()
            self._api = None

    def kill(self, name: str) -> int:
        """kill -9 one process (`up`, or one of `_WORDS`); returns its number."""
        pid = self.process.pid if name == "up" else self.pid_of(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def pid_of(self, name: str) -> int:
        """Return the number of a process that `up` started."""
        for child in psutil.Process(self.process.pid).children():
            command = " ".join(child.cmdline())
            if all(word in command for word in _WORDS[name]):
                return child.pid
        raise AssertionError(f"{name} does not run")

    def has_started(self, name: str) -> bool:
        try:
            return self.pid_of(name) > 0
        except AssertionError:
            return False

    def are_gone(self, pids: list[int]) -> bool:
        return not any(psutil.pid_exists(pid) for pid in pids)

    def restart(self) -> None:
        """Start it again on its folder, after it was killed."""
        self.stop()
        self.start()

    def is_well(self) -> bool:
        """Say whether each process of ours tells that all is well."""
        told = read_engines(self.data_dir)
        ports = (told.get("engine_port"), told.get("govern_port"))
        urls = (self.url, *(f"http://127.0.0.1:{port}" for port in ports))
        return all(_answers_ok(f"{url}/healthz") for url in urls)

    def command(self, *words: str, stdin: str = "", expect: int = 0) -> str:
        """Run a command of the command line on this platform; returns what it printed."""
        return run_command(*words, data_dir=self.data_dir, stdin=stdin, expect=expect)

    def command_json(self, *words: str, stdin: str = "") -> Any:
        return json.loads(self.command(*words, "--json", stdin=stdin))

    def command_elsewhere(self, data_dir: Path, *words: str, expect: int = 0) -> str:
        """Run a command on another folder of the same machine."""
        return run_command(*words, data_dir=data_dir, expect=expect)

    def api(self) -> "Api":
        """Return REST as the platform administrator; the first call makes that person."""
        if self._api is None:
            self._api = Api(self.url, self.recall("token", self._make_token))
        return self._api

    def _make_token(self) -> str:
        role = ("--role", "platform-administrator", "--password-stdin")
        self.command("user", "create", "root", *role, stdin=f"{PASSWORD}\n")
        return str(self.command_json("token", "create", "root")["token"])

    def recall[T](self, name: str, make: Callable[[], T]) -> T:
        """Return what was made under this name for this platform, made at the first call."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _ready_line(self) -> str:
        if self.process.poll() is not None:
            raise RuntimeError(f"`up` ended with {self.process.returncode}: {self.log[-3000:]}")
        return next((line for line in self.output if line.startswith("ready: ")), "")

    def _read_output(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        for line in stream:
            self.output.append(line.rstrip("\n"))


def run_command(
    *words: str,
    data_dir: Path,
    stdin: str = "",
    expect: int = 0,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Run `yunwei WORDS --data-dir D`; returns stdout, or stderr where a failure is expected."""
    done = subprocess.run(
        [str(YUNWEI), *words, "--data-dir", str(data_dir)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        env={**OURS, **(environ or {})},
        check=False,
    )
    assert done.returncode == expect, f"{words} ended with {done.returncode}: {done.stderr}"
    return done.stderr if expect else done.stdout


class Api:
    """REST with a token; answers are parsed, refusals fail the test."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._answer(self._client.get(path, params=query))

    def post(self, path: str, **body: Any) -> Any:
        return self._answer(self._client.post(path, json=body))

    def put(self, path: str, **body: Any) -> Any:
        return self._answer(self._client.put(path, json=body))

    def patch(self, path: str, **body: Any) -> Any:
        return self._answer(self._client.patch(path, json=body))

    def delete(self, path: str) -> Any:
        return self._answer(self._client.delete(path))

    def all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return every item of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = self.get(path, limit=1000, **query, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    def close(self) -> None:
        self._client.close()

    def _answer(self, response: httpx.Response) -> Any:
        assert response.is_success, (
            f"{response.request.url}: {response.status_code} {response.text}"
        )
        return response.json() if response.content else None


def _answers_ok(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def started[P: Platform](platform: P) -> Iterator[P]:
    """Run a platform for the block. Its log stays beside its folder."""
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
