"""Rows of messages on their way out to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.messages import Content, Delivery, DueMessage, Verdict
from yunwei.monitor.notify.rules.relevance import Gone

SQL = load_statements("yunwei.monitor.notify", "sending")


def due_channels(conn: Connection, now: datetime, busy: Sequence[int]) -> list[int]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["due_channels"], {"now": now, "busy": list(busy)}).fetchall()
    return [int(row["channel"]) for row in rows]


def due_ids(conn: Connection, channel: int, now: datetime, limit: int) -> list[int]:
    return _ids(conn, "due_ids", {"channel": channel, "now": now, "limit": limit})


def held_ids(conn: Connection, channel: int, now: datetime, limit: int) -> list[int]:
    return _ids(conn, "held_ids", {"channel": channel, "now": now, "limit": limit})


def member_ids(conn: Connection, digests: Iterable[int]) -> dict[int, list[int]]:
    """Return the ids of members by digest."""
    found: dict[int, list[int]] = {}
    with cursor(conn) as opened:
        for row in opened.execute(SQL["member_ids"], {"ids": list(digests)}).fetchall():
            found.setdefault(int(row["digest"]), []).append(int(row["id"]))
    return found


def weigh_messages(conn: Connection, ids: Iterable[int]) -> tuple[DueMessage, ...]:
    wanted = list(ids)
    if not wanted:
        return ()
    with cursor(conn) as opened:
        rows = opened.execute(SQL["weigh_messages"], {"ids": wanted}).fetchall()
    return tuple(msgspec.convert(row, DueMessage, strict=False) for row in rows)


def types_told(conn: Connection, channel: int, since: datetime) -> frozenset[tuple[str, str]]:
    """Return (queue, type of alarm) for what recipients heard of since then."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL["types_told"], {"channel": channel, "since": since}).fetchall()
    return frozenset(
        (f"{row['user'] or 0} {row['address']}", row["alarm_type"] or "") for row in rows
    )


def claim_ids(conn: Connection, ids: Sequence[int], lease_until: datetime) -> None:
    if ids:
        _run(conn, "claim_ids", {"ids": list(ids), "lease_until": lease_until})


def cancel_messages(conn: Connection, gone: Mapping[int, Gone]) -> None:
    if gone:
        rows = [{"id": id, "reason": reason.value} for id, reason in gone.items()]
        _run(conn, "cancel_messages", {"rows": to_json(rows)})


def postpone_messages(conn: Connection, until: Mapping[int, datetime]) -> None:
    if until:
        rows = [{"id": id, "at": at} for id, at in until.items()]
        _run(conn, "postpone_messages", {"rows": to_json(rows)})


def add_digest(
    conn: Connection, like: DueMessage, tenant: int, *, now: datetime, next_at: datetime
) -> int:
    """Add a digest to the queue that `like` stands in; returns its id."""
    parameters = {
        "dedupe": f"digest-{like.id}-{now.timestamp():.6f}",
        "tenant": tenant,
        "channel": like.channel,
        "user": like.user,
        "recipient": like.recipient,
        "address": like.address,
        "content": to_json(Content(subject="", body="", facts=())),
        "severity": like.severity,
        "link": "",
        "language": like.language,
        "now": now,
        "next_at": next_at,
    }
    with cursor(conn) as opened:
        [row] = opened.execute(SQL["add_digest"], parameters).fetchall()
    return int(row["id"])


def merge_messages(conn: Connection, digest: int, ids: Sequence[int]) -> None:
    _run(conn, "merge_messages", {"digest": digest, "ids": list(ids)})


def release_held(conn: Connection, ids: Sequence[int]) -> None:
    if ids:
        _run(conn, "release_held", {"ids": list(ids)})


def fill_digest(
    conn: Connection, digest: int, content: Content, severity: str, data: Mapping[str, object]
) -> None:
    parameters = {
        "id": digest,
        "content": to_json(content),
        "severity": severity,
        "data": to_json(data),
    }
    _run(conn, "fill_digest", parameters)


def note_members_told(conn: Connection, digest: int, now: datetime) -> None:
    _run(conn, "note_members_told", {"id": digest, "now": now})


def finish_message(conn: Connection, message: int, verdict: Verdict, now: datetime) -> None:
    parameters = {
        "id": message,
        "state": verdict.state.value,
        "next_at": verdict.next_at,
        "error": verdict.error[:500],
        "is_doubtful": verdict.is_doubtful,
        "now": now,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["finish_message"], parameters)


def add_delivery(conn: Connection, message: int, delivery: Delivery) -> None:
    parameters = {
        "message": message,
        "at": delivery.at,
        "is_ok": delivery.is_ok,
        "detail": delivery.detail[:1000],
        "duration_s": delivery.duration_s,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["add_delivery"], parameters)


def seconds_until_due(conn: Connection, now: datetime) -> float | None:
    with cursor(conn) as opened:
        row = opened.execute(SQL["seconds_until_due"], {"now": now}).fetchone()
    return row["wait_s"] if row else None


def add_replacement(
    conn: Connection, message: int, *, channel: int, address: str, now: datetime
) -> int | None:
    """Add the same message by another way; None when it was added before."""
    parameters = {"id": message, "channel": channel, "address": address, "now": now}
    with cursor(conn) as opened:
        row = opened.execute(SQL["add_replacement"], parameters).fetchone()
    return int(row["id"]) if row else None


def move_members(conn: Connection, message: int, digest: int) -> None:
    _run(conn, "move_members", {"id": message, "digest": digest})


def count_replaced(conn: Connection, message: int) -> int:
    with cursor(conn) as opened:
        [row] = opened.execute(SQL["count_replaced"], {"id": message}).fetchall()
    return int(row["count"])


def _ids(conn: Connection, name: str, parameters: dict[str, Any]) -> list[int]:
    with cursor(conn) as opened:
        return [int(row["id"]) for row in opened.execute(SQL[name], parameters).fetchall()]


def _run(conn: Connection, name: str, parameters: dict[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
