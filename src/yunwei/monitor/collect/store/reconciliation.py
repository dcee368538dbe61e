"""Rows of comparisons of sources with their own lists of current alarms."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.collect.facts import Reconciliation

SQL = load_statements("yunwei.monitor.collect", "reconciliation")


def fetch_state(conn: Connection, source: SourceId) -> tuple[frozenset[str], datetime | None]:
    """Return what differed at the last comparison, and since when another is wanted."""
    with cursor(conn) as opened:
        row = opened.execute(SQL["fetch_state"], {"source": source}).fetchone()
    return (frozenset(row["waiting"]), row["wanted_at"]) if row else (frozenset(), None)


def save_result(
    conn: Connection,
    *,
    tenant: TenantId,
    source: SourceId,
    at: datetime,
    is_complete: bool,
    listed: int,
    raised: int,
    cleared: int,
    waiting: Iterable[str],
) -> None:
    _run(
        conn,
        "save_result",
        tenant=tenant,
        source=source,
        at=at,
        is_complete=is_complete,
        listed=listed,
        raised=raised,
        cleared=cleared,
        waiting=Jsonb(sorted(waiting)),
    )


def save_failure(
    conn: Connection, *, tenant: TenantId, source: SourceId, at: datetime, error: str
) -> None:
    _run(conn, "save_failure", tenant=tenant, source=source, at=at, error=error)


def want(conn: Connection, sources: Sequence[SourceId], at: datetime) -> None:
    _run(conn, "want", sources=list(sources), at=at)


def of_source(conn: Connection, source: SourceId) -> Reconciliation | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["of_source"], {"source": source}).fetchone()
    return msgspec.convert(row, Reconciliation) if row else None


def _run(conn: Connection, statement: str, **parameters: Any) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[statement], parameters)
