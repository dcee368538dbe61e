"""Rows of reports, schedules and deliveries to facts and back."""

import zlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.codec import decode, encode
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.reports.archive import (
    Delivery,
    Recipients,
    Report,
    ReportDraft,
    Schedule,
    ScheduleDraft,
)
from yunwei.operate.reports.content import Content
from yunwei.operate.reports.letters import ReportSettings
from yunwei.operate.reports.periods import PeriodKind

SQL = load_statements("yunwei.operate.reports")

REPORTS = Listing(
    base=SQL["list_reports"],
    filters={
        "id": "id = %(id)s",
        # always asked of those who only read: what was released
        "released": "(released_at IS NOT NULL) = %(released)s",
        "tenant": "tenant_id = %(tenant)s",
        "definition": "definition = %(definition)s",
        "period": "period = %(period)s",
        "state": "state = %(state)s",
        "schedule": "schedule = %(schedule)s",
        "waits": "(state = 'ready' AND released_at IS NULL AND is_approval_needed) = %(waits)s",
        "search": "concat_ws(' ', tenant_name, schedule_name, created_by, first_day, last_day,"
        " own_title_zh, own_title_en)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "created_at": "created_at",
        "first_day": "first_day",
        "definition": "definition",
        "tenant": "lower(tenant_name)",
        "state": "state",
    },
    default_sort="-created_at",
)
SCHEDULES = Listing(
    base=SQL["list_schedules"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "definition": "definition = %(definition)s",
        "search": "name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "definition": "definition", "tenant": "lower(tenant_name)"},
    default_sort="name",
)


def build_report(row: Mapping[str, Any]) -> Report:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert(told | {"tenant": row["tenant_id"]}, Report)


def build_schedule(row: Mapping[str, Any]) -> Schedule:
    return Schedule(
        id=row["id"],
        version=row["version"],
        draft=ScheduleDraft(
            tenant=TenantId(row["tenant_id"]),
            name=row["name"],
            definition=row["definition"],
            language=row["language"],
            period=PeriodKind(row["period"]),
            after=timedelta(minutes=row["after_minutes"]),
            time_zone=row["time_zone"],
            recipients=msgspec.convert(row["recipients"], Recipients),
            needs_approval=row["needs_approval"],
            is_enabled=row["is_enabled"],
        ),
        tenant_name=row["tenant_name"],
        since=row["since"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        last_last_day=row["last_last_day"],
        own_title_zh=row["own_title_zh"],
        own_title_en=row["own_title_en"],
    )


def build_delivery(row: Mapping[str, Any]) -> Delivery:
    return msgspec.convert(row, Delivery)


def pack(content: Content) -> bytes:
    """Return a report's content as it is kept."""
    return zlib.compress(encode(content))


def unpack(data: bytes) -> Content:
    return decode(zlib.decompress(data), Content)


def fetch_report(conn: Connection, report: int) -> Report:
    return build_report(rows(conn, "one_report", {"id": report})[0])


def find_report(conn: Connection, report: int) -> Report | None:
    found = rows(conn, "one_report", {"id": report})
    return build_report(found[0]) if found else None


def fetch_content(conn: Connection, report: int) -> bytes | None:
    data = rows(conn, "content_of", {"id": report})[0]["content"]
    return None if data is None else bytes(data)


def add_report(
    conn: Connection,
    draft: ReportDraft,
    *,
    now: datetime,
    by: str,
    schedule: int | None = None,
    is_approval_needed: bool = False,
) -> int | None:
    """Return its id; None when its schedule has it already."""
    values = {
        "tenant": draft.tenant,
        "schedule": schedule,
        "definition": draft.definition,
        "language": draft.language,
        "period": draft.period.kind.value,
        "first": draft.period.first,
        "last": draft.period.last,
        "time_zone": draft.period.time_zone,
        "is_compared": draft.is_compared,
        "is_last_year": draft.is_last_year,
        "own_version": draft.own_version,
        "now": now,
        "by": by,
        "is_approval_needed": is_approval_needed,
    }
    return first_id(rows(conn, "add_report", values))


def schedule_values(draft: ScheduleDraft, since: date) -> dict[str, Any]:
    return {
        "tenant": draft.tenant,
        "name": draft.name,
        "definition": draft.definition,
        "language": draft.language,
        "period": draft.period.value,
        "after_minutes": int(draft.after.total_seconds() // 60),
        "time_zone": draft.time_zone,
        "recipients": to_text(draft.recipients),
        "needs_approval": draft.needs_approval,
        "is_enabled": draft.is_enabled,
        "since": since,
    }


def to_text(recipients: Recipients) -> str:
    return msgspec.json.encode(recipients).decode()


def read_recipients(told: object) -> Recipients:
    return msgspec.convert(told, Recipients)


def fetch_settings(conn: Connection, tenant: TenantId) -> ReportSettings:
    """Return what a tenant wants of its reports, the usual while it never said."""
    found = rows(conn, "settings_of", {"tenant": tenant})
    return msgspec.convert(found[0], ReportSettings) if found else ReportSettings(tenant=tenant)


def save_settings(conn: Connection, settings: ReportSettings, *, now: datetime) -> bool:
    """Return False when they were changed meanwhile."""
    values = {
        "tenant": settings.tenant,
        "version": settings.version,
        "allows_outside": settings.allows_outside,
        "domains": msgspec.json.encode(settings.domains).decode(),
        "most_bytes": settings.most_bytes,
        "now": now,
    }
    return bool(rows(conn, "save_settings", values))


def first_id(found: list[dict[str, Any]]) -> int | None:
    return int(found[0]["id"]) if found else None


def rows(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a statement that returns rows."""
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def change(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Run a statement that returns nothing."""
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
