"""How an escalation moves: what is told now, what comes next, what stops it. Pure.

Rules worth knowing:
- positions only grow: a step that was told or passed over is never told again, unless the
  escalation starts over or goes on, which begins a new run;
- an acknowledgement holds it where it is; when it is over, the same step is told again;
- steps that ask for "not cleared" are told although somebody has acknowledged;
- what the platform was not there for is told once for each step, in order, and says so.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import EscalationId, RouteId
from yunwei.monitor.notify.facts.escalation import (
    RESUMABLE,
    AlarmNow,
    Because,
    Coming,
    Entry,
    Escalation,
    EscalationState,
    Move,
    Need,
    Policy,
    PolicyStep,
    Position,
    StopReason,
    Tell,
    Verb,
)

LATE = timedelta(seconds=60)
_HURRIABLE = frozenset({StopReason.ACKNOWLEDGED, StopReason.FINISHED})
_RESUMED: dict[StopReason, Because] = {
    StopReason.ACKNOWLEDGED: Because.ACKNOWLEDGEMENT_OVER,
    StopReason.SHELVED: Because.SHELF_OVER,
    StopReason.SUPPRESSED: Because.SUPPRESSION_OVER,
}


def start(
    policy: Policy,
    alarm: AlarmNow,
    *,
    id: EscalationId,
    route: RouteId | None,
    route_name: str,
    now: datetime,
) -> Move:
    """Return a new escalation, its first step waiting for its time."""
    first_at = now + timedelta(seconds=policy.steps[0].delay_s)
    escalation = Escalation(
        id=id,
        tenant=policy.tenant,
        alarm=alarm.alarm,
        occurrence=alarm.occurrence,
        policy=policy,
        route=route,
        route_name=route_name,
        state=EscalationState.PENDING,
        next=Position(),
        next_at=first_at,
        severity=alarm.severity,
        started_at=now,
        changed_at=now,
    )
    return _moved(escalation, Verb.STARTED, now)


def restart(escalation: Escalation, policy: Policy, alarm: AlarmNow, *, now: datetime) -> Move:
    """Begin again at the first step, by the policy as it is now: the alarm got worse."""
    run = escalation.run + 1
    after = replace(
        escalation,
        policy=policy,
        state=EscalationState.PENDING,
        why=None,
        why_detail="",
        run=run,
        done=None,
        done_at=None,
        next=Position(run=run),
        next_at=now + timedelta(seconds=policy.steps[0].delay_s),
        held=None,
        owed=(),
        because=Because.WORSENED,
        because_detail="",
        severity=alarm.severity,
        changed_at=now,
    )
    return _moved(after, Verb.RESTARTED, now)


def stop(
    escalation: Escalation, why: StopReason, *, now: datetime, detail: str = "", by: str = ""
) -> Move:
    """Tell nothing more; says why."""
    after = replace(
        escalation,
        state=EscalationState.STOPPED,
        why=why,
        why_detail=detail,
        next=None,
        next_at=None,
        held=_place(escalation),
        because=None,
        because_detail="",
        changed_at=now,
    )
    return _moved(after, Verb.STOPPED, now, by=by, why=why.value, name=detail)


def follow(escalation: Escalation, alarm: AlarmNow, *, now: datetime) -> Move:
    """Return the escalation as its alarm's present state wants it: stopped, held, or going on at
    the same step. Asked twice, the second time changes nothing."""
    if escalation.why in {StopReason.CLEARED, StopReason.REPLACED}:
        return Move(after=escalation)
    if alarm.is_cleared or alarm.occurrence != escalation.occurrence:
        return stop(escalation, StopReason.CLEARED, now=now)
    if alarm.quiet_by:
        return _silence(escalation, alarm, now)
    if is_acknowledged(escalation, alarm):
        return _hold(escalation, alarm, now)
    return _go_on(escalation, alarm, now)


def is_acknowledged(escalation: Escalation, alarm: AlarmNow) -> bool:
    """Say whether all whose acknowledgement is needed have given it."""
    return alarm.is_acknowledged and alarm.acknowledged_by.issuperset(escalation.owed)


def owe(escalation: Escalation, names: tuple[str, ...]) -> Escalation:
    """Ask each of these people for an acknowledgement of their own."""
    return replace(escalation, owed=tuple(dict.fromkeys((*escalation.owed, *names))))


def _silence(escalation: Escalation, alarm: AlarmNow, now: datetime) -> Move:
    kinds = [kind for kind, _ in alarm.quiet_by]
    why = StopReason.SHELVED if "shelved" in kinds else StopReason.SUPPRESSED
    name = next((name for _, name in alarm.quiet_by if name), "")
    if (escalation.why, escalation.why_detail) == (why, name):
        return Move(after=escalation)
    return stop(escalation, why, now=now, detail=name)


def _hold(escalation: Escalation, alarm: AlarmNow, now: datetime) -> Move:
    if escalation.why is StopReason.ACKNOWLEDGED or escalation.because is Because.HURRIED:
        return Move(after=escalation)
    held = replace(escalation, held=_place(escalation))
    if not _has_more(held, while_acknowledged=True):
        return stop(held, StopReason.ACKNOWLEDGED, now=now, detail=alarm.operator)
    if escalation.held is not None and escalation.state is not EscalationState.STOPPED:
        return Move(after=escalation)
    if held.next is None:
        # it was kept quiet in between: the rest of its time begins now
        held = _schedule(held, begun_at=now)
    after = replace(held, state=EscalationState.ESCALATING, why=None, why_detail="", changed_at=now)
    return _moved(after, Verb.HELD, now, by=alarm.operator)


def _go_on(escalation: Escalation, alarm: AlarmNow, now: datetime) -> Move:
    is_stopped = escalation.state is EscalationState.STOPPED
    if is_stopped and escalation.why not in RESUMABLE:
        return Move(after=escalation)
    if not is_stopped and (escalation.held is None or escalation.because is Because.HURRIED):
        return Move(after=escalation)
    if not is_stopped and alarm.is_acknowledged:
        return _let_go(escalation, now)
    was = escalation.why or StopReason.ACKNOWLEDGED
    place, run = _place(escalation), escalation.run + 1
    after = replace(
        escalation,
        state=EscalationState.ESCALATING,
        why=None,
        why_detail="",
        run=run,
        next=replace(place, run=run, repeat=0),
        next_at=now,
        held=None,
        owed=(),
        because=_RESUMED[was],
        because_detail=escalation.why_detail,
        severity=alarm.severity,
        changed_at=now,
    )
    return _moved(after, Verb.RESUMED, now, why=was.value, name=escalation.why_detail)


def has_further_step(escalation: Escalation) -> bool:
    """Say whether `hurry` would find a step to tell."""
    is_over = escalation.state is EscalationState.STOPPED and escalation.why not in _HURRIABLE
    return not is_over and _later_step(escalation) is not None


def hurry(escalation: Escalation, *, by: str, now: datetime) -> Move:
    """Let the next step come now, because a person asks for it. Raises Conflict when there is
    none, or the alarm is kept quiet or over."""
    if escalation.state is EscalationState.STOPPED and escalation.why not in _HURRIABLE:
        raise Conflict("the escalation has ended, or the alarm is kept quiet")
    wanted = _later_step(escalation)
    if wanted is None:
        raise Conflict("there is no further step")
    after = replace(
        escalation,
        state=EscalationState.ESCALATING,
        why=None,
        why_detail="",
        next=wanted,
        next_at=now,
        because=Because.HURRIED,
        because_detail=by,
        changed_at=now,
    )
    return _moved(after, Verb.HURRIED, now, by=by)


def advance(escalation: Escalation, alarm: AlarmNow, *, now: datetime) -> Move:
    """Return what is due by `now`: told in this order, or passed over. Follow the alarm first, let
    those who are told owe what they have to, and settle then."""
    tells: list[Tell] = []
    entries: list[Entry] = []
    while escalation.next is not None and escalation.next_at is not None:
        if escalation.next_at > now:
            break
        tell = _build_tell(escalation, escalation.next, due_at=escalation.next_at, now=now)
        if _is_wanted(escalation, tell, alarm):
            tells.append(tell)
        elif tell.position.repeat == 0:
            entries.append(_entry(escalation, Verb.PASSED, now, position=tell.position))
        escalation = _take(escalation, tell, is_acknowledged=is_acknowledged(escalation, alarm))
    if any(tell.is_late for tell in tells):
        escalation = _give_time(escalation, since=tells[-1].due_at, now=now)
    return Move(after=escalation, tells=_merge_missed(tells), entries=tuple(entries))


def settle(escalation: Escalation, alarm: AlarmNow, *, now: datetime) -> Move:
    """Stop what has nothing more to tell; what an acknowledgement held goes on where somebody who
    was told since owes one."""
    if escalation.state is EscalationState.STOPPED or escalation.because is not None:
        return Move(after=escalation)
    if is_acknowledged(escalation, alarm):
        if escalation.next is None or not _has_more(escalation, while_acknowledged=True):
            return stop(escalation, StopReason.ACKNOWLEDGED, now=now, detail=alarm.operator)
    elif escalation.next is None:
        return stop(escalation, StopReason.FINISHED, now=now)
    elif escalation.held is not None and alarm.is_acknowledged:
        return _let_go(escalation, now)
    return Move(after=escalation)


def _let_go(escalation: Escalation, now: datetime) -> Move:
    # the acknowledgement stands, one more person owes theirs: on from here, not from where it was
    # held, which would begin the loops anew for ever
    return Move(after=replace(escalation, held=None, changed_at=now))


def forecast(escalation: Escalation, *, limit: int = 50) -> tuple[Coming, ...]:
    """Return what will be told, and when, if nobody does anything."""
    coming: list[Coming] = []
    while escalation.next is not None and escalation.next_at is not None and len(coming) < limit:
        at, position = escalation.next_at, escalation.next
        step = escalation.policy.steps[position.step]
        coming.append(Coming(position=position, step=step, at=at))
        tell = _build_tell(escalation, position, due_at=at, now=at)
        escalation = _take(escalation, tell, is_acknowledged=False)
    return tuple(coming)


def _build_tell(
    escalation: Escalation, position: Position, *, due_at: datetime, now: datetime
) -> Tell:
    step = escalation.policy.steps[position.step]
    return Tell(
        position=position,
        step=step,
        due_at=due_at,
        is_late=now - due_at > LATE,
        because=escalation.because or _place_says(position, step),
        because_detail=escalation.because_detail,
    )


def _place_says(position: Position, step: PolicyStep) -> Because:
    if position.repeat:
        return Because.REPEATED
    if position.step == 0:
        return Because.AGAIN if position.loop else Because.RAISED
    needs_acknowledgement = step.needs is Need.NOT_ACKNOWLEDGED
    return Because.UNACKNOWLEDGED if needs_acknowledgement else Because.UNCLEARED


def _is_wanted(escalation: Escalation, tell: Tell, alarm: AlarmNow) -> bool:
    if tell.because is Because.HURRIED:
        return True
    least = tell.step.min_severity
    if least is not None and alarm.severity.rank < least.rank:
        return False
    return tell.step.needs is Need.NOT_CLEARED or not is_acknowledged(escalation, alarm)


def _take(escalation: Escalation, tell: Tell, *, is_acknowledged: bool) -> Escalation:
    """Return the escalation with one position behind it."""
    held = escalation.held
    if tell.because is Because.HURRIED:
        # a step that was hurried on is the one to go on with
        held = tell.position if is_acknowledged else None
    taken = replace(
        escalation,
        state=EscalationState.ESCALATING,
        done=tell.position,
        done_at=escalation.done_at if tell.position.repeat else tell.due_at,
        held=held,
        because=None,
        because_detail="",
        changed_at=tell.due_at,
    )
    return _schedule(taken, begun_at=taken.done_at or tell.due_at)


def _schedule(escalation: Escalation, *, begun_at: datetime) -> Escalation:
    """Return the escalation with what comes after `done`: a repeat, the next step, a new loop."""
    policy, done = escalation.policy, escalation.done
    if done is None:
        first_at = begun_at + timedelta(seconds=policy.steps[0].delay_s)
        return replace(escalation, next=Position(run=escalation.run), next_at=first_at)
    step = policy.steps[done.step]
    options: list[tuple[datetime, Position]] = []
    later = _later_step(escalation)
    if later is not None and later.step > done.step:
        delay_s = policy.steps[later.step].delay_s
        options.append((begun_at + timedelta(seconds=delay_s), later))
    elif later is not None:
        delay_s = step.repeats * step.repeat_s + policy.loop_delay_s
        options.append((begun_at + timedelta(seconds=delay_s), later))
    if done.repeat < step.repeats:
        repeat = replace(done, repeat=done.repeat + 1)
        options.append((begun_at + timedelta(seconds=repeat.repeat * step.repeat_s), repeat))
    if not options:
        return replace(escalation, next=None, next_at=None)
    # at one instant the next step counts, and the repeat is left out
    at, position = min(options, key=lambda option: option[0])
    return replace(escalation, next=position, next_at=at)


def _later_step(escalation: Escalation) -> Position | None:
    """Return where the next step, or the next loop, begins; None after the last."""
    policy, done = escalation.policy, escalation.done
    if done is None:
        return Position(run=escalation.run)
    if done.step + 1 < len(policy.steps):
        return replace(done, step=done.step + 1, repeat=0)
    if done.loop < policy.loops:
        return replace(done, loop=done.loop + 1, step=0, repeat=0)
    return None


def _has_more(escalation: Escalation, *, while_acknowledged: bool = False) -> bool:
    """Say whether anything is still to be told (although somebody has acknowledged)."""
    policy, done = escalation.policy, escalation.done
    ahead = list(policy.steps)
    if done is not None and done.loop >= policy.loops:
        has_repeats = done.repeat < policy.steps[done.step].repeats
        ahead = ahead[done.step + (0 if has_repeats else 1) :]
    return any(step.needs is Need.NOT_CLEARED or not while_acknowledged for step in ahead)


def _give_time(escalation: Escalation, *, since: datetime, now: datetime) -> Escalation:
    """Whoever was told late has the policy's full time before the next step."""
    shift = now - since
    return replace(
        escalation,
        done_at=escalation.done_at + shift if escalation.done_at else None,
        next_at=escalation.next_at + shift if escalation.next_at else None,
    )


def _merge_missed(tells: list[Tell]) -> tuple[Tell, ...]:
    """Tell each step once, at its first place, with how often it was missed."""
    merged: dict[int, Tell] = {}
    for tell in tells:
        first = merged.get(tell.position.step)
        merged[tell.position.step] = replace(first, missed=first.missed + 1) if first else tell
    return tuple(merged.values())


def _place(escalation: Escalation) -> Position:
    """Return where the escalation goes on, should it ever."""
    return escalation.held or escalation.done or Position(run=escalation.run)


def _moved(
    after: Escalation, verb: Verb, now: datetime, *, by: str = "", why: str = "", name: str = ""
) -> Move:
    entry = _entry(after, verb, now, position=after.next, by=by, why=why, name=name)
    return Move(after=after, entries=(entry,))


def _entry(
    escalation: Escalation,
    verb: Verb,
    now: datetime,
    *,
    position: Position | None,
    by: str = "",
    why: str = "",
    name: str = "",
) -> Entry:
    told = {"why": why, "name": name, "version": str(escalation.policy.version)}
    return Entry(
        escalation=escalation.id,
        at=now,
        verb=verb,
        position=position,
        by=by,
        detail={key: value for key, value in told.items() if value},
    )
