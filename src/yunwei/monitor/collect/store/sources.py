"""Rows of collect to facts and back. The only SQL on these tables; runs on any connection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.monitor.collect.facts import (
    Poll,
    ReadHealth,
    ReadRecord,
    SourceConfig,
    SourceHealth,
    SourceRow,
    SourceState,
    SourceStateChange,
)

SQL = load_statements("yunwei.monitor.collect", "sources")

SOURCES = Listing(
    base=SQL["list_sources"],
    filters={
        "id": "id = %(id)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'"
        " OR connector ILIKE '%%' || %(search)s || '%%'"
        " OR tenant_name ILIKE '%%' || %(search)s || '%%'",
        "connector": "connector = %(connector)s",
        "state": "state = %(state)s",
        "tenant": "tenant_id = %(tenant)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
    },
    sorts={
        "name": "lower(name)",
        "connector": "connector",
        "state": "array_position(ARRAY['new', 'ok', 'disabled', 'throttled', 'babbling',"
        " 'unreachable', 'refused'], state)",
        "created_at": "created_at",
        "last_ok_at": "last_ok_at",
    },
    default_sort="name",
)


@cache
def secret_box() -> SecretBox:
    """Return this installation's box; its key is read once per process."""
    return open_secret_box(load_settings())


def build_source_row(row: Mapping[str, Any], reads: tuple[ReadHealth, ...] = ()) -> SourceRow:
    return msgspec.convert({**row, "tenant": row["tenant_id"], "reads": reads}, SourceRow)


def open_secrets(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a row's secrets in plain; raises Misconfigured when they need another key."""
    return secret_box().open(bytes(row["secrets"]))


def build_config(row: Mapping[str, Any]) -> SourceConfig:
    settings = {**row["settings"], **open_secrets(row)}
    return msgspec.convert({**row, "settings": settings}, SourceConfig)


def fetch_reads(
    conn: Connection, sources: Sequence[SourceId]
) -> dict[SourceId, tuple[ReadHealth, ...]]:
    found: dict[SourceId, tuple[ReadHealth, ...]] = {}
    with cursor(conn) as opened:
        for row in opened.execute(SQL["fetch_reads"], {"sources": list(sources)}).fetchall():
            source = SourceId(row["source"])
            found[source] = (*found.get(source, ()), msgspec.convert(row, ReadHealth))
    return found


def fetch_state_changes(
    conn: Connection, source: SourceId, limit: int
) -> tuple[SourceStateChange, ...]:
    rows = _all(conn, "fetch_state_changes", source=source, limit=limit)
    return tuple(msgspec.convert(row, SourceStateChange) for row in rows)


def count_states(conn: Connection, tenants: Sequence[TenantId]) -> dict[SourceState, int]:
    rows = _all(conn, "count_states", tenants=list(tenants))
    return {SourceState(row["state"]): row["count"] for row in rows}


def fetch_source(conn: Connection, source: SourceId) -> dict[str, Any] | None:
    return _one(conn, "fetch_source", source=source)


def fetch_internal(conn: Connection) -> dict[str, Any] | None:
    return _one(conn, "fetch_internal")


def fetch_enabled(conn: Connection) -> list[dict[str, Any]]:
    return _all(conn, "fetch_enabled")


def fetch_names(conn: Connection) -> dict[SourceId, str]:
    return {SourceId(row["id"]): row["name"] for row in _all(conn, "fetch_names")}


def fetch_expected(conn: Connection, tenants: Sequence[TenantId]) -> dict[SourceId, bool]:
    rows = _all(conn, "fetch_expected", tenants=list(tenants))
    return {SourceId(row["id"]): row["is_expected"] for row in rows}


def fetch_provider(conn: Connection) -> TenantId | None:
    row = _one(conn, "fetch_provider")
    return TenantId(row["id"]) if row else None


def has_tenant(conn: Connection, tenant: TenantId) -> bool:
    return _one(conn, "fetch_tenant", tenant=tenant) is not None


def has_connector(conn: Connection, connector: str) -> bool:
    row = _one(conn, "has_connector", connector=connector)
    return bool(row and row["is_there"])


def lock_source(conn: Connection, source: SourceId) -> dict[str, Any] | None:
    return _one(conn, "lock_source", source=source)


def is_name_taken(
    conn: Connection, tenant: TenantId, name: str, *, but: SourceId | None = None
) -> bool:
    row = _one(conn, "name_taken", tenant=tenant, name=name, source=but)
    return bool(row and row["is_taken"])


def add_source(
    conn: Connection,
    *,
    tenant: TenantId,
    connector: str,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    history_days: int,
    is_internal: bool = False,
) -> SourceId | None:
    """Return the new source's id, None when its name is taken in its tenant."""
    row = _one(
        conn,
        "add_source",
        tenant=tenant,
        connector=connector,
        name=name,
        settings=Jsonb(dict(settings)),
        history_days=history_days,
        is_internal=is_internal,
        **_sealed(secrets),
    )
    return SourceId(row["id"]) if row else None


def change_source(
    conn: Connection,
    source: SourceId,
    *,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    history_days: int,
) -> None:
    _run(
        conn,
        "change_source",
        source=source,
        name=name,
        settings=Jsonb(dict(settings)),
        history_days=history_days,
        **_sealed(secrets),
    )


def _sealed(secrets: Mapping[str, str]) -> dict[str, Any]:
    held = {key: value for key, value in secrets.items() if value}
    return {
        "secrets": secret_box().seal(held) if held else b"",
        "secrets_set": Jsonb(sorted(held)),
    }


def switch_source(conn: Connection, source: SourceId, *, is_enabled: bool) -> None:
    _run(conn, "switch_source", source=source, is_enabled=is_enabled)


def remove_source(conn: Connection, source: SourceId, at: datetime) -> None:
    _run(conn, "remove_source", source=source, at=at)


def forget_reads(conn: Connection, source: SourceId) -> None:
    _run(conn, "forget_reads", source=source)


def lock_health(conn: Connection, source: SourceId) -> SourceHealth | None:
    row = _one(conn, "lock_health", source=source)
    return msgspec.convert(row, SourceHealth) if row else None


def save_health(conn: Connection, before: SourceHealth, after: SourceHealth, at: datetime) -> None:
    """Write a source's state, and a line of its time line when it is another than before."""
    _run(
        conn,
        "save_state",
        source=after.source,
        state=after.state.value,
        text=after.text,
        changes=after.changes,
        at=at,
    )
    if before.state is not after.state:
        _run(
            conn,
            "add_state_change",
            tenant=after.tenant,
            source=after.source,
            at=at,
            before=before.state.value,
            after=after.state.value,
            text=after.text,
        )


def note_ok(conn: Connection, source: SourceId, at: datetime) -> None:
    _run(conn, "note_ok", source=source, at=at)


def fetch_records(conn: Connection, source: SourceId) -> tuple[ReadRecord, ...]:
    rows = _all(conn, "reads_of_source", source=source)
    return tuple(msgspec.convert(row, ReadRecord) for row in rows)


def keep_reads(conn: Connection, source: SourceId, reads: Sequence[str]) -> None:
    _run(conn, "keep_reads", source=source, reads=list(reads))


def note_unusable(conn: Connection, source: SourceId, text: str, at: datetime) -> None:
    _run(conn, "note_unusable", source=source, text=text[:300], at=at)


def start_read(conn: Connection, poll: Poll) -> str | None:
    """Say that a read begins; returns its watermark."""
    row = _one(
        conn,
        "start_read",
        tenant=poll.tenant,
        source=poll.source,
        read=poll.read.value,
        at=poll.started_at,
    )
    return row["watermark"] if row else None


def save_watermark(conn: Connection, poll: Poll, watermark: str, at: datetime) -> None:
    _run(
        conn,
        "save_watermark",
        source=poll.source,
        read=poll.read.value,
        watermark=watermark,
        at=at,
    )


def finish_read(
    conn: Connection,
    source: SourceId,
    record: ReadRecord,
    *,
    next_at: datetime | None,
    ok_at: datetime | None = None,
    duration_s: float | None = None,
    items: int | None = None,
) -> None:
    _run(
        conn,
        "finish_read",
        source=source,
        read=record.read,
        state=record.state.value,
        text=record.text,
        failures=record.failures,
        next_at=next_at,
        ok_at=ok_at,
        duration_s=duration_s,
        items=items,
    )


def _all(conn: Connection, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchall()


def _one(conn: Connection, statement: str, **parameters: Any) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchone()


def _run(conn: Connection, statement: str, **parameters: Any) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[statement], parameters)
