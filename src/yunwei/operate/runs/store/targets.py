"""Rows of targets to facts and back. What dispatch writes goes in columns, many rows at once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import DesktopId, RunId, SourceId, SshProfileId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, in_columns, load_statements
from yunwei.operate.runs.facts.runs import Group, Outcome, Target, TargetState

SQL = load_statements("yunwei.operate.runs", "targets")

TARGETS = Listing(
    base=SQL["list_targets"],
    filters={
        "id": "id = %(id)s",
        "run": "run_id = %(run)s",
        "desktop": "desktop = %(desktop)s",
        "state": "state = %(state)s",
        "is_open": "(state IN ('queued', 'waiting', 'sent', 'running')) = %(is_open)s",
        "reason": "reason = %(reason)s",
        "exit_code": "exit_code = %(exit_code)s",
        "digest": "digest = %(digest)s",
        "search": "desktop_name ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "place": "place",
        "desktop": "lower(desktop_name)",
        "state": "array_position(ARRAY['failed', 'timed_out', 'interrupted', 'unknown', 'refused',"
        " 'running', 'sent', 'queued', 'waiting', 'expired', 'cancelled', 'skipped',"
        " 'succeeded'], state)",
        "batch": "batch",
        "started_at": "started_at",
        "ended_at": "ended_at",
        "exit_code": "exit_code",
        "duration_s": "ended_at - started_at",
    },
    default_sort="state",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTarget:
    desktop: DesktopId
    place: int
    name: str
    state: str
    reason: str
    ssh_profile: SshProfileId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A target whose turn it is. ssh_profile: by which it is reached, where it has no agent;
    source: by whose cloud, where it has neither."""

    id: int
    agent: int | None
    ssh_profile: SshProfileId | None
    source: SourceId | None
    is_in_maintenance: bool
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    id: int
    agent: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Targets of a run by state: all, and those of one batch."""

    counts: Mapping[TargetState, int]
    batch_counts: Mapping[TargetState, int]
    stalled: int
    batch_stalled: int

    @property
    def words(self) -> dict[str, int]:
        return {state.value: count for state, count in sorted(self.counts.items())}


def build_target(row: Mapping[str, Any]) -> Target:
    told = {name: row[name] for name in Target.__dataclass_fields__ if name in row}
    return Target(
        **{
            **told,
            "run": RunId(row["run_id"]),
            "tenant": TenantId(row["tenant_id"]),
            "state": TargetState(row["state"]),
        }
    )


def add_targets(conn: Connection, run: RunId, rows: Sequence[NewTarget], now: datetime) -> None:
    _run(conn, "add_targets", {"run": run, "now": now, **in_columns(SQL["add_targets"], rows)})


def count_states(conn: Connection, run: RunId, batch: int, now: datetime) -> Tally:
    counts: Counter[TargetState] = Counter()
    batch_counts: Counter[TargetState] = Counter()
    stalled = batch_stalled = 0
    for row in _all(conn, "count_states", {"run": run, "now": now}):
        state = TargetState(row["state"])
        counts[state] += row["count"]
        stalled += row["stalled"]
        if row["batch"] == batch:
            batch_counts[state] += row["count"]
            batch_stalled += row["stalled"]
    return Tally(
        counts=counts, batch_counts=batch_counts, stalled=stalled, batch_stalled=batch_stalled
    )


def take_news(conn: Connection, run: RunId) -> None:
    _run(conn, "take_news", {"run": run})


def take_late_news(conn: Connection) -> set[RunId]:
    return {RunId(row["run"]) for row in _all(conn, "take_late_news", {})}


def note_presence(
    conn: Connection, run: RunId, tenant: TenantId, connectors: Sequence[str], now: datetime
) -> None:
    values = {"run": run, "tenant": tenant, "connectors": list(connectors), "now": now}
    _run(conn, "note_presence", values)


def choose(
    conn: Connection, run: RunId, tenant: TenantId, connectors: Sequence[str], limit: int
) -> tuple[Next, ...]:
    """Return those whose turn it is. connectors: whose clouds carry out this run's script."""
    values = {"run": run, "tenant": tenant, "connectors": list(connectors), "limit": limit}
    return tuple(Next(**row) for row in _all(conn, "choose", values))


def note_sent(conn: Connection, rows: Sequence[Sent], batch: int, now: datetime) -> None:
    _run(conn, "note_sent", {"batch": batch, "now": now, **in_columns(SQL["note_sent"], rows)})


def skip(conn: Connection, rows: Sequence[Skipped], now: datetime) -> None:
    if rows:
        _run(conn, "skip", {"now": now, **in_columns(SQL["skip"], rows)})


def end_pending(
    conn: Connection, run: RunId, state: TargetState, *, reason: str, now: datetime
) -> None:
    values = {"run": run, "state": state.value, "reason": reason, "now": now}
    _run(conn, "end_pending", values)


def groups(conn: Connection, run: RunId, limit: int) -> tuple[Group, ...]:
    rows = _all(conn, "groups", {"run": run, "limit": limit})
    return tuple(Group(**{**row, "state": TargetState(row["state"])}) for row in rows)


def retried(conn: Connection, run: RunId) -> tuple[int, ...]:
    return tuple(row["desktop"] for row in _all(conn, "retried", {"run": run}))


def followed(conn: Connection, run: RunId, outcome: Outcome) -> tuple[int, ...]:
    """Return the desktops of a run that ended so."""
    values = {
        "run": run,
        "states": [each.value for each in outcome.states] or None,
        "exit_codes": list(outcome.exit_codes) or None,
        "digest": outcome.digest,
        "reason": outcome.reason,
    }
    return tuple(row["desktop"] for row in _all(conn, "followed", values))


def output_heads(conn: Connection, targets: Iterable[int]) -> dict[int, bytes]:
    rows = _all(conn, "output_heads", {"targets": list(targets)})
    return {row["target"]: bytes(row["data"]) for row in rows}


def outputs(conn: Connection, targets: Iterable[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for row in _all(conn, "outputs", {"targets": list(targets)}):
        found[row["target"]] = found.get(row["target"], b"") + bytes(row["data"])
    return found


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
