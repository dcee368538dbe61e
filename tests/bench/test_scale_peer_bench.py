"""What questions about a month of one-minute samples cost, and the same in PostgreSQL: as many
desktops as it takes in a reasonable time (YW_BENCH_PEER; 1,440 rows a day of each)."""

import io
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.bench.conftest import Figures
from tests.bench.month_of_samples import add_samples
from tests.bench.test_activity_bench import milliseconds
from tests.bench.test_overview_bench import NOW
from tests.support.alarms import build_viewer
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.metrics import At
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.telemetry import actions as telemetry_actions
from yunwei.monitor.telemetry import queries

if TYPE_CHECKING:
    import pyarrow

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

PEER_DESKTOPS = int(os.environ.get("YW_BENCH_PEER", "240"))


@pytest.fixture
def peer(durable: None, fresh_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_database_url) as opened:
        opened.execute("CREATE TABLE samples (desktop text, at timestamptz, value float8)")
        yield opened


def copy_samples(door: ClickHouse, peer: psycopg.Connection) -> None:
    """Copy the rows as they are, then build the index that all three questions use."""
    from pyarrow import csv

    with peer.cursor().copy("COPY samples FROM STDIN (FORMAT csv)") as copy:
        for first in range(0, PEER_DESKTOPS, 20):
            rows: pyarrow.Table = door.query_arrow(
                """SELECT object_id, formatDateTime(at, '%Y-%m-%d %H:%i:%S+00') AS said, value
                     FROM observations WHERE tenant = 2
                      AND toUInt32(substring(object_id, 25)) BETWEEN {first:UInt32}
                          AND {first:UInt32} + 19""",
                {"first": first},
            )
            told = io.BytesIO()
            csv.write_csv(rows, told, csv.WriteOptions(include_header=False))
            copy.write(told.getvalue())
    peer.execute("CREATE INDEX ON samples (desktop, at) INCLUDE (value)")
    peer.execute("CREATE INDEX ON samples USING brin (at)")
    peer.commit()
    peer.autocommit = True
    peer.execute("VACUUM ANALYZE samples")


def test_the_same_questions_in_postgresql(
    clickhouse: ClickHouse, figures: Figures, peer: psycopg.Connection
) -> None:
    """The curve of one desktop, the highest value of each desktop and day, and how busy each was
    within a day."""
    first, end = NOW - timedelta(days=30), NOW
    whose = {"tenant": 2, "source": 1}
    add_samples(clickhouse, whose, int(first.timestamp()) * 1000, PEER_DESKTOPS)
    copy_samples(clickhouse, peer)
    [(count,)] = peer.execute("SELECT count(*) FROM samples").fetchall()
    figures.add("scale.postgresql.rows", count, "rows")
    assert count == PEER_DESKTOPS * 1440 * 30
    viewer = build_viewer(2)
    one = "5f1c9a40-0000-0000-0000-000000000007"
    ids = [(1, f"5f1c9a40-0000-0000-0000-{number:012}") for number in range(PEER_DESKTOPS)]
    day = end - timedelta(days=1)
    told = {"one": one, "first": first, "end": end, "day": day}
    ours_of: dict[str, Callable[[], int]] = {
        "curve": lambda: len(
            queries.desktop_samples(viewer, SourceId(1), one, first, end)[0].values
        ),
        "highest": lambda: _ask_highest(clickhouse, first, end),
        "busy": lambda: len(queries.system_experience(TenantId(2), ids, day, end)),
    }
    for name, ask in ours_of.items():
        assert ask() == len(peer.execute(PEER_QUESTIONS[name], told).fetchall()), name
        ours = sorted(milliseconds(ask) for _ in range(5))[2]
        theirs = sorted(
            milliseconds(lambda name=name: peer.execute(PEER_QUESTIONS[name], told).fetchall())
            for _ in range(5)
        )[2]
        figures.add(f"scale.{name}.ours", ours, "ms")
        figures.add(f"scale.{name}.postgresql", theirs, "ms")
        figures.check(f"scale.{name}.of_postgresql", ours / theirs, "of theirs")


def _ask_highest(door: ClickHouse, first: datetime, end: datetime) -> int:
    telemetry_actions.use_clickhouse(door)  # what was answered before does not help
    found = queries.highest_by_day(
        build_viewer(2), "desktop.cpu", At.DESKTOP, first, end, time_zone="Asia/Shanghai"
    )
    return sum(map(len, found.values()))


PEER_QUESTIONS = {
    "curve": """
SELECT date_bin('4 hours', at, %(first)s) AS step, avg(value), max(value) FROM samples
 WHERE desktop = %(one)s AND at >= %(first)s AND at < %(end)s GROUP BY step ORDER BY step""",
    "highest": """
SELECT desktop, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, max(value) FROM samples
 WHERE at >= %(first)s AND at < %(end)s GROUP BY desktop, day""",
    "busy": """
SELECT desktop, avg(value) FROM samples WHERE at >= %(day)s AND at < %(end)s GROUP BY desktop""",
}
