"""Rows of what was heard: counts by hour, clocks of SNMP engines. Runs on any connection."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.ids import SourceId
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.collect.facts import (
    Heard,
    HeardEngine,
    NewSample,
    Sample,
    SnmpEngine,
    SourceCount,
)
from yunwei.plugins.sdk.contract import Read

SQL = load_statements("yunwei.monitor.collect", "heard")

_MOST_ENGINES = 20_000
_OF_A_SHAPE = 5
_OF_A_SOURCE = 200


def note_heard(conn: Connection, heard: Heard) -> None:
    _run(
        conn,
        "note_heard",
        sources=list(heard.at),
        ats=list(heard.at.values()),
        reads=[heard.reads.get(source, Read.TRAPS).value for source in heard.at],
    )


def add_counts(
    conn: Connection,
    counts: Mapping[tuple[SourceId, str], int],
    *,
    hour: datetime,
    since: datetime,
) -> None:
    """Add to the counts of an hour; those of hours before `since` are forgotten."""
    _run(
        conn,
        "add_counts",
        sources=[source for source, _ in counts],
        kinds=[kind for _, kind in counts],
        counts=list(counts.values()),
        at=hour,
        since=since,
    )


def fetch_counts(conn: Connection, source: SourceId, since: datetime) -> tuple[SourceCount, ...]:
    rows = _all(conn, "counts_of_source", source=source, since=since)
    return tuple(msgspec.convert(row, SourceCount) for row in rows)


def add_samples(conn: Connection, samples: Sequence[NewSample]) -> None:
    """Keep samples; of each shape the newest few stay."""
    rows = [
        {
            "source": each.source,
            "shape": each.shape,
            "received_at": each.received_at,
            "address": each.address,
            "data": base64.b64encode(each.data).decode(),
            "outcome": each.outcome,
        }
        for each in samples
    ]
    _run(conn, "add_samples", rows=to_json(rows))
    sources = list({each.source for each in samples})
    _run(conn, "drop_old_samples", sources=sources, limit=_OF_A_SHAPE, count=_OF_A_SOURCE)


def fetch_samples(
    conn: Connection, source: SourceId, *, after: int, limit: int
) -> tuple[Sample, ...]:
    rows = _all(conn, "samples_of_source", source=source, id=after, limit=limit)
    return tuple(msgspec.convert({**row, "data": bytes(row["data"])}, Sample) for row in rows)


def last_sample(conn: Connection, source: SourceId) -> int:
    return int(_all(conn, "last_sample", source=source)[0]["id"])


def keep_engines(conn: Connection, engines: Sequence[HeardEngine], now: datetime) -> None:
    rows = [
        {
            "source": each.source,
            "engine_id": each.engine_id.hex(),
            "address": each.address,
            "user_name": each.user,
            "boots": each.boots,
            "time_s": each.time_s,
            "heard_at": now - timedelta(seconds=each.ago_s),
        }
        for each in engines
    ]
    _run(conn, "keep_engines", rows=to_json(rows))


def fetch_engines(conn: Connection, now: datetime) -> tuple[HeardEngine, ...]:
    rows = _all(conn, "fetch_engines", now=now, limit=_MOST_ENGINES)
    return tuple(
        HeardEngine(**{**row, "engine_id": bytes.fromhex(row["engine_id"])}) for row in rows
    )


def engines_of_source(conn: Connection, source: SourceId, limit: int) -> tuple[SnmpEngine, ...]:
    rows = _all(conn, "engines_of_source", source=source, limit=limit)
    return tuple(msgspec.convert(row, SnmpEngine) for row in rows)


def forget_engine(conn: Connection, source: SourceId, engine_id: str) -> str | None:
    """Return the address at which the engine was heard, None when it is not known."""
    with cursor(conn) as opened:
        row = opened.execute(
            SQL["forget_engine"], {"source": source, "engine_id": engine_id}
        ).fetchone()
    return row["address"] if row else None


def forget_engines(conn: Connection, source: SourceId) -> None:
    _run(conn, "forget_engines", source=source)


def _all(conn: Connection, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchall()


def _run(conn: Connection, statement: str, **parameters: Any) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[statement], parameters)
