"""One embedded PostgreSQL for a whole test run, and a migrated database for whoever asks.

The server starts when the first test needs it and ends with the run, however that ends. Each
worker has one database (`database_url`; the one of Django), cloned from a migrated template.
A test that needs real commits takes a database of its own: `fresh_database_url`, or
`database_pool`, which opens `infra.postgres` on one as an engine process does.
"""

import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

RUN_DIR = "TEST_RUN_DIR"
TEMPLATE = "template_of_tests"
_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Point Django at this worker's database, which need not exist yet."""
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    if worker == "main":
        os.environ[RUN_DIR] = tempfile.mkdtemp(prefix="yw-test-")
        run_dir().chmod(0o755)  # the server may run as another system user
        (run_dir() / "main.pid").write_text(str(os.getpid()), "ascii")
    environ = _environ(f"test_{worker}")
    # what reads settings later finds a folder of this run, never that of whoever runs the tests
    os.environ["YUNWEI_DATA_DIR"] = environ["YUNWEI_DATA_DIR"]
    # the rest only while Django reads its settings: processes that tests start do not inherit it
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        from django.conf import settings

        # what makes a password hash safe makes a test slow
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        # one connection a worker is all that tests use; a pool has threads to wait for at the end
        settings.DATABASES["default"]["OPTIONS"].pop("pool")


def pytest_unconfigure(config: pytest.Config) -> None:
    # a server, once asked for, ends with this process and takes the folder with it
    if not hasattr(config, "workerinput") and not (run_dir() / "asked").exists():
        shutil.rmtree(run_dir(), ignore_errors=True)


def run_dir() -> Path:
    return Path(os.environ[RUN_DIR])


def _environ(database: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "yunwei.run.django_settings",
        "YUNWEI_DATA_DIR": str(run_dir() / database),
        "YUNWEI_DATABASE_URL": url_of(database),
    }


def url_of(database: str) -> str:
    return f"postgresql://yunwei@/{database}?host={run_dir()}/s"


@pytest.fixture(scope="session")
def postgres_server() -> None:
    """The server runs. Prefer the fixtures below, which give a database."""
    with _locked("server"):
        if (run_dir() / "asked").exists():
            return
        (run_dir() / "asked").touch()
        guard = Path(__file__).with_name("postgres_guard.py")
        _Guard.process = subprocess.Popen(
            [sys.executable, str(guard), str(run_dir()), (run_dir() / "main.pid").read_text()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait_for_server(timeout_s=60)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: None) -> str:
    """The name of a database with all tables and no rows; nobody may be connected to it."""
    with _locked("template"):
        if not (run_dir() / "migrated").exists():
            make_migrated(TEMPLATE, _MIGRATE)
            (run_dir() / "migrated").touch()
    return TEMPLATE


def make_migrated(name: str, program: str) -> None:
    """Make a database and let a Python program migrate it."""
    execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
        env=os.environ | _environ(name),
        check=True,
    )


_MIGRATE = """
import django
from django.core.management import call_command
from yunwei.run.migrations import each_model_built_alone
django.setup()
with each_model_built_alone():
    call_command("migrate", verbosity=0, interactive=False)
"""


@pytest.fixture(scope="session")
def database_url(migrated_template: str, worker_id_: str) -> str:
    """This worker's database, the one that Django uses. Tests leave it empty."""
    name = f"test_{worker_id_}"
    _clone(migrated_template, name)
    return url_of(name)


@pytest.fixture(scope="session")
def worker_id_() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def django_db_setup(
    database_url: str, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Replaces pytest-django's: the database is a clone, and flushing it spares no table."""
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_audit_too(self: Any, sql_list: list[str]) -> None:
        # the audit log's trigger refuses TRUNCATE to everyone who does not say this
        flush(self, ["SET LOCAL session_replication_role = replica;", *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_audit_too)
        yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture
def fresh_database_url(migrated_template: str, worker_id_: str) -> Iterator[str]:
    """A migrated, empty database of this test alone; commits are real and seen by all."""
    name = f"fresh_{worker_id_}_{next(_numbers)}"
    _clone(migrated_template, name)
    yield url_of(name)
    execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_pool(fresh_database_url: str) -> Iterator[str]:
    """`infra.postgres.transaction()` works on a fresh database, as in a process without Django."""
    from yunwei.base.infra import postgres

    postgres.open_pool(fresh_database_url)
    yield fresh_database_url
    postgres.close_pool()


def execute(statement: sql.Composed) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _clone(template: str, name: str) -> None:
    # two clones at once of one template disturb each other
    with _locked("template"):
        execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with (run_dir() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _Guard:
    """Kept from the garbage collector: the guard outlives this process on purpose."""

    process: subprocess.Popen[bytes]


def _wait_for_server(*, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not (run_dir() / "ready").exists():
        if _Guard.process.poll() is not None:
            raise RuntimeError("the tests' PostgreSQL did not start; its words are above")
        if time.monotonic() > deadline:
            raise TimeoutError(f"the tests' PostgreSQL is not ready after {timeout_s:.0f} s")
        time.sleep(0.02)
