"""Rows of the improvement register to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import ContractId, EmergencyId, ImprovementId, SurveyId, TenantId, UserId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.service.facts.improvements import (
    Improvement,
    ImprovementDraft,
    ImprovementState,
)

SQL = load_statements("yunwei.operate.service", "improvements")

IMPROVEMENTS = Listing(
    base=SQL["list_improvements"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "contract": "contract = %(contract)s",
        "survey": "survey = %(survey)s",
        "emergency": "emergency = %(emergency)s",
        "state": "state = %(state)s",
        "owner": "owner = %(owner)s",
        "late_on": "state = 'open' AND due_on < %(late_on)s",
        "search": "concat_ws(' ', 'I-' || lpad(id::text, 5, '0'), title, text, tenant_name,"
        " owner_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "title": "lower(title)",
        "tenant": "lower(tenant_name)",
        "due_on": "due_on",
        "opened_at": "opened_at",
        "changed_at": "changed_at",
    },
    default_sort="-opened_at",
)


def build_improvement(row: Mapping[str, Any]) -> Improvement:
    kept = {name: row[name] for name in row if name != "tenant_id"}
    return Improvement(
        **{
            **kept,
            "id": ImprovementId(row["id"]),
            "tenant": TenantId(row["tenant_id"]),
            "contract": None if row["contract"] is None else ContractId(row["contract"]),
            "survey": None if row["survey"] is None else SurveyId(row["survey"]),
            "emergency": None if row["emergency"] is None else EmergencyId(row["emergency"]),
            "owner": None if row["owner"] is None else UserId(row["owner"]),
            "state": ImprovementState(row["state"]),
        }
    )


def add_improvement(
    conn: Connection,
    tenant: TenantId,
    draft: ImprovementDraft,
    *,
    by: str,
    now: datetime,
    survey: SurveyId | None = None,
    emergency: EmergencyId | None = None,
) -> ImprovementId | None:
    """Return None when the survey has its entry already."""
    came_from = {"survey": survey, "emergency": emergency}
    values = {**_tell(draft), **came_from, "tenant": tenant, "by": by, "now": now}
    rows = _all(conn, "add_improvement", values)
    return ImprovementId(rows[0]["id"]) if rows else None


def fetch_improvement(conn: Connection, id: ImprovementId) -> Improvement:
    """Return an entry that is there."""
    (row,) = _all(conn, "get_improvement", {"id": id})
    return build_improvement(row)


def lock_improvement(conn: Connection, id: ImprovementId, tenants: Sequence[int]) -> bool:
    return bool(_all(conn, "lock_improvement", {"id": id, "tenants": list(tenants)}))


def change_improvement(
    conn: Connection, id: ImprovementId, draft: ImprovementDraft, now: datetime
) -> None:
    _run(conn, "change_improvement", {**_tell(draft), "id": id, "now": now})


def end_improvement(
    conn: Connection,
    id: ImprovementId,
    state: ImprovementState,
    result: str,
    *,
    by: str,
    now: datetime,
) -> None:
    values = {"id": id, "state": state.value, "result": result, "by": by, "now": now}
    _run(conn, "end_improvement", values)


def _tell(draft: ImprovementDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "text": draft.text,
        "contract": draft.contract,
        "owner": draft.owner,
        "due_on": draft.due_on,
    }


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
