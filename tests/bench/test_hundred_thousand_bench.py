"""What a person waits for the overview, the lists and the search with 100,000 desktops, and what
memory that takes.

From the request to the last byte of the page, in the process that serves it. Seven days of
connections are in ClickHouse, 500 alarms stand open.
"""

from functools import partial
from pathlib import Path

import pytest

from tests.bench import test_overview_bench as filling
from tests.bench.conftest import Figures
from tests.bench.test_activity_bench import milliseconds
from tests.support.pages import sign_in
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction

pytestmark = [pytest.mark.bench, pytest.mark.django_db, pytest.mark.timeout(1800)]

DESKTOPS, DAYS, REQUESTS = 100_000, 7, 20
PAGES = {
    "overview": "/",
    "desktops": "/desktops",
    "search": "/desktops?search=PC-09",
    "by_pool": "/desktops?sort=pool",
    "sessions": "/sessions",
    "pools": "/pools",
    "posture": "/posture",
}

afternoon = filling.afternoon


def test_pages_of_a_hundred_thousand(clickhouse: ClickHouse, figures: Figures) -> None:
    filling.fill_clickhouse(clickhouse, *filling.fill_postgres(DESKTOPS), DESKTOPS, days=DAYS)
    with transaction() as conn:
        conn.execute("ANALYZE")  # as the server does a minute after so many new rows
    filled_mb = _memory_mb()
    client = sign_in("olga")
    kept = []
    for name, address in PAGES.items():
        figures.add(f"hundred.{name}.first", milliseconds(partial(_get, client, address)), "ms")
        took = sorted(milliseconds(partial(_get, client, address)) for _ in range(REQUESTS))
        figures.add(f"hundred.{name}.p50", took[REQUESTS // 2], "ms")
        kept.append(figures.add(f"hundred.{name}.p95", took[REQUESTS * 95 // 100 - 1], "ms"))
    figures.add("hundred.memory.filled", filled_mb, "MB")
    figures.add("hundred.memory.asked", _memory_mb(), "MB")
    assert [each for each in kept if not each.is_within_budget] == []


def _get(client: object, address: str) -> None:
    response = client.get(address)  # type: ignore[attr-defined]
    assert response.status_code == 200, address


def _memory_mb() -> float:
    """Return this process's memory: the pages' and chDB's."""
    told = Path("/proc/self/status").read_text("ascii")
    return int(told.split("VmRSS:")[1].split()[0]) / 1024
