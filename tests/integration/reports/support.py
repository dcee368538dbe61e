"""A month in the life of a small desktop cloud, and reports made of it."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tests.integration.telemetry.support import write
from tests.support.pages import Cloud
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    LoginState,
    Reading,
    ReadingPage,
)
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.operate.reports import actions, jobs, queries, store
from yunwei.operate.reports.archive import ReportDraft
from yunwei.operate.reports.branding import Brand
from yunwei.operate.reports.content import Content, Coverage, Section
from yunwei.operate.reports.periods import Period, PeriodKind, period_of
from yunwei.plugins.sdk.contract import Read

ZONE = "Asia/Shanghai"
NOW = datetime.fromisoformat("2026-11-03T09:30:00+08:00").astimezone(UTC)
OCTOBER = period_of(PeriodKind.MONTH, datetime(2026, 10, 5, tzinfo=UTC).date(), ZONE)
WICKED = '=HYPERLINK("http://x","<b>#panic()$x$</b>")'


def at(day: int, hour: int, minute: int = 0, *, month: int = 10) -> datetime:
    return datetime.fromisoformat(f"2026-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00+08:00")


def connection(number: int, login: str, start: datetime, hours: float) -> ConnectionRecord:
    return ConnectionRecord(
        native_id=f"c{number}",
        login=login,
        desktop="d1",
        started_at=start,
        setup_at=start + timedelta(seconds=20),
        ended_at=start + timedelta(hours=hours),
        client_type="Windows 11",
    )


def month(*, logins: Iterable[str], first: int = 1, last: int = 31) -> list[Reading]:
    """Everybody works six hours on every day from first to last."""
    told: list[Reading] = [
        DesktopSeen(
            native_id="d1",
            name="PC-01",
            kind=DesktopKind.POOLED,
            state=DesktopState.RUNNING,
            login_state=LoginState.READY,
            pool="p1",
        )
    ]
    number = 0
    for place, login in enumerate(logins):
        told.append(DesktopUserSeen(native_id=login, login=login, department=WICKED))
        for day in range(first, last + 1):
            number += 1
            told.append(connection(number, login, at(day, 9, place % 60), 6))
    return told


def tell(clickhouse: ClickHouse, cloud: Cloud, readings: list[Reading]) -> None:
    write(clickhouse, readings, tenant=cloud.tenant, source=cloud.source, read_at=NOW)


def apply(cloud: Cloud, readings: Sequence[Reading]) -> None:
    """Let a source's inventory say something."""
    poll = Poll(
        source=cloud.source,
        tenant=cloud.tenant,
        source_name="Cloud A",
        connector="huawei_workspace",
        read=Read.INVENTORY,
        started_at=cloud.now + timedelta(seconds=1),
    )
    with transaction() as conn:
        page = ReadingPage(readings=tuple(readings), read_at=cloud.now + timedelta(seconds=1))
        inventory_actions.apply_page(conn, poll, page)


def make(
    cloud: Cloud,
    definition: str = "monthly",
    *,
    language: str = "en",
    period: Period = OCTOBER,
    who: str = "olga",
    now: datetime = NOW,
) -> int:
    """Have a report made, and make it."""
    draft = ReportDraft(
        tenant=cloud.tenant, definition=definition, language=language, period=period
    )
    report = actions.ask_report(cloud.people[who], draft, now=now)
    maker().go_round()
    return report


def maker(now: datetime = NOW) -> jobs.ReportMaker:
    return jobs.ReportMaker(FakeClock(now), public_url="http://yunwei.test", time_zone=ZONE)


def content_of(cloud: Cloud, report: int, who: str = "olga") -> Content:
    return queries.fetch_content(cloud.people[who], report)


def picture(width: int = 60, height: int = 20, *, is_whole: bool = True) -> bytes:
    """Return a PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    data = zlib.compress((b"\0" + b"\x10\x60\xd8" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", data if is_whole else data[:9])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def freeze_empty(report: int, brand: Brand | None = None) -> None:
    """Let a report be made without reading anything."""
    content = Content(
        definition="daily",
        title="Daily operations",
        tenant_name="A",
        language="en",
        time_zone=ZONE,
        period=OCTOBER.kind.value,
        first_day=OCTOBER.first,
        last_day=OCTOBER.last,
        from_at=OCTOBER.from_at,
        to_at=OCTOBER.to_at,
        made_at=NOW,
        made_by="olga",
        coverage=Coverage(share=None, before=None, as_of=None, sources=0),
        sections=(Section(kind="text", title="Words", text="Nothing."),),
        brand=brand,
    )
    with transaction() as conn:
        store.rows(conn, "claim", {"now": NOW, "until": NOW + timedelta(minutes=1)})
        known = store.fetch_report(conn, report)
    jobs.freeze(known, content, NOW)
