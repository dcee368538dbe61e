"""What a person waits for every page of monitoring when 10,000 desktops have been measured once a
minute for 30 days (432 million rows), what the explorer's presets and a month's report take then,
and what such questions cost in PostgreSQL.

From the request to the last byte, in the process that serves it. Before each request a minute
passes in which samples of every desktop come in, people come and go: no answer of the minute before
helps, and the open day has grown. Rows are made in ClickHouse (`month_of_samples`); how fast they
come in by the platform's own way is measured in `test_telemetry_bench`.

p95 is the 19th of 20 requests. With YW_BENCH_KEPT=FOLDER the month is made once.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bench.conftest import Figure, Figures
from tests.bench.month_of_samples import (
    DESKTOPS,
    add_late_row,
    add_minute,
    keep,
    kept_folder,
    make_month,
    take_kept,
)
from tests.bench.test_activity_bench import milliseconds
from tests.bench.test_overview_bench import NOW, build_poll, fill_postgres
from tests.bench.test_telemetry_bench import in_pages
from tests.support.pages import sign_in
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import DesktopUserSeen, HostSeen, SeenKind
from yunwei.base.infra import memory
from yunwei.base.infra.clickhouse import ClickHouse, open_clickhouse
from yunwei.base.infra.clock import FakeClock, SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.settings import Settings
from yunwei.base.people import queries as people
from yunwei.faces.web.console.usage.explorer import PRESETS
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.telemetry import actions as telemetry_actions
from yunwei.operate.reports import actions as report_actions
from yunwei.operate.reports import jobs as report_jobs
from yunwei.operate.reports import queries as report_queries
from yunwei.operate.reports.archive import ReportDraft, ReportState
from yunwei.operate.reports.periods import Period, PeriodKind
from yunwei.operate.reports.render.formats import FORMATS, FileKind
from yunwei.operate.usage import actions as usage_actions
from yunwei.plugins.sdk.contract import Read

if TYPE_CHECKING:
    pass

pytestmark = [pytest.mark.bench, pytest.mark.django_db, pytest.mark.timeout(3600)]

REQUESTS = 20
PEER_DESKTOPS = int(os.environ.get("YW_BENCH_PEER", "240"))
_ONLY = os.environ.get("YW_BENCH_PAGES", "")
"""Names of pages to look at alone, for whoever works on one."""

PAGES = {
    "overview": "/",
    "big_screen": "/big-screen",
    "sessions": "/sessions",
    "activity": "/activity",
    "activity_30d": "/activity?period=30d",
    "experience": "/experience",
    "logons": "/logons",
    "load": "/load",
    "idle": "/idle-desktops",
    "licences": "/licences",
    "licence": "/licences/{licences}",
    "posture": "/posture",
    "pools": "/pools",
    "pool": "/pools/{pools}",
    "hosts": "/hosts",
    "host": "/hosts/{hosts}",
    "desktops": "/desktops",
    "desktop": "/desktops/{desktops}",
    "desktop_users": "/desktop-users",
    "desktop_user": "/desktop-users/{desktop-users}",
}


class Minutes:
    """A clock that stands still within a request. whose: the source that is told of."""

    now = NOW
    door: ClickHouse
    whose: Mapping[str, int]

    def pass_one(self) -> None:
        self.now += timedelta(minutes=1)
        add_minute(self.door, self.whose, self.now)


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> Minutes:
    told = Minutes()
    monkeypatch.setattr(SystemClock, "now", lambda clock: told.now)
    return told


@pytest.fixture
def month(
    tmp_path: Path, figures: Figures, minutes: Minutes, durable: None
) -> Iterator[ClickHouse]:
    """ClickHouse with the month, in a data folder of its own; PostgreSQL with what is there now."""
    tenant, source = fill_postgres(DESKTOPS)
    _add_neighbours(tenant, source)
    minutes.whose = {"tenant": tenant, "source": source}
    door, made = _open_month(tmp_path, minutes.whose)
    figures.add("scale.samples", made["rows"], "rows")
    figures.add("scale.samples.parts", made["parts"], "parts")
    figures.add("scale.samples.made", made["made_of_s"], "rows/s")
    figures.add("scale.samples.disk", made["bytes_of_row"], "bytes/row")
    minutes.door = door
    telemetry_actions.use_clickhouse(door)
    usage_actions.use_clickhouse(door)
    yield door
    telemetry_actions.use_clickhouse(None)
    usage_actions.use_clickhouse(None)
    door.close()


def _open_month(data: Path, whose: Mapping[str, int]) -> tuple[ClickHouse, dict[str, float]]:
    folder, settings = kept_folder(), Settings(data_dir=data)
    kept = take_kept(folder, data) if folder else None
    door = open_clickhouse(settings)
    telemetry_actions.migrate(door, settings)
    if kept is not None:
        assert {name: kept[name] for name in whose} == whose
        return door, kept
    made = {**make_month(door, whose, NOW), **whose}
    if folder:
        door.close()
        keep(folder, made, data)
        door = open_clickhouse(settings)
    return door, made


def _add_neighbours(tenant: TenantId, source: SourceId) -> None:
    """Hosts, and users with their departments."""
    hosts = [
        HostSeen(
            native_id=f"host-{number}",
            name=f"Host {number}",
            state="running",
            is_healthy=True,
            cpu_total=256,
            cpu_used=200,
            memory_total_mb=1_048_576,
            memory_used_mb=400_000,
        )
        for number in range(200)
    ]
    users = [
        DesktopUserSeen(
            native_id=f"u-{number}", login=f"user{number}", department=f"department {number % 12}"
        )
        for number in range(DESKTOPS)
    ]
    poll = build_poll(tenant, source, Read.INVENTORY)
    with transaction() as conn:
        for page in in_pages([*hosts, *users], 1, SeenKind.HOST):
            inventory_actions.apply_page(conn, poll, page)
    with transaction() as conn:
        conn.execute("ANALYZE")  # as the server does a minute after so many new rows


def ask_all(minutes: Minutes, client: object, address: str) -> tuple[float, float, float]:
    """Return the median and the 95th percentile of a page, and the median of this process's own
    time of both cores, in ms; each request in a new minute."""
    took: list[float] = []
    own: list[float] = []
    for _ in range(REQUESTS):
        minutes.pass_one()
        before_s = time.process_time()
        took.append(milliseconds(partial(_get, client, address)))
        own.append((time.process_time() - before_s) * 1000)
    took.sort()
    own.sort()
    return took[REQUESTS // 2], took[REQUESTS * 95 // 100 - 1], own[REQUESTS // 2]


def _get(client: object, address: str) -> None:
    response = client.get(address)  # type: ignore[attr-defined]
    assert response.status_code == 200, address


def first_of(client: object, name: str) -> str:
    """Return the number of the first thing on a list."""
    html = client.get(f"/{name}").content.decode()  # type: ignore[attr-defined]
    found = re.search(rf'href="/{name}/(\d+)"', html)
    assert found, name
    return found[1]


def test_pages_over_a_month_of_samples(
    month: ClickHouse, figures: Figures, minutes: Minutes
) -> None:
    client = sign_in("olga")
    memory.settle()  # as `web` does, once it is ready
    figures.add("scale.memory.ready", _memory_mb("VmRSS"), "MB")
    kinds = ("licences", "pools", "hosts", "desktops", "desktop-users")
    ids = {name: first_of(client, name) for name in kinds}
    kept: list[Figure] = []
    for name, address in PAGES.items():
        if name not in (_ONLY or name):
            continue
        url = address.format(**ids)
        minutes.pass_one()
        figures.add(f"scale.{name}.first", milliseconds(partial(_get, client, url)), "ms")
        middle, p95, own = ask_all(minutes, client, url)
        figures.add(f"scale.{name}.p50", middle, "ms")
        figures.add(f"scale.{name}.own", own, "ms")
        kept.append(figures.add(f"scale.{name}.p95", p95, "ms"))
    for name in ("activity_30d", "idle"):
        if name not in (_ONLY or name):
            continue
        minutes.pass_one()
        add_late_row(month, minutes.whose, minutes.now)
        took_ms = milliseconds(partial(_get, client, PAGES[name]))
        figures.add(f"scale.{name}.late", took_ms, "ms")
    kept.append(_ask_presets(client, figures, minutes))
    kept.append(_make_report(minutes, figures))
    figures.add("scale.memory.at_peak", _memory_mb("VmHWM"), "MB")
    figures.add("scale.memory.asked", _memory_mb("VmRSS"), "MB")
    month.give_back()
    memory.give_back()
    figures.add("scale.memory.given_back", _memory_mb("VmRSS"), "MB")
    # all are told before any fails
    assert [each for each in kept if not each.is_within_budget] == []


def _ask_presets(client: object, figures: Figures, minutes: Minutes) -> Figure:
    worst = 0.0
    for number, (_text, asked) in enumerate(PRESETS):
        if _ONLY and "presets" not in _ONLY:
            break
        address = "/explorer?" + "&".join(f"{name}={value}" for name, value in asked.items())
        minutes.pass_one()
        figures.add(
            f"scale.preset_{number}.first", milliseconds(partial(_get, client, address)), "ms"
        )
        middle, p95, _own = ask_all(minutes, client, address)
        figures.add(f"scale.preset_{number}.p50", middle, "ms")
        figures.add(f"scale.preset_{number}.p95", p95, "ms")
        worst = max(worst, p95)
    return figures.add("scale.worst_preset", worst, "ms")


def _make_report(minutes: Minutes, figures: Figures) -> Figure:
    """Make the monthly report of the 29 whole days and set it as PDF."""
    root = people.viewer_by_name("root", address="192.0.2.1")
    zone = "Asia/Shanghai"
    period = Period(
        kind=PeriodKind.CUSTOM, first=date(2026, 10, 25), last=date(2026, 11, 22), time_zone=zone
    )
    draft = ReportDraft(
        tenant=TenantId(minutes.whose["tenant"]),
        definition="monthly",
        language="zh-hans",
        period=period,
    )
    report = report_actions.ask_report(root, draft, now=minutes.now)
    maker = report_jobs.ReportMaker(
        FakeClock(minutes.now), public_url="http://yunwei.test", time_zone=zone
    )
    figures_ms = milliseconds(maker.go_round)
    known = report_queries.access_report(root, report)
    assert (known.state, known.error) == (ReportState.READY, "")
    content = report_queries.fetch_content(root, report)
    paper_ms = milliseconds(partial(FORMATS[FileKind.PDF].render, content))
    figures.add("scale.report.figures", figures_ms / 1000, "s")
    figures.add("scale.report.paper", paper_ms / 1000, "s")
    return figures.add("scale.report", (figures_ms + paper_ms) / 1000, "s")


def _memory_mb(what: str) -> float:
    """Return this process's memory: pages and chDB."""
    told = Path("/proc/self/status").read_text("ascii")
    return int(told.split(what + ":")[1].split()[0]) / 1024
