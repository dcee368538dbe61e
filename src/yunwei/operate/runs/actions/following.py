"""Starts what is to be run when a run is over: in the name of who said so, by the road of every
start, so that rights, the gate and approvals are asked at that moment."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import RunId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import viewer_by_name
from yunwei.base.people.rules import require
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.starting import PART, start_run
from yunwei.operate.runs.facts.following import FollowState, FollowUp
from yunwei.operate.runs.facts.runs import Choice, Follows, Run, RunDraft
from yunwei.operate.runs.rules.following import why_not_followed
from yunwei.operate.runs.store import following as store
from yunwei.operate.runs.store import runs as run_store
from yunwei.operate.runs.store import targets as target_store

_MOST_AT_ONCE = 50
HELD_FOR = timedelta(minutes=2)
_LONGEST_REASON = 300
_MAY_NOT = "whoever started this may not run this script here any more"


def system_due_follow_ups(now: datetime) -> tuple[int, ...]:
    """Return what waits for runs that are over."""
    with transaction() as conn:
        return store.due_follow_ups(conn, now, _MOST_AT_ONCE)


def system_follow(follow_up: int, *, box: SecretBox, now: datetime) -> None:
    """Start the run of one, unless another copy has it in hand. The run's key is the follow-up:
    whoever is killed in between, there is one run. Why there is none is noted."""
    with transaction() as conn:
        taken = _take(conn, follow_up, now)
    if taken is None:
        return
    known, before = taken
    try:
        run = start_run(viewer_by_name(known.by), _draft(known, before, now), box=box, now=now)
    except Refused:
        _refuse(known, _MAY_NOT, now)
    except (Conflict, Invalid) as error:
        _refuse(known, error.message[:_LONGEST_REASON], now)
    else:
        with transaction() as conn:
            store.note_followed(conn, follow_up, run, now)
            announce_live(PART, known.tenant)


def _take(conn: Connection, follow_up: int, now: datetime) -> tuple[FollowUp, Run] | None:
    """Return what is to be started now, and after which run; what is not to be is noted."""
    if not store.hold_follow_up(conn, follow_up, until=now + HELD_FOR, now=now):
        return None
    known = store.fetch_follow_up(conn, follow_up)
    if known.after is None:
        return None
    before = run_store.fetch_run(conn, known.after)
    reason = why_not_followed(before.state)
    if not reason and not target_store.followed(conn, before.id, known.outcome):
        reason = "nobody"
    if reason:
        _end(conn, known, FollowState.SKIPPED, reason, now=now)
        return None
    return known, before


def drop_follow_ups(viewer: Viewer, run: RunId, *, now: datetime) -> None:
    """Let nothing more of the chains of a run be started; what runs goes on. Raises Refused;
    Conflict when nothing waits."""
    known = queries.access_run(viewer, run)
    require(viewer, Permission.RUN_SCRIPTS, known.tenant)
    with transaction() as conn:
        firsts = {each.first for each in store.fetch_chain(conn, run)}
        dropped = [store.drop_later(conn, each, 0, reason="dropped", now=now) for each in firsts]
        if not any(dropped):
            raise Conflict("nothing waits for the end of this run")
        _tell(conn, viewer, "runs.drop_follow_ups", known, {"dropped": sum(dropped)})


def _draft(follow_up: FollowUp, before: Run, now: datetime) -> RunDraft:
    return RunDraft(
        key=f"follow-{follow_up.id}",
        tenant=before.tenant,
        script=follow_up.script,
        choice=Choice(follows=Follows(run=before.id, outcome=follow_up.outcome)),
        plan=before.plan,
        deadline_at=now + timedelta(minutes=follow_up.within_minutes),
        values=follow_up.values,
        sha256=follow_up.sha256,
        note=before.note,
    )


def _refuse(follow_up: FollowUp, reason: str, now: datetime) -> None:
    with transaction() as conn:
        _end(conn, follow_up, FollowState.REFUSED, reason, now=now)


def _end(
    conn: Connection, follow_up: FollowUp, state: FollowState, reason: str, *, now: datetime
) -> None:
    if store.note_not_followed(conn, follow_up, state, reason=reason, now=now):
        announce_live(PART, follow_up.tenant)


def _tell(conn: Connection, viewer: Viewer, verb: str, run: Run, after: dict[str, object]) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="run",
        object_id=run.id,
        object_name=run.script_name,
        tenant=run.tenant,
        after=after,
    )
    announce_live(PART, run.tenant)
