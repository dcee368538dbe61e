"""A whole year, and most of the year before, in which something happens in every month."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from tests.integration.reports.full_month import FAILURES, STAGES
from tests.integration.reports.support import ZONE, tell
from tests.integration.reports.work import inspect, run, situation
from tests.support.alarms import START, build_raw
from tests.support.pages import Cloud
from tests.support.service import agreed_contract, close_and_answer
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.readings import ConnectionRecord, Observation, Reading
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.settings import Settings
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.telemetry import actions as telemetry
from yunwei.operate.reports.periods import PeriodKind, period_of
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.surveys import Answer
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft

YEAR = period_of(PeriodKind.YEAR, date(2025, 7, 1), ZONE)
YEAR_BEFORE = 2024
MADE_AT = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
MONTHS = range(1, 13)
KEPT_DAYS = 10_000


def day_of(month: int, day: int, hour: int = 9, minute: int = 0, *, year: int = 2025) -> datetime:
    return datetime.fromisoformat(f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00+08:00")


def users_in(month: int) -> int:
    """Return how many people work: more from month to month, but for the summer."""
    return 4 + month - (3 if month in {7, 8} else 0)


def fill(clickhouse: ClickHouse, cloud: Cloud) -> None:
    """Both years, as sources told of them. They are kept for long: the test's clock stands still,
    and that of ClickHouse does not."""
    telemetry.migrate(clickhouse, Settings(telemetry_retention_days=KEPT_DAYS))
    tell(clickhouse, cloud, [*_worked(), *_failed(), *_licences()])
    with transaction() as conn:
        alarm_actions.apply_raw_alarms(conn, list(_alarms(cloud)), now=MADE_AT)
    for month in MONTHS:
        failed = {"failed:3": 1} if month % 3 == 0 else {}
        run(cloud, "磁盘清理", day_of(month, 10), {"succeeded": 8 + month} | failed)
        if month % 3 == 1:
            inspect(cloud, day_of(month, 15, 8))
    situation(cloud, "主机 Host 1 失联", day_of(3, 12, 10), 2, affected=32, members=41)
    situation(cloud, "存储 Store A 变慢", day_of(9, 4, 14), 5, affected=120, members=9)
    _serve(cloud)


def _worked() -> Iterator[ConnectionRecord]:
    number = 0
    for year in (YEAR_BEFORE, YEAR.first.year):
        first = date(year, 1, 1) if year == YEAR.first.year else date(year, 4, 1)
        for day in range((date(year, 12, 31) - first).days + 1):
            on = first + timedelta(days=day)
            users = users_in(on.month) - (2 if year == YEAR_BEFORE else 0)
            # nobody comes on Sundays but the one who keeps watch
            for user in range(users if on.weekday() < 6 else 1):
                number += 1
                start = day_of(on.month, on.day, 9, user, year=year)
                yield ConnectionRecord(
                    native_id=f"y{number}",
                    login=f"user{user:02d}",
                    desktop=f"d{user}",
                    started_at=start,
                    setup_at=start + timedelta(seconds=12 + on.month),
                    ended_at=start + timedelta(hours=6),
                    client_type="Windows 11",
                    stages_s=STAGES,
                    rtt_s=0.02 * (1 + user % 4),
                )


def _failed() -> Iterator[ConnectionRecord]:
    for month in MONTHS:
        for place in range(3 + month % 4 * 2):
            start = day_of(month, 4 + place // 4, 8, place)
            yield ConnectionRecord(
                native_id=f"f{month}-{place}",
                login=f"user{place % 4:02d}",
                desktop="d1",
                started_at=start,
                ended_at=start + timedelta(minutes=1),
                client_type="Windows 11",
                failure=FAILURES[place % len(FAILURES)],
            )


def _licences() -> Iterator[Reading]:
    for month in MONTHS:
        for day in range(1, 29):
            yield Observation(
                metric="licence.used",
                object_kind="licence",
                object_id="ccu",
                at=day_of(month, day, 11),
                value=60.0 + 3 * month + day % 5,
            )


def _alarms(cloud: Cloud) -> Iterator[RawAlarm]:
    """A few each month, of three hosts; more in summer, when it is hot."""
    severities = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
    for month in MONTHS:
        for place in range(6 + (8 if month in {7, 8} else month % 3)):
            raised = (day_of(month, 1 + place, 14) - START).total_seconds() / 60
            for act, minutes in ((AlarmAct.RAISE, raised), (AlarmAct.CLEAR, raised + 45)):
                yield build_raw(
                    act,
                    minutes,
                    managed_object=f"/host/Host {place % 3}",
                    severity=severities[place % 3],
                    text="主机内存使用率高",
                    tenant=cloud.tenant,
                    source=cloud.source,
                )


def _serve(cloud: Cloud) -> None:
    """A contract over the year, and two tickets in each quarter."""
    mia = cloud.people["mia"]
    contract = agreed_contract(mia, cloud.tenant, now=day_of(1, 2), availability=0.999)
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P2, title="黑屏"
    )
    for month in (2, 5, 8, 11):
        for day, hours in ((11, 1), (18, 5)):
            opened = day_of(month, day, 10)
            ticket = tickets.open_ticket(mia, draft, now=opened)
            solved = EntryDraft(kind=EntryKind.RESOLVED, text="更换了内存条")
            tickets.write_entry(mia, ticket, solved, now=opened + timedelta(hours=hours))
            said = Answer(csat=4 + day % 2, nps=9)
            close_and_answer(mia, ticket, said, now=opened + timedelta(hours=hours + 1))
