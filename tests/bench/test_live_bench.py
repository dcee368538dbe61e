"""What a person waits for the pages of live sessions, idle desktops and experience: 10,000 live
sessions on 20,000 desktops, and 30 days of connections.

From the request to the last byte, as in `test_overview_bench`.
"""

import pytest

from tests.bench.conftest import Figures
from tests.bench.test_overview_bench import (
    NOW,
    build_poll,
    fill_clickhouse,
    fill_postgres,
    ms_of,
)
from tests.bench.test_telemetry_bench import MIDNIGHT, in_pages
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ConnectionRecord, SeenKind
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.inventory import actions
from yunwei.plugins.sdk.contract import Read

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

DESKTOPS = 20_000
SESSIONS = DESKTOPS // 2


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda clock: NOW)


def fill_clients(tenant: TenantId, source: SourceId) -> None:
    used = [
        ConnectionRecord(
            native_id=f"c{number}",
            login=f"user{number}",
            desktop=f"5f1c9a40-0000-0000-0000-{number:012}",
            started_at=MIDNIGHT,
            setup_at=MIDNIGHT,
            client_type=("Windows", "macOS", "Linux", "thin")[number // 2 % 4],
        )
        for number in range(0, DESKTOPS, 2)
    ]
    poll = build_poll(tenant, source, Read.ACTIVITY)
    with transaction() as conn:
        for page in in_pages(used, 0, SeenKind.HOST):
            actions.apply_page(conn, poll, page)


def test_pages_of_use(clickhouse: ClickHouse, figures: Figures) -> None:
    whose = fill_postgres(DESKTOPS)
    fill_clients(*whose)
    fill_clickhouse(clickhouse, *whose, SESSIONS)
    for name, address, part in (
        ("sessions.page", "/sessions", None),
        ("sessions.present", "/sessions", "present"),
        ("sessions.rows", "/sessions", "rows"),
        ("sessions.by_client", "/sessions?client=macOS&sort=client", "rows"),
        ("sessions.search", "/sessions?search=user99", "rows"),
        ("idle.page", "/idle-desktops", None),
        ("experience.page", "/experience?period=7d", None),
    ):
        first_ms, again_ms = ms_of(address, part)
        figures.add(f"live.{name}.first", first_ms, "ms")
        figures.check(f"live.{name}", again_ms, "ms")
