"""Rows of situations, their members and their story."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.ids import AlarmId, SituationId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.monitor.governance.facts.memory import Pin
from yunwei.monitor.governance.facts.situations import (
    Member,
    MemberDraft,
    News,
    Situation,
    SituationDraft,
    StoryEntry,
)

SQL = load_statements("yunwei.monitor.governance", "situations")

SITUATIONS = Listing(
    base=SQL["list_situations"],
    filters={
        "id": "id = %(id)s",
        "state": "state = %(state)s",
        "kind": "kind = %(kind)s",
        "severity": "severity = ANY(%(severity)s)",
        "rule": "rule = %(rule)s",
        "opened_since": "opened_at >= %(opened_since)s",
        "search": "concat_ws(' ', title, root_text, root_object) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "severity": "severity_rank",
        "opened_at": "opened_at",
        "changed_at": "changed_at",
        "members": "members",
        "affected": "affected",
        "title": "lower(title)",
    },
    default_sort="-opened_at",
)

type Key = tuple[int, str]
"""(tenant, key of a situation)"""


def build_situation(row: Mapping[str, Any]) -> Situation:
    return msgspec.convert({**row, "tenant": row["tenant_id"]}, Situation, strict=False)


def open_situations(
    conn: Connection, drafts: Iterable[SituationDraft], now: datetime
) -> dict[Key, tuple[SituationId, bool]]:
    """Return the id of each by its key, and whether it is new."""
    found = _run(conn, "open_situations", {"rows": to_json(list(drafts)), "now": now})
    return {(row["tenant"], row["key"]): (row["id"], row["is_new"]) for row in found}


def add_members(
    conn: Connection, members: Sequence[tuple[SituationId, MemberDraft]], now: datetime
) -> list[dict[str, Any]]:
    rows = [
        {
            "situation": situation,
            "alarm": each.alarm,
            "occurrence": each.occurrence,
            "role": each.role.value,
            "reason": each.reason,
            "by": each.by,
        }
        for situation, each in members
    ]
    return _run(conn, "add_members", {"rows": to_json(rows), "now": now})


def leave_members(
    conn: Connection, places: Mapping[AlarmId, SituationId], cause: str, now: datetime
) -> list[dict[str, Any]]:
    parameters = {
        "situations": list(places.values()),
        "alarms": list(places),
        "cause": cause,
        "now": now,
    }
    return _run(conn, "leave_members", parameters)


def take_out(
    conn: Connection, alarm: AlarmId, situation: SituationId, *, by: str, now: datetime
) -> None:
    with cursor(conn) as opened:
        parameters = {"id": situation, "alarm": alarm, "by": by, "now": now}
        opened.execute(SQL["take_out"], parameters)


def roots_among(conn: Connection, alarms: Iterable[AlarmId]) -> dict[AlarmId, SituationId]:
    found = _run(conn, "roots_among", {"alarms": list(alarms)})
    return {row["root"]: row["id"] for row in found}


def merge_members(conn: Connection, situation: SituationId, into: SituationId) -> list[AlarmId]:
    found = _run(conn, "merge_members", {"id": situation, "into": into})
    return [row["alarm"] for row in found]


def count_situations(
    conn: Connection, ids: Iterable[SituationId], now: datetime, *, with_gathered: bool
) -> list[dict[str, Any]]:
    parameters = {"ids": list(ids), "now": now, "with_gathered": with_gathered}
    return _run(conn, "count_situations", parameters)


def lock_situations(conn: Connection, ids: Iterable[SituationId]) -> list[dict[str, Any]]:
    return _run(conn, "lock_situations", {"ids": list(ids)})


def due_situations(conn: Connection, now: datetime, *, is_gathered: bool) -> list[SituationId]:
    """is_gathered: those of storms and of alike alarms, else all others."""
    rows = _run(conn, "due_situations", {"now": now})
    return [row["id"] for row in rows if row["is_gathered"] == is_gathered]


def open_gathered(conn: Connection) -> list[dict[str, Any]]:
    return _run(conn, "open_gathered", {})


def grown_situations(conn: Connection) -> list[dict[str, Any]]:
    return _run(conn, "grown_situations", {})


def types_of(conn: Connection, situation: SituationId, limit: int) -> list[dict[str, Any]]:
    return _run(conn, "types_of", {"id": situation, "limit": limit})


def set_told(conn: Connection, news: Sequence[News], now: datetime) -> None:
    if news:
        parameters = {
            "ids": [each.situation for each in news],
            "counts": [each.members for each in news],
            "states": [each.phase.value for each in news],
            "now": now,
        }
        with cursor(conn) as opened:
            opened.execute(SQL["set_told"], parameters)


def set_due(conn: Connection, due: Mapping[SituationId, datetime | None]) -> None:
    if due:
        parameters = {"ids": list(due), "ats": list(due.values())}
        with cursor(conn) as opened:
            opened.execute(SQL["set_due"], parameters)


def close_situations(
    conn: Connection, ids: Iterable[SituationId], *, by: str, now: datetime
) -> list[dict[str, Any]]:
    closed = _run(conn, "close_situations", {"ids": list(ids), "by": by, "now": now})
    with cursor(conn) as opened:
        opened.execute(SQL["end_members"], {"ids": [row["id"] for row in closed], "now": now})
    return closed


def add_story(conn: Connection, entries: Sequence[tuple[SituationId, StoryEntry]]) -> None:
    if entries:
        rows = [
            {
                "situation": situation,
                "at": each.at,
                "verb": each.verb.value,
                "by": each.by,
                "alarm": each.alarm,
                "text": each.text,
                "facts": each.facts,
            }
            for situation, each in entries
        ]
        with cursor(conn) as opened:
            opened.execute(SQL["add_story"], {"rows": to_json(rows)})


def current_pins(conn: Connection) -> dict[AlarmId, Pin]:
    return {
        row["alarm"]: Pin(occurrence=row["occurrence"], situation=row["situation"], by=row["by"])
        for row in _run(conn, "current_pins", {})
    }


def affected_names(conn: Connection, situation: SituationId) -> tuple[str, ...]:
    [row] = _run(conn, "affected_names", {"id": situation})
    return tuple(row["affected_names"])


def members_of(conn: Connection, situation: SituationId, limit: int) -> tuple[Member, ...]:
    rows = _run(conn, "members_of", {"id": situation, "limit": limit})
    return tuple(msgspec.convert(row, Member, strict=False) for row in rows)


def story_of(conn: Connection, situation: SituationId, limit: int) -> tuple[StoryEntry, ...]:
    rows = _run(conn, "story_of", {"id": situation, "limit": limit})
    return tuple(msgspec.convert(row, StoryEntry, strict=False) for row in rows)


def situations_of_alarm(
    conn: Connection, alarm: AlarmId, tenants: Sequence[int]
) -> list[dict[str, Any]]:
    return _run(conn, "situations_of_alarm", {"alarm": alarm, "tenants": list(tenants)})


def _run(conn: Connection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], parameters).fetchall()
