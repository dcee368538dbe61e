"""Rows of receipts to facts and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.notify.facts.receipts import MessageReceipt, Question

SQL = load_statements("yunwei.monitor.notify", "receipts")


def await_receipt(
    conn: Connection, message: int, *, channel: int, native_id: str, ask_at: datetime | None
) -> None:
    _run(
        conn,
        "await_receipt",
        {"message": message, "channel": channel, "native_id": native_id, "ask_at": ask_at},
    )


def lock_receipts(
    conn: Connection, channel: int, native_ids: Sequence[str]
) -> tuple[MessageReceipt, ...]:
    rows = _fetch(conn, "lock_receipts", {"channel": channel, "native_ids": list(native_ids)})
    return tuple(msgspec.convert(row, MessageReceipt, strict=False) for row in rows)


def lock_receipt(conn: Connection, message: int) -> MessageReceipt | None:
    rows = _fetch(conn, "lock_receipt", {"message": message})
    return msgspec.convert(rows[0], MessageReceipt, strict=False) if rows else None


def save_receipt(conn: Connection, receipt: MessageReceipt) -> None:
    parameters = {
        "message": receipt.message,
        "channel": receipt.channel,
        "native_id": receipt.native_id,
        "state": receipt.state.value,
        "reason": receipt.reason,
        "at": receipt.at,
        "said_at": receipt.said_at,
    }
    _run(conn, "save_receipt", parameters)


def drop_receipt(conn: Connection, message: int) -> None:
    _run(conn, "drop_receipt", {"message": message})


def unsettled_receipts(conn: Connection, limit: int) -> list[int]:
    return [int(row["message"]) for row in _fetch(conn, "unsettled_receipts", {"limit": limit})]


def lock_unsettled(conn: Connection, message: int) -> dict[str, Any] | None:
    rows = _fetch(conn, "lock_unsettled", {"message": message})
    return rows[0] if rows else None


def settle_receipt(conn: Connection, message: int) -> None:
    _run(conn, "settle_receipt", {"message": message})


def claim_questions(
    conn: Connection, *, now: datetime, until: datetime, limit: int
) -> tuple[Question, ...]:
    """Take what is to be asked for; it is asked for again at `until` when nobody says otherwise."""
    rows = _fetch(conn, "claim_questions", {"now": now, "until": until, "limit": limit})
    return tuple(msgspec.convert(row, Question, strict=False) for row in rows)


def ask_later(conn: Connection, message: int, *, ask_at: datetime | None, reason: str) -> None:
    _run(conn, "ask_later", {"message": message, "ask_at": ask_at, "reason": reason})


def reader_of(conn: Connection, message: int) -> dict[str, Any] | None:
    rows = _fetch(conn, "reader_of", {"message": message})
    return rows[0] if rows else None


def _fetch(conn: Connection, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: dict[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
