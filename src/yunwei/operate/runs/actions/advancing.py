"""Moves runs on: takes what became of targets, decides, begins what is next. Called by a job.

One run in one transaction, in which the ledger of agents gets its tasks as well: whoever is killed
in between has done all of a step or nothing of it, and two copies never take the same run.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched

from yunwei.base.core.ids import RunId, SourceId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.operate.agents.actions import tasks as agents
from yunwei.operate.runs.actions.asking import Leave, Wanted, ask_leave
from yunwei.operate.runs.actions.clouds import CLOUDS
from yunwei.operate.runs.actions.judging import close_run
from yunwei.operate.runs.actions.ssh import SSH
from yunwei.operate.runs.actions.starting import PART
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import Run, RunState, TargetState
from yunwei.operate.runs.rules.clouds import MOST_IN_ORDER, able_connectors, choose_canary
from yunwei.operate.runs.rules.machine import Act, Move, Standing, decide
from yunwei.operate.runs.store import clouds as cloud_store
from yunwei.operate.runs.store import runs as store
from yunwei.operate.runs.store import ssh as ssh_store
from yunwei.operate.runs.store import targets as target_store
from yunwei.operate.runs.store.ssh import NewTask
from yunwei.operate.runs.store.targets import Next, Sent, Skipped, Tally
from yunwei.operate.scripts.rules.parameters import MASK

_MOST_ROUNDS = 20
"""Of one run in one step: a batch that is all skipped leads to the next one at once."""


def system_open_runs() -> tuple[RunId, ...]:
    """Return the runs that are not over."""
    with transaction() as conn:
        return store.open_runs(conn)


def system_advance(run: RunId, now: datetime) -> None:
    """Move one run on as far as it goes now, unless another copy has it in hand. Before anything is
    sent the gate is asked about it, between two transactions: what may not be stops the run."""
    leave: Leave | None = None
    for _round in range(_MOST_ROUNDS):
        with transaction() as conn:
            wanted = _step(conn, run, leave, now)
        if wanted is None:
            return
        leave = ask_leave(wanted, now)


def _step(conn: Connection, run: RunId, leave: Leave | None, now: datetime) -> Wanted | None:
    """Move a run on until it rests, or return what it wants to send without having leave."""
    if not store.lock_open(conn, run):
        return None
    known = store.fetch_run(conn, run)
    if known.state is RunState.ASKED:
        _wait_for_approval(conn, known, now)
        return None
    target_store.take_news(conn, run)
    if known.state is RunState.RUNNING:
        able = able_connectors(_needs(known))
        target_store.note_presence(conn, run, known.tenant, able, now)
    return _go_on(conn, known, leave, now)


def system_take_late_news(now: datetime) -> None:
    """Take what agents say after all of tasks that were given up as unknown."""
    with transaction() as conn:
        for run in target_store.take_late_news(conn):
            known = store.fetch_run(conn, run)
            tally = target_store.count_states(conn, run, known.batch, now)
            store.note_standing(conn, replace(known, counts=tally.words))
            announce_live(PART, known.tenant)


def _wait_for_approval(conn: Connection, run: Run, now: datetime) -> None:
    if now < (run.approve_until or run.deadline_at):
        return
    target_store.end_pending(conn, run.id, TargetState.EXPIRED, reason="not_approved", now=now)
    close_run(conn, replace(run, state=RunState.LAPSED), now)
    announce_live(PART, run.tenant)


def _go_on(conn: Connection, run: Run, leave: Leave | None, now: datetime) -> Wanted | None:
    before, wanted = run, None
    for _round in range(_MOST_ROUNDS):
        tally = target_store.count_states(conn, run.id, run.batch, now)
        run = _see(run, tally, now)
        move = decide(_standing(run, tally), now)
        if move.act is Act.END:
            close_run(conn, replace(run, state=move.state or RunState.FINISHED), now)
            announce_live(PART, run.tenant)
            return None
        if move.act is Act.REST:
            break
        if move.act is Act.SEND:
            if leave is None:
                wanted = _want(conn, run, move)
                break
            if leave.refusal:
                move = Move(act=Act.STOP, reason=leave.refusal)
        run = _make(conn, run, move, leave, now)
        leave = None
    if run != before:
        store.note_standing(conn, run)
        announce_live(PART, run.tenant)
    return wanted


def _want(conn: Connection, run: Run, move: Move) -> Wanted:
    found = target_store.choose(conn, run.id, run.tenant, able_connectors(_needs(run)), move.count)
    things = store.fetch_things(conn, run.id, [each.id for each in found])
    return Wanted(run=run, things=things)


def _see(run: Run, tally: Tally, now: datetime) -> Run:
    """Return the run as its targets show it."""
    is_over = bool(tally.batch_counts) and _in_flight(tally.batch_counts) <= tally.batch_stalled
    over_at = (run.batch_over_at or now) if is_over else None
    return replace(run, counts=tally.words, batch_over_at=over_at)


def _standing(run: Run, tally: Tally) -> Standing:
    return Standing(
        plan=run.plan,
        state=run.state,
        total=run.total,
        batch=run.batch,
        counts=tally.counts,
        batch_counts=tally.batch_counts,
        batch_over_at=run.batch_over_at,
        deadline_at=run.deadline_at,
        reason=run.reason,
        stalled=tally.stalled,
        batch_stalled=tally.batch_stalled,
        watched=run.watched,
    )


def _make(conn: Connection, run: Run, move: Move, leave: Leave | None, now: datetime) -> Run:
    if move.act is Act.EXPIRE:
        target_store.end_pending(conn, run.id, TargetState.EXPIRED, reason="deadline", now=now)
        return run
    if move.act is Act.STOP:
        target_store.end_pending(conn, run.id, TargetState.SKIPPED, reason="stopped", now=now)
        return replace(run, state=RunState.STOPPING, reason=move.reason)
    return _send(conn, run, move, leave.targets if leave else frozenset(), now)


def _send(conn: Connection, run: Run, move: Move, asked: frozenset[int], now: datetime) -> Run:
    """Begin the next of the targets that the gate was asked about; those that are not to be
    disturbed now are left out instead."""
    able = able_connectors(_needs(run))
    next_ones = target_store.choose(conn, run.id, run.tenant, able, move.count)
    found = [each for each in next_ones if each.id in asked]
    against = {each.id: reason for each in found if (reason := _why_not(run, each))}
    target_store.skip(conn, [Skipped(id=id, reason=why) for id, why in against.items()], now)
    fit = [each for each in found if each.id not in against]
    if run.order is not None:
        _send_to_agents(conn, run, run.order, fit, batch=move.batch, now=now)
        _send_over_ssh(conn, fit, batch=move.batch, now=now)
        _send_to_clouds(conn, run, fit, batch=move.batch, now=now)
    over_at = run.batch_over_at if move.batch == run.batch else None
    return replace(run, batch=move.batch, batch_over_at=over_at)


def _send_to_agents(
    conn: Connection, run: Run, order: int, fit: Sequence[Next], *, batch: int, now: datetime
) -> None:
    by_agent = {each.agent: each.id for each in fit if each.agent is not None}
    if not by_agent:
        return
    tasks = agents.system_add_tasks(conn, order, run.tenant, list(by_agent), now)
    sent = [Sent(id=by_agent[agent], agent=agent, task=task) for agent, task in tasks.items()]
    target_store.note_sent(conn, sent, batch, now)


def _send_over_ssh(conn: Connection, fit: Sequence[Next], *, batch: int, now: datetime) -> None:
    """Write down who is to be reached over SSH; a job does so, once this is committed."""
    rows = [
        NewTask(target=each.id, profile=each.ssh_profile)
        for each in fit
        if each.agent is None and each.ssh_profile is not None
    ]
    if rows:
        ssh_store.add_tasks(conn, rows, batch, now)
        announce_work(SSH)


def _send_to_clouds(
    conn: Connection, run: Run, fit: Sequence[Next], *, batch: int, now: datetime
) -> None:
    """Write down what clouds are to be told; a job tells them, once this is committed."""
    by_source: defaultdict[SourceId, list[int]] = defaultdict(list)
    for each in fit:
        if each.source is not None:
            by_source[each.source].append(each.id)
    for source, targets in by_source.items():
        for part in batched(targets, MOST_IN_ORDER):
            canary = 0
            if batch:
                size = len(part)
                canary = choose_canary(run.plan, total=run.total, failed=run.failed, size=size)
            cloud_store.add_order(
                conn,
                run.id,
                source,
                batch=batch,
                canary=canary,
                fail_threshold=canary,
                targets=part,
                now=now,
            )
    if by_source:
        announce_work(CLOUDS)


def _needs(run: Run) -> ScriptNeeds:
    # a plain value that looks like the mask keeps a run from clouds: the safe side
    has_secrets = MASK in run.parameters.values()
    return ScriptNeeds(language=run.language, has_secrets=has_secrets)


def _why_not(run: Run, target: Next) -> str:
    if run.plan.skips_maintenance and target.is_in_maintenance:
        return "maintenance"
    return "active" if run.plan.skips_active and target.is_active else ""


def _in_flight(counts: Mapping[TargetState, int]) -> int:
    return counts.get(TargetState.SENT, 0) + counts.get(TargetState.RUNNING, 0)
