"""The door to PostgreSQL: transactions and named statements. The SQL itself lives in the parts.

Processes with Django use Django's connection, so that ORM and SQL share one transaction; the
others open a pool. The parts can not tell the difference.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row, tuple_row
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.json import JsonbLoader
from psycopg_pool import ConnectionPool, PoolTimeout

from yunwei.base.core.errors import EngineAway
from yunwei.base.infra.announce import held_back
from yunwei.base.infra.columns import in_columns, to_json

type Connection = psycopg.Connection[Any]
type Parameters = Mapping[str, Any]


class _Door:
    """This process's own pool, None in processes with Django."""

    pool: ConnectionPool | None = None


def open_pool(url: str, *, size: int = 8) -> None:
    """Use a pool of this process's own from now on (processes without Django)."""
    _Door.pool = ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        timeout=10,
        check=ConnectionPool.check_connection,
        kwargs={"options": "-c timezone=UTC"},
        open=True,
    )


def close_pool() -> None:
    if _Door.pool is not None:
        _Door.pool.close()
        _Door.pool = None


@contextmanager
def transaction() -> Iterator[Connection]:
    """Open a transaction: commits at the end, rolls back on any exception.

    Raises EngineAway when PostgreSQL does not answer. Nested calls in one Django thread join.
    Announcements made inside are sent after the commit, or not at all.
    """
    try:
        with held_back():
            if _Door.pool is not None:
                with _Door.pool.connection() as connection:
                    yield connection
            else:
                yield from _django_transaction()
    except (psycopg.OperationalError, PoolTimeout) as error:
        raise EngineAway(f"PostgreSQL: {error}".strip()) from error


def is_open() -> bool:
    """Say whether this process can ask already: it has a pool, or Django is set up."""
    django = sys.modules.get("django.apps")
    return _Door.pool is not None or bool(django and django.apps.ready)


def end_thread() -> None:
    """Give back what a thread of ours holds, at its end. Django gives each its own connection."""
    if _Door.pool is None:
        from django.db import connection  # noqa: PLC0415  only where Django runs

        connection.close()


def _django_transaction() -> Iterator[Connection]:
    # only where Django runs
    from django.db import InterfaceError, OperationalError, connection, transaction  # noqa: PLC0415

    try:
        with transaction.atomic():
            yield connection.connection
    except (InterfaceError, OperationalError, psycopg.InterfaceError) as error:
        # Django drops a broken connection between requests; threads of ours have none.
        if not connection.in_atomic_block:
            connection.close()
        raise EngineAway(f"PostgreSQL: {error}".strip()) from error


def cursor(conn: Connection) -> psycopg.Cursor[dict[str, Any]]:
    """Return a cursor whose rows are dicts, jsonb parsed and times aware UTC on any connection."""
    opened = conn.cursor(row_factory=dict_row)
    _plain_types(opened)
    return opened


def typed_cursor[T](conn: Connection, row_type: type[T]) -> psycopg.Cursor[T]:
    """Return a cursor whose rows are `row_type` built by column names."""
    opened = conn.cursor(row_factory=class_row(row_type))
    _plain_types(opened)
    return opened


def plain_cursor(conn: Connection) -> psycopg.Cursor[tuple[Any, ...]]:
    """Return a cursor whose rows are tuples of the columns: for many rows at once."""
    opened = conn.cursor(row_factory=tuple_row)
    _plain_types(opened)
    return opened


def _plain_types(opened: psycopg.Cursor[Any]) -> None:
    # Django registers loaders of its own (jsonb stays text there); these put the usual back.
    opened.adapters.register_loader("jsonb", JsonbLoader)
    opened.adapters.register_loader("timestamptz", TimestamptzLoader)


class Statements(dict[str, LiteralString]):
    """The named statements of one part's `store.sql`."""

    def __missing__(self, name: str) -> LiteralString:
        raise KeyError(f"store.sql has no statement {name!r}")


_HEADER = re.compile(r"^-- ([a-z][a-z0-9_]*): .+$", re.MULTILINE)


def load_statements(package: str, noun: str = "") -> Statements:
    """Return the statements of `store.sql` in `package`: `-- name: purpose`, then the SQL.

    noun: where the store is a folder, whose statements: those of `store/<noun>.sql`.
    """
    file = f"store/{noun}.sql" if noun else "store.sql"
    parts = _HEADER.split(files(package).joinpath(file).read_text("utf-8"))
    names = parts[1::2]
    if len(names) != len(set(names)):
        raise ValueError(f"{package}/{file} names a statement twice")
    bodies = (body.strip().rstrip(";") for body in parts[2::2])
    return Statements(zip(names, cast("Iterator[LiteralString]", bodies), strict=True))


__all__ = [
    "Connection",
    "Parameters",
    "Statements",
    "close_pool",
    "cursor",
    "in_columns",
    "load_statements",
    "open_pool",
    "sql",
    "to_json",
    "transaction",
    "typed_cursor",
]
