"""Rows of runs to facts and back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.acts import ActObject
from yunwei.base.core.ids import DesktopId, RunId, TenantId
from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, sql, to_json
from yunwei.monitor.inventory.rules.conditions import describe_desktop
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import Candidate, Choice, Plan, Reachability, Run, RunState
from yunwei.operate.runs.facts.watching import Scene, Watched
from yunwei.operate.runs.rules.clouds import able_connectors, why_no_cloud
from yunwei.operate.ssh.facts import Profile
from yunwei.operate.ssh.rules import LANGUAGES, Chooser

SQL = load_statements("yunwei.operate.runs", "runs")

RUNS = Listing(
    base=SQL["list_runs"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "script": "script = %(script)s",
        "state": "state = %(state)s",
        "is_open": "(state IN ('running', 'stopping', 'asked')) = %(is_open)s",
        "by": "created_by = %(by)s",
        "retry_of": "retry_of = %(retry_of)s",
        "follows": "follows = %(follows)s",
        "search": "concat_ws(' ', script_name, note, created_by) ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "script": "lower(script_name)",
        "state": "state",
        "total": "total",
        "created_at": "created_at",
        "ended_at": "ended_at",
    },
    default_sort="-created_at",
)


def build_run(row: Mapping[str, Any]) -> Run:
    told = {name: row[name] for name in Run.__dataclass_fields__ if name != "tenant"}
    return Run(
        **{
            **told,
            "tenant": TenantId(row["tenant_id"]),
            "plan": msgspec.convert(row["plan"], Plan),
            "choice": msgspec.convert(row["choice"], Choice),
            "state": RunState(row["state"]),
            "watched": msgspec.convert(row["watched"], Watched | None),
        }
    )


def fetch_run(conn: Connection, run: RunId) -> Run:
    """Return a run that is there."""
    one = sql.SQL("SELECT * FROM ({}) AS listed WHERE id = %(run)s")
    with cursor(conn) as opened:
        found = opened.execute(one.format(sql.SQL(SQL["list_runs"])), {"run": run})
        return build_run(found.fetchall()[0])


def fetch_candidates(
    conn: Connection,
    tenant: TenantId,
    needs: ScriptNeeds | None,
    chooser: Chooser,
    now: datetime,
) -> tuple[Candidate, ...]:
    """Return all desktops of a tenant. chooser: by which profile one without agent is reached.
    Cost: linear in them."""
    values = {"tenant": tenant, "now": now, "connectors": list(able_connectors(None))}
    why_not = {slug: why_no_cloud(slug, needs) for slug in able_connectors(None)}
    found = []
    for row in _all(conn, "candidates", values):
        known = describe_desktop(row)
        profile = chooser.choose(known) if row["agent"] is None and row["ip"] else None
        if profile and needs and needs.language not in LANGUAGES[profile.kind]:
            profile = None
        found.append(_candidate(row, known, why_not, profile))
    return tuple(found)


def fetch_things(
    conn: Connection, run: RunId, targets: Sequence[int] | None
) -> dict[int, ActObject]:
    """Return targets of a run as the gate is asked about them, as they are known now; None: all
    that were not sent."""
    values = {"run": run, "targets": None if targets is None else list(targets)}
    rows = _all(conn, "things", values)
    return {row["target"]: ActObject(name=row["name"], row=describe_desktop(row)) for row in rows}


def fetch_things_of_tasks(
    conn: Connection, run: RunId, tasks: Sequence[int]
) -> dict[int, ActObject]:
    """Return the same by what agents' ledger calls them."""
    rows = _all(conn, "things_of_tasks", {"run": run, "tasks": list(tasks)})
    return {row["task"]: ActObject(name=row["name"], row=describe_desktop(row)) for row in rows}


def runs_of_orders(conn: Connection, orders: Iterable[int]) -> dict[int, Run]:
    """Return the open run of each order of agents that has one."""
    rows = _all(conn, "runs_of_orders", {"orders": list(orders)})
    return {row["order"]: fetch_run(conn, RunId(row["run"])) for row in rows}


def _candidate(
    row: Mapping[str, Any],
    known: Mapping[str, Any],
    why_not: Mapping[str, str],
    profile: Profile | None,
) -> Candidate:
    reachability = Reachability(row["reachability"])
    against = why_not.get(row["connector"], "") if row["agent"] is None else ""
    if profile is not None:
        is_off = row["state"] in ("stopped", "hibernated")
        reachability = Reachability.OFF if is_off else Reachability(profile.kind.value)
        against = ""
    return Candidate(
        desktop=DesktopId(row["desktop"]),
        name=row["name"],
        native_id=row["native_id"],
        pool=row["pool"],
        agent=row["agent"],
        reachability=Reachability.NO_AGENT if against else reachability,
        why_not=against,
        ssh_profile=profile.id if profile else None,
        is_active=row["login_state"] == "connected",
        is_in_maintenance=row["is_in_maintenance"],
        row=known,
    )


def add_run(conn: Connection, values: Mapping[str, Any]) -> RunId | None:
    """Return its number; None when its key was taken before."""
    rows = _all(conn, "add_run", values)
    return RunId(rows[0]["id"]) if rows else None


def run_of_key(conn: Connection, tenant: TenantId, key: str) -> RunId | None:
    rows = _all(conn, "run_of_key", {"tenant": tenant, "key": key})
    return RunId(rows[0]["id"]) if rows else None


def open_runs(conn: Connection) -> tuple[RunId, ...]:
    return tuple(RunId(row["id"]) for row in _all(conn, "open_runs", {}))


def lock_open(conn: Connection, run: RunId) -> bool:
    """Say whether it is ours to move on."""
    return bool(_all(conn, "lock_open", {"run": run}))


def lock_run(conn: Connection, run: RunId) -> None:
    _all(conn, "lock_run", {"run": run})


def note_standing(conn: Connection, run: Run) -> None:
    values = {
        "run": run.id,
        "state": run.state.value,
        "reason": run.reason,
        "batch": run.batch,
        "batch_over_at": run.batch_over_at,
        "counts": to_json(run.counts),
    }
    _run(conn, "note_standing", values)


def note_over(conn: Connection, run: Run, now: datetime) -> None:
    values = {
        "run": run.id,
        "state": run.state.value,
        "reason": run.reason,
        "batch": run.batch,
        "counts": to_json(run.counts),
        "now": now,
    }
    _run(conn, "note_over", values)


def note_judged(
    conn: Connection,
    run: RunId,
    state: RunState,
    *,
    by: str,
    note: str,
    now: datetime,
) -> None:
    started_at = now if state is RunState.RUNNING else None
    values = {"run": run, "state": state.value, "by": by, "note": note, "now": now}
    _run(conn, "note_judged", values | {"started_at": started_at})


def note_cancelled(conn: Connection, run: RunId, by: str) -> None:
    _run(conn, "note_cancelled", {"run": run, "by": by})


def watched_runs(conn: Connection) -> tuple[RunId, ...]:
    """Return the runs whose canary is over and whose guard has not decided."""
    return tuple(RunId(row["id"]) for row in _all(conn, "watched_runs", {}))


def fetch_scene(conn: Connection, run: Run, control: int) -> Scene | None:
    """Return what the guard of a run compares; None when nothing of the canary was begun."""
    rows = _all(conn, "scene", {"run": run.id, "limit": control})
    canary = [row for row in rows if row["batch"] == 0]
    begun = [row["sent_at"] for row in canary if row["sent_at"] is not None]
    if not begun or run.batch_over_at is None:
        return None
    return Scene(
        canary=frozenset((row["source"], row["native_id"]) for row in canary),
        control=frozenset((r["source"], r["native_id"]) for r in rows if r["batch"] is None),
        begun_at=min(begun),
        over_at=run.batch_over_at,
    )


def note_watched(conn: Connection, run: RunId, watched: Watched) -> None:
    _run(conn, "note_watched", {"run": run, "watched": to_json(watched)})


def _all(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def _run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
