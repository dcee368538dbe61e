"""Rows of the mailbox and its mails to facts and back."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import TenantId, TicketId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.operate.letters.facts.mails import (
    KeptMail,
    Mail,
    Mailbox,
    MailFile,
    MailState,
    Sender,
)
from yunwei.operate.service.rules.uploads import Upload

SQL = load_statements("yunwei.operate.letters", "mails")

MAILS = Listing(
    base=SQL["mails"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant = %(tenant)s",
        "ticket": "ticket = %(ticket)s",
        "state": "state = %(state)s",
        "waits": "(state IN ('unknown', 'unplaced')) = %(waits)s",
        "search": "concat_ws(' ', sender, sender_name, subject) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"received_at": "received_at", "sender": "lower(sender)"},
    default_sort="-received_at",
)


def build_mail(row: Mapping[str, Any]) -> KeptMail:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return KeptMail(**{**told, "state": MailState(row["state"])})


def fetch_mailbox(conn: Connection) -> Mailbox | None:
    return next((Mailbox(**row) for row in _all(conn, "mailbox", {})), None)


def fetch_secrets(conn: Connection) -> bytes:
    return next((bytes(row["secrets"]) for row in _all(conn, "mailbox_secrets", {})), b"")


def save_mailbox(
    conn: Connection, mailbox: Mailbox, secrets: bytes, *, by: str, now: datetime
) -> None:
    values = {
        "address": mailbox.address,
        "host": mailbox.host,
        "port": mailbox.port,
        "security": mailbox.security,
        "user_name": mailbox.user,
        "folder": mailbox.folder,
        "trust": mailbox.trust,
        "ca": mailbox.ca,
        "secrets": secrets,
        "is_enabled": mailbox.is_enabled,
        "by": by,
        "now": now,
    }
    _run(conn, "save_mailbox", values)


def note_looked(conn: Connection, error: str, now: datetime) -> None:
    _run(conn, "note_looked", {"error": error, "now": now})


def fetch_senders(conn: Connection, address: str, now: datetime) -> tuple[Sender, ...]:
    return tuple(Sender(**row) for row in _all(conn, "senders", {"address": address, "now": now}))


def count_lately(conn: Connection, address: str, since: datetime) -> int:
    (row,) = _all(conn, "count_lately", {"address": address, "since": since})
    return int(row["count"])


def add_mail(
    conn: Connection, mail: Mail, state: MailState, *, tenant: TenantId | None, now: datetime
) -> int | None:
    """Return the number of a mail; None when it was handled before."""
    values = {
        "key": mail.key,
        "now": now,
        "address": mail.sender,
        "name": mail.sender_name,
        "subject": mail.subject,
        "text": mail.text,
        "state": state.value,
        "why": mail.automatic,
        "tenant": tenant,
    }
    return next((int(row["id"]) for row in _all(conn, "add_mail", values)), None)


def note_mail(
    conn: Connection,
    mail: int,
    became: tuple[MailState, str],
    about: tuple[TenantId | None, TicketId | None],
    *,
    by: str,
    now: datetime,
) -> None:
    """became: the state, and why. about: whose it is, and the ticket, where they are known now."""
    values = {
        "id": mail,
        "state": became[0].value,
        "why": became[1],
        "tenant": about[0],
        "ticket": about[1],
        "by": by,
        "now": now,
    }
    _run(conn, "note_mail", values)


def lock_mail(conn: Connection, mail: int) -> MailState | None:
    return next((MailState(row["state"]) for row in _all(conn, "lock_mail", {"id": mail})), None)


def fetch_mails(
    conn: Connection,
    tenants: Sequence[int],
    *,
    waits: bool | None = None,
    mail: int | None = None,
    limit: int = 100,
) -> tuple[KeptMail, ...]:
    values = {"tenants": list(tenants), "waits": waits, "id": mail, "limit": limit}
    return tuple(map(build_mail, _all(conn, "list_mails", values)))


def add_file(conn: Connection, mail: int, upload: Upload) -> None:
    values = {
        "id": mail,
        "name": upload.name,
        "content_type": upload.content_type,
        "data": upload.data,
        "sha256": hashlib.sha256(upload.data).hexdigest(),
    }
    _run(conn, "add_mail_file", values)


def files_of_ticket(conn: Connection, ticket: TicketId) -> tuple[MailFile, ...]:
    return tuple(MailFile(**row) for row in _all(conn, "files_of_ticket", {"ticket": ticket}))


def read_file(conn: Connection, ticket: TicketId, file: int) -> Upload | None:
    for row in _all(conn, "read_mail_file", {"ticket": ticket, "id": file}):
        return Upload(name=row["name"], content_type=row["content_type"], data=bytes(row["data"]))
    return None


def fetch_openers(conn: Connection, tickets: Sequence[int]) -> dict[int, str]:
    """Return by whose mail tickets were opened."""
    rows = _all(conn, "openers", {"ids": list(tickets)}) if tickets else []
    return {row["ticket"]: row["sender"] for row in rows}


def _all(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
