"""Rows of inspections and of the tickets made of them."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.codec import decode, encode
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.diagnosis.facts.verdicts import Said
from yunwei.operate.inspection.facts.inspections import (
    Answer,
    FollowUp,
    Inspected,
    Inspection,
    Score,
)

SQL = load_statements("yunwei.operate.inspection", "inspections")
_HALF_MADE = timedelta(minutes=5)

INSPECTIONS = Listing(
    base=SQL["list_inspections"],
    filters={
        "id": "id = %(id)s",
        # always asked of the customer's people: what was sealed
        "sealed": "(sealed_at IS NOT NULL) = %(sealed)s",
        "tenant": "tenant_id = %(tenant)s",
        "state": "state = %(state)s",
        "measured_since": "measured_at >= %(measured_since)s",
        "measured_before": "measured_at < %(measured_before)s",
        "grade": "grade = %(grade)s",
        "schedule": "schedule = %(schedule)s",
        "template": "template = %(template)s",
        "search": "concat_ws(' ', tenant_name, title->>'zh', title->>'en', asked_by)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "asked_at": "asked_at",
        "measured_at": "measured_at",
        "score": "score",
        "tenant": "lower(tenant_name)",
    },
    default_sort="-asked_at",
)


def build_inspection(row: Mapping[str, Any]) -> Inspection:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert(told | {"tenant": row["tenant_id"]}, Inspection)


def pack(content: Inspected) -> bytes:
    """Return what was measured as it is kept."""
    return zlib.compress(encode(content))


def unpack(data: bytes) -> Inspected:
    return decode(zlib.decompress(data), Inspected)


def fetch_content(conn: Connection, inspection: int) -> tuple[bytes | None, dict[str, Answer]]:
    (row,) = rows(conn, "content_of", {"id": inspection})
    data = row["content"]
    answers = msgspec.convert(row["answers"], dict[str, Answer])
    return (None if data is None else bytes(data)), answers


def add_inspection(conn: Connection, values: Mapping[str, Any], title: Said) -> int:
    """values: tenant, template, schedule, text, now, by."""
    told = {**values, "title": to_json(msgspec.to_builtins(title))}
    return int(rows(conn, "add_inspection", told)[0]["id"])


def score_values(score: Score) -> dict[str, Any]:
    return {
        "score": score.total,
        "grade": score.grade.value,
        "share": score.coverage,
        "failed": score.failed,
        "warned": score.warned,
        "unmeasured": score.unmeasured,
    }


def note_answers(
    conn: Connection, inspection: int, answers: Mapping[str, Answer], score: Score
) -> None:
    told = {"id": inspection, "answers": to_json(msgspec.to_builtins(dict(answers)))}
    change(conn, "note_answers", told | score_values(score))


def lock_inspection(
    conn: Connection, inspection: int, tenants: Sequence[int]
) -> dict[str, Any] | None:
    found = rows(conn, "lock_inspection", {"id": inspection, "tenants": list(tenants)})
    return found[0] if found else None


def fetch_follow_ups(
    conn: Connection, name: str, values: Mapping[str, Any]
) -> dict[tuple[str, str], FollowUp]:
    found = (msgspec.convert(row, FollowUp) for row in rows(conn, name, values))
    return {(each.check, each.key): each for each in found}


def claim_follow_up(
    conn: Connection, inspection: int, about: tuple[str, str], *, by: str, now: datetime
) -> int | None:
    """Return the claim's id; None when there is a ticket, or one is being made."""
    values = {
        "id": inspection,
        "name": about[0],
        "key": about[1],
        "by": by,
        "now": now,
        "since": now - _HALF_MADE,
    }
    found = rows(conn, "claim_follow_up", values)
    return int(found[0]["id"]) if found else None


def tenant_of(row: Mapping[str, Any]) -> TenantId:
    return TenantId(row["tenant"])


def rows(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a statement that returns rows."""
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def change(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Run a statement that returns nothing."""
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
