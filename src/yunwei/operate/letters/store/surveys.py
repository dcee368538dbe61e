"""Rows of surveys as letters to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import SurveyId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.letters.facts.surveys import SurveyChoice, SurveyLetter

SQL = load_statements("yunwei.operate.letters", "surveys")


def surveys_to_send(
    conn: Connection, *, now: datetime, since: datetime, until: datetime, limit: int
) -> tuple[SurveyLetter, ...]:
    """since: not those that were asked before. until: reminders of what was sent until then."""
    values = {"now": now, "since": since, "until": until, "limit": limit}
    return tuple(SurveyLetter(**row) for row in _all(conn, "surveys_to_send", values))


def note_sent(conn: Connection, survey: SurveyId, now: datetime) -> None:
    _run(conn, "note_sent", {"survey": survey, "now": now})


def fetch_choices(conn: Connection, tenants: Sequence[TenantId]) -> tuple[SurveyChoice, ...]:
    rows = _all(conn, "choices", {"tenants": list(tenants)})
    return tuple(SurveyChoice(**row) for row in rows)


def choose(conn: Connection, tenant: TenantId, *, sends: bool, by: str, now: datetime) -> None:
    _run(conn, "choose", {"tenant": tenant, "sends": sends, "by": by, "now": now})


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
