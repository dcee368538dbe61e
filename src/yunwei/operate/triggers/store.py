"""Rows of triggers and firings to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import RunId, TenantId, TriggerId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import (
    Connection,
    cursor,
    in_columns,
    load_statements,
    sql,
    to_json,
)
from yunwei.operate.runs.facts.runs import TargetState
from yunwei.operate.triggers.facts import (
    Firing,
    FiringState,
    NewFiring,
    Occasion,
    Trigger,
    TriggerDraft,
)

SQL = load_statements("yunwei.operate.triggers")

TRIGGERS = Listing(
    base=SQL["list_triggers"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "occasion": "occasion = %(occasion)s",
        "is_enabled": "is_enabled = %(is_enabled)s",
        "search": "concat_ws(' ', name, script_name) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"name": "lower(name)", "occasion": "occasion", "changed_at": "changed_at"},
    default_sort="name",
)
FIRINGS = Listing(
    base=SQL["list_firings"],
    filters={
        "id": "id = %(id)s",
        "trigger": "trigger = %(trigger)s",
        "desktop": "desktop = %(desktop)s",
        "state": "state = %(state)s",
    },
    sorts={"happened_at": "happened_at", "state": "state", "desktop": "lower(desktop_name)"},
    default_sort="-happened_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A firing that is carried out. target: what became of its desktop in the run, if in it."""

    id: int
    trigger: TriggerId
    run: RunId | None
    target: TargetState | None


def build_trigger(row: Mapping[str, Any]) -> Trigger:
    told = {name: row[name] for name in Trigger.__dataclass_fields__ if name in row}
    whose = TenantId(row["tenant_id"])
    return Trigger(**{**told, "tenant": whose, "occasion": Occasion(row["occasion"])})


def build_firing(row: Mapping[str, Any]) -> Firing:
    told = {name: row[name] for name in Firing.__dataclass_fields__ if name in row}
    whose = TenantId(row["tenant_id"])
    return Firing(**{**told, "tenant": whose, "state": FiringState(row["state"])})


def standing_triggers(conn: Connection) -> tuple[Trigger, ...]:
    """Return those that are on, of all tenants, without the names that only lists show."""
    return tuple(map(build_trigger, _all(conn, "standing_triggers", {})))


def fetch_trigger(conn: Connection, trigger: TriggerId) -> Trigger | None:
    wanted = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(id)s")
    with cursor(conn) as opened:
        found = opened.execute(wanted.format(sql.SQL(SQL["list_triggers"])), {"id": trigger})
        rows = found.fetchall()
    return build_trigger(rows[0]) if rows else None


def broken_triggers(conn: Connection) -> tuple[Trigger, ...]:
    return tuple(each for each in standing_triggers(conn) if each.broken_at is not None)


def add_trigger(
    conn: Connection, tenant: TenantId, draft: TriggerDraft, *, acts_for: str, now: datetime
) -> TriggerId | None:
    rows = _all(conn, "add_trigger", _columns(draft, acts_for, now) | {"tenant": tenant})
    return TriggerId(rows[0]["id"]) if rows else None


def change_trigger(
    conn: Connection, trigger: TriggerId, draft: TriggerDraft, *, acts_for: str, now: datetime
) -> None:
    _run(conn, "change_trigger", _columns(draft, acts_for, now) | {"id": trigger})


def _columns(draft: TriggerDraft, acts_for: str, now: datetime) -> dict[str, Any]:
    told = asdict(draft) | {"values": to_json(dict(draft.values))}
    return told | {"occasion": draft.occasion.value, "acts_for": acts_for, "now": now}


def name_is_taken(conn: Connection, tenant: TenantId, name: str, but: int) -> bool:
    return bool(_all(conn, "name_is_taken", {"tenant": tenant, "name": name, "but": but}))


def remove_trigger(conn: Connection, trigger: TriggerId, now: datetime) -> None:
    _run(conn, "remove_trigger", {"id": trigger, "now": now})


def call_off(conn: Connection, trigger: TriggerId, reason: str, now: datetime) -> None:
    _run(conn, "call_off", {"id": trigger, "reason": reason, "now": now})


def lock_trigger(conn: Connection, trigger: TriggerId) -> bool:
    """Say whether it is on."""
    return bool(_all(conn, "lock_trigger", {"id": trigger}))


def add_firings(
    conn: Connection, trigger: Trigger, rows: Sequence[NewFiring], now: datetime
) -> int:
    """Return how many were written down."""
    values = {"id": trigger.id, "cool_down_s": trigger.cool_down_s, "now": now}
    columns = in_columns(SQL["add_firings"], rows)
    return len(_all(conn, "add_firings", {**values, **columns}))


def started_in_last_hour(conn: Connection, trigger: TriggerId, now: datetime) -> int:
    return int(_all(conn, "started_since", {"id": trigger, "now": now})[0]["count"])


def lapse(conn: Connection, now: datetime) -> None:
    _run(conn, "lapse", {"now": now})


def claim(
    conn: Connection, trigger: TriggerId, *, limit: int, leased_until: datetime, now: datetime
) -> tuple[Firing, ...]:
    values = {"id": trigger, "limit": limit, "leased_until": leased_until, "now": now}
    return _firings(conn, _all(conn, "claim", values))


def reclaim(conn: Connection, *, leased_until: datetime, now: datetime) -> tuple[Firing, ...]:
    return _firings(conn, _all(conn, "reclaim", {"leased_until": leased_until, "now": now}))


def _firings(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[Firing, ...]:
    ids = [row["id"] for row in rows]
    return tuple(map(build_firing, _all(conn, "firings_by_id", {"ids": ids}))) if ids else ()


def put_off(conn: Connection, firings: Iterable[int], due_at: datetime) -> None:
    _run(conn, "put_off", {"ids": list(firings), "due_at": due_at})


def note_run(conn: Connection, firings: Iterable[int], run: RunId) -> None:
    _run(conn, "note_run", {"ids": list(firings), "run": run})


def running(conn: Connection, limit: int) -> tuple[Going, ...]:
    rows = _all(conn, "running", {"limit": limit})
    return tuple(
        Going(**{**row, "target": TargetState(row["target"]) if row["target"] else None})
        for row in rows
    )


def note_end(
    conn: Connection, firing: int, state: FiringState, *, reason: str, now: datetime
) -> bool:
    """Say whether it was not over before."""
    values = {"id": firing, "state": state.value, "reason": reason[:300], "now": now}
    return bool(_all(conn, "note_end", values))


def note_misses(
    conn: Connection, trigger: TriggerId, misses: int, broken_at: datetime | None
) -> None:
    _run(conn, "note_misses", {"id": trigger, "misses": misses, "broken_at": broken_at})


def forget(conn: Connection, before: datetime, limit: int) -> None:
    _run(conn, "forget", {"before": before, "limit": limit})


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
