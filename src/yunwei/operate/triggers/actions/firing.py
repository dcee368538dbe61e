"""What occasions set off: they are taken and written down in one transaction, started by their
turn, and followed to their end."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from yunwei.base.core import brakes
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import DesktopId, RunId, TriggerId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Viewer
from yunwei.base.people.queries import viewer_by_name
from yunwei.monitor.inventory import actions as inventory
from yunwei.monitor.inventory.facts import DescribedDesktop
from yunwei.operate.agents.actions import agents
from yunwei.operate.runs import queries as runs
from yunwei.operate.runs.actions.starting import access_runnable, needs_of, start_run
from yunwei.operate.runs.facts.runs import Choice, Offline, Plan, Reachability, RunDraft
from yunwei.operate.triggers import store
from yunwei.operate.triggers.actions.triggers import PART
from yunwei.operate.triggers.facts import Firing, FiringState, Happening, Trigger
from yunwei.operate.triggers.rules import (
    choose_firings,
    counts_as_miss,
    next_state,
    read_enrolment,
    read_move,
)

MOST_AT_ONCE = 2000
_MOST_TOGETHER = 40
_LEASE = timedelta(minutes=5)
_PUT_OFF = timedelta(minutes=2)


def system_take(now: datetime, *, limit: int = MOST_AT_ONCE) -> int:
    """Take what happened to desktops and write down what it sets off, in one transaction: whoever
    is killed in between, nothing is lost and nothing is written twice. Returns how many happenings
    there were. Cost: a few statements, and one for each trigger that is set off."""
    with transaction() as conn:
        moves = inventory.system_take_changes(conn, limit)
        enrolments = agents.system_take_enrolments(conn, limit)
        told = [happening for move in moves if (happening := read_move(move)) is not None]
        for taken in enrolments:
            told.extend(read_enrolment(taken))
        triggers = store.standing_triggers(conn) if told else ()
        occasions = {(each.tenant, each.occasion) for each in triggers}
        told = [each for each in told if (each.tenant, each.occasion) in occasions]
        if told:
            desktops = inventory.system_describe_desktops(conn, {each.desktop for each in told})
            for trigger in triggers:
                _write_down(conn, trigger, told, desktops, now)
    return len(moves) + len(enrolments)


def _write_down(
    conn: Connection,
    trigger: Trigger,
    told: Sequence[Happening],
    desktops: Mapping[DesktopId, DescribedDesktop],
    now: datetime,
) -> None:
    """Write down what sets a trigger off. One whose condition says nothing any more is stopped, as
    by its breaker, and holds nobody else up."""
    try:
        fired = choose_firings(trigger, told, desktops)
    except Invalid:
        store.note_misses(conn, trigger.id, trigger.misses, trigger.broken_at or now)
        return
    if fired and store.add_firings(conn, trigger, fired, now):
        announce_live(PART, trigger.tenant)


def system_start(*, box: SecretBox, now: datetime) -> None:
    """Start the runs whose turn it is, those of a trigger together. The run's key is the trigger
    and the batch: whoever is killed in between, there is one run."""
    with transaction() as conn:
        store.lapse(conn, now)
        triggers = store.standing_triggers(conn)
    for trigger in triggers:
        if claimed := _claim(trigger, now):
            _start(trigger, claimed, box=box, now=now)
    with transaction() as conn:
        left = store.reclaim(conn, leased_until=now + _LEASE, now=now)
    known = {each.id: each for each in triggers}
    for (owner, _batch), firings in _by_batch(left).items():
        if owner in known:
            _start(known[owner], firings, box=box, now=now)
        else:
            _end_all(firings, FiringState.LAPSED, "off", now)


def _claim(trigger: Trigger, now: datetime) -> tuple[Firing, ...]:
    if trigger.broken_at is not None:
        return ()
    with transaction() as conn:
        if not store.lock_trigger(conn, trigger.id):
            return ()
        room = brakes.room(trigger, store.started_in_last_hour(conn, trigger.id, now))
        if not room:
            return ()
        limit = min(room, _MOST_TOGETHER)
        return store.claim(conn, trigger.id, limit=limit, leased_until=now + _LEASE, now=now)


def _by_batch(firings: Iterable[Firing]) -> dict[tuple[TriggerId, int | None], list[Firing]]:
    found: defaultdict[tuple[TriggerId, int | None], list[Firing]] = defaultdict(list)
    for each in firings:
        found[each.trigger, each.batch].append(each)
    return found


def _start(trigger: Trigger, firings: Sequence[Firing], *, box: SecretBox, now: datetime) -> None:
    """Start one run for firings of a batch. A desktop that nothing reaches yet is put off; what can
    not be started is noted as refused."""
    try:
        viewer = viewer_by_name(trigger.acts_for)
        reached = _reached(viewer, trigger, firings, now)
        if not reached:
            return
        run = _start_run(viewer, trigger, reached, box=box, now=now)
    except (Refused, Conflict, Invalid) as error:
        _end_all(firings, FiringState.REFUSED, error.message, now)
        return
    with transaction() as conn:
        store.note_run(conn, [each.id for each in reached], run)
    announce_live(PART, trigger.tenant)


def _reached(
    viewer: Viewer, trigger: Trigger, firings: Sequence[Firing], now: datetime
) -> Sequence[Firing]:
    """Return those whose desktop a script reaches, or will once it is heard again; the others are
    put off, and those whose desktop is not there any more come to their end."""
    choice = Choice(desktops=tuple(each.desktop for each in firings))
    whole, version = access_runnable(viewer, trigger.script)
    needs = needs_of(whole.row.script.language, version)
    chosen = runs.preview_targets(viewer, trigger.tenant, choice, now=now, needs=needs)
    known = {each.desktop: each.reachability for each in chosen.candidates}
    gone = [each for each in firings if each.desktop not in known]
    nowhere = [each for each in firings if known.get(each.desktop) is Reachability.NO_AGENT]
    _end_all(gone, FiringState.LAPSED, "gone", now)
    if nowhere:
        with transaction() as conn:
            store.put_off(conn, [each.id for each in nowhere], now + _PUT_OFF)
    left_out = {each.id for each in (*gone, *nowhere)}
    return [each for each in firings if each.id not in left_out]


def _start_run(
    viewer: Viewer, trigger: Trigger, firings: Sequence[Firing], *, box: SecretBox, now: datetime
) -> RunId:
    until = min(each.until_at for each in firings)
    draft = RunDraft(
        key=_run_key(trigger, firings[0]),
        tenant=trigger.tenant,
        script=trigger.script,
        choice=Choice(desktops=tuple(each.desktop for each in firings)),
        plan=Plan(canary="", stop_at="", offline=Offline.WAIT),
        deadline_at=max(until, now + timedelta(minutes=1)),
        values=trigger.values,
        note=trigger.name,
    )
    return start_run(viewer, draft, box=box, now=now)


def _run_key(trigger: Trigger, firing: Firing) -> str:
    """Return what a run is taken once by: the trigger, the batch and when it was claimed, since one
    that was put off leads another batch later."""
    claimed_at = firing.started_at.timestamp() if firing.started_at is not None else 0
    return f"trigger-{trigger.id}-{firing.batch}-{claimed_at:.6f}"


def system_judge(now: datetime) -> None:
    """Look what became of what was started, and count it for the breakers."""
    with transaction() as conn:
        going = store.running(conn, MOST_AT_ONCE)
        known = {
            each: runs.system_run(conn, each)
            for each in sorted({each.run for each in going if each.run is not None})
        }
        ended: defaultdict[TriggerId, list[tuple[FiringState, str]]] = defaultdict(list)
        for each in going:
            run = known.get(each.run) if each.run is not None else None
            state, reason = next_state(run, each.target)
            if state.is_open:
                continue
            if store.note_end(conn, each.id, state, reason=reason, now=now):
                ended[each.trigger].append((state, reason))
        for trigger, ends in ended.items():
            _count(conn, trigger, ends, now)


def _end_all(firings: Sequence[Firing], state: FiringState, reason: str, now: datetime) -> None:
    if not firings:
        return
    with transaction() as conn:
        ends = [
            (state, reason)
            for each in firings
            if store.note_end(conn, each.id, state, reason=reason, now=now)
        ]
        _count(conn, firings[0].trigger, ends, now)


def _count(
    conn: Connection, trigger: TriggerId, ends: Iterable[tuple[FiringState, str]], now: datetime
) -> None:
    """Count what came to its end; the breaker opens once so many in a row failed."""
    if not store.lock_trigger(conn, trigger):
        return
    known = store.fetch_trigger(conn, trigger)
    if known is None:
        return
    misses, broken_at = known.misses, known.broken_at
    for state, reason in ends:
        if state is FiringState.DONE or counts_as_miss(state, reason):
            misses = brakes.count_miss(misses, is_good=state is FiringState.DONE)
        if broken_at is None and brakes.opens_breaker(known, misses):
            broken_at = now
    store.note_misses(conn, trigger, misses, broken_at)
    announce_live(PART, known.tenant)


def system_forget(before: datetime) -> None:
    """Let go of what came to its end long ago."""
    with transaction() as conn:
        store.forget(conn, before, MOST_AT_ONCE)
