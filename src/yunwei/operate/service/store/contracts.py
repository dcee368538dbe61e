"""Rows of contracts, their terms and interface persons to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import ContractId, TenantId, UserId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.service.facts.contracts import (
    Contract,
    ContractSide,
    InterfacePerson,
    PersonDraft,
    Terms,
    TermsState,
    TermsVersion,
)

SQL = load_statements("yunwei.operate.service", "contracts")

CONTRACTS = Listing(
    base=SQL["list_contracts"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "has_agreed": "(agreed IS NOT NULL) = %(has_agreed)s",
        "state": "CASE WHEN is_accepted THEN 'accepted' WHEN ended_at IS NOT NULL THEN 'ended'"
        " WHEN agreed IS NULL THEN CASE latest_state WHEN 'offered' THEN 'offered'"
        " ELSE 'drafted' END"
        " WHEN (%(now)s AT TIME ZONE time_zone)::date < starts_on THEN 'coming'"
        " WHEN (%(now)s AT TIME ZONE time_zone)::date > ends_on THEN 'over'"
        " ELSE 'in_force' END = %(state)s",
        "now": "%(now)s IS NOT NULL",
        # what the customer was ever asked or told about
        "is_said": "(agreed IS NOT NULL OR is_said) = %(is_said)s",
        "search": "concat_ws(' ', number, name, tenant_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "number": "number",
        "name": "lower(name)",
        "tenant": "lower(tenant_name)",
        "starts_on": "starts_on",
        "ends_on": "ends_on",
        "changed_at": "changed_at",
    },
    default_sort="-changed_at",
)


def build_contract(row: Mapping[str, Any]) -> Contract:
    kept = {name: row[name] for name in row if name not in {"tenant_id", "is_said"}}
    return Contract(
        **{
            **kept,
            "id": ContractId(row["id"]),
            "tenant": TenantId(row["tenant_id"]),
            "latest_state": TermsState(row["latest_state"]),
        }
    )


def build_version(row: Mapping[str, Any]) -> TermsVersion:
    return TermsVersion(
        **{
            **row,
            "contract": ContractId(row["contract"]),
            "terms": msgspec.convert(row["terms"], Terms),
            "state": TermsState(row["state"]),
        }
    )


def build_person(row: Mapping[str, Any]) -> InterfacePerson:
    return InterfacePerson(
        **{
            **row,
            "contract": ContractId(row["contract"]),
            "side": ContractSide(row["side"]),
            "user": None if row["user"] is None else UserId(row["user"]),
        }
    )


def lock_contract(
    conn: Connection, contract: ContractId, tenants: Sequence[int]
) -> dict[str, Any] | None:
    rows = _all(conn, "lock_contract", {"id": contract, "tenants": list(tenants)})
    return rows[0] if rows else None


def add_contract(
    conn: Connection, tenant: TenantId, number: str, name: str, *, by: str, now: datetime
) -> ContractId | None:
    """Return its id; None when the tenant has one of the number."""
    values = {"tenant": tenant, "contract_number": number, "name": name, "by": by, "now": now}
    rows = _all(conn, "add_contract", values)
    return ContractId(rows[0]["id"]) if rows else None


def is_taken(conn: Connection, tenant: TenantId, number: str, *, but: int) -> bool:
    (row,) = _all(conn, "number_is_taken", {"tenant": tenant, "contract_number": number, "id": but})
    return bool(row["is_taken"])


def change_contract(conn: Connection, contract: ContractId, values: Mapping[str, Any]) -> None:
    """values: contract_number, name, latest, by, now."""
    _run(conn, "change_contract", {"id": contract, **values})


def touch_contract(conn: Connection, contract: ContractId, *, by: str, now: datetime) -> None:
    _run(conn, "touch_contract", {"id": contract, "by": by, "now": now})


def end_contract(
    conn: Connection, contract: ContractId, *, by: str, note: str, now: datetime
) -> bool:
    values = {"id": contract, "by": by, "note": note, "now": now}
    return bool(_all(conn, "end_contract", values))


def fetch_versions(conn: Connection, contract: ContractId) -> tuple[TermsVersion, ...]:
    return tuple(map(build_version, _all(conn, "terms_of", {"id": contract})))


def add_terms(
    conn: Connection,
    contract: ContractId,
    number: int,
    said: tuple[Terms, str],
    *,
    by: str,
    now: datetime,
) -> None:
    """said: the terms and their hash."""
    _run(conn, "add_terms", _terms(contract, number, said, by, now))


def change_terms(
    conn: Connection,
    contract: ContractId,
    number: int,
    said: tuple[Terms, str],
    *,
    by: str,
    now: datetime,
) -> None:
    """said: the terms and their hash."""
    _run(conn, "change_terms", _terms(contract, number, said, by, now))


def _terms(
    contract: ContractId, number: int, said: tuple[Terms, str], by: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": contract,
        "number": number,
        "content": to_json(said[0]),
        "sha256": said[1],
        "by": by,
        "now": now,
    }


def note_offered(
    conn: Connection, contract: ContractId, number: int, *, by: str, now: datetime
) -> None:
    _run(conn, "note_offered", {"id": contract, "number": number, "by": by, "now": now})


def note_judged(
    conn: Connection,
    contract: ContractId,
    number: int,
    state: TermsState,
    values: Mapping[str, Any],
) -> None:
    """values: by, now, paper, note. What was agreed before is replaced."""
    if state is TermsState.AGREED:
        _run(conn, "replace_agreed", {"id": contract})
    _run(conn, "note_judged", {"id": contract, "number": number, "state": state.value, **values})


def fetch_people(conn: Connection, contract: ContractId) -> tuple[InterfacePerson, ...]:
    return tuple(map(build_person, _all(conn, "people_of", {"id": contract})))


def add_person(
    conn: Connection, contract: ContractId, draft: PersonDraft, values: Mapping[str, Any]
) -> int:
    """values: from_at, notice_until, by, now."""
    told = {
        "id": contract,
        "side": draft.side.value,
        "name": draft.name,
        "phone": draft.phone,
        "email": draft.email,
        "user": draft.user,
        "is_deputy": draft.is_deputy,
        "late_reason": draft.late_reason,
        **values,
    }
    (row,) = _all(conn, "add_person", told)
    return int(row["id"])


def end_person(conn: Connection, contract: ContractId, person: int, until_at: datetime) -> bool:
    values = {"id": contract, "person": person, "until_at": until_at}
    return bool(_all(conn, "end_person", values))


def note_seen(
    conn: Connection, contract: ContractId, person: int, *, by: str, now: datetime
) -> bool:
    return bool(_all(conn, "note_seen", {"id": contract, "person": person, "by": by, "now": now}))


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
