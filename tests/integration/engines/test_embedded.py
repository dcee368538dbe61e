"""The embedded engines start on anything a dead run may have left, and stop when told."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra.bus import INTAKE, connect_bus
from yunwei.base.infra.engines import folder, nats, postgres
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.engines.postgres import EmbeddedPostgres

START_IN_ANOTHER_PROCESS = """
import sys, time
from pathlib import Path
from yunwei.base.infra.engines.{module} import {engine}
engine = {engine}(Path(sys.argv[1]))
engine.start()
print(engine.child.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    folder.prepare_data_dir(made)
    return made


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    engine = EmbeddedPostgres(data_dir)
    engine.start()
    yield engine
    engine.stop()


def wait_until(is_so: Callable[[], bool], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.02)


def run_sql(engine: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(engine.url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_postgres_keeps_what_was_committed_when_killed(server: EmbeddedPostgres) -> None:
    run_sql(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    os.kill(server.child.pid or 0, signal.SIGKILL)
    assert server.child.wait(5) == -signal.SIGKILL
    assert not server.is_healthy()
    server.start()
    assert server.is_healthy()
    assert run_sql(server, "SELECT count(*) FROM kept") == [(1000,)]


def test_postgres_listens_on_no_network(server: EmbeddedPostgres) -> None:
    assert run_sql(server, "SHOW listen_addresses") == [("",)]
    sockets = Path(str(run_sql(server, "SHOW unix_socket_directories")[0][0]))
    assert sockets.stat().st_mode & 0o077 == 0


def test_postgres_starts_over_a_first_start_that_was_killed(data_dir: Path) -> None:
    half = data_dir / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    engine = EmbeddedPostgres(data_dir)
    engine.start()
    try:
        assert engine.is_healthy()
        assert not half.exists()
    finally:
        engine.stop()


def test_postgres_starts_though_its_old_number_is_another_program_now(data_dir: Path) -> None:
    engine = EmbeddedPostgres(data_dir)
    engine.start()
    os.kill(engine.child.pid or 0, signal.SIGKILL)
    engine.child.wait(5)
    pid_file = data_dir / "postgres/postmaster.pid"
    rest = pid_file.read_text().splitlines()[1:]
    pid_file.write_text("\n".join([str(os.getpid()), *rest]) + "\n")
    engine.start()
    try:
        assert engine.is_healthy()
    finally:
        engine.stop()


def test_postgres_mends_the_rights_of_its_folder(data_dir: Path) -> None:
    engine = EmbeddedPostgres(data_dir)
    engine.start()
    engine.stop()
    (data_dir / "postgres").chmod(0o777)
    (data_dir / "run/postgres").chmod(0o777)
    engine.start()
    try:
        assert engine.is_healthy()
        assert (data_dir / "postgres").stat().st_mode & 0o077 == 0
    finally:
        engine.stop()


def test_postgres_says_what_is_wrong_with_a_folder_of_another_version(data_dir: Path) -> None:
    engine = EmbeddedPostgres(data_dir)
    engine.prepare()
    (data_dir / "postgres/PG_VERSION").write_text("9\n")
    with pytest.raises(Misconfigured, match="written by PostgreSQL 9"):
        engine.prepare()


def test_postgres_says_why_it_did_not_start(data_dir: Path) -> None:
    engine = EmbeddedPostgres(data_dir)
    engine.prepare()
    with (data_dir / "postgres/postgresql.conf").open("a") as config:
        config.write("no_such_setting = 1\n")
    with pytest.raises(EngineAway, match="no_such_setting"):
        engine.start()


def test_postgres_works_under_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long-" * 20) / "data"
    folder.prepare_data_dir(data_dir)
    engine = EmbeddedPostgres(data_dir)
    engine.start()
    try:
        assert engine.is_healthy()
    finally:
        engine.stop()


@pytest.mark.parametrize(
    ("module", "name"), [("postgres", "EmbeddedPostgres"), ("nats", "EmbeddedNats")]
)
def test_an_engine_ends_with_the_process_that_started_it(
    data_dir: Path, module: str, name: str
) -> None:
    script = START_IN_ANOTHER_PROCESS.format(module=module, engine=name)
    words = [sys.executable, "-c", script, str(data_dir)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        assert not is_gone(pid)
        starter.kill()
    wait_until(lambda: is_gone(pid))


def test_a_server_left_behind_is_ended_and_replaced(data_dir: Path) -> None:
    first = EmbeddedPostgres(data_dir)
    first.start()
    run_sql(first, "CREATE TABLE kept AS SELECT 7 AS number")
    second = EmbeddedPostgres(data_dir)
    second.start()  # the first is still running: to the second it is a leftover
    try:
        assert first.child.wait(5) == 0
        assert run_sql(second, "SELECT number FROM kept") == [(7,)]
    finally:
        second.stop()


def test_a_server_of_another_folder_is_left_alone(server: EmbeddedPostgres, tmp_path: Path) -> None:
    other_dir = tmp_path / "other"
    folder.prepare_data_dir(other_dir)
    EmbeddedPostgres(other_dir).prepare()
    assert server.is_healthy()


async def append_and_count(engine: EmbeddedNats, count: int) -> int:
    bus = await connect_bus(engine.url, token=engine.token, name="test")
    await bus.prepare_streams(intake_hours=1)
    last = 0
    for number in range(count):
        last = await bus.append("yunwei.intake.1", b"x", message_id=f"{time.time_ns()}-{number}")
    await bus.close()
    return last


def test_nats_keeps_what_was_stored_when_killed(data_dir: Path) -> None:
    engine = EmbeddedNats(data_dir)
    engine.start()
    assert asyncio.run(append_and_count(engine, 20)) == 20
    address = engine.url
    os.kill(engine.child.pid or 0, signal.SIGKILL)
    engine.child.wait(5)
    engine.start()
    try:
        assert engine.url == address
        assert asyncio.run(append_and_count(engine, 1)) == 21
    finally:
        engine.stop()


def test_nats_takes_another_port_when_its_own_is_taken(data_dir: Path) -> None:
    before = EmbeddedNats(data_dir)
    before.prepare()
    with socket.create_server(("127.0.0.1", int(before.url.rpartition(":")[2]))):
        engine = EmbeddedNats(data_dir)
        engine.start()
        assert engine.url != before.url
        engine.stop()


def test_nats_waits_for_the_port_that_its_clients_know(data_dir: Path) -> None:
    engine = EmbeddedNats(data_dir)
    engine.start()
    engine.stop()
    port = int(engine.url.rpartition(":")[2])
    assert port < 32_768  # out of reach of outgoing connections
    with socket.create_server(("127.0.0.1", port)), pytest.raises(EngineAway, match=str(port)):
        engine.prepare()
    engine.start()
    engine.stop()
    assert engine.url.endswith(f":{port}")


def test_nats_refuses_who_has_not_the_token(data_dir: Path) -> None:
    async def connect() -> None:
        with pytest.raises(EngineAway):
            await connect_bus(engine.url, token="wrong", name="stranger")

    engine = EmbeddedNats(data_dir)
    engine.start()
    try:
        asyncio.run(connect())
        for path in (data_dir / "nats").glob("*.*"):
            assert path.stat().st_mode & 0o077 == 0
    finally:
        engine.stop()


def test_two_platforms_can_not_hold_one_folder(data_dir: Path) -> None:
    first, second = folder.FolderLock(data_dir), folder.FolderLock(data_dir)
    first.acquire()
    assert folder.is_folder_held(data_dir)
    with pytest.raises(Misconfigured, match=f"process {os.getpid()}"):
        second.acquire()
    first.release()
    assert not folder.is_folder_held(data_dir)
    second.acquire()
    second.release()


def test_a_folder_that_can_not_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="--data-dir"):
        folder.prepare_data_dir(tmp_path / "file/data")


def test_postgres_programs_are_of_one_version() -> None:
    assert postgres.program_version() == "18"
    assert postgres.program_path("pg_dump").is_file()


def test_streams_are_declared_twice_without_harm(data_dir: Path) -> None:
    async def declare() -> None:
        bus = await connect_bus(engine.url, token=engine.token, name="test")
        await bus.prepare_streams(intake_hours=1)
        await bus.prepare_streams(intake_hours=2)
        follower = await bus.follow(INTAKE, "reader")
        assert await follower.fetch(1, wait_s=0.1) == []
        await bus.close()

    engine = EmbeddedNats(data_dir)
    engine.start()
    try:
        asyncio.run(declare())
    finally:
        engine.stop()


@pytest.mark.parametrize("name", ["server.conf", "cluster.conf"])
def test_nats_takes_the_configurations_that_are_shipped(name: str) -> None:
    path = Path(__file__).parents[3] / "deploy/nats" / name
    given = {
        "NATS_TOKEN": '"12e4"',  # as a word, though it could be a number
        "NATS_NAME": "a",
        "NATS_ROUTES": '["nats://a:6222", "nats://b:6222", "nats://c:6222"]',
    }
    subprocess.run([str(nats._program()), "-t", "-c", str(path)], env=given, check=True, timeout=30)
