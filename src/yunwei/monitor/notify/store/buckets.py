"""Rows of buckets to facts and back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.notify.facts.buckets import Bucket

SQL = load_statements("yunwei.monitor.notify", "buckets")


def lock_lane(conn: Connection, channel: int, now: datetime) -> Bucket | None:
    """Return a channel's bucket, locked; None while another worker has it."""
    with cursor(conn) as opened:
        row = opened.execute(SQL["lock_lane"], {"channel": channel}).fetchone()
        if row is None:
            opened.execute(SQL["add_lane"], {"channel": channel, "now": now})
            row = opened.execute(SQL["lock_lane"], {"channel": channel}).fetchone()
    return _build(row) if row else None


def buckets_of(conn: Connection, channel: int, addresses: Iterable[str]) -> dict[str, Bucket]:
    """Return the buckets of addresses, locked; an address that was sent nothing has none yet."""
    wanted = [each for each in addresses if each]
    if not wanted:
        return {}
    parameters = {"channel": channel, "addresses": wanted}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["buckets_of"], parameters).fetchall()
    return {row["address"]: _build(row) for row in rows}


def save_buckets(conn: Connection, channel: int, buckets: Iterable[Bucket], now: datetime) -> None:
    parameters = {"channel": channel, "rows": to_json(list(buckets)), "now": now}
    with cursor(conn) as opened:
        opened.execute(SQL["save_buckets"], parameters)


def block(conn: Connection, channel: int, address: str, *, until: datetime, now: datetime) -> None:
    parameters = {"channel": channel, "address": address, "until": until, "now": now}
    with cursor(conn) as opened:
        opened.execute(SQL["block_bucket"], parameters)


def list_buckets(conn: Connection, channels: Iterable[int]) -> dict[int, tuple[Bucket, ...]]:
    """Return all buckets of some channels, the channel's own first."""
    found: dict[int, list[Bucket]] = {}
    with cursor(conn) as opened:
        for row in opened.execute(SQL["list_buckets"], {"ids": list(channels)}).fetchall():
            found.setdefault(row["channel"], []).append(_build(row))
    return {
        channel: tuple(sorted(buckets, key=lambda each: each.address))
        for channel, buckets in found.items()
    }


def forget_buckets(conn: Connection, before: datetime) -> int:
    with cursor(conn) as opened:
        return opened.execute(SQL["forget_buckets"], {"before": before}).rowcount


def _build(row: Mapping[str, Any]) -> Bucket:
    return msgspec.convert({key: row[key] for key in ("address", "taken", "blocked_until")}, Bucket)
