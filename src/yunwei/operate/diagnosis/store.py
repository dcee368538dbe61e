"""Rows of diagnoses to facts and back. The only SQL on this table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.diagnosis.facts.verdicts import Case, Cases, DiagnosisRow, Verdict

SQL = load_statements("yunwei.operate.diagnosis")

DIAGNOSES = Listing(
    base=SQL["list_diagnoses"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "subject_kind": "subject_kind = %(subject_kind)s",
        "subject_id": "subject_id = %(subject_id)s",
        "cause": "cause = %(cause)s",
        "by": "by = %(by)s",
        "search": "concat_ws(' ', subject_name, by) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"at": "at", "score": "score", "subject": "lower(subject_name)"},
    default_sort="-at",
)


def build_row(row: Mapping[str, Any]) -> DiagnosisRow:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, DiagnosisRow)


def fetch_verdict(conn: Connection, diagnosis: int) -> Verdict:
    with cursor(conn) as opened:
        [row] = opened.execute(SQL["verdict"], {"diagnosis": diagnosis}).fetchall()
    return msgspec.convert(row["verdict"], Verdict)


def fetch_case(conn: Connection, diagnosis: int) -> Case:
    with cursor(conn) as opened:
        [row] = opened.execute(SQL["case"], {"diagnosis": diagnosis}).fetchall()
    return _build_case(row)


def fetch_cases(conn: Connection, row: DiagnosisRow, *, since: datetime, limit: int) -> Cases:
    values = {
        "tenant": row.tenant,
        "cause": row.cause,
        "diagnosis": row.id,
        "since": since,
        "limit": limit,
    }
    with cursor(conn) as opened:
        rows = opened.execute(SQL["cases_before"], values).fetchall()
    return Cases(count=rows[0]["count"] if rows else 0, latest=tuple(map(_build_case, rows)))


def _build_case(row: Mapping[str, Any]) -> Case:
    return Case(**{name: value for name, value in row.items() if name != "count"})


def add_diagnosis(
    conn: Connection, verdict: Verdict, *, tenant: TenantId, by: str, now: datetime, took_s: float
) -> int:
    top = verdict.top
    values = {
        "tenant": tenant,
        "kind": verdict.subject.kind.value,
        "subject": verdict.subject.id,
        "name": verdict.subject.name,
        "now": now,
        "by": by,
        "cause": top.check if top else "",
        "score": top.score if top else 0.0,
        "took_s": took_s,
        "verdict": to_json(msgspec.to_builtins(verdict)),
    }
    with cursor(conn) as opened:
        [row] = opened.execute(SQL["add_diagnosis"], values).fetchall()
    return int(row["id"])
