"""Rows of cases, their tasks, moves, documents and plans to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import CaseId, ContractId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.service.facts.cases import (
    Case,
    CaseDocument,
    CaseDraft,
    CaseMove,
    CaseStep,
    DocumentKind,
    Plan,
    PlanVersion,
    TaskDone,
)
from yunwei.operate.service.facts.contracts import ContractSide, TermsState
from yunwei.operate.service.rules.uploads import Upload

SQL = load_statements("yunwei.operate.service", "cases")

CASES = Listing(
    base=SQL["list_cases"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "contract": "contract = %(contract)s",
        "step": "step = %(step)s",
        "is_open": "(step NOT IN ('done', 'cancelled')) = %(is_open)s",
        "search": "concat_ws(' ', 'S-' || lpad(id::text, 5, '0'), title, tenant_name,"
        " contract_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "title": "lower(title)",
        "tenant": "lower(tenant_name)",
        "step": "place",
        "opened_at": "opened_at",
        "changed_at": "changed_at",
    },
    default_sort="-changed_at",
)


def build_case(row: Mapping[str, Any]) -> Case:
    kept = {name: row[name] for name in row if name not in {"tenant_id", "place"}}
    contract = row["contract"]
    return Case(
        **{
            **kept,
            "id": CaseId(row["id"]),
            "tenant": TenantId(row["tenant_id"]),
            "contract": None if contract is None else ContractId(contract),
            "step": CaseStep(row["step"]),
        }
    )


def lock_case(conn: Connection, case: CaseId, tenants: Sequence[int]) -> bool:
    return bool(_all(conn, "lock_case", {"id": case, "tenants": list(tenants)}))


def add_case(
    conn: Connection, tenant: TenantId, draft: CaseDraft, *, by: str, now: datetime
) -> CaseId:
    (row,) = _all(conn, "add_case", {"tenant": tenant, **_told(draft), "by": by, "now": now})
    return CaseId(row["id"])


def is_taken(conn: Connection, contract: ContractId, *, but: int = 0) -> bool:
    (row,) = _all(conn, "contract_is_taken", {"contract": contract, "id": but})
    return bool(row["is_taken"])


def change_case(
    conn: Connection, case: CaseId, draft: CaseDraft, *, by: str, now: datetime
) -> None:
    _run(conn, "change_case", {"id": case, **_told(draft), "by": by, "now": now})


def _told(draft: CaseDraft) -> dict[str, Any]:
    return {"title": draft.title, "need": draft.need, "contract": draft.contract}


def touch_case(conn: Connection, case: CaseId, *, by: str, now: datetime) -> None:
    _run(conn, "touch_case", {"id": case, "by": by, "now": now})


def move_case(
    conn: Connection, case: CaseId, way: tuple[CaseStep, CaseStep], values: Mapping[str, Any]
) -> None:
    """values: by, now, note."""
    told = {"id": case, "from_step": way[0].value, "to_step": way[1].value, **values}
    _run(conn, "move_case", told)
    _run(conn, "add_move", told)


def fetch_moves(conn: Connection, case: CaseId) -> tuple[CaseMove, ...]:
    return tuple(
        CaseMove(
            **{
                **row,
                "from_step": CaseStep(row["from_step"]),
                "to_step": CaseStep(row["to_step"]),
            }
        )
        for row in _all(conn, "moves_of", {"id": case})
    )


def fetch_tasks(conn: Connection, case: CaseId) -> dict[str, TaskDone]:
    rows = _all(conn, "tasks_of", {"id": case})
    return {row["key"]: TaskDone(**{**row, "side": ContractSide(row["side"])}) for row in rows}


def note_task(conn: Connection, case: CaseId, done: TaskDone) -> None:
    values = {
        "id": case,
        "key": done.key,
        "day": done.on,
        "by": done.by,
        "side": done.side.value,
        "now": done.at,
        "note": done.note,
    }
    _run(conn, "note_task", values)


def undo_tasks(conn: Connection, case: CaseId, keys: Sequence[str]) -> None:
    _run(conn, "undo_tasks", {"id": case, "keys": list(keys)})


def fetch_documents(conn: Connection, case: CaseId) -> tuple[CaseDocument, ...]:
    return tuple(
        CaseDocument(
            **{
                **row,
                "case": CaseId(row["case"]),
                "step": CaseStep(row["step"]),
                "kind": DocumentKind(row["kind"]),
                "side": ContractSide(row["side"]),
            }
        )
        for row in _all(conn, "documents_of", {"id": case})
    )


def read_document(conn: Connection, case: CaseId, document: int) -> tuple[Upload, str] | None:
    """Return a file and the hash that it had when it was put in."""
    rows = _all(conn, "read_document", {"id": case, "document": document})
    if not rows:
        return None
    (row,) = rows
    data = bytes(row["data"])
    return Upload(name=row["name"], content_type=row["content_type"], data=data), row["sha256"]


def add_document(conn: Connection, case: CaseId, upload: Upload, values: Mapping[str, Any]) -> int:
    """values: step_name, kind, sha256, by, side, now."""
    told = {
        "id": case,
        "name": upload.name,
        "content_type": upload.content_type,
        "data": upload.data,
        **values,
    }
    (row,) = _all(conn, "add_document", told)
    return int(row["id"])


def fetch_plans(conn: Connection, case: CaseId) -> tuple[PlanVersion, ...]:
    return tuple(
        PlanVersion(
            **{
                **row,
                "case": CaseId(row["case"]),
                "plan": msgspec.convert(row["plan"], Plan),
                "state": TermsState(row["state"]),
            }
        )
        for row in _all(conn, "plans_of", {"id": case})
    )


def write_plan(
    conn: Connection, case: CaseId, number: int, said: tuple[Plan, str], values: Mapping[str, Any]
) -> None:
    """said: the plan and its hash. values: by, now."""
    told = {"id": case, "number": number, "content": to_json(said[0]), "sha256": said[1]}
    _run(conn, "write_plan", {**told, **values})


def offer_plan(conn: Connection, case: CaseId, number: int, *, by: str, now: datetime) -> None:
    _run(conn, "offer_plan", {"id": case, "number": number, "by": by, "now": now})


def judge_plan(
    conn: Connection, case: CaseId, number: int, state: TermsState, values: Mapping[str, Any]
) -> None:
    """values: by, now, paper, note. What was confirmed before is replaced."""
    if state is TermsState.AGREED:
        _run(conn, "replace_plan", {"id": case})
    _run(conn, "judge_plan", {"id": case, "number": number, "state": state.value, **values})


def count_work(conn: Connection, contract: ContractId | None, now: datetime) -> dict[str, int]:
    """Return tickets, open_tickets and authorisations of a contract."""
    (row,) = _all(conn, "work_of", {"contract": contract, "now": now})
    return {name: int(value) for name, value in row.items()}


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
