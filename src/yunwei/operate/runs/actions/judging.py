"""What people do about a run that is there: approve it or not, cancel it."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import RunId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.actions import tasks as agents
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.asking import pass_again
from yunwei.operate.runs.actions.clouds import CLOUDS
from yunwei.operate.runs.actions.ssh import SSH
from yunwei.operate.runs.actions.starting import PART
from yunwei.operate.runs.facts.runs import Run, RunState, TargetState
from yunwei.operate.runs.store import clouds as cloud_store
from yunwei.operate.runs.store import runs as store
from yunwei.operate.runs.store import ssh as ssh_store
from yunwei.operate.runs.store import targets as target_store

_LONGEST_NOTE = 1000


def approve_run(viewer: Viewer, run: RunId, *, now: datetime, note: str = "") -> None:
    """Let a run begin that waits for it. Raises Refused; Conflict, also for who started it, and
    when what was allowed as it was asked for is not any more."""
    known = queries.access_run(viewer, run)
    require(viewer, Permission.RUN_SCRIPTS, known.tenant)
    _check_may_judge(known, viewer.name, now)
    pass_again(known, now)
    _judge(viewer, run, RunState.RUNNING, now=now, note=note)


def decline_run(viewer: Viewer, run: RunId, *, now: datetime, note: str) -> None:
    """Let a run never begin. Raises Refused; Invalid without a note; Conflict."""
    if not note.strip():
        raise Invalid("note", "say why")
    _judge(viewer, run, RunState.DECLINED, now=now, note=note)


def _judge(viewer: Viewer, run: RunId, state: RunState, *, now: datetime, note: str) -> None:
    if len(note) > _LONGEST_NOTE:
        raise Invalid("note", f"at most {_LONGEST_NOTE} characters")
    with transaction() as conn:
        known = _lock(conn, viewer, run)
        _check_may_judge(known, viewer.name, now)
        store.note_judged(conn, run, state, by=viewer.name, note=note.strip(), now=now)
        if state is RunState.DECLINED:
            target_store.end_pending(conn, run, TargetState.CANCELLED, reason="declined", now=now)
            close_run(conn, store.fetch_run(conn, run), now)
        verb = "runs.approve" if state is RunState.RUNNING else "runs.decline"
        _tell(conn, viewer, verb, known, note.strip())


def _check_may_judge(run: Run, who: str, now: datetime) -> None:
    if run.state is not RunState.ASKED:
        raise Conflict("this run waits for no approval")
    if who == run.created_by:
        raise Conflict("another person has to approve it")
    if run.approve_until is not None and now >= run.approve_until:
        raise Conflict("its time for an approval is over")


def cancel_run(viewer: Viewer, run: RunId, *, now: datetime) -> None:
    """Begin nothing more of a run, and have what runs be ended, whatever it is reached by.
    Raises Refused; Conflict when it is over."""
    with transaction() as conn:
        known = _lock(conn, viewer, run)
        if not known.state.is_open:
            raise Conflict("this run is over")
        target_store.end_pending(conn, run, TargetState.CANCELLED, reason="", now=now)
        if known.order is not None:
            agents.system_cancel_order(conn, known.order, now)
        cloud_store.want_stop(conn, run, now)
        ssh_store.want_stop(conn, run, now)
        store.note_cancelled(conn, run, viewer.name)
        _tell(conn, viewer, "runs.cancel", known)


def close_run(conn: Connection, run: Run, now: datetime) -> None:
    """Write down a run that is over, and let go of the values that it gave its script."""
    tally = target_store.count_states(conn, run.id, run.batch, now)
    store.note_over(conn, replace(run, counts=tally.words), now)
    if run.order is not None:
        agents.system_forget_parameters(conn, run.order)


def _lock(conn: Connection, viewer: Viewer, run: RunId) -> Run:
    known = queries.access_run(viewer, run)
    require(viewer, Permission.RUN_SCRIPTS, known.tenant)
    store.lock_run(conn, run)
    return store.fetch_run(conn, run)


def _tell(conn: Connection, viewer: Viewer, verb: str, run: Run, detail: str = "") -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="run",
        object_id=run.id,
        object_name=run.script_name,
        tenant=run.tenant,
        after={"sha256": run.sha256, "targets": run.total},
        detail=detail,
    )
    announce_work(PART)
    announce_work(CLOUDS)
    announce_work(SSH)
    announce_live(PART, run.tenant)
