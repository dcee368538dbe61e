"""The door to ClickHouse: chDB in this process, or a server by URL; the same client for both.

chDB allows one process per folder: in embedded mode only `web` may open it. The SQL itself and
the tables live in `monitor.telemetry`.
"""

import logging
import queue
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from yunwei.base.core.errors import Bug, EngineAway
from yunwei.base.infra.settings import Settings

if TYPE_CHECKING:
    import pyarrow
    from clickhouse_connect.driver.client import Client

DATABASE = "yunwei"
FOLDER = "clickhouse"
MAX_CLIENTS = 8

# Server answers that say "not now" rather than "never": time-outs, limits, a replica without its
# keeper. Numbers of ClickHouse's ErrorCodes.cpp.
_AWAY_CODES = frozenset({3, 159, 160, 164, 202, 203, 209, 210, 225, 241, 242, 252, 319, 425, 999})
_NO_LIMIT = {"max_execution_time": 0}
_SYSTEM_ERROR = re.compile(r"\[Errno -?\d+\] ([\w ]+)")
_QUERY_SETTINGS = {"max_execution_time": 30, "max_memory_usage": 2 * 1024**3}


class ClickHouse:
    """Up to eight connections, each used by one thread at a time. Safe to share by threads."""

    def __init__(self, open_client: Callable[[], "Client"], *, is_embedded: bool = False) -> None:
        self._open_client = open_client
        self._is_embedded = is_embedded
        self._free: queue.LifoQueue[Client | None] = queue.LifoQueue()
        for _ in range(MAX_CLIENTS):
            self._free.put(None)

    def query(self, sql: LiteralString, parameters: Mapping[str, Any] | None = None) -> list[dict]:
        """Return the rows as dicts by column name; times are aware UTC.

        sql: with `{name:Type}` for each parameter. Raises EngineAway when ClickHouse does not
        answer, is out of a limit or takes more than 30 s; Bug when it refuses the statement.
        """
        with self._client() as client:
            return list(client.query(sql, parameters=dict(parameters or {})).named_results())

    def query_arrow(
        self, sql: LiteralString, parameters: Mapping[str, Any] | None = None
    ) -> "pyarrow.Table":
        """Return the rows as one Arrow table; raises as `query`."""
        _use_plain_memory()
        with self._client() as client:
            return client.query_arrow(sql, parameters=dict(parameters or {}))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows as one block; all or none. Raises EngineAway, or Bug for unfit rows."""
        with self._client() as client:
            client.insert(table, rows, column_names=list(columns))

    def insert_arrow(self, table: str, rows: "pyarrow.Table") -> None:
        """Insert an Arrow table, its columns by name, as one block. Raises as `insert`."""
        with self._client() as client:
            client.insert_arrow(table, rows)

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a statement without rows (or with one value, which is returned)."""
        with self._client() as client:
            return client.command(sql, parameters=dict(parameters or {}))

    def export_parquet(self, table: str, path: Path) -> None:
        """Write a whole table to a Parquet file, however long that takes. Raises as `query`."""
        statement = "SELECT * FROM {table:Identifier}"
        with (
            self._client() as client,
            path.open("wb") as file,
            client.raw_stream(
                statement, parameters={"table": table}, fmt="Parquet", settings=_NO_LIMIT
            ) as stream,
        ):
            shutil.copyfileobj(stream, file, 1024 * 1024)

    def import_parquet(self, table: str, path: Path) -> None:
        """Add the rows of a Parquet file to a table, columns by name. Raises as `insert`."""
        with self._client() as client, path.open("rb") as file:
            client.raw_insert(table, insert_block=file, fmt="Parquet", settings=_NO_LIMIT)

    def give_back(self) -> None:
        """Give back the memory that chDB keeps for its next question: after a month of 10,000
        desktops was read, 100 MB. A server's is its own affair. Cost: some 10 ms."""
        if self._is_embedded:
            self.command("SYSTEM JEMALLOC PURGE")

    def is_healthy(self) -> bool:
        try:
            return bool(self.command("SELECT 1") == 1)
        except (EngineAway, Bug):
            return False

    def close(self) -> None:
        """Close every connection; the last one of a chDB folder frees the folder."""
        for _ in range(MAX_CLIENTS):
            client = self._free.get()
            if client is not None:
                client.close()
        for _ in range(MAX_CLIENTS):
            self._free.put(None)

    @contextmanager
    def _client(self) -> Iterator["Client"]:
        try:
            client = self._free.get(timeout=30)
        except queue.Empty as error:
            raise EngineAway("ClickHouse: all connections are busy") from error
        try:
            with _told_in_our_words():
                client = client or self._open_client()
                yield client
        except EngineAway:
            _drop(client)
            client = None
            raise
        finally:
            self._free.put(client)


@cache
def _use_plain_memory() -> None:
    """Arrow's own allocator keeps what it has had: 70 MB after a month of 10,000 desktops."""
    import pyarrow  # noqa: PLC0415  0.2 s to import

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())


def _drop(client: "Client | None") -> None:
    from clickhouse_connect.driver.exceptions import Error  # noqa: PLC0415

    if client is not None:
        with suppress(Error, OSError):
            client.close()


@contextmanager
def _told_in_our_words() -> Iterator[None]:
    from clickhouse_connect.driver import exceptions as theirs  # noqa: PLC0415  0.3 s to import

    # It logs with a trace what it also raises; who catches it says it once.
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)
    try:
        yield
    except (theirs.OperationalError, theirs.InterfaceError, OSError) as error:
        raise EngineAway(f"ClickHouse: {_first_line(error)}") from error
    except theirs.Error as error:
        if error.code in _AWAY_CODES:
            raise EngineAway(f"ClickHouse: {_first_line(error)}") from error
        raise Bug(f"ClickHouse refused a statement: {_first_line(error)}") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        # What the client says when a value does not fit its column.
        raise Bug(f"ClickHouse: a value does not fit its column: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    system = _SYSTEM_ERROR.search(text)
    if system:
        return system[1]
    return text.splitlines()[0][:300] if text else type(error).__name__


def open_clickhouse(settings: Settings) -> ClickHouse:
    """Open ClickHouse and see that the database `yunwei` is there.

    Embedded (no `clickhouse_url`): chDB in `clickhouse/` of the data folder, about 0.5 s and
    400 MB. Raises EngineAway when the server does not answer, or another process still has the
    folder: try again.
    """
    client_of = _server_client if settings.clickhouse_url else _embedded_client
    with _told_in_our_words():
        first = client_of(settings, None)
        try:
            first.command(
                "CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters={"name": DATABASE}
            )
        finally:
            if settings.clickhouse_url:
                first.close()
    is_embedded = not settings.clickhouse_url
    opened = ClickHouse(lambda: client_of(settings, DATABASE), is_embedded=is_embedded)
    opened.command("SELECT 1")
    if not settings.clickhouse_url:
        first.close()  # only now: a folder without connections is shut down and opened anew
    return opened


def _embedded_client(settings: Settings, database: str | None) -> "Client":
    import clickhouse_connect  # noqa: PLC0415
    from clickhouse_connect.driver.exceptions import ProgrammingError  # noqa: PLC0415

    folder = settings.data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return clickhouse_connect.get_client(
            interface="chdb",
            path=str(folder),
            database=database,
            settings=_QUERY_SETTINGS,
            tz_mode="aware",
        )
    except ProgrammingError as error:
        raise EngineAway(f"chDB cannot open {folder}: {_first_line(error)}") from error


def _server_client(settings: Settings, database: str | None) -> "Client":
    import clickhouse_connect  # noqa: PLC0415

    return clickhouse_connect.get_client(
        dsn=settings.clickhouse_url,
        database=database or "default",
        settings=_QUERY_SETTINGS,
        connect_timeout=5,
        send_receive_timeout=60,
        tz_mode="aware",
        # One client is used by one thread at a time, but by many after each other.
        autogenerate_session_id=False,
    )
