"""What the papers of an acceptance and the report of service quality cost with 10,000 tickets of
one contract, each with a log of five lines. What was printed is kept beside the figures."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.bench.conftest import RESULTS, Figures
from tests.support.people import Standing, make_people
from tests.support.service import case_at_acceptance
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.ids import AcceptanceId, ContractId, TenantId
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock, SystemClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Language
from yunwei.operate.reports import actions, jobs
from yunwei.operate.reports import queries as reports
from yunwei.operate.reports.archive import ReportDraft, ReportState
from yunwei.operate.reports.periods import PeriodKind, period_of
from yunwei.operate.reports.render.formats import FORMATS, FileKind
from yunwei.operate.service.actions import acceptances
from yunwei.operate.service.queries import acceptances as queries
from yunwei.operate.service.queries.cases import access_case

pytestmark = [pytest.mark.bench, pytest.mark.django_db, pytest.mark.timeout(1200)]

NOW = datetime(2026, 11, 3, 1, 30, tzinfo=UTC)
BEGAN = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
TICKETS = 10_000
ZONE = "Asia/Shanghai"
OCTOBER = period_of(PeriodKind.MONTH, datetime(2026, 10, 5, tzinfo=UTC).date(), ZONE)

FILL = """
INSERT INTO service_ticket (tenant_id, contract_id, terms, type, first_priority, priority, state,
       title, description, details, opened_by, opened_side, opened_at, reported_at, changed_at)
SELECT %(tenant)s, %(contract)s, 1, 'remote', 'p' || 1 + n %% 4, 'p' || 1 + n %% 4,
       'resolved', '桌面 ' || n || ' 登录缓慢', '', '{}'::jsonb, 'kai', 'customer',
       %(began)s::timestamptz + n * INTERVAL '4 minutes',
       %(began)s::timestamptz + n * INTERVAL '4 minutes',
       %(began)s::timestamptz + n * INTERVAL '4 minutes' + INTERVAL '3 hours'
  FROM generate_series(1, %(count)s) AS n
"""
LOGS = """
INSERT INTO service_entry (ticket_id, at, by, side, kind, text, minutes, reason, priority,
       assignee_name)
SELECT k.id, k.reported_at + step.after + (k.id %% 7) * step.more, 'olga', step.side, step.kind,
       step.text, step.minutes, step.reason, '', ''
  FROM service_ticket k,
       (VALUES (INTERVAL '0', INTERVAL '0', 'customer', 'opened', '', 0, ''),
               (INTERVAL '5 minutes', INTERVAL '5 minutes', 'provider', 'replied', '已受理', 5, ''),
               (INTERVAL '50 minutes', INTERVAL '0', 'provider', 'waited', '', 0, 'customer'),
               (INTERVAL '80 minutes', INTERVAL '0', 'provider', 'resumed', '', 0, ''),
               (INTERVAL '90 minutes', INTERVAL '1 hour', 'provider', 'resolved', '已解决', 30, ''))
       AS step (after, more, side, kind, text, minutes, reason)
 WHERE k.contract_id = %(contract)s AND k.opened_by = 'kai'
"""


@pytest.fixture(autouse=True)
def third_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda clock: NOW)


@pytest.fixture
def standing() -> Standing:
    calendar_actions.bootstrap()
    return make_people()


def fill(tenant: TenantId, contract: ContractId) -> None:
    values = {"tenant": tenant, "contract": contract, "began": BEGAN, "count": TICKETS}
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(FILL, values)
        opened.execute(LOGS, values)
        opened.execute("ANALYZE service_ticket, service_entry")


def test_ten_thousand_tickets(standing: Standing, clickhouse: ClickHouse, figures: Figures) -> None:
    mia, tenant = standing["mia"], standing.a.id
    case = case_at_acceptance(mia, tenant, now=BEGAN, timely_ratio=0.5)
    contract = access_case(mia, case, now=NOW).contract
    assert contract is not None
    fill(tenant, contract.id)
    RESULTS.mkdir(exist_ok=True)
    draft = acceptances.AcceptanceDraft(language=Language.CHINESE, note="见附件", name="王工")
    took_s, made = seconds_of(partial(acceptances.ask_acceptance, mia, case, draft, now=NOW))
    figures.check("service.papers.10000_tickets", took_s, "s")
    keep_papers(standing, made)
    took_s, found = seconds_of(partial(queries.verify, mia, made, now=NOW))
    assert all(each.is_intact for each in found)
    figures.check("service.verify.10000_tickets", took_s, "s")
    report(tenant, figures)


def keep_papers(standing: Standing, made: AcceptanceId) -> None:
    whole = queries.access_acceptance(standing["mia"], made)
    assert len(whole.data.tickets) > TICKETS
    for known, data in queries.fetch_files(standing["mia"], made):
        (RESULTS / f"service-{known.name}").write_bytes(data)


def seconds_of[T](work: Callable[[], T]) -> tuple[float, T]:
    began_s = time.perf_counter()
    made = work()
    return time.perf_counter() - began_s, made


def report(tenant: TenantId, figures: Figures) -> None:
    root = people.viewer_by_name("root", address="192.0.2.1")
    draft = ReportDraft(tenant=tenant, definition="service", language="zh-hans", period=OCTOBER)
    made = actions.ask_report(root, draft, now=NOW)
    maker = jobs.ReportMaker(FakeClock(NOW), public_url="http://yunwei.test", time_zone=ZONE)
    took_s, _ = seconds_of(maker.go_round)
    known = reports.access_report(root, made)
    assert (known.state, known.error) == (ReportState.READY, "")
    content = reports.fetch_content(root, made)
    figures.add("service.report.10000_tickets.figures", took_s, "s")
    for kind in (FileKind.PDF, FileKind.DOCX, FileKind.XLSX):
        rendered_s, file = seconds_of(partial(FORMATS[kind].render, content))
        figures.add(f"service.report.10000_tickets.{kind.value}", rendered_s, "s")
        took_s += rendered_s
        (RESULTS / f"service-quality.{kind.value}").write_bytes(file)
    figures.check("service.report.10000_tickets", took_s, "s")
    told = {each.name: each.value for each in content.figures}
    assert told["tickets_opened"] is not None
    assert told["tickets_opened"] > TICKETS * 0.9
    assert timedelta(seconds=told["response_median"] or 0) < timedelta(hours=1)
