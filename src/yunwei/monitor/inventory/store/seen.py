"""What polls found: written, counted, ended. Runs on any connection."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import SourceId
from yunwei.base.core.readings import (
    ConnectionRecord,
    DesktopSeen,
    Seen,
    SeenKind,
    SessionSeen,
)
from yunwei.base.infra.postgres import Connection, cursor, load_statements, typed_cursor
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory.facts import LicenceStanding, UntoldChange
from yunwei.monitor.inventory.rules.licences import Judged

SQL = load_statements("yunwei.monitor.inventory", "seen")

# jsonb has no NUL; a source that sends one keeps the rest of its text
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def encode_rows(rows: Sequence[object]) -> str:
    return _without_nul(msgspec.json.encode(rows)).decode()


def _encode_seen(seen: Sequence[Seen]) -> str:
    """Return rows with a `digest` each, by which one that says nothing new is known."""
    encoded = (_without_nul(msgspec.json.encode(each)) for each in seen)
    rows = (b'{"digest":"%s",%s' % (_digest(row), row[1:]) for row in encoded)
    return (b"[" + b",".join(rows) + b"]").decode()


def _digest(row: bytes) -> bytes:
    return hashlib.blake2b(row, digest_size=9).hexdigest().encode()


def _without_nul(encoded: bytes) -> bytes:
    return _NUL.sub(rb"\1", encoded) if b"\\u0000" in encoded else encoded


_UPSERTS = {
    SeenKind.DESKTOP_USER: "upsert_desktop_users",
    SeenKind.POOL: "upsert_pools",
    SeenKind.HOST: "upsert_hosts",
    SeenKind.DESKTOP: "upsert_desktops",
    SeenKind.SESSION: "upsert_sessions",
    SeenKind.LICENCE: "upsert_licences",
}


def write_seen(
    conn: Connection, poll: Poll, kind: SeenKind, seen: Sequence[Seen], at: datetime
) -> None:
    whose = {"tenant": poll.tenant, "source": poll.source, "at": at, "started_at": poll.started_at}
    with cursor(conn) as opened:
        opened.execute(SQL[_UPSERTS[kind]], whose | {"rows": _encode_seen(seen)})
        if kind is SeenKind.SESSION:
            return
        native_ids = [each.native_id for each in seen if not isinstance(each, SessionSeen)]
        opened.execute(SQL["add_sightings"], whose | {"kind": kind.value, "native_ids": native_ids})
        if kind is SeenKind.DESKTOP:
            assigned = [
                {"native_id": each.native_id, "logins": each.logins}
                for each in seen
                if isinstance(each, DesktopSeen)
            ]
            rows = encode_rows(assigned)
            for statement in ("drop_assignments", "add_assignments"):
                opened.execute(SQL[statement], whose | {"rows": rows})


def write_last_uses(conn: Connection, poll: Poll, used: Sequence[ConnectionRecord]) -> None:
    """Keep the latest of connections that became usable."""
    rows = [
        {
            "desktop": each.desktop,
            "login": each.login,
            "began_at": each.setup_at,
            "ended_at": each.ended_at,
            "rtt_s": each.rtt_s,
            "client_type": each.client_type,
            "client_name": each.client_name,
            "client_ip": each.client_ip,
            "client_version": each.client_version,
        }
        for each in used
    ]
    whose = {"tenant": poll.tenant, "source": poll.source}
    with cursor(conn) as opened:
        opened.execute(SQL["upsert_last_uses"], whose | {"rows": encode_rows(rows)})


def count_seen(conn: Connection, poll: Poll, kind: SeenKind) -> tuple[int, int]:
    """Return how many of a kind there are by now, and how many of those this poll has seen."""
    known = _one(conn, f"count_{kind}", {"source": poll.source})
    seen = _one(
        conn,
        "count_sightings",
        {"source": poll.source, "kind": kind.value, "started_at": poll.started_at},
    )
    return (known or {})["known"], (seen or {})["seen"]


def end_unseen(conn: Connection, poll: Poll, kind: SeenKind, at: datetime) -> None:
    parameters = {"source": poll.source, "started_at": poll.started_at, "at": at}
    with cursor(conn) as opened:
        opened.execute(SQL[f"end_{kind}"], parameters)
        if kind is not SeenKind.SESSION:
            opened.execute(SQL["drop_sightings"], parameters | {"kind": kind.value})


def take_untold_changes(conn: Connection, source: SourceId) -> list[UntoldChange]:
    with typed_cursor(conn, UntoldChange) as opened:
        return opened.execute(SQL["take_untold_changes"], {"source": source}).fetchall()


def licence_standings(conn: Connection, source: SourceId) -> list[LicenceStanding]:
    with typed_cursor(conn, LicenceStanding) as opened:
        return opened.execute(SQL["licence_standings"], {"source": source}).fetchall()


def keep_licence_standings(
    conn: Connection, judged: Sequence[tuple[LicenceStanding, Judged]]
) -> None:
    """Write what has been told of licences, where it is not what it was."""
    rows = [
        {
            "id": before.id,
            "is_expired": after.expiry_step == 0,
            "expiry_step": after.expiry_step,
            "use_level": int(after.use_level),
        }
        for before, after in judged
        if (before.is_expired, before.expiry_step, before.use_level)
        != (after.expiry_step == 0, after.expiry_step, after.use_level)
    ]
    if rows:
        with cursor(conn) as opened:
            opened.execute(SQL["keep_licence_standings"], {"rows": encode_rows(rows)})


def follow_sessions(conn: Connection, source: SourceId) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["follow_sessions"], {"source": source})


def count_sessions(conn: Connection, source: SourceId) -> list[dict[str, Any]]:
    return _all(conn, "count_sessions", {"source": source})


def count_desktops(conn: Connection, source: SourceId) -> list[dict[str, Any]]:
    return _all(conn, "count_desktops", {"source": source})


def choose_desktops(
    conn: Connection, source: SourceId, *, limit: int, at: datetime
) -> tuple[str, ...]:
    rows = _all(conn, "choose_desktops", {"source": source, "limit": limit, "at": at})
    return tuple(row["native_id"] for row in rows)


def _all(conn: Connection, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchall()


def _one(conn: Connection, statement: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    with cursor(conn) as opened:
        return opened.execute(SQL[statement], parameters).fetchone()
