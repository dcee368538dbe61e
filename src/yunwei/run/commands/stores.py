"""How a command reaches the stores: the running platform's, external ones, or started for it."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra import postgres
from yunwei.base.infra.engines import folder
from yunwei.base.infra.engines.postgres import EmbeddedPostgres
from yunwei.base.infra.settings import Settings, default_data_dir, load_settings
from yunwei.run.schema import fetch_missing

_STARTING_S = 30.0


@contextlib.contextmanager
def open_settings(data_dir: Path | None) -> Iterator[Settings]:
    """Yield settings whose PostgreSQL can be reached while the block lasts.

    A platform that runs on the folder is used, one that starts is waited for; an embedded
    PostgreSQL that nobody runs is started, and the folder held, for the block alone.
    """
    chosen = choose_data_dir(data_dir)
    if folder.is_folder_held(chosen):
        yield _settings_of_running(chosen)
        return
    with hold_folder(chosen):
        settings = load_settings(chosen)
        if settings.database_url:
            yield settings
            return
        with _started(EmbeddedPostgres(chosen)) as server:
            # for what reads the settings itself: Django
            folder.write_engines(chosen, {"database_url": server.url})
            yield replace(settings, database_url=server.url)


def choose_data_dir(data_dir: Path | None) -> Path:
    """Return the folder a command is about; what reads the settings later finds the same."""
    chosen = (data_dir or default_data_dir()).expanduser().resolve()
    os.environ["YUNWEI_DATA_DIR"] = str(chosen)
    return chosen


@contextlib.contextmanager
def hold_folder(data_dir: Path) -> Iterator[None]:
    """Hold the folder for the block; raises Misconfigured when a platform runs on it."""
    folder.prepare_data_dir(data_dir)
    lock = folder.FolderLock(data_dir)
    lock.acquire()
    folder.forget_engines(data_dir)
    try:
        yield
    finally:
        folder.forget_engines(data_dir)
        lock.release()


@contextlib.contextmanager
def open_database(data_dir: Path | None, *, needs_django: bool = False) -> Iterator[Settings]:
    """As `open_settings`; `infra.postgres.transaction()` works, on the schema of this version.

    An embedded database is brought to it; about an external one raises Misconfigured, since
    other processes may be at work on it.
    """
    with open_settings(data_dir) as settings:
        _see_that_it_answers(settings.database_url or "")
        postgres.open_pool(settings.database_url or "", size=4)
        try:
            _see_to_schema(settings, needs_django=needs_django)
            yield settings
        finally:
            postgres.close_pool()


def _see_that_it_answers(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        told = " ".join(str(error).split())
        raise EngineAway(f"PostgreSQL does not answer: {told}") from error


def _see_to_schema(settings: Settings, *, needs_django: bool) -> None:
    missing = fetch_missing()
    if missing and not is_embedded(settings):
        raise Misconfigured(f"the database lacks {missing[0]}: run `yunwei migrate`")
    if missing or needs_django:
        from yunwei.run.django_process import set_up_django
        from yunwei.run.migrations import prepare_postgres

        set_up_django()
        if missing:
            prepare_postgres(settings.database_url or "")


def _settings_of_running(data_dir: Path) -> Settings:
    deadline = time.monotonic() + _STARTING_S
    while True:
        settings = load_settings(data_dir)
        if settings.database_url:
            return settings
        if time.monotonic() > deadline:
            raise EngineAway(f"the platform on {data_dir} does not get ready")
        time.sleep(0.1)


@contextlib.contextmanager
def _started(server: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def is_embedded(settings: Settings) -> bool:
    """Say whether PostgreSQL is the one that comes with the platform."""
    return "database_url" in folder.read_engines(settings.data_dir)


def migrate_stores(data_dir: Path | None) -> list[str]:
    """Bring PostgreSQL and ClickHouse to the schema of this code; returns what was applied.

    The embedded ClickHouse of a running platform is that platform's: it did so at its start.
    """
    from yunwei.base.infra.clickhouse import open_clickhouse
    from yunwei.monitor.telemetry import actions as telemetry_actions
    from yunwei.run.django_process import set_up_django
    from yunwei.run.migrations import prepare_postgres

    is_running = folder.is_folder_held(choose_data_dir(data_dir))
    with open_settings(data_dir) as settings:
        set_up_django()
        applied = prepare_postgres(settings.database_url or "")
        if settings.clickhouse_url or not is_running:
            opened = open_clickhouse(settings)
            telemetry_actions.migrate(
                opened, settings, before=lambda name, _: applied.append(f"telemetry/{name}")
            )
            opened.close()
    return applied
