"""Rows of accounts with what they hold. Runs on any connection; writes nothing."""

from collections.abc import Sequence
from typing import Any

from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.licensing.facts import Account

SQL = load_statements("yunwei.operate.licensing")


def fetch_accounts(conn: Connection, tenants: Sequence[int]) -> tuple[Account, ...]:
    """Return accounts by id. What they hold is joined here: on tables that PostgreSQL has not
    looked at yet it compares each with each."""
    asked = {"tenants": list(tenants)}
    held = {(row["source"], row["login"]): row for row in _all(conn, "held", asked)}
    sessions = {(row["source"], row["login"]): row for row in _all(conn, "sessions", asked)}
    found = []
    for row in _all(conn, "accounts", asked):
        key = row["source"], row["login"]
        own = held.get(key, {})
        found.append(
            Account(
                **row,
                desktops=own.get("desktops", 0),
                own_desktops=own.get("own_desktops", 0),
                sessions=sessions.get(key, {}).get("sessions", 0),
            )
        )
    return tuple(found)


def _all(conn: Connection, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchall()
