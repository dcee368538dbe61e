"""Rows of dead letters."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.collect.facts import DeadLetter, DeadLetterRow, NewLetter

SQL = load_statements("yunwei.monitor.collect", "dead_letters")

LETTERS = Listing(
    base=SQL["list_letters"],
    filters={
        "id": "id = %(id)s",
        "state": "state = %(state)s",
        "kind": "kind = %(kind)s",
        "source": "source_id = %(source)s",
        "search": "error ILIKE '%%' || %(search)s || '%%'"
        " OR source_name ILIKE '%%' || %(search)s || '%%'"
        " OR starts_with(address, %(search)s)"
        " OR EXISTS (SELECT 1 FROM collect_deadletter whole WHERE whole.id = listed.id"
        " AND position(convert_to(%(search)s, 'UTF8') IN whole.data) > 0)",
    },
    sorts={"received_at": "received_at", "source": "lower(source_name)", "attempts": "attempts"},
    default_sort="-received_at",
)


def build_letter_row(row: Mapping[str, Any]) -> DeadLetterRow:
    held = {
        "tenant": row["tenant_id"],
        "source": row["source_id"],
        "beginning": bytes(row["beginning"]),
    }
    return msgspec.convert({**row, **held}, DeadLetterRow)


def build_letter(row: Mapping[str, Any]) -> DeadLetter:
    original = row["original"]
    held = {
        "tenant": row["tenant_id"],
        "source": row["source_id"],
        "data": bytes(row["data"]),
        "original": None if original is None else bytes(original),
    }
    return msgspec.convert({"tenant_name": "", "source_name": "", **row, **held}, DeadLetter)


def add_letters(conn: Connection, letters: Sequence[NewLetter], *, fallback: TenantId) -> None:
    """Keep letters; those of no tenant that we know are `fallback`'s."""
    rows = [
        {
            "intake_id": each.intake_id,
            "tenant": each.tenant,
            "source": each.source,
            "received_at": each.received_at,
            "address": each.address,
            "kind": each.kind.value,
            "error": each.error,
            "data": base64.b64encode(each.data).decode(),
        }
        for each in letters
    ]
    _run(conn, "add_letters", rows=to_json(rows), fallback=fallback)


def fetch_letter(conn: Connection, id: int, tenants: Sequence[TenantId]) -> DeadLetter | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["fetch_letter"], {"id": id, "tenants": list(tenants)}).fetchone()
    return build_letter(row) if row else None


def lock_letter(conn: Connection, id: int, tenants: Sequence[TenantId]) -> DeadLetter | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_letter"], {"id": id, "tenants": list(tenants)}).fetchone()
    return build_letter(row) if row else None


def change_letter(conn: Connection, id: int, data: bytes) -> None:
    _run(conn, "change_letter", id=id, data=data)


def revert_letter(conn: Connection, id: int) -> None:
    _run(conn, "revert_letter", id=id)


def restore_letter(conn: Connection, id: int) -> None:
    _run(conn, "restore_letter", id=id)


def replay_letter(conn: Connection, id: int, *, attempts: int, by: str, at: datetime) -> None:
    _run(conn, "replay_letter", id=id, count=attempts, by=by, at=at)


def discard_letter(conn: Connection, id: int, *, note: str, by: str, at: datetime) -> None:
    _run(conn, "discard_letter", id=id, text=note, by=by, at=at)


def reopen_letter(conn: Connection, id: int, error: str) -> TenantId | None:
    return _settle(conn, "reopen_letter", id=id, error=error)


def finish_letter(conn: Connection, id: int, at: datetime) -> TenantId | None:
    return _settle(conn, "finish_letter", id=id, at=at)


def drop_old_letters(conn: Connection, before: datetime) -> None:
    _run(conn, "drop_old_letters", at=before)


def _settle(conn: Connection, statement: str, **parameters: Any) -> TenantId | None:
    """Return whose the letter is, None when it is gone."""
    with cursor(conn) as opened:
        row = opened.execute(SQL[statement], parameters).fetchone()
    return TenantId(row["tenant"]) if row else None


def count_open(conn: Connection, tenants: Sequence[TenantId]) -> dict[SourceId | None, int]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["count_open"], {"tenants": list(tenants)}).fetchall()
    return {row["source"]: row["count"] for row in rows}


def sources_with_letters(conn: Connection) -> frozenset[SourceId]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["sources_with_letters"]).fetchall()
    return frozenset(SourceId(row["source"]) for row in rows)


def _run(conn: Connection, statement: str, **parameters: Any) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[statement], parameters)
