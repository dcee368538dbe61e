"""Rows of alarms to facts and back. The only SQL on these tables; runs on any connection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import AlarmId, OccurrenceId, SituationId
from yunwei.base.infra.columns import Column
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements, to_json
from yunwei.monitor.alarms.facts import (
    Alarm,
    AlarmRow,
    AlarmTypeRow,
    Change,
    DayCount,
    Occurrence,
    Silence,
    TypeNote,
)

SQL = load_statements("yunwei.monitor.alarms")

type Identity = tuple[int, str]
"""(source id, alarm key)"""

ALARMS = Listing(
    base=SQL["list_alarms"],
    filters={
        "view_open": "NOT is_cleared AND NOT is_hidden AND operator_state <> 'shelved'"
        " AND %(view_open)s::boolean",
        "view_masked": "NOT is_cleared AND is_hidden AND operator_state <> 'shelved'"
        " AND %(view_masked)s::boolean",
        "view_shelved": "NOT is_cleared AND operator_state = 'shelved'"
        " AND %(view_shelved)s::boolean",
        "view_history": "is_cleared AND %(view_history)s::boolean",
        "id": "id = %(id)s",
        "severity": "severity = ANY(%(severity)s)",
        "source": "source_id = %(source)s",
        "alarm_type": "alarm_type = %(alarm_type)s",
        "object": "managed_object = %(object)s OR starts_with(managed_object, %(object)s || '/')",
        "about": "string_to_array(managed_object, '/') && %(about)s",
        "operator_state": "operator_state = %(operator_state)s",
        "is_cleared": "is_cleared = %(is_cleared)s",
        "raised_since": "raised_at >= %(raised_since)s",
        "raised_until": "raised_at < %(raised_until)s",
        "search": "text ILIKE '%%' || %(search)s || '%%'"
        " OR managed_object ILIKE '%%' || %(search)s || '%%'"
        " OR alarm_type ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "severity": "severity_rank",
        "raised_at": "raised_at",
        "last_raised_at": "last_raised_at",
        "changed_at": "changed_at",
        "cleared_at": "cleared_at",
        "count": "count",
        "managed_object": "managed_object",
        "alarm_type": "alarm_type",
        "source": "source_name",
    },
    default_sort="-raised_at",
)

ALARM_TYPES = Listing(
    base=SQL["list_alarm_types"],
    filters={
        "alarm_type": "alarm_type = %(alarm_type)s",
        "is_unmapped": "is_unmapped = %(is_unmapped)s",
        "is_open": "(open > 0) = %(is_open)s",
        "has_note": "(notes > 0) = %(has_note)s",
        "search": "alarm_type ILIKE '%%' || %(search)s || '%%' OR alarm_type = ANY(%(known)s)",
        "known": "%(known)s::text[] IS NOT NULL",
    },
    sorts={
        "alarm_type": "alarm_type",
        "alarms": "alarms",
        "open": "open",
        "reports": "reports",
        "last_raised_at": "last_raised_at",
    },
    default_sort="-open",
)


def build_alarm(row: Mapping[str, Any]) -> Alarm:
    return msgspec.convert(row, Alarm, strict=False)


def build_alarm_row(row: Mapping[str, Any]) -> AlarmRow:
    renamed = {**row, "tenant": row["tenant_id"], "source": row["source_id"]}
    return AlarmRow(
        alarm=build_alarm(renamed), source_name=row["source_name"], connector=row["connector"]
    )


def build_alarm_type(row: Mapping[str, Any]) -> AlarmTypeRow:
    return msgspec.convert(row, AlarmTypeRow, strict=False)


def count_raised_by_day(
    conn: Connection, tenants: Sequence[int], alarm_type: str, since: datetime, time_zone: str
) -> tuple[DayCount, ...]:
    parameters = {
        "tenants": list(tenants),
        "alarm_type": alarm_type,
        "since": since,
        "time_zone": time_zone,
    }
    with cursor(conn) as opened:
        rows = opened.execute(SQL["count_raised_by_day"], parameters).fetchall()
    return tuple(DayCount(day=row["day"], count=row["count"]) for row in rows)


def traps_like(
    conn: Connection, tenants: Sequence[int], oids: Sequence[str], limit: int
) -> tuple[dict[str, str], ...]:
    parameters = {"tenants": list(tenants), "keys": list(oids), "limit": limit}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["traps_like"], parameters).fetchall()
    return tuple(row["raw"] for row in rows)


def type_notes(conn: Connection, tenants: Sequence[int], alarm_type: str) -> tuple[TypeNote, ...]:
    parameters = {"tenants": list(tenants), "alarm_type": alarm_type}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["type_notes"], parameters).fetchall()
    return tuple(msgspec.convert(row, TypeNote, strict=False) for row in rows)


def save_type_note(conn: Connection, values: Mapping[str, Any]) -> None:
    """Write a note; an empty one is no note."""
    name = "save_type_note" if values["note"] else "remove_type_note"
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)


def _columns_of(identities: Iterable[Identity]) -> dict[str, Column]:
    sources, keys = tuple(zip(*identities, strict=True)) or ((), ())
    return {"sources": Column("bigint", sources), "keys": Column("text", keys)}


def lock_alarms(conn: Connection, identities: Iterable[Identity]) -> dict[Identity, Alarm]:
    parameters = _columns_of(identities)
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_alarms"], parameters).fetchall()
    alarms = map(build_alarm, rows)
    return {(alarm.source, alarm.key): alarm for alarm in alarms}


def lock_alarm(conn: Connection, alarm: int, tenants: Sequence[int]) -> Alarm | None:
    with cursor(conn) as opened:
        found = opened.execute(SQL["lock_alarm"], {"id": alarm, "tenants": list(tenants)})
        row = found.fetchone()
    return build_alarm(row) if row else None


def lock_uncleared(conn: Connection, tenants: Sequence[int] | None) -> list[Alarm]:
    parameters = {"tenants": None if tenants is None else list(tenants)}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_uncleared"], parameters).fetchall()
    return [build_alarm(row) for row in rows]


def lock_beneath(
    conn: Connection,
    tenant: int,
    *,
    names: Sequence[str],
    paths: Sequence[str],
    since: datetime,
    limit: int,
) -> list[Alarm]:
    parameters = {
        "tenant": tenant,
        "names": list(names),
        "paths": list(paths),
        "since": since,
        "limit": limit,
    }
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_beneath"], parameters).fetchall()
    return [build_alarm(row) for row in rows]


def standing_alarms(conn: Connection, since: datetime) -> list[Alarm]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["standing_alarms"], {"since": since}).fetchall()
    return [build_alarm(row) for row in rows]


def set_situations(conn: Connection, places: Mapping[AlarmId, SituationId | None]) -> None:
    if places:
        parameters = {"ids": list(places), "situations": list(places.values())}
        with cursor(conn) as opened:
            opened.execute(SQL["set_situations"], parameters)


def leave_situations(conn: Connection, ids: Iterable[int]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["leave_situations"], {"ids": list(ids)})


def make_due(conn: Connection, tenant: int, rule: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["make_due"], {"tenant": tenant, "rule": rule, "at": at})


def lock_to_be_judged(conn: Connection, now: datetime, limit: int) -> list[Alarm]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["lock_to_be_judged"], {"now": now, "limit": limit}).fetchall()
        alarms = [build_alarm(row) for row in rows]
        if alarms:
            opened.execute(SQL["unmark"], {"ids": [alarm.id for alarm in alarms]})
    return alarms


def mark_to_be_judged(conn: Connection, alarm: int) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["mark_to_be_judged"], {"id": alarm})


def add_reports(
    conn: Connection, reports: Sequence[RawAlarm], at: datetime
) -> set[tuple[int, str]]:
    statement = SQL["add_reports"]
    with cursor(conn) as opened:
        rows = opened.execute(statement, {**in_columns(statement, reports), "at": at}).fetchall()
    return {(row["source"], row["native_id"]) for row in rows}


def drop_old_reports(conn: Connection, before: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["drop_old_reports"], {"before": before})


def fetch_occurrences(conn: Connection, ids: Iterable[int]) -> dict[int, Occurrence]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["fetch_occurrences"], {"ids": list(ids)}).fetchall()
    return {row["id"]: msgspec.convert(row, Occurrence) for row in rows}


def occurrences_of_alarm(conn: Connection, alarm: int, limit: int) -> tuple[Occurrence, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["occurrences_of_alarm"], {"alarm": alarm, "limit": limit})
        return tuple(msgspec.convert(row, Occurrence) for row in rows.fetchall())


def changes_of_alarm(conn: Connection, alarm: int, limit: int) -> tuple[Change, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["changes_of_alarm"], {"alarm": alarm, "limit": limit})
        return tuple(msgspec.convert(row, Change) for row in rows.fetchall())


def fetch_alarm_rows(conn: Connection, ids: Iterable[AlarmId]) -> dict[AlarmId, AlarmRow]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["alarm_rows"], {"ids": list(ids)}).fetchall()
    return {AlarmId(row["id"]): build_alarm_row(row) for row in rows}


def fetch_acknowledgers(conn: Connection, ids: Iterable[AlarmId]) -> dict[AlarmId, frozenset[str]]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["acknowledgers"], {"ids": list(ids)}).fetchall()
    return {AlarmId(row["alarm"]): frozenset(row["names"]) for row in rows}


def reserve_ids(
    conn: Connection, *, alarms: int, occurrences: int
) -> tuple[list[AlarmId], list[OccurrenceId]]:
    return (
        [AlarmId(id) for id in _reserve(conn, "reserve_alarm_ids", alarms)],
        [OccurrenceId(id) for id in _reserve(conn, "reserve_occurrence_ids", occurrences)],
    )


def _reserve(conn: Connection, name: str, count: int) -> list[int]:
    if not count:
        return []
    with cursor(conn) as opened:
        return [row["id"] for row in opened.execute(SQL[name], {"count": count}).fetchall()]


@dataclass(kw_only=True)
class Written:
    """What a batch of moves leaves to be written. new_…: was not there before; repeated: only
    its count and its words are new. Nothing stands in two of them."""

    new_alarms: Sequence[Alarm] = ()
    alarms: Sequence[Alarm] = ()
    repeated: Sequence[Alarm] = ()
    new_occurrences: Sequence[Occurrence] = ()
    occurrences: Sequence[Occurrence] = ()
    changes: Sequence[Change] = ()


def save(conn: Connection, written: Written) -> None:
    """Write what a batch of moves left behind, each row once."""
    for name, facts in (
        ("open_alarms", written.new_alarms),
        ("save_alarms", written.alarms),
        ("count_repeats", written.repeated),
        ("open_occurrences", written.new_occurrences),
        ("save_occurrences", written.occurrences),
        ("add_changes", written.changes),
    ):
        if facts:
            statement = SQL[name]
            with cursor(conn) as opened:
                opened.execute(statement, in_columns(statement, facts))


def save_silence(conn: Connection, wanted: Sequence[Silence]) -> None:
    if wanted:
        statement = SQL["save_silence"]
        with cursor(conn) as opened:
            opened.execute(statement, in_columns(statement, wanted))


def keep_orphan_clears(conn: Connection, clears: Sequence[Mapping[str, Any]]) -> None:
    if clears:
        with cursor(conn) as opened:
            opened.execute(SQL["keep_orphan_clears"], {"rows": to_json(clears)})


def take_orphan_clears(
    conn: Connection, identities: Iterable[Identity]
) -> dict[Identity, dict[str, Any]]:
    parameters = _columns_of(identities)
    with cursor(conn) as opened:
        rows = opened.execute(SQL["take_orphan_clears"], parameters).fetchall()
    return {(row["source"], row["key"]): row for row in rows}


def drop_old_orphan_clears(conn: Connection, before: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["drop_old_orphan_clears"], {"before": before})


def check_keys_at_once(conn: Connection) -> None:
    with cursor(conn) as opened:
        opened.execute("SET CONSTRAINTS ALL IMMEDIATE")


def claim_position(conn: Connection, reader: str) -> int | None:
    """Return how far a reader has come, locked; None when another process is at it."""
    with cursor(conn) as opened:
        opened.execute(SQL["begin_position"], {"reader": reader})
        row = opened.execute(SQL["claim_position"], {"reader": reader}).fetchone()
    return int(row["sequence"]) if row else None


def save_position(conn: Connection, reader: str, sequence: int, at: datetime) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL["save_position"], {"reader": reader, "sequence": sequence, "at": at})


def quiet_alarms(conn: Connection, source: int, prefix: str, before: datetime) -> list[Alarm]:
    parameters = {"source": source, "prefix": prefix, "before": before}
    with cursor(conn) as opened:
        rows = opened.execute(SQL["quiet_alarms"], parameters).fetchall()
    return [build_alarm(row) for row in rows]


def alarms_of_source(conn: Connection, source: int, keys: Iterable[str]) -> list[Alarm]:
    with cursor(conn) as opened:
        rows = opened.execute(
            SQL["alarms_of_source"], {"source": source, "keys": list(keys)}
        ).fetchall()
    return [build_alarm(row) for row in rows]


def count_open(conn: Connection, tenants: Sequence[int]) -> dict[str, int]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["count_open"], {"tenants": list(tenants)}).fetchall()
    return {row["severity"]: row["count"] for row in rows}


def count_views(conn: Connection, tenants: Sequence[int]) -> dict[str, int]:
    with cursor(conn) as opened:
        row = opened.execute(SQL["count_views"], {"tenants": list(tenants)}).fetchone()
    return dict(row or {})


def known_values(conn: Connection, tenants: Sequence[int], limit: int) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        parameters = {"tenants": list(tenants), "limit": limit}
        return opened.execute(SQL["known_values"], parameters).fetchall()
