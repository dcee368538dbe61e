"""What acts on changes have in common: a change is locked, a step or all of it is ended."""

from datetime import datetime

from yunwei.base.core.acts import Act, Operation
from yunwei.base.core.errors import Refused
from yunwei.base.infra.postgres import Connection
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.changes import store
from yunwei.operate.changes.actions.telling import tell
from yunwei.operate.changes.facts import (
    Change,
    ChangeState,
    LineKind,
    Outcome,
    Step,
    StepState,
    WholeChange,
)
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.rules import state_after

_WORK = Permission.WORK_REQUESTS


def access(viewer: Viewer, change: int) -> WholeChange:
    """Return a change that a viewer may work on; raises Refused."""
    whole = queries.access_change(viewer, change)
    require(viewer, _WORK, whole.change.tenant)
    return whole


def lock(conn: Connection, viewer: Viewer, change: int) -> WholeChange:
    """Return a change that a viewer may work on, locked; raises Refused."""
    require(viewer, _WORK)
    if not store.lock_change(conn, change, viewer.tenants):
        raise Refused()
    whole = queries.system_change(conn, change, viewer.tenants)
    require(viewer, _WORK, whole.change.tenant)
    return whole


def step_of(whole: WholeChange, step: int) -> Step:
    """Return a step of a change; raises Refused."""
    found = whole.step(step)
    if found is None:
        raise Refused()
    return found


def act_of(viewer: Viewer, change: Change, step: Step | None = None) -> Act:
    """Return what the gate is asked: to begin a change, or to go on with it by a step."""
    said = f" {step.spec.title.zh}" if step is not None else ""
    return Act(
        operation=Operation.CONFIGURE,
        tenant=change.tenant,
        title=f"{change.code} {change.title.zh}{said}",
        is_customers=viewer.tenant == change.tenant,
        is_again=step is not None,
    )


def end_step(
    conn: Connection,
    by: str,
    about: tuple[WholeChange, Step],
    how: tuple[StepState, LineKind],
    *,
    text: str,
    now: datetime,
    outcome: Outcome | None = None,
) -> ChangeState:
    """Keep what became of a step, and what its change is after it, which is returned."""
    whole, step = about
    became, kind = how
    change = whole.change
    store.end_step(conn, step.id, became, {"now": now, "by": by, "text": text}, outcome)
    run = outcome.run if outcome is not None else None
    store.add_line(conn, change.id, kind, (by, now), step=step.id, run_id=run, text=text)
    after = state_after(whole, step, became)
    if after in (ChangeState.SUCCEEDED, ChangeState.ROLLED_BACK):
        end_change(conn, by, change, (after, LineKind(after.value)), text="", now=now)
    elif after is not change.state:
        store.run(conn, "note_state", {"id": change.id, "state": after.value})
    return after


def end_change(
    conn: Connection,
    by: str,
    change: Change,
    how: tuple[ChangeState, LineKind],
    *,
    text: str,
    now: datetime,
) -> None:
    state, kind = how
    values = {"id": change.id, "state": state.value, "now": now, "by": by}
    store.run(conn, "note_ended", values)
    store.add_line(conn, change.id, kind, (by, now), text=text)


def tell_step(
    conn: Connection, viewer: Viewer, whole: WholeChange, step: Step, kind: LineKind
) -> None:
    after = {"step": step.spec.name, "kind": kind}
    tell(conn, viewer, "changes.end_step", whole.change, after=after)
