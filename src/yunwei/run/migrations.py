"""Brings PostgreSQL to the schema of this code, and puts into it what every installation has."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

# Any number that no other program takes on the same database: "yunwei" in ASCII.
_LOCK = 0x79756E776569
_TAKE = "SELECT pg_try_advisory_lock(%s) AS is_ours"
_WAIT_S = 0.2


def prepare_postgres(database_url: str, *, fill: Callable[[], None] | None = None) -> list[str]:
    """Migrate where it is behind, and make what every installation has.

    fill: puts more in, before the other processes begin their work. Returns the migrations
    applied, as `app/name`. Needs Django set up; repeatable. Processes that do so at the same
    time wait for each other.
    """
    from yunwei.base.calendar.actions import bootstrap as bootstrap_calendar
    from yunwei.base.people.actions.tenants import bootstrap as bootstrap_people
    from yunwei.monitor.collect.actions.sources import bootstrap as bootstrap_collect
    from yunwei.monitor.governance.actions.noise_rules import bootstrap as bootstrap_governance
    from yunwei.monitor.notify.actions.routes import bootstrap as bootstrap_notify

    with _alone(database_url):
        applied = _migrate()
        bootstrap_people()
        bootstrap_calendar()
        if fill is not None:
            fill()
        bootstrap_governance()
        # the last source made is what the other processes wait for
        bootstrap_notify()
        bootstrap_collect()
    return applied


@contextmanager
def _alone(database_url: str) -> Iterator[None]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        # asked again and again: a statement that waits has a snapshot, for whose end whoever builds
        # an index waits in turn
        while not _take(connection):
            time.sleep(_WAIT_S)
        yield  # given back with the connection


def _take(connection: psycopg.Connection[tuple[bool]]) -> bool:
    row = connection.execute(_TAKE, (_LOCK,)).fetchone()
    return row is not None and row[0]


def _migrate() -> list[str]:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with each_model_built_alone():
            call_command("migrate", verbosity=0, interactive=False)
    return [f"{migration.app_label}/{migration.name}" for migration, _ in plan]


@contextmanager
def each_model_built_alone() -> Iterator[None]:
    """Let Django build, after each step of a migration, the model that changed and no other.

    It builds all that are related to it, too, and everything here is related to a tenant: of
    twenty seconds that an empty database took, one was PostgreSQL's. SQL needs no more of the
    others than their tables and keys; tests/integration/people/test_schema.py holds that the
    tables are the same.
    """
    from django.db.migrations.state import ProjectState

    of_all = ProjectState._find_reload_model  # type: ignore[attr-defined]  # noqa: SLF001

    def of_one(self: ProjectState, app: str, model: str, delay: bool = False) -> set[object]:
        return {(app, model)}

    ProjectState._find_reload_model = of_one  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        yield
    finally:
        ProjectState._find_reload_model = of_all  # type: ignore[attr-defined]  # noqa: SLF001
