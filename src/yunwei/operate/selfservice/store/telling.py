"""What people are to be told, until it is in the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.selfservice.facts.telling import Untold

SQL = load_statements("yunwei.operate.selfservice", "telling")


def add_untold(conn: Connection, untold: Untold, now: datetime) -> None:
    values = {
        "tenant": untold.tenant,
        "key": untold.key,
        "untold": to_json(msgspec.to_builtins(untold)),
        "now": now,
    }
    with cursor(conn) as opened:
        opened.execute(SQL["add_untold"], values)


def lock_untold(conn: Connection) -> Mapping[int, Untold]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_untold"]).fetchall()
    return {row["id"]: msgspec.convert(row["untold"], Untold) for row in rows}


def note_told(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["note_told"], {"ids": list(ids), "now": now})


def remove_told(conn: Connection, before: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["remove_told"], {"told_before": before})
