"""Rows of accounts with what they hold. Runs on any connection; writes nothing."""

from collections.abc import Sequence

from yunwei.base.infra.postgres import Connection, load_statements, typed_cursor
from yunwei.operate.licensing.facts import Account

SQL = load_statements("yunwei.operate.licensing")


def fetch_accounts(conn: Connection, tenants: Sequence[int]) -> tuple[Account, ...]:
    with typed_cursor(conn, Account) as opened:
        return tuple(opened.execute(SQL["accounts"], {"tenants": list(tenants)}).fetchall())
