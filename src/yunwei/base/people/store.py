"""Rows of people to facts and back. The only SQL on these tables; runs on any connection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.listing import Listing, fetch_page
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.base.people.facts import (
    ApiToken,
    AuditEntry,
    ContactMethod,
    Person,
    QuietHours,
    SentCode,
    Tenant,
    Viewer,
    Vouched,
)
from yunwei.base.people.rules import PERMISSIONS, visible_tenants

SQL = load_statements("yunwei.base.people")

TENANTS = Listing(
    base=SQL["list_tenants"],
    filters={
        "id": "id = %(id)s",
        "is_active": "is_active = %(is_active)s",
        "search": "name ILIKE '%%' || %(search)s || '%%' OR slug ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "name", "slug": "slug", "created_at": "created_at"},
    default_sort="name",
)
PEOPLE = Listing(
    base=SQL["list_people"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "role": "role = %(role)s",
        "is_active": "is_active = %(is_active)s",
        "search": "username ILIKE '%%' || %(search)s || '%%'"
        " OR display_name ILIKE '%%' || %(search)s || '%%'"
        " OR email ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "username": "lower(username)",
        "display_name": "display_name",
        "role": "role",
        "tenant_name": "tenant_name",
        "last_login_at": "last_login_at",
        "created_at": "created_at",
    },
    default_sort="username",
)
TOKENS = Listing(
    base=SQL["list_tokens"],
    filters={
        "id": "id = %(id)s",
        "user": "user_id = %(user)s",
        "is_revoked": "(revoked_at IS NOT NULL) = %(is_revoked)s",
    },
    sorts={"created_at": "created_at", "name": "name", "last_used_at": "last_used_at"},
    default_sort="-created_at",
)
AUDIT = Listing(
    base=SQL["list_audit"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "user": "user_id = %(user)s",
        "verb": "starts_with(verb, %(verb)s)",
        "object_kind": "object_kind = %(object_kind)s",
        "object_id": "object_id = %(object_id)s",
        "since": "at >= %(since)s",
        "until": "at < %(until)s",
        "search": "user_name ILIKE '%%' || %(search)s || '%%'"
        " OR object_name ILIKE '%%' || %(search)s || '%%'"
        " OR verb ILIKE '%%' || %(search)s || '%%'"
        " OR address = %(search)s",
    },
    sorts={"at": "at", "user_name": "user_name", "verb": "verb"},
    default_sort="-at",
)


def build_tenant(row: Mapping[str, Any]) -> Tenant:
    return msgspec.convert(row, Tenant)


def build_person(row: Mapping[str, Any]) -> Person:
    return msgspec.convert(row, Person)


def build_token(row: Mapping[str, Any]) -> ApiToken:
    return msgspec.convert(row, ApiToken)


def build_audit_entry(row: Mapping[str, Any]) -> AuditEntry:
    return msgspec.convert(row, AuditEntry)


def fetch_viewer(conn: Connection, user: int, *, address: str) -> Viewer | None:
    """Return who this user is now; None when there is none, or no longer."""
    row = _one(conn, "viewer_of_user", {"user": user})
    if row is None:
        return None
    sees = visible_tenants(
        row["role"],
        row["tenant_id"],
        is_provider=row["is_provider"],
        customers=tuple(row["customers"]),
        everyone=tuple(row["everyone"]),
    )
    known = {
        "user_id": row["id"],
        "name": row["username"],
        "tenant": row["tenant_id"],
        "tenants": sees,
        "permissions": PERMISSIONS[row["role"]],
        "address": address,
    }
    return msgspec.convert({**row, **known}, Viewer)


def fetch_user_id(conn: Connection, username: str) -> UserId | None:
    row = _one(conn, "user_by_name", {"username": username})
    return UserId(row["id"]) if row else None


def fetch_tenant_ids(conn: Connection) -> tuple[TenantId, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["tenant_ids"]).fetchall()
    return tuple(TenantId(row["id"]) for row in rows)


def fetch_provider(conn: Connection) -> Tenant | None:
    row = _one(conn, "provider", {})
    return build_tenant(row) if row else None


def fetch_tenant_by_slug(conn: Connection, slug: str) -> Tenant | None:
    row = _one(conn, "tenant_by_slug", {"slug": slug})
    return build_tenant(row) if row else None


def lock_tenant(conn: Connection, tenant: int) -> Tenant | None:
    row = _one(conn, "lock_tenant", {"tenant": tenant})
    return build_tenant(row) if row else None


def add_tenant(
    conn: Connection, *, slug: str, name: str, time_zone: str, is_provider: bool
) -> Tenant | None:
    """Return the new tenant; None when the slug is taken or the provider is there already."""
    values = {"slug": slug, "name": name, "time_zone": time_zone, "is_provider": is_provider}
    row = _one(conn, "add_tenant", values)
    return build_tenant(row) if row else None


def save_tenant(conn: Connection, tenant: Tenant) -> None:
    _run(conn, "save_tenant", msgspec.to_builtins(tenant))


def fetch_person(conn: Connection, tenants: tuple[int, ...], user: int) -> Person:
    """Return one person of these tenants; raises Refused."""
    return build_person(_only(conn, PEOPLE, tenants, user))


def fetch_token(conn: Connection, tenants: tuple[int, ...], token: int) -> ApiToken:
    """Return one token of these tenants; raises Refused."""
    return build_token(_only(conn, TOKENS, tenants, token))


def fetch_everybody(conn: Connection) -> tuple[Person, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["list_people"]).fetchall()
    return tuple(map(build_person, rows))


def fetch_active_people(conn: Connection) -> tuple[Person, ...]:
    return tuple(person for person in fetch_everybody(conn) if person.is_active)


def lock_user(conn: Connection, user: int) -> None:
    _run(conn, "lock_user", {"user": user})


def add_user(conn: Connection, values: Mapping[str, Any]) -> UserId | None:
    """Return the new id; None when the name or the address is taken."""
    row = _one(conn, "add_user", values)
    return UserId(row["id"]) if row else None


def is_email_taken(conn: Connection, email: str, *, by_other_than: int) -> bool:
    return _one(conn, "email_taken", {"email": email, "user": by_other_than}) is not None


def save_person(conn: Connection, person: Person) -> None:
    _run(conn, "save_user", msgspec.to_builtins(person))


def save_customers(conn: Connection, user: UserId, tenants: tuple[TenantId, ...]) -> None:
    _run(conn, "clear_customers", {"user": user})
    _run(conn, "add_customers", {"user": user, "tenants": list(tenants)})


def has_other_administrator(conn: Connection, user: UserId) -> bool:
    row = _one(conn, "count_administrators", {"user": user})
    return bool(row and row["count"])


def save_password(conn: Connection, user: UserId, password_hash: str) -> None:
    _run(conn, "save_password", {"user": user, "password": password_hash})


def read_password(conn: Connection, user: int) -> str | None:
    """Return the hash of an active user's password."""
    row = _one(conn, "read_password", {"user": user})
    return str(row["password"]) if row else None


def count_audited(conn: Connection, user: int, verb: str, *, since: datetime) -> int:
    """Return how often a user did something since an instant."""
    row = _one(conn, "count_audited", {"user": user, "verb": verb, "since": since})
    return int(row["count"]) if row else 0


def drop_second_factors(conn: Connection, user: UserId) -> None:
    _run(conn, "drop_second_factors", {"user": user})


def add_token(conn: Connection, values: Mapping[str, Any]) -> int:
    """Return the new id; raises Refused when there is no such user."""
    row = _one(conn, "add_token", values)
    if row is None:
        raise Refused()
    return int(row["id"])


def fetch_token_user(conn: Connection, token_hash: bytes, now: datetime) -> UserId | None:
    """Return whose working token this is, and note the use."""
    row = _one(conn, "token_by_hash", {"hash": token_hash, "now": now})
    if row is None:
        return None
    _run(conn, "note_token_use", {"token": row["id"], "now": now})
    return UserId(row["user_id"])


def revoke_token(conn: Connection, token: int, now: datetime) -> bool:
    return _one(conn, "revoke_token", {"token": token, "now": now}) is not None


def add_audit(conn: Connection, values: Mapping[str, Any]) -> int:
    row = _one(conn, "add_audit", values)
    return int(row["id"]) if row else 0


def fetch_contacts(conn: Connection, user: int) -> tuple[ContactMethod, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["contacts_of"], {"user": user}).fetchall()
    return tuple(msgspec.convert(row, ContactMethod) for row in rows)


def lock_contact(conn: Connection, contact: int, user: int) -> ContactMethod | None:
    row = _one(conn, "contact_by_id", {"id": contact, "user": user})
    return msgspec.convert(row, ContactMethod) if row else None


def add_contact(conn: Connection, values: Mapping[str, Any]) -> int | None:
    """Return the new id; None when the person has this address already."""
    row = _one(conn, "add_contact", values)
    return int(row["id"]) if row else None


def remove_contact(conn: Connection, contact: int) -> None:
    _run(conn, "remove_contact", {"id": contact})


def place_contacts(conn: Connection, user: int, ids: Sequence[int]) -> None:
    _run(conn, "place_contacts", {"user": user, "ids": list(ids)})


def fetch_code(conn: Connection, contact: int) -> SentCode | None:
    row = _one(conn, "code_of_contact", {"id": contact})
    if row is None:
        return None
    return SentCode(**{**row, "digest": bytes(row["digest"])})


def save_code(conn: Connection, contact: int, digest: bytes, *, sent: int, now: datetime) -> None:
    _run(conn, "save_code", {"id": contact, "digest": digest, "sent": sent, "now": now})


def miss_code(conn: Connection, contact: int) -> None:
    _run(conn, "miss_code", {"id": contact})


def vouch_contact(conn: Connection, contact: int, vouched: Vouched, now: datetime) -> None:
    _run(conn, "vouch_contact", {"id": contact, "vouched": vouched.value, "now": now})


def fetch_quiet_hours(conn: Connection, user: int) -> QuietHours | None:
    row = _one(conn, "quiet_hours_of", {"user": user})
    return QuietHours(**row) if row else None


def save_quiet_hours(conn: Connection, user: int, quiet: QuietHours | None) -> None:
    if quiet is None:
        _run(conn, "drop_quiet_hours", {"user": user})
    else:
        _run(conn, "save_quiet_hours", {"user": user, **msgspec.to_builtins(quiet)})


def fetch_usable_addresses(conn: Connection) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return the addresses that may be written to, by person; e-mails of profiles are not here."""
    found: dict[int, list[tuple[str, str]]] = {}
    with cursor(conn) as opened:
        for row in opened.execute(SQL["usable_addresses"]).fetchall():
            found.setdefault(row["user"], []).append((row["kind"], row["address"]))
    return {user: tuple(addresses) for user, addresses in found.items()}


def fetch_all_quiet_hours(conn: Connection) -> dict[int, QuietHours]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["all_quiet_hours"]).fetchall()
    return {row.pop("user"): QuietHours(**row) for row in rows}


def _only(
    conn: Connection, listing: Listing, tenants: tuple[int, ...], number: int
) -> dict[str, Any]:
    found = fetch_page(
        conn, listing, tenants=tenants, filters={"id": number}, request=PageRequest(limit=1)
    )
    if not found.items:
        raise Refused()
    return found.items[0]


def _one(conn: Connection, name: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchone()


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], parameters)
