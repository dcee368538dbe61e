"""Rows of calendar feeds to facts and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import UserId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.duty.facts.feeds import Feed

SQL = load_statements("yunwei.monitor.duty", "feeds")


def fetch_feed(conn: Connection, user: UserId) -> Feed | None:
    rows = _all(conn, "feed_of", {"user": user})
    return msgspec.convert(rows[0], Feed) if rows else None


def replace_feed(conn: Connection, user: UserId, token_hash: bytes, now: datetime) -> None:
    _all(conn, "revoke_feeds", {"user": user, "now": now})
    _all(conn, "add_feed", {"user": user, "hash": token_hash, "now": now})


def revoke_feeds(conn: Connection, user: UserId, now: datetime) -> bool:
    return bool(_all(conn, "revoke_feeds", {"user": user, "now": now}))


def fetch_feed_user(conn: Connection, token_hash: bytes, now: datetime) -> UserId | None:
    """Return whose working address this is, and note the use."""
    rows = _all(conn, "feed_by_hash", {"hash": token_hash})
    if not rows:
        return None
    with cursor(conn) as opened:
        opened.execute(SQL["note_feed_use"], {"id": rows[0]["id"], "now": now})
    return UserId(rows[0]["user"])


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()
