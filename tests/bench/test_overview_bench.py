"""What a person waits for the overview and the list of desktops, with 2,000 and 10,000 of them.

From the request to the last byte of the page, in the process that serves it; the network and the
browser come on top. 30 days of connections are in ClickHouse, 500 alarms stand open.
"""

import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.bench.conftest import Figures
from tests.bench.test_telemetry_bench import (
    MIDNIGHT,
    build_connections,
    build_desktops,
    in_pages,
)
from tests.support.alarms import build_raw
from tests.support.pages import SETTINGS, sign_in
from tests.support.people import make_people
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import (
    LicenceSeen,
    LoginState,
    Observation,
    PoolSeen,
    Reading,
    SeenKind,
    SessionSeen,
)
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.facts import Poll, SourceDraft
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batches_of_page
from yunwei.plugins.sdk.contract import Read

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

NOW = MIDNIGHT + timedelta(hours=15)
ALARMS = 500
REQUESTS = 9


@pytest.fixture(autouse=True)
def afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages show the day that was filled, at three in the afternoon."""
    monkeypatch.setattr(SystemClock, "now", lambda clock: NOW)


def fill_postgres(desktops: int) -> tuple[TenantId, SourceId]:
    people = make_people()
    draft = SourceDraft(
        tenant=people.a.id, connector="huawei_workspace", name="Cloud A", settings=SETTINGS
    )
    source = collect_actions.add_source(people["root"], draft)
    seen = build_desktops(desktops)
    things = [
        *(PoolSeen(native_id=f"pool-{n}", name=f"Pool {n}") for n in range(40)),
        LicenceSeen(native_id="ccu", name="CCU", total=desktops, used=desktops // 2),
        *seen,
    ]
    live = [
        SessionSeen(desktop=each.native_id, login=each.logins[0], state=LoginState.CONNECTED)
        for each in seen[::2]
    ]
    with transaction() as conn:
        for read, readings, kind in (
            (Read.INVENTORY, things, SeenKind.DESKTOP),
            (Read.SESSIONS, live, SeenKind.SESSION),
        ):
            poll = build_poll(people.a.id, source.id, read)
            for page in in_pages(readings, 0, kind):
                inventory_actions.apply_page(conn, poll, page)
        raws = [
            build_raw(
                minutes=number / 10,
                managed_object=f"/desktop/PC-{number:05}",
                tenant=people.a.id,
                source=source.id,
            )
            for number in range(ALARMS)
        ]
        alarm_actions.apply_raw_alarms(conn, raws, now=NOW)
    return people.a.id, source.id


def build_poll(tenant: TenantId, source: SourceId, read: Read) -> Poll:
    return Poll(
        source=source,
        tenant=tenant,
        source_name="Cloud A",
        connector="huawei_workspace",
        read=read,
        started_at=MIDNIGHT,
    )


def fill_clickhouse(
    door: ClickHouse, tenant: TenantId, source: SourceId, users: int, *, days: int = 30
) -> None:
    for start in range(0, users, 1000):
        readings = build_connections(days, range(start, min(start + 1000, users)))
        write(door, tenant, source, readings, NOW)
    polls = [
        Observation(
            metric="users.online",
            object_kind="source",
            object_id="",
            at=MIDNIGHT + timedelta(seconds=30 * place),
            value=place,
        )
        for place in range(1800)
    ]
    write(door, tenant, source, polls, NOW)


def write(
    door: ClickHouse, tenant: TenantId, source: SourceId, readings: Sequence[Reading], at: datetime
) -> None:
    for batch in batches_of_page(readings, tenant=tenant, source=source, read_at=at):
        store.insert(door, TABLES[batch.table], [batch])


def ms_of(address: str, part: str | None = None) -> tuple[float, float]:
    """Return the first answer's and the median answer's milliseconds."""
    client = sign_in("olga", htmx_target=part)
    took_ms: list[float] = []
    for _ in range(REQUESTS + 1):
        before = time.perf_counter()
        response = client.get(address)
        took_ms.append((time.perf_counter() - before) * 1000)
        assert response.status_code == 200
    return took_ms[0], statistics.median(took_ms[1:])


@pytest.mark.parametrize("desktops", [2_000, 10_000])
def test_pages(clickhouse: ClickHouse, figures: Figures, desktops: int) -> None:
    fill_clickhouse(clickhouse, *fill_postgres(desktops), desktops)
    first_ms, again_ms = ms_of("/posture")
    figures.add(f"posture.first.{desktops}_desktops", first_ms, "ms")
    figures.check(f"posture.page.{desktops}_desktops", again_ms, "ms")
    first_ms, again_ms = ms_of("/")
    figures.check(f"overview.first.{desktops}_desktops", first_ms, "ms")
    figures.check(f"overview.page.{desktops}_desktops", again_ms, "ms")
    for part in ("now", "curve", "alarms"):
        figures.add(f"overview.{part}.{desktops}_desktops", ms_of("/", part)[1], "ms")
    figures.check(f"desktops.page.{desktops}_desktops", ms_of("/desktops")[1], "ms")
    found_ms = ms_of("/desktops?search=PC-0099")[1]
    figures.check(f"desktops.search.{desktops}_desktops", found_ms, "ms")
