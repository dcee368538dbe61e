"""Rows of messages to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements
from yunwei.monitor.notify.facts.messages import (
    Delivery,
    MessageDraft,
    MessageRow,
)

SQL = load_statements("yunwei.monitor.notify", "messages")


MESSAGES = Listing(
    base=SQL["list_messages"],
    filters={
        "id": "id = %(id)s",
        "alarm": "alarm_id = %(alarm)s",
        "channel": "channel_id = %(channel)s",
        "user": "user_id = %(user)s",
        "on_screen": "(channel_id IS NULL) = %(on_screen)s",
        "is_unread": "(read_at IS NULL) = %(is_unread)s",
        "state": "state = %(state)s",
        "kind": "kind = %(kind)s",
        "receipt": "receipt = %(receipt)s",
        "digest": "digest = %(digest)s",
        "replaces": "replaces = %(replaces)s",
        "search": "concat_ws(' ', recipient, address, content ->> 'subject')"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"created_at": "created_at", "sent_at": "sent_at", "state": "state"},
    default_sort="-created_at",
)


def build_message(row: Mapping[str, Any]) -> MessageRow:
    renamed = {
        **row,
        "tenant": row["tenant_id"],
        "alarm": row["alarm_id"],
        "channel": row["channel_id"],
    }
    return msgspec.convert(renamed, MessageRow, strict=False)


def add_messages(conn: Connection, drafts: Sequence[MessageDraft]) -> None:
    if drafts:
        statement = SQL["add_messages"]
        with cursor(conn) as opened:
            opened.execute(statement, in_columns(statement, drafts))


def told_of(conn: Connection, occurrences: Iterable[int]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["told_of"], {"occurrences": list(occurrences)}).fetchall()


def told_of_flapping(conn: Connection, keys: Sequence[str]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["told_of_flapping"], {"keys": list(keys)}).fetchall()


def told_by_keys(conn: Connection, keys: Sequence[str]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL["told_by_keys"], {"keys": list(keys)}).fetchall()


def told_occurrences(conn: Connection, occurrences: Iterable[int]) -> set[int]:
    with cursor(conn) as opened:
        parameters = {"occurrences": list(occurrences)}
        rows = opened.execute(SQL["told_occurrences"], parameters).fetchall()
    return {row["occurrence"] for row in rows}


def deliveries_of_message(conn: Connection, message: int) -> tuple[Delivery, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["deliveries_of_message"], {"message": message}).fetchall()
    return tuple(msgspec.convert(row, Delivery) for row in rows)


def lock_message(conn: Connection, message: int, tenants: Sequence[int]) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(
            SQL["lock_message"], {"id": message, "tenants": list(tenants)}
        ).fetchone()


def retry_message(conn: Connection, message: int, now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["retry_message"], {"id": message, "now": now})


def count_unread(conn: Connection, user: int) -> int:
    with cursor(conn) as opened:
        row = opened.execute(SQL["count_unread"], {"user": user}).fetchone()
    return int(row["count"]) if row else 0


def mark_read(conn: Connection, user: int, message: int | None, now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["mark_read"], {"user": user, "id": message, "now": now})
