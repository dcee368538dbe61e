"""What a monthly report costs for 2,000 and 10,000 desktops: its figures, its PDF and other files,
its memory; and the paper beside WeasyPrint with the same document.

Two months of connections are in ClickHouse, three a day for each user. What was printed is kept
beside the figures, to be looked at.
"""

import gc
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.bench.conftest import RESULTS, Figures
from tests.bench.test_activity_bench import CONNECTIONS, KNOWN_USERS
from tests.bench.test_overview_bench import build_poll, fill_postgres
from tests.bench.test_telemetry_bench import in_pages
from tests.bench.weasy_paper import render_with_weasyprint
from tests.support.pages import sign_in
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import HostSeen, LicenceSeen, SeenKind
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock, SystemClock
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import queries as people
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.operate.reports import actions, jobs, queries
from yunwei.operate.reports.archive import ReportDraft, ReportState
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.definitions import BUILT_IN
from yunwei.operate.reports.periods import PeriodKind, period_of
from yunwei.operate.reports.render.formats import FORMATS, FileKind
from yunwei.operate.reports.render.paper import build_document
from yunwei.plugins.sdk.contract import Read

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

ZONE = "Asia/Shanghai"
FIRST = datetime(2026, 8, 31, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai, the first of September."""
NOW = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)
OCTOBER = period_of(PeriodKind.MONTH, datetime(2026, 10, 5, tzinfo=UTC).date(), ZONE)
MEMORY = Path("/proc/self")


@pytest.fixture(autouse=True)
def third_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda clock: NOW)


def fill(door: ClickHouse, desktops: int) -> TenantId:
    """Let a cloud of 200 hosts and 40 pools be used for two months."""
    tenant, source = fill_postgres(desktops)
    things = [
        *(
            HostSeen(
                native_id=f"host-{n}",
                name=f"Host {n}",
                is_healthy=n % 50 != 1,
                cpu_total=128,
                cpu_used=n % 128,
                memory_total_mb=524_288,
                memory_used_mb=4096 * (n % 120),
            )
            for n in range(200)
        ),
        *(LicenceSeen(native_id=f"q{n}", name=f"Quota {n}", total=500, used=n) for n in range(60)),
    ]
    with transaction() as conn:
        for page in in_pages(things, 0, SeenKind.HOST):
            inventory_actions.apply_page(conn, build_poll(tenant, source, Read.INVENTORY), page)
    for statement in (CONNECTIONS.replace("* 3 * 30", "* 3 * 61"), KNOWN_USERS):
        door.command(_of(statement, tenant, source), _values(desktops))
    with transaction() as conn:
        # a running installation is analysed by itself, what is not committed yet never is
        conn.execute("ANALYZE")
    return tenant


def _of(statement: str, tenant: TenantId, source: SourceId) -> str:
    said, count = re.subn(r"SELECT 2, 1,", f"SELECT {tenant}, {source},", statement)
    assert count == 1
    return said


def _values(desktops: int) -> dict[str, Any]:
    at = {"first_ms": int(FIRST.timestamp()) * 1000, "now_ms": int(NOW.timestamp()) * 1000}
    return {"users": desktops, **at}


class Peak:
    """How much more memory this process had at its peak than at `begin`. chDB is in it as it is in
    the product, and what it reads counts."""

    def __init__(self) -> None:
        self._began_mb = 0.0

    def begin(self) -> None:
        gc.collect()
        (MEMORY / "clear_refs").write_text("5")
        self._began_mb = self._read_mb("VmRSS")

    def read_mb(self) -> float:
        return self._read_mb("VmHWM") - self._began_mb

    def _read_mb(self, name: str) -> float:
        [kilobytes] = re.findall(rf"{name}:\s+(\d+) kB", (MEMORY / "status").read_text())
        return int(kilobytes) / 1024


def seconds_of[T](work: Callable[[], T]) -> tuple[float, T]:
    began_s = time.perf_counter()
    made = work()
    return time.perf_counter() - began_s, made


def make(tenant: TenantId, definition: str, language: str) -> tuple[float, int, Content]:
    """Return how long the figures of a report took, its number, and what stands in it."""
    root = people.viewer_by_name("root", address="192.0.2.1")
    draft = ReportDraft(tenant=tenant, definition=definition, language=language, period=OCTOBER)
    report = actions.ask_report(root, draft, now=NOW)
    maker = jobs.ReportMaker(FakeClock(NOW), public_url="http://yunwei.test", time_zone=ZONE)
    took_s, _ = seconds_of(maker.go_round)
    known = queries.access_report(root, report)
    assert (known.state, known.error) == (ReportState.READY, "")
    assert known.coverage is not None
    assert known.coverage > 0.9
    return took_s, report, queries.fetch_content(root, report)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("desktops", [2_000, 10_000])
def test_a_month(clickhouse: ClickHouse, figures: Figures, desktops: int) -> None:
    tenant = fill(clickhouse, desktops)
    RESULTS.mkdir(exist_ok=True)
    peak = Peak()
    for language in ("zh-hans", "en"):
        name = f"reports.monthly.{desktops}_desktops.{language[:2]}"
        peak.begin()
        figures_s, report, content = make(tenant, "monthly", language)
        paper_s, paper = seconds_of(partial(FORMATS[FileKind.PDF].render, content))
        figures.add(f"{name}.figures", figures_s, "s")
        figures.add(f"{name}.paper", paper_s, "s")
        figures.check(f"{name}.pdf", figures_s + paper_s, "s")
        figures.check(f"{name}.memory", peak.read_mb(), "MB")
        (RESULTS / f"monthly-{desktops}-{language[:2]}.pdf").write_bytes(paper)
        for kind in (FileKind.XLSX, FileKind.DOCX):
            took_s, file = seconds_of(partial(FORMATS[kind].render, content))
            figures.add(f"{name}.{kind.value}", took_s, "s")
            (RESULTS / f"monthly-{desktops}-{language[:2]}.{kind.value}").write_bytes(file)
        client = sign_in("olga")
        took_s, answer = seconds_of(partial(client.get, f"/reports/{report}"))
        assert answer.status_code == 200
        figures.add(f"{name}.page", took_s, "s")
        if language == "zh-hans":
            beside_weasyprint(figures, content, desktops)
    for key, took_s in every_report(tenant):
        figures.add(f"reports.{key}.{desktops}_desktops.whole", took_s, "s")


def every_report(tenant: TenantId) -> Iterator[tuple[str, float]]:
    """Make each built-in report, with all its files."""
    for key in BUILT_IN:
        took_s, _report, content = make(tenant, key, "zh-hans")
        for format in FORMATS.values():
            rendered_s, _file = seconds_of(partial(format.render, content))
            took_s += rendered_s
        yield key, took_s


def beside_weasyprint(figures: Figures, content: Content, desktops: int) -> None:
    """Set the same document, charts drawn, with both engines; the better of two rounds counts."""
    document = build_document(content)
    ours_s = theirs_s = float("inf")
    pages = their_pages = 1
    for _round in range(2):
        took_s, paper = seconds_of(partial(render_pdf, document))
        ours_s, pages = min(ours_s, took_s), len(PdfReader(BytesIO(paper)).pages)
        took_s, (_other, their_pages) = seconds_of(partial(render_with_weasyprint, document))
        theirs_s = min(theirs_s, took_s)
    name = f"reports.paper.{desktops}_desktops"
    figures.add(f"{name}.per_minute", 60 / ours_s, "reports/min")
    figures.add(f"{name}.per_minute.weasyprint", 60 / theirs_s, "reports/min")
    figures.add(f"{name}.page", ours_s / pages * 1000, "ms")
    figures.add(f"{name}.page.weasyprint", theirs_s / their_pages * 1000, "ms")
    figures.check(f"{name}.of_weasyprint", theirs_s / ours_s, "of theirs")
