"""Alarms are judged: what came, what a person did, what is due, what changed rules make anew."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.ids import AlarmId, TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm, Limits, Silence, Step, Verdict
from yunwei.monitor.governance.actions.attaching import (
    attach,
    count,
    find_attachment,
    free_later,
    note_roots,
    release,
)
from yunwei.monitor.governance.actions.gathering import (
    Gathered,
    find_gathered,
    gather,
    note_judged,
)
from yunwei.monitor.governance.actions.matches import note_matches
from yunwei.monitor.governance.actions.remembering import note_alarm
from yunwei.monitor.governance.actions.silences import (
    apply_silences,
    build_silence,
    end_silences,
    keep_silence,
)
from yunwei.monitor.governance.facts.decisions import OCCASIONS, Case, Judgement, Occasion, Pipeline
from yunwei.monitor.governance.facts.memory import LiveParent
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.monitor.governance.store import judgements as store

_PAST = timedelta(minutes=30)
"""What a source reports so late is told of as history: nobody is told how restless it was."""
LONGEST_BEFORE = timedelta(days=1)
"""How long before its fault an alarm can have been heard of and still be explained by it."""
_MOST_NAMES = 5000


def judge_steps(
    conn: Connection,
    steps: Sequence[Step],
    pipeline: Pipeline,
    *,
    source_names: dict[int, str],
    memory: WorkingMemory,
    now: datetime,
) -> tuple[Judgement, ...]:
    """Judge what raw alarms did, in the caller's transaction; returns the judgements in order.

    Steps that are no occasion (repeats, duplicates, stale reports) are not judged. The memory is
    changed: who undoes the transaction throws it away.
    """
    latest = {step.after.id: step.after for step in steps if step.after is not None}
    # faults first: within a batch the order in which they and what they explain came is chance
    faults = [
        alarm
        for alarm in latest.values()
        if note_alarm(memory, alarm, source_names.get(alarm.source, ""), now)
    ]
    batch = _Batch(latest, memory)
    for step in steps:
        occasion = _occasion(step)
        if step.after is None or occasion is None:
            continue
        alarm = _with_affected(memory, _as_left(step, step.after, batch.wanted))
        case = Case(
            alarm=alarm,
            occasion=occasion,
            source_name=source_names.get(alarm.source, ""),
            now=now,
            is_over=_is_over(alarm, latest[alarm.id]),
            begins_flapping=_begins_flapping(step),
            memory=memory,
        )
        judgement = pipeline(case)
        note_judged(memory, judgement)
        batch.take(judgement, alarm)
    store.add_judgements(conn, batch.judgements)
    note_matches(conn, batch.judgements, now=now)
    apply_silences(conn, list(batch.wanted.values()), now)
    cleared = [alarm for alarm in latest.values() if alarm.is_cleared]
    end_silences(conn, cleared, batch.wanted, news=batch.cleared, now=now)
    _follow_situations(conn, batch.last, latest, memory, now=now)
    free_later(conn, _ended(cleared, batch.cleared, memory), memory, now)
    explained = _lock_explained(conn, faults, memory, known=latest)
    later = _judge_anew(conn, explained, pipeline, source_names, memory=memory, now=now)
    return (*batch.judgements, *later)


class _Batch:
    """What the judgements of one batch add up to."""

    def __init__(self, latest: Mapping[AlarmId, Alarm], memory: WorkingMemory) -> None:
        self._latest = latest
        self.wanted: dict[AlarmId, Silence] = {}
        self.last: dict[AlarmId, Judgement] = {}
        self.judgements: list[Judgement] = []
        self.cleared: set[AlarmId] = set()

    def take(self, judgement: Judgement, alarm: Alarm) -> None:
        """alarm: as it was judged."""
        occasion, stored = judgement.case.occasion, self._latest[alarm.id]
        if occasion is not Occasion.RECONSIDERED or build_silence(alarm, judgement).is_news:
            self.judgements.append(judgement)
        self.last[alarm.id] = judgement
        if occasion is Occasion.CLEARED:
            self.cleared.add(alarm.id)
            known = self.wanted.get(alarm.id) or keep_silence(stored, judgement)
            self.wanted[alarm.id] = replace(known, due_at=judgement.due_at)
        else:
            self.wanted[alarm.id] = build_silence(stored, judgement)


def _with_affected(memory: WorkingMemory, alarm: Alarm) -> Alarm:
    """Return the alarm with the number of desktops that are lost by it."""
    if alarm.is_cleared or memory.parent(alarm.id) is None:
        return alarm
    lost = len(memory.topology.affected(memory.nodes_of(alarm.id)))
    return alarm if lost == alarm.affected else replace(alarm, affected=lost)


def _follow_situations(
    conn: Connection,
    last: Mapping[AlarmId, Judgement],
    latest: Mapping[AlarmId, Alarm],
    memory: WorkingMemory,
    *,
    now: datetime,
) -> None:
    """Attach, release and count what these judgements change about situations."""
    found = {id: find_attachment(judgement) for id, judgement in last.items()}
    attachments = [
        replace(each, alarm=latest[id]) for id, each in found.items() if each is not None
    ]
    placed = {id: alarm.situation for id, alarm in latest.items() if alarm.situation is not None}
    gathered = {id: find_gathered(judgement) for id, judgement in last.items()}
    freed = {
        id: situation
        for id, situation in placed.items()
        if id in last and not (found[id] or gathered[id] or latest[id].is_cleared)
    }
    changed = attach(conn, attachments, memory, now)
    new = [
        Gathered(case=last[id].case, decision=decision)
        for id, decision in gathered.items()
        if decision is not None
    ]
    changed |= gather(conn, new, memory, now)
    changed |= release(conn, freed, now)
    moved = [latest[id] for id in placed if id in last and _has_moved(last[id])]
    note_roots(conn, moved, now)
    count(conn, changed | {placed[alarm.id] for alarm in moved}, now)


def _has_moved(judgement: Judgement) -> bool:
    return judgement.case.occasion is not Occasion.RECONSIDERED


def _ended(
    cleared: Iterable[Alarm], news: Container[AlarmId], memory: WorkingMemory
) -> list[LiveParent]:
    known = (memory.parent(alarm.id) for alarm in cleared if alarm.id in news)
    return [each for each in known if each is not None]


def _lock_explained(
    conn: Connection,
    faults: Sequence[Alarm],
    memory: WorkingMemory,
    *,
    known: Mapping[AlarmId, Alarm],
) -> list[Alarm]:
    """Return what was heard of before the fault that explains it, locked."""
    explained: dict[AlarmId, Alarm] = {}
    for fault in faults:
        below = memory.topology.affected(memory.nodes_of(fault.id))
        names = [*below, *memory.topology.below(memory.nodes_of(fault.id))]
        for alarm in alarm_actions.lock_beneath(
            conn,
            fault.tenant,
            names=names[:_MOST_NAMES],
            paths=[fault.managed_object],
            since=fault.heard_at - LONGEST_BEFORE,
        ):
            if alarm.id not in known:
                explained[alarm.id] = alarm
    return list(explained.values())


def _as_left(step: Step, after: Alarm, wanted: Mapping[AlarmId, Silence]) -> Alarm:
    """Return the alarm with what an earlier step of the same batch decided about it."""
    decided = wanted.get(after.id)
    is_same = step.before is not None and step.before.occurrence == after.occurrence
    if decided is None or not is_same:
        return after
    return replace(after, suppressed_by=decided.suppressed_by, softened_by=decided.softened_by)


def _occasion(step: Step) -> Occasion | None:
    """Return why a step is judged. Other words or an eased severity may no longer be what a rule
    keeps quiet."""
    is_quiet = step.before is not None and bool(
        step.before.suppressed_by or step.before.softened_by
    )
    if step.verdict is Verdict.EASED or (step.verdict is Verdict.REPEATED and is_quiet):
        return Occasion.RECONSIDERED
    return OCCASIONS.get(step.verdict)


def _is_over(alarm: Alarm, latest: Alarm) -> bool:
    """Say whether what was raised is over by the end of the same batch."""
    return not alarm.is_cleared and (latest.is_cleared or latest.occurrence != alarm.occurrence)


def _begins_flapping(step: Step) -> bool:
    after = step.after.flapping if step.after else None
    if after is None or after.since is None:
        return False
    before = step.before.flapping if step.before else None
    is_new = before is None or before.since != after.since
    return is_new and step.raw.received_at - step.raw.event_at < _PAST


def judge_marked(
    conn: Connection,
    pipeline: Pipeline,
    *,
    source_names: dict[int, str],
    limits: Limits,
    memory: WorkingMemory,
    now: datetime,
) -> tuple[tuple[Judgement, ...], tuple[Alarm, ...]]:
    """Judge the alarms that a person did something about, and those that are due by themselves;
    returns the judgements that change something, and all that was looked at."""
    alarms, settled = alarm_actions.take_to_be_judged(conn, now=now, limits=limits)
    for alarm in alarms:
        note_alarm(memory, alarm, source_names.get(alarm.source, ""), now)
    cleared = [alarm for alarm in alarms if alarm.is_cleared]
    judgements = [
        pipeline(
            Case(
                alarm=alarm,
                occasion=Occasion.SETTLED if alarm.id in settled else Occasion.CLEARED,
                source_name=source_names.get(alarm.source, ""),
                now=now,
                flapped_since=settled.get(alarm.id),
                memory=memory,
            )
        )
        for alarm in cleared
    ]
    store.add_judgements(conn, judgements)
    kept = [keep_silence(alarm, each) for alarm, each in zip(cleared, judgements, strict=True)]
    apply_silences(conn, kept, now)
    news = {alarm.id for alarm in cleared} - settled.keys()
    end_silences(conn, cleared, {}, news=news, now=now)
    by_id = {alarm.id: alarm for alarm in cleared}
    last = {each.case.alarm.id: each for each in judgements}
    _follow_situations(conn, last, by_id, memory, now=now)
    free_later(conn, _ended(cleared, by_id, memory), memory, now)
    still_raised = [alarm for alarm in alarms if not alarm.is_cleared]
    anew = _judge_anew(conn, still_raised, pipeline, source_names, memory=memory, now=now)
    return (*judgements, *anew), tuple(alarms)


def reconsider_alarms(
    conn: Connection,
    pipeline: Pipeline,
    *,
    tenants: Sequence[TenantId] | None,
    source_names: dict[int, str],
    memory: WorkingMemory,
    now: datetime,
) -> tuple[Judgement, ...]:
    """Judge every uncleared alarm of some tenants (None: of all) anew, because rules or windows
    changed. Returns the judgements of those whose silence changed; they alone are written."""
    alarms = alarm_actions.lock_uncleared(conn, tenants)
    return _judge_anew(conn, alarms, pipeline, source_names, memory=memory, now=now)


def _judge_anew(
    conn: Connection,
    alarms: Sequence[Alarm],
    pipeline: Pipeline,
    source_names: dict[int, str],
    *,
    memory: WorkingMemory,
    now: datetime,
) -> tuple[Judgement, ...]:
    judgements: list[Judgement] = []
    seen: list[Judgement] = []
    changed: list[Silence] = []
    for alarm in alarms:
        judgement = pipeline(
            Case(
                alarm=_with_affected(memory, alarm),
                occasion=Occasion.RECONSIDERED,
                source_name=source_names.get(alarm.source, ""),
                now=now,
                memory=memory,
            )
        )
        note_judged(memory, judgement)
        seen.append(judgement)
        silence = build_silence(alarm, judgement)
        if silence.is_news:
            judgements.append(judgement)
            changed.append(silence)
    store.add_judgements(conn, judgements)
    note_matches(conn, seen, now=now)
    apply_silences(conn, changed, now)
    last = {each.case.alarm.id: each for each in judgements}
    _follow_situations(conn, last, {alarm.id: alarm for alarm in alarms}, memory, now=now)
    return tuple(judgements)
