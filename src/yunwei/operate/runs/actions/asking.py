"""Asks the gate again about runs that have begun: before each batch, and before a cloud, a machine
or an agent is told.

What was allowed when somebody started a run may be frozen, revoked or over when its turn comes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.acts import Act, ActObject, Operation, Permit
from yunwei.base.core.ids import RunId
from yunwei.base.infra.gate import ask_gate, pass_gate
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.queries import system_is_of
from yunwei.operate.agents.facts.tasks import Handout
from yunwei.operate.runs.facts.clouds import Claimed
from yunwei.operate.runs.facts.runs import Run
from yunwei.operate.runs.store import runs as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run wants to send now. things: by target."""

    run: Run
    things: Mapping[int, ActObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What the gate said. targets: those that it was asked about. refusal: the reason of a run that
    is stopped by it, "" when it may go on."""

    targets: frozenset[int]
    refusal: str


def ask_leave(wanted: Wanted, now: datetime) -> Leave:
    """Ask whether the targets that come next may be sent now, in the name of who started the run.
    Outside of a transaction."""
    permit = _ask(wanted.run, wanted.things, now)
    return Leave(targets=frozenset(wanted.things), refusal=refusal_of(permit))


def ask_order_leave(order: Claimed, now: datetime) -> Permit:
    """Ask whether what is open of an order may be told to its cloud now."""
    with transaction() as conn:
        run = store.fetch_run(conn, order.run)
        things = store.fetch_things(conn, order.run, list(order.open.values()))
    return _ask(run, things, now)


def ask_ssh_leave(run: RunId, targets: Sequence[int], now: datetime) -> Permit:
    """Ask whether targets of a run may be reached over SSH now."""
    with transaction() as conn:
        known = store.fetch_run(conn, run)
        things = store.fetch_things(conn, run, targets)
    return _ask(known, things, now)


def ask_task_leave(handouts: Sequence[Handout], now: datetime) -> dict[int, str]:
    """Return which tasks may not be told to their agents now, each with the reason. Asked once for
    all of a run that are told together."""
    by_order: defaultdict[int, list[int]] = defaultdict(list)
    for each in handouts:
        by_order[each.order].append(each.task)
    with transaction() as conn:
        runs = store.runs_of_orders(conn, by_order)
    against: dict[int, str] = {}
    for order, run in runs.items():
        against |= _ask_tasks(run, by_order[order], now)
    return against


def _ask_tasks(run: Run, tasks: Sequence[int], now: datetime) -> dict[int, str]:
    with transaction() as conn:
        left = store.fetch_things_of_tasks(conn, run.id, tasks)
    against: dict[int, str] = {}
    while left:
        permit = _ask(run, left, now)
        if permit.is_allowed:
            break
        # one refusal may be about some of them, and another about the rest
        outside = frozenset(permit.outside) or {thing.name for thing in left.values()}
        refused = [task for task, thing in left.items() if thing.name in outside]
        against |= dict.fromkeys(refused, refusal_of(permit))
        left = {task: thing for task, thing in left.items() if thing.name not in outside}
    return against


def pass_again(run: Run, now: datetime) -> None:
    """Raise Conflict, with the reason, when what a run waits to send may not be sent now."""
    with transaction() as conn:
        things = store.fetch_things(conn, run.id, None)
    pass_gate(_act(run, things), by=run.created_by, now=now)


def refusal_of(permit: Permit) -> str:
    """Return the reason of a run that the gate stops: `gate_frozen`; "" when it may go on."""
    return "" if permit.is_allowed else f"gate_{permit.reason.value}"


def _ask(run: Run, things: Mapping[int, ActObject], now: datetime) -> Permit:
    return ask_gate(_act(run, things), by=run.created_by, now=now)


def _act(run: Run, things: Mapping[int, ActObject]) -> Act:
    return Act(
        operation=Operation.SCRIPT,
        tenant=run.tenant,
        things=tuple(things.values()),
        title=f"{run.script_name} #{run.id}",
        is_customers=system_is_of(run.created_by, run.tenant),
        is_again=True,
    )
