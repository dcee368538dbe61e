"""Runs the test run's PostgreSQL: ends it when the run is done or its main process is gone.

python postgres_guard.py RUN_DIR MAIN_PID
"""

import os
import select
import shutil
import sys
from pathlib import Path

import psycopg

from yunwei.base.infra.engines.postgres import EmbeddedPostgres

# nothing here must survive a power cut
_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def main(run_dir: Path, main_pid: int) -> None:
    (run_dir / "engine").mkdir()
    server = EmbeddedPostgres(run_dir / "engine")
    try:
        server.start()
        _make_fast(server.url_of("postgres"))
        (run_dir / "s").symlink_to(_socket_folder(server.url))
        (run_dir / "ready").touch()
        _wait_for_end(main_pid)
    finally:
        server.stop()
        shutil.rmtree(run_dir, ignore_errors=True)


def _make_fast(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in _FAST:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")


def _socket_folder(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["host"])


def _wait_for_end(pid: int) -> None:
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    select.select([watched], [], [])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
