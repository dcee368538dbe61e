"""Rows of authorisations, and of the acts that the gate was asked about, to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.acts import Act, Operation, Permit, PermitReason
from yunwei.base.core.ids import AuthorisationId, ContractId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.service.facts.authorisations import (
    AskedAct,
    Authorisation,
    AuthorisationDraft,
    AuthorisationState,
    GateContract,
)
from yunwei.operate.service.facts.contracts import Terms

SQL = load_statements("yunwei.operate.service", "authorisations")
_MOST_NAMES = 50
_TOLD_AGAIN_AFTER = timedelta(hours=1)

AUTHORISATIONS = Listing(
    base=SQL["list_authorisations"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "contract": "contract = %(contract)s",
        "state": "state = %(state)s",
        "operation": "operations ? %(operation)s",
        "at": "state = 'granted' AND starts_at <= %(at)s AND ends_at > %(at)s",
    },
    sorts={"asked_at": "asked_at", "starts_at": "starts_at", "ends_at": "ends_at", "uses": "uses"},
    default_sort="-asked_at",
)

ACTS = Listing(
    base=SQL["list_acts"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "operation": "operation = %(operation)s",
        "is_allowed": "is_allowed = %(is_allowed)s",
        "reason": "reason = %(reason)s",
        "authorisation": "authorisation = %(authorisation)s",
        "since": "at >= %(since)s",
        "until": "at < %(until)s",
        "search": "concat_ws(' ', by, title) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"at": "at", "by": "lower(by)"},
    default_sort="-at",
)


def build_authorisation(row: Mapping[str, Any]) -> Authorisation:
    kept = {name: row[name] for name in row if name not in {"tenant_id", "tenant"}}
    return Authorisation(
        **{
            **kept,
            "id": AuthorisationId(row["id"]),
            "tenant": TenantId(row["tenant_id"] if "tenant_id" in row else row["tenant"]),
            "contract": ContractId(row["contract"]),
            "operations": tuple(Operation(each) for each in row["operations"]),
            "state": AuthorisationState(row["state"]),
        }
    )


def build_act(row: Mapping[str, Any]) -> AskedAct:
    kept = {name: row[name] for name in row if name != "tenant_id"}
    known = row["authorisation"]
    return AskedAct(
        **{
            **kept,
            "tenant": TenantId(row["tenant_id"]),
            "operation": Operation(row["operation"]),
            "reason": PermitReason(row["reason"]),
            "outside": tuple(row["outside"]),
            "authorisation": None if known is None else AuthorisationId(known),
        }
    )


def lock_authorisation(
    conn: Connection, authorisation: AuthorisationId, tenants: Sequence[int]
) -> dict[str, Any] | None:
    """Return id, tenant, contract and state; None when it is none of theirs."""
    values = {"id": authorisation, "tenants": list(tenants)}
    rows = _all(conn, "lock_authorisation", values)
    return rows[0] if rows else None


def add_authorisation(
    conn: Connection,
    tenant: TenantId,
    contract: ContractId,
    draft: AuthorisationDraft,
    *,
    by: str,
    now: datetime,
) -> AuthorisationId:
    values = {
        "tenant": tenant,
        "contract": contract,
        "operations": to_json(draft.operations),
        "desktops": draft.desktops,
        "hours": draft.hours,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "note": draft.note,
        "by": by,
        "now": now,
    }
    (row,) = _all(conn, "add_authorisation", values)
    return AuthorisationId(row["id"])


def note_judged(
    conn: Connection,
    authorisation: AuthorisationId,
    state: AuthorisationState,
    values: Mapping[str, Any],
) -> None:
    """values: by, now, paper, note."""
    _run(conn, "note_authorisation", {"id": authorisation, "state": state.value, **values})


def revoke(conn: Connection, authorisation: AuthorisationId, *, by: str, now: datetime) -> None:
    _run(conn, "revoke_authorisation", {"id": authorisation, "by": by, "now": now})


def fetch_gate_contracts(conn: Connection, tenant: TenantId) -> tuple[GateContract, ...]:
    rows = _all(conn, "gate_contracts", {"tenant": tenant})
    return tuple(
        GateContract(
            id=ContractId(row["id"]),
            terms=msgspec.convert(row["terms"], Terms),
            is_ended=row["is_ended"],
        )
        for row in rows
    )


def fetch_gate_authorisations(conn: Connection, tenant: TenantId) -> tuple[Authorisation, ...]:
    rows = _all(conn, "gate_authorisations", {"tenant": tenant})
    return tuple(map(build_authorisation, rows))


def add_act(conn: Connection, act: Act, permit: Permit, *, by: str, now: datetime) -> None:
    values = {
        "tenant": act.tenant,
        "now": now,
        "by": by,
        "operation": act.operation.value,
        "title": act.title,
        "count": len(act.things),
        "is_allowed": permit.is_allowed,
        "reason": permit.reason.value,
        "outside": to_json(permit.outside[:_MOST_NAMES]),
        "authorisation": permit.authorisation,
    }
    _run(conn, "add_act", values)


def is_told(conn: Connection, act: Act, permit: Permit, *, by: str, now: datetime) -> bool:
    """Say whether the same refusal was written down within the hour."""
    values = {
        "tenant": act.tenant,
        "since": now - _TOLD_AGAIN_AFTER,
        "by": by,
        "operation": act.operation.value,
        "title": act.title,
        "reason": permit.reason.value,
    }
    return bool(_all(conn, "find_refusal", values))


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
