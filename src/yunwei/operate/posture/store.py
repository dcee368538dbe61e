"""Rows of resource posture: what exists, counted. Runs on any connection; writes nothing."""

from collections.abc import Mapping
from typing import Any

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements

SQL = load_statements("yunwei.operate.posture")


def fetch[T](
    conn: Connection, name: str, parameters: Mapping[str, Any], kind: type[T]
) -> tuple[T, ...]:
    """Return the rows of a statement as facts of a kind."""
    with cursor(conn) as opened:
        rows = opened.execute(SQL[name], parameters).fetchall()
    return tuple(msgspec.convert(row, kind, strict=False) for row in rows)


def fetch_rows(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()
