"""Rows of what mask rules did, for their checkup."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.governance.facts.hygiene import Evidence

SQL = load_statements("yunwei.monitor.governance", "hygiene")


def fetch_evidence(
    conn: Connection, tenants: Sequence[int], since: datetime
) -> tuple[Evidence, ...]:
    with cursor(conn) as opened:
        opened.execute(SQL["more_memory"])
        rows = opened.execute(
            SQL["evidence"], {"tenants": list(tenants), "since": since}
        ).fetchall()
    return tuple(msgspec.convert(row, Evidence) for row in rows)
