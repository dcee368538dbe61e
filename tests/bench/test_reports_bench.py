"""What reports cost for 2,000 and 10,000 desktops: figures, page and files of each of them; and the
paper beside WeasyPrint with the same document. Memory is measured in `test_report_memory_bench.py`.

Two months of connections are in ClickHouse, three a day for each user, with what licences and pools
were used; October has 3,000 alarms. What was printed is kept beside the figures, to be looked at.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from pypdf import PdfReader

from tests.bench.conftest import RESULTS, Figures
from tests.bench.test_activity_bench import CONNECTIONS, KNOWN_USERS
from tests.bench.test_overview_bench import build_poll, fill_postgres, write
from tests.bench.test_telemetry_bench import in_pages
from tests.bench.weasy_paper import render_with_weasyprint
from tests.support.alarms import START, build_raw
from tests.support.pages import sign_in
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import HostSeen, LicenceSeen, Observation, SeenKind
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock, SystemClock
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.base.infra.postgres import transaction
from yunwei.base.people import queries as people
from yunwei.monitor.alarms import actions as alarm_actions
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
KNOWN_DESKTOPS = """
INSERT INTO known_desktops
SELECT {tenant:UInt64}, {source:UInt64},
       concat('5f1c9a40-0000-0000-0000-', leftPad(toString(number), 12, '0')),
       concat('pool-', toString(number % 40)), now64(3)
  FROM numbers({users:UInt32})
"""
TYPST_REMEMBERS = 12
"""After so many other documents it sets one anew instead of remembering how it did."""


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
    for statement in (CONNECTIONS.replace("* 3 * 30", "* 3 * 61"), KNOWN_USERS, KNOWN_DESKTOPS):
        door.command(statement, _values(desktops, tenant, source))
    write(door, tenant, source, list(_measured()), NOW)
    with transaction() as conn:
        alarm_actions.apply_raw_alarms(conn, _alarms(tenant, source), now=NOW)
        # a running installation is analysed by itself, what is not committed yet never is
        conn.execute("ANALYZE")
    return tenant


def _alarms(tenant: TenantId, source: SourceId) -> list[RawAlarm]:
    """100 a day of 240 things, most of which are over within two hours."""
    first = (OCTOBER.from_at - START).total_seconds() / 60
    severities = (Severity.CRITICAL, *(Severity.MAJOR,) * 3, *(Severity.MINOR,) * 6)
    told = []
    for number in range(3000):
        kind, text = (("desktop", "桌面未注册"), ("host", "主机内存使用率高"))[number % 8 == 0]
        build = partial(
            build_raw,
            managed_object=f"/{kind}/{kind.capitalize()}-{number * 7 % 240:03}",
            severity=severities[number % 10],
            text=text,
            tenant=tenant,
            source=source,
        )
        raised = first + number * 14.4
        told.append(build(AlarmAct.RAISE, raised))
        if number % 40:
            told.append(build(AlarmAct.CLEAR, raised + 2 + number * 11 % 118))
    return sorted(told, key=lambda each: each.event_at)


def _measured(days: int = 63) -> Iterator[Observation]:
    """What of each licence and pool was used, four times a day, a little more every day."""
    for place in range(days * 4):
        at = FIRST + timedelta(hours=2 + 6 * place)
        for number in range(60):
            used = number * (1 + place / 1200) + place * 5 % 7
            yield Observation(
                metric="licence.used", object_kind="licence", object_id=f"q{number}", at=at,
                value=used,
            )  # fmt: skip
        for number in range(40):
            yield Observation(
                metric="sessions.connected", object_kind="pool", object_id=f"pool-{number}", at=at,
                value=number + place % 9,
            )  # fmt: skip


def _values(desktops: int, tenant: TenantId, source: SourceId) -> dict[str, Any]:
    at = {"first_ms": int(FIRST.timestamp()) * 1000, "now_ms": int(NOW.timestamp()) * 1000}
    return {"users": desktops, "tenant": tenant, "source": source, **at}


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
    for language in ("zh-hans", "en"):
        name = f"reports.monthly.{desktops}_desktops.{language[:2]}"
        figures_s, report, content = make(tenant, "monthly", language)
        paper_s, paper = seconds_of(partial(FORMATS[FileKind.PDF].render, content))
        figures.add(f"{name}.figures", figures_s, "s")
        figures.add(f"{name}.paper", paper_s, "s")
        figures.check(f"{name}.pdf", figures_s + paper_s, "s")
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
    slowest_s = 0.0
    for key, language in product(BUILT_IN, ("zh-hans", "en")):
        took_s = whole(tenant, key, language, desktops)
        figures.add(f"reports.{key}.{desktops}_desktops.{language[:2]}.whole", took_s, "s")
        slowest_s = max(slowest_s, took_s)
    figures.check(f"reports.slowest.{desktops}_desktops", slowest_s, "s")


def whole(tenant: TenantId, key: str, language: str, desktops: int) -> float:
    """Return what a report takes with its page and all its files, seconds."""
    took_s, report, content = make(tenant, key, language)
    for kind, format in FORMATS.items():
        rendered_s, file = seconds_of(partial(format.render, content))
        assert file
        took_s += rendered_s
        (RESULTS / f"{key}-{desktops}-{language[:2]}.{kind.value}").write_bytes(file)
    read_s, answer = seconds_of(partial(sign_in("olga").get, f"/reports/{report}"))
    assert answer.status_code == 200
    return took_s + read_s


def beside_weasyprint(figures: Figures, content: Content, desktops: int) -> None:
    """Set the same document, charts drawn, with both engines; the better of two rounds counts.
    Neither remembers the round before."""
    document = build_document(content)
    ours_s = theirs_s = float("inf")
    pages = their_pages = 1
    for _round in range(2):
        for number in range(TYPST_REMEMBERS):
            render_pdf(replace(document, title=f"{number}", blocks=(), is_sheet=True))
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
