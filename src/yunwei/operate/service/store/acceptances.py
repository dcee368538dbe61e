"""Rows of acceptances, their files and signatures to facts and back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import AcceptanceId, CaseId, ContractId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.service.facts.acceptances import (
    Acceptance,
    AcceptanceFile,
    AcceptanceState,
    Feedback,
    Method,
    PaperKind,
    Signature,
)
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.tickets import Entry
from yunwei.operate.service.rules.seals import sha256_of_bytes, write_canonical
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.store.tickets import build_entry

SQL = load_statements("yunwei.operate.service", "acceptances")

ACCEPTANCES = Listing(
    base=SQL["list_acceptances"],
    filters={"id": "id = %(id)s"},
    sorts={"asked_at": "asked_at"},
    default_sort="-asked_at",
)


def build_acceptance(row: Mapping[str, Any]) -> Acceptance:
    kept = {name: row[name] for name in row if name != "tenant_id"}
    return Acceptance(
        **{
            **kept,
            "id": AcceptanceId(row["id"]),
            "case": CaseId(row["case"]),
            "tenant": TenantId(row["tenant_id"]),
            "state": AcceptanceState(row["state"]),
        }
    )


def fetch_acceptances(conn: Connection, case: CaseId) -> tuple[Acceptance, ...]:
    return tuple(map(build_acceptance, _all(conn, "acceptances_of", {"id": case})))


def lock_acceptance(conn: Connection, acceptance: AcceptanceId) -> None:
    _all(conn, "lock_acceptance", {"id": acceptance})


def read_data(conn: Connection, acceptance: AcceptanceId) -> str:
    (row,) = _all(conn, "read_data", {"id": acceptance})
    return str(row["data"])


def add_acceptance(conn: Connection, case: CaseId, values: Mapping[str, Any]) -> AcceptanceId:
    """values: number, language, content_text, data_sha256, seal, by, now."""
    (row,) = _all(conn, "add_acceptance", {"id": case, **values})
    return AcceptanceId(row["id"])


def judge_acceptance(
    conn: Connection, acceptance: AcceptanceId, state: AcceptanceState, values: Mapping[str, Any]
) -> None:
    """values: by, now, note, signed_seal."""
    _run(conn, "judge_acceptance", {"id": acceptance, "state": state.value, **values})


def fetch_files(conn: Connection, acceptance: AcceptanceId) -> tuple[AcceptanceFile, ...]:
    rows = _all(conn, "files_of", {"id": acceptance})
    return tuple(AcceptanceFile(**{**row, "kind": PaperKind(row["kind"])}) for row in rows)


def read_files(conn: Connection, acceptance: AcceptanceId) -> list[tuple[AcceptanceFile, bytes]]:
    found = []
    for row in _all(conn, "read_files", {"id": acceptance}):
        data = bytes(row.pop("data"))
        told = {**row, "kind": PaperKind(row["kind"]), "size_bytes": len(data)}
        found.append((AcceptanceFile(**told), data))
    return found


def add_file(
    conn: Connection,
    acceptance: AcceptanceId,
    kind: PaperKind,
    upload: Upload,
    *,
    version: int,
    now: datetime,
) -> str:
    """Return its SHA-256."""
    sha256 = sha256_of_bytes(upload.data)
    values = {
        "id": acceptance,
        "kind": kind.value,
        "version": version,
        "name": upload.name,
        "content_type": upload.content_type,
        "data": upload.data,
        "sha256": sha256,
        "now": now,
    }
    _run(conn, "add_file", values)
    return sha256


def fetch_signatures(conn: Connection, acceptance: AcceptanceId) -> tuple[Signature, ...]:
    return tuple(
        Signature(
            **{
                **row,
                "side": ContractSide(row["side"]),
                "method": Method(row["method"]),
                "feedback": msgspec.json.decode(row["feedback"], type=Feedback)
                if row["feedback"]
                else None,
            }
        )
        for row in _all(conn, "signatures_of", {"id": acceptance})
    )


def add_signature(conn: Connection, acceptance: AcceptanceId, signature: Signature) -> None:
    feedback = signature.feedback
    values = {
        "id": acceptance,
        "side": signature.side.value,
        "by": signature.by,
        "name": signature.name,
        "now": signature.at,
        "method": signature.method.value,
        "address": signature.address,
        "seal": signature.seal,
        "remark": signature.remark,
        "feedback": write_canonical(msgspec.to_builtins(feedback)).decode() if feedback else "",
        "scan": signature.scan,
        "digest_text": signature.digest,
    }
    _run(conn, "add_signature", values)


def read_tickets(
    conn: Connection, contract: ContractId, until: datetime
) -> Iterator[tuple[dict[str, Any], Sequence[Entry]]]:
    """Yield a contract's tickets as they were at an instant, each with its log. Two statements."""
    values = {"contract": contract, "until": until}
    logs: dict[int, list[Entry]] = {}
    for row in _all(conn, "entries_until", values):
        logs.setdefault(row.pop("ticket"), []).append(build_entry(row))
    for row in _all(conn, "tickets_until", values):
        yield row, logs.get(row["id"], [])


def read_documents(conn: Connection, case: CaseId, until: datetime) -> list[dict[str, Any]]:
    """Return name, kind, data, by, at of a case's documents until an instant."""
    return _all(conn, "files_until", {"id": case, "until": until})


def is_audited(conn: Connection, acceptance: AcceptanceId, seal: str) -> bool:
    values = {"object_id": str(acceptance), "seal": seal}
    (row,) = _all(conn, "seal_is_audited", values)
    return bool(row["is_audited"])


def provider_name(conn: Connection) -> str:
    rows = _all(conn, "provider_name", {})
    return str(rows[0]["name"]) if rows else ""


def accept_contract(conn: Connection, contract: ContractId, values: Mapping[str, Any]) -> None:
    """values: by, note, now."""
    _run(conn, "accept_contract", {"contract": contract, **values})


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
