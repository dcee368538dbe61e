"""Changes of tasks over SSH: taken by a worker, begun, ended. The ledger says so first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import transaction
from yunwei.operate.runs.actions.starting import PART
from yunwei.operate.runs.facts.ssh import SshResult, Taken
from yunwei.operate.runs.store import ssh as store

SSH = "ssh"
LEASE_S = 60.0
"""So long is a task a worker's own after it was heard last."""


def system_take(holder: str, now: datetime, *, limit: int) -> tuple[Taken, ...]:
    """Take tasks that are due; those of workers that are not heard any more are given up first."""
    with transaction() as conn:
        _tell(store.clear_away(conn, now))
        return store.take(conn, holder, limit=limit, lease_s=LEASE_S, now=now) if limit else ()


def system_has_open_tasks() -> bool:
    with transaction() as conn:
        return store.count_open(conn) > 0


def system_note_begun(holder: str, targets: Sequence[int], now: datetime) -> set[int]:
    """Note tasks as begun, before they begin; returns those that may. What is not among them was
    taken from this worker, or is not wanted any more."""
    with transaction() as conn:
        return store.note_begun(conn, holder, targets, lease_s=LEASE_S, now=now)


def system_keep(holder: str, targets: Sequence[int], now: datetime) -> dict[int, bool]:
    """Say that a worker is at work on these; returns what it still has in hand, and whether that is
    to be stopped."""
    with transaction() as conn:
        return store.keep(conn, holder, targets, lease_s=LEASE_S, now=now)


def system_note_output(
    holder: str, news: Mapping[int, tuple[TenantId, int, bytes]]
) -> dict[int, int]:
    """Keep what scripts printed while they still run. news: of each target whose it is, what it
    printed and from which place on that is; returns how much of each is kept by now. What is not
    among them does not follow on what is kept: it is to be told from its beginning."""
    rows = {target: (place, data) for target, (_tenant, place, data) in news.items()}
    with transaction() as conn:
        kept = store.note_output(conn, holder, rows)
        for tenant in sorted({news[target][0] for target in kept}):
            announce_live(PART, tenant)
    return kept


def system_note_ended(
    holder: str, results: Sequence[SshResult], tenants: Iterable[TenantId]
) -> None:
    """Write what became of tasks, with what they printed, and let their runs go on."""
    with transaction() as conn:
        store.note_ended(conn, holder, results)
        _tell(set(tenants))


def system_try_later(holder: str, task: Taken, due_at: datetime) -> None:
    """Let a task of which nothing was begun be taken again later."""
    with transaction() as conn:
        store.try_later(conn, holder, task.target, due_at)


def _tell(tenants: Iterable[TenantId]) -> None:
    for tenant in sorted(tenants):
        announce_work(PART)
        announce_live(PART, tenant)
