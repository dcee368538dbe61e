"""Rows of acts and messages to support to facts and back. The only SQL on these tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, sql
from yunwei.operate.selfservice.facts.acts import ActRow, SupportMessage

SQL = load_statements("yunwei.operate.selfservice", "acts")

ACTS = Listing(
    base=SQL["list_acts"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "desktop": "desktop = %(desktop)s",
        "act": "act = %(act)s",
        "diagnoses": "diagnosis = ANY(%(diagnoses)s)",
        "is_open": "(ended_at IS NULL) = %(is_open)s",
        "state": "state = %(state)s",
        "by": "asked_by = %(by)s",
        "is_repair": "is_repair = %(is_repair)s",
        "search": "concat_ws(' ', desktop_name, asked_by, note) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"asked_at": "asked_at", "state": "state", "desktop": "lower(desktop_name)"},
    default_sort="-asked_at",
)
MESSAGES = Listing(
    base=SQL["list_messages"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "is_open": "(closed_at IS NULL) = %(is_open)s",
        "by": "by = %(by)s",
        "search": "concat_ws(' ', desktop_name, by, text) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"at": "at", "desktop": "lower(desktop_name)"},
    default_sort="-at",
)


def build_act(row: Mapping[str, Any]) -> ActRow:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, ActRow)


def build_message(row: Mapping[str, Any]) -> SupportMessage:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, SupportMessage)


def add_act(conn: Connection, values: Mapping[str, Any]) -> int | None:
    """Return the new act; None when something is being done to the desktop already."""
    rows = _all(conn, "add_act", values)
    return int(rows[0]["id"]) if rows else None


def count_repairs(conn: Connection, by: str, since: datetime) -> int:
    """Return how many a person has asked for; others of theirs wait until the transaction ends."""
    _all(conn, "lock_asker", {"by": by})
    return int(_all(conn, "count_repairs", {"by": by, "since": since})[0]["count"])


def claim_act(conn: Connection, now: datetime, until: datetime) -> ActRow | None:
    rows = _all(conn, "claim_act", {"now": now, "until": until})
    return fetch_act(conn, rows[0]["id"]) if rows else None


def fetch_act(conn: Connection, act: int) -> ActRow:
    one = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        rows = opened.execute(one.format(sql.SQL(SQL["list_acts"])), {"id": act}).fetchall()
    return build_act(rows[0])


def note_act(conn: Connection, act: ActRow, again_at: datetime | None) -> None:
    values = {
        "id": act.id,
        "state": act.state.value,
        "number": act.number,
        "reason": act.reason,
        "sending_at": act.sending_at,
        "ended_at": act.ended_at,
        "done_at": act.done_at,
        "seen_state": act.seen_state,
        "seen_login": act.seen_login,
        "again_at": again_at,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["note_act"], values)


def add_message(conn: Connection, values: Mapping[str, Any]) -> int:
    return int(_all(conn, "add_message", values)[0]["id"])


def fetch_message(conn: Connection, message: int) -> SupportMessage:
    one = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        rows = opened.execute(one.format(sql.SQL(SQL["list_messages"])), {"id": message}).fetchall()
    return build_message(rows[0])


def fetch_message_of_act(conn: Connection, act: int) -> SupportMessage | None:
    rows = _all(conn, "message_of_act", {"act_id": act})
    return fetch_message(conn, rows[0]["id"]) if rows else None


def close_message(
    conn: Connection, message: int, *, tenants: Sequence[int], by: str, now: datetime
) -> bool:
    values = {"id": message, "tenants": list(tenants), "by": by, "now": now}
    return bool(_all(conn, "close_message", values))


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()
