"""Rows of profiles and host keys to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import DesktopId, SshProfileId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import (
    Connection,
    cursor,
    in_columns,
    load_statements,
    sql,
    to_json,
)
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.inventory.rules.conditions import describe_desktop
from yunwei.operate.ssh.facts import (
    HostKey,
    HostTrust,
    KeyState,
    Kind,
    Met,
    Opened,
    Profile,
    ProfileDraft,
    SignIn,
)

SQL = load_statements("yunwei.operate.ssh")

PROFILES = Listing(
    base=SQL["list_profiles"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "kind": "kind = %(kind)s",
        "search": "concat_ws(' ', name, user_name, jump_host) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "user": "lower(user_name)", "changed_at": "changed_at"},
    default_sort="name",
)
HOST_KEYS = Listing(
    base=SQL["list_host_keys"],
    filters={
        "desktop": "desktop = %(desktop)s",
        "tenant": "tenant_id = %(tenant)s",
        "state": "state = %(state)s",
        "search": "concat_ws(' ', desktop_name, trusted_fingerprint, offered_fingerprint)"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "desktop": "lower(desktop_name)",
        "state": "array_position(ARRAY['changed', 'unknown', 'trusted'], state)",
        "trusted_at": "trusted_at",
        "offered_at": "offered_at",
    },
    default_sort="state",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A desktop and where it is. row: what is known of it, by the fields of desktops."""

    desktop: DesktopId
    name: str
    ip: str
    row: Mapping[str, Any]


def build_profile(row: Mapping[str, Any]) -> Profile:
    told = {name: row[name] for name in Profile.__dataclass_fields__ if name in row}
    made = {
        "tenant": TenantId(row["tenant_id"]),
        "user": row["user_name"],
        "kind": Kind(row["kind"]),
        "sign_in": SignIn(row["sign_in"]),
        "trust": HostTrust(row["trust"]),
        "holds": tuple(row["holds"]),
    }
    return Profile(**{**told, **made})


def build_host_key(row: Mapping[str, Any]) -> HostKey:
    told = {name: row[name] for name in HostKey.__dataclass_fields__ if name in row}
    made = {"tenant": TenantId(row["tenant_id"]), "state": KeyState(row["state"])}
    return HostKey(**{**told, **made})


def profiles_of(conn: Connection, tenant: TenantId) -> tuple[Profile, ...]:
    return _profiles(conn, "tenant_id = %(tenant)s", {"tenant": tenant})


def _profiles(conn: Connection, which: str, values: Mapping[str, Any]) -> tuple[Profile, ...]:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE {}")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_profiles"]), sql.SQL(which)), values)
        return tuple(map(build_profile, found.fetchall()))


def open_profiles(
    conn: Connection, profiles: Iterable[SshProfileId], box: SecretBox
) -> dict[SshProfileId, Opened]:
    """Return those that are there, with what they hold."""
    listed = list(set(profiles))
    found = {
        each.id: each for each in _profiles(conn, "id = ANY(%(profiles)s)", {"profiles": listed})
    }
    sealed = {row["id"]: row["sealed"] for row in _all(conn, "sealed_of", {"profiles": listed})}
    return {id: Opened(profile=each, **box.open(sealed[id])) for id, each in found.items()}


def add_profile(
    conn: Connection,
    tenant: TenantId,
    draft: ProfileDraft,
    held: Mapping[str, str],
    *,
    box: SecretBox,
    by: str,
    now: datetime,
) -> SshProfileId | None:
    """Return its number; None when its name is taken."""
    values = _columns(draft, held, box, by=by, now=now)
    rows = _all(conn, "add_profile", values | {"tenant": tenant})
    return SshProfileId(rows[0]["id"]) if rows else None


def change_profile(
    conn: Connection,
    profile: SshProfileId,
    draft: ProfileDraft,
    held: Mapping[str, str],
    *,
    box: SecretBox,
    by: str,
    now: datetime,
) -> None:
    _run(conn, "change_profile", _columns(draft, held, box, by=by, now=now) | {"id": profile})


_PLAIN = (
    "name",
    "condition",
    "port",
    "host_authority",
    "jump_host",
    "jump_port",
    "jump_user",
    "jump_key",
    "connect_timeout_s",
    "parallel",
    "is_enabled",
)


def _columns(
    draft: ProfileDraft, held: Mapping[str, str], box: SecretBox, *, by: str, now: datetime
) -> dict[str, Any]:
    return {
        **{name: getattr(draft, name) for name in _PLAIN},
        "user_name": draft.user,
        "kind": draft.kind.value,
        "sign_in": draft.sign_in.value,
        "trust": draft.trust.value,
        "sealed": box.seal(dict(held)),
        "holds": to_json(sorted(held)),
        "by": by,
        "now": now,
    }


def name_is_taken(conn: Connection, tenant: TenantId, name: str, but: int) -> bool:
    return bool(_all(conn, "name_is_taken", {"tenant": tenant, "name": name, "but": but}))


def remove_profile(conn: Connection, profile: SshProfileId, now: datetime) -> None:
    _run(conn, "remove_profile", {"id": profile, "now": now})


def find_desktop(conn: Connection, tenant: TenantId, name: str) -> At | None:
    """Return the one desktop that is called so."""
    rows = _all(conn, "desktop_at", {"tenant": tenant, "name": name})
    if len(rows) != 1:
        return None
    row = rows[0]
    return At(
        desktop=DesktopId(row["desktop"]),
        name=row["name"],
        ip=row["ip"],
        row=describe_desktop(row),
    )


def trusted_keys(conn: Connection, desktops: Iterable[DesktopId]) -> dict[DesktopId, str]:
    rows = _all(conn, "trusted_keys", {"desktops": list(desktops)})
    return {DesktopId(row["desktop"]): row["trusted"] for row in rows}


def note_met(conn: Connection, met: Sequence[Met], now: datetime) -> None:
    for name, is_believed in (("note_believed", True), ("note_offered", False)):
        # of one desktop twice at once: the last word holds
        last = {each.desktop: each for each in met if each.is_believed is is_believed}
        rows = [last[desktop] for desktop in sorted(last)]
        if rows:
            _run(conn, name, {"now": now, **in_columns(SQL[name], rows)})


def accept_key(
    conn: Connection, desktop: DesktopId, fingerprint: str, *, by: str, now: datetime
) -> bool:
    values = {"desktop": desktop, "fingerprint": fingerprint, "by": by, "now": now}
    return bool(_all(conn, "accept_key", values))


def set_key(
    conn: Connection, desktop: DesktopId, key: str, fingerprint: str, *, by: str, now: datetime
) -> None:
    values = {"desktop": desktop, "key": key, "fingerprint": fingerprint, "by": by, "now": now}
    _run(conn, "set_key", values)


def decline_key(conn: Connection, desktop: DesktopId) -> bool:
    return bool(_all(conn, "decline_key", {"desktop": desktop}))


def forget_key(conn: Connection, desktop: DesktopId) -> None:
    _run(conn, "forget_key", {"desktop": desktop})


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
