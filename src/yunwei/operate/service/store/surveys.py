"""Rows of surveys to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import ContractId, SurveyId, TenantId, TicketId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.service.facts.surveys import (
    Answer,
    MonthScore,
    Satisfaction,
    Survey,
    SurveyKind,
    SurveyLink,
)
from yunwei.operate.service.rules.surveys import state_of

SQL = load_statements("yunwei.operate.service", "surveys")

SURVEYS = Listing(
    base=SQL["list_surveys"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "contract": "contract = %(contract)s",
        "ticket": "ticket = %(ticket)s",
        "kind": "kind = %(kind)s",
        "state": "(CASE WHEN answered_at IS NOT NULL THEN 'answered' WHEN expires_at <= %(now)s"
        " THEN 'expired' ELSE 'open' END) = %(state)s",
        "now": "%(now)s IS NOT NULL",
        "is_low": "(csat <= 2 OR coalesce(nps, 10) <= 6) = %(is_low)s",
        "search": "concat_ws(' ', 'T-' || lpad(ticket::text, 6, '0'), ticket_title, tenant_name,"
        " contract_name, comment, name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "asked_at": "asked_at",
        "answered_at": "answered_at",
        "csat": "csat",
        "nps": "nps",
        "tenant": "lower(tenant_name)",
    },
    default_sort="-asked_at",
)


def build_survey(row: Mapping[str, Any], now: datetime) -> Survey:
    said = ("csat", "nps", "comment", "name")
    kept = {name: row[name] for name in row if name not in {"tenant_id", *said}}
    is_answered = row["answered_at"] is not None
    return Survey(
        **{
            **kept,
            "id": SurveyId(row["id"]),
            "tenant": TenantId(row["tenant_id"]),
            "contract": ContractId(row["contract"]),
            "kind": SurveyKind(row["kind"]),
            "ticket": None if row["ticket"] is None else TicketId(row["ticket"]),
            "state": state_of(row["answered_at"], row["expires_at"], now),
            "answer": Answer(**{name: row[name] for name in said}) if is_answered else None,
        }
    )


def add_survey(conn: Connection, values: Mapping[str, Any]) -> SurveyId | None:
    """values: tenant, contract, kind, ticket, first_on, last_on, nonce, by, now, expires_at. Return
    None when its ticket was asked about before."""
    rows = _all(conn, "add_survey", values)
    return SurveyId(rows[0]["id"]) if rows else None


def tenant_of(conn: Connection, link: SurveyLink) -> TenantId | None:
    rows = _all(conn, "tenant_of", {"id": link.survey, "nonce": link.nonce})
    return TenantId(rows[0]["tenant_id"]) if rows else None


def answer_survey(
    conn: Connection, survey: SurveyId, answer: Answer, *, address: str, now: datetime
) -> bool:
    """Return whether it was still open."""
    values = {
        "id": survey,
        "csat": answer.csat,
        "nps": answer.nps,
        "comment": answer.comment,
        "name": answer.name,
        "address": address,
        "now": now,
    }
    return bool(_all(conn, "answer_survey", values))


def survey_of_ticket(conn: Connection, ticket: TicketId) -> SurveyId | None:
    rows = _all(conn, "survey_of_ticket", {"id": ticket})
    return SurveyId(rows[0]["id"]) if rows else None


def sum_up(
    conn: Connection, tenants: Sequence[int], since: datetime, until: datetime
) -> Satisfaction:
    values = {"tenants": list(tenants), "since": since, "until": until}
    (row,) = _all(conn, "sum_up", values)
    return Satisfaction(**row)


def by_month(
    conn: Connection, tenants: Sequence[int], since: datetime, zone: str
) -> tuple[MonthScore, ...]:
    values = {"tenants": list(tenants), "since": since, "zone": zone}
    return tuple(MonthScore(**row) for row in _all(conn, "by_month", values))


def read_answers(conn: Connection, contract: ContractId, until: datetime) -> list[dict[str, Any]]:
    return _all(conn, "answers_of", {"contract": contract, "until": until})


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()
