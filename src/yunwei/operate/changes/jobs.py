"""Takes over what the runs of steps came to, and starts runs that were left behind. Copies do no
harm."""

import asyncio
from datetime import datetime, timedelta

from yunwei.base.core.errors import YunweiError
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.queries import viewer_by_name
from yunwei.operate.changes import store
from yunwei.operate.changes.actions.moving import end_step
from yunwei.operate.changes.actions.stepping import begin_run
from yunwei.operate.changes.actions.telling import PART
from yunwei.operate.changes.facts import LineKind, StepState, WholeChange
from yunwei.operate.changes.queries.changes import system_change
from yunwei.operate.changes.rules import judge_run
from yunwei.operate.runs.queries import system_run

_PACE_S = 5.0
_MOST_AT_ONCE = 500
_LEFT_BEHIND = timedelta(minutes=1)
"""Whoever began a step starts its run at once; after this long nobody will."""


class RunbookKeeper:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, box: SecretBox) -> None:
        self._clock = clock
        self._box = box

    async def step(self) -> float:
        """Look once; returns when to come again."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> None:
        """One look, in whichever thread."""
        now = self._clock.now()
        with transaction() as conn:
            found = store.rows(conn, "steps_with_runs", {"limit": _MOST_AT_ONCE})
        for row in found:
            if row["run"] is not None:
                _take_over(row["change"], row["id"], row["tenant"], now)
            elif now - row["started_at"] > _LEFT_BEHIND:
                _start_after_all(row["change"], row["id"], row["tenant"], self._box, now)


def _take_over(change: int, step: int, tenant: int, now: datetime) -> None:
    """End a step whose run is over."""
    with transaction() as conn:
        if not store.lock_change(conn, change, (tenant,)):
            return
        whole = system_change(conn, change, (TenantId(tenant),))
        known = whole.step(step)
        if known is None or known.state is not StepState.STARTED or known.run is None:
            return
        run = system_run(conn, known.run)
        if run.state.is_open:
            return
        became, outcome = judge_run(run)
        kind = LineKind.STEP_DONE if became is StepState.DONE else LineKind.STEP_FAILED
        how = (became, kind)
        end_step(conn, known.started_by, (whole, known), how, text="", now=now, outcome=outcome)
        announce_live(PART, whole.change.tenant)


def _start_after_all(change: int, step: int, tenant: int, box: SecretBox, now: datetime) -> None:
    with transaction() as conn:
        whole = system_change(conn, change, (TenantId(tenant),))
    known = whole.step(step)
    if known is None or known.state is not StepState.STARTED or known.run is not None:
        return
    try:
        viewer = viewer_by_name(known.started_by)
        begin_run(viewer, whole, known, known.attempt, box=box, now=now)
    except YunweiError as error:
        _fail(whole, step, error.message, now)


def _fail(whole: WholeChange, step: int, why: str, now: datetime) -> None:
    with transaction() as conn:
        store.lock_change(conn, whole.change.id, (whole.change.tenant,))
        fresh = system_change(conn, whole.change.id, (whole.change.tenant,))
        known = fresh.step(step)
        if known is None or known.state is not StepState.STARTED or known.run is not None:
            return
        how = (StepState.FAILED, LineKind.STEP_FAILED)
        end_step(conn, known.started_by, (fresh, known), how, text=why, now=now)
        announce_live(PART, whole.change.tenant)
