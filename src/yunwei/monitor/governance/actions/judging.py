"""Alarms are judged: what came, what a person did, what is due, what changed rules make anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.ids import AlarmId, TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm, Limits, Silence, Step, Verdict
from yunwei.monitor.governance.actions.matches import note_matches
from yunwei.monitor.governance.actions.silences import (
    apply_silences,
    build_silence,
    end_silences,
    keep_silence,
)
from yunwei.monitor.governance.facts.decisions import OCCASIONS, Case, Judgement, Occasion, Pipeline
from yunwei.monitor.governance.store import judgements as store

_PAST = timedelta(minutes=30)
"""What a source reports so late is told of as history: nobody is told how restless it was."""


def judge_steps(
    conn: Connection,
    steps: Sequence[Step],
    pipeline: Pipeline,
    *,
    source_names: dict[int, str],
    now: datetime,
) -> tuple[Judgement, ...]:
    """Judge what raw alarms did, in the caller's transaction; returns the judgements in order.

    Steps that are no occasion (repeats, duplicates, stale reports) are not judged.
    """
    latest = {step.after.id: step.after for step in steps if step.after is not None}
    wanted: dict[AlarmId, Silence] = {}
    judgements: list[Judgement] = []
    news: set[AlarmId] = set()
    for step in steps:
        occasion = _occasion(step)
        if step.after is None or occasion is None:
            continue
        alarm, stored = _as_left(step, step.after, wanted), latest[step.after.id]
        judgement = pipeline(
            Case(
                alarm=alarm,
                occasion=occasion,
                source_name=source_names.get(alarm.source, ""),
                now=now,
                is_over=_is_over(alarm, stored),
                begins_flapping=_begins_flapping(step),
            )
        )
        if occasion is not Occasion.RECONSIDERED or build_silence(alarm, judgement).is_news:
            judgements.append(judgement)
        if occasion is Occasion.CLEARED:
            news.add(alarm.id)
            known = wanted.get(alarm.id) or keep_silence(stored, judgement)
            wanted[alarm.id] = replace(known, due_at=judgement.due_at)
        else:
            wanted[alarm.id] = build_silence(stored, judgement)
    store.add_judgements(conn, judgements)
    note_matches(conn, judgements, now=now)
    apply_silences(conn, list(wanted.values()), now)
    cleared = [alarm for alarm in latest.values() if alarm.is_cleared]
    end_silences(conn, cleared, wanted, news=news, now=now)
    return tuple(judgements)


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
    now: datetime,
) -> tuple[tuple[Judgement, ...], tuple[Alarm, ...]]:
    """Judge the alarms that a person did something about, and those that are due by themselves;
    returns the judgements that change something, and all that was looked at."""
    alarms, settled = alarm_actions.take_to_be_judged(conn, now=now, limits=limits)
    cleared = [alarm for alarm in alarms if alarm.is_cleared]
    judgements = [
        pipeline(
            Case(
                alarm=alarm,
                occasion=Occasion.SETTLED if alarm.id in settled else Occasion.CLEARED,
                source_name=source_names.get(alarm.source, ""),
                now=now,
                flapped_since=settled.get(alarm.id),
            )
        )
        for alarm in cleared
    ]
    store.add_judgements(conn, judgements)
    kept = [keep_silence(alarm, each) for alarm, each in zip(cleared, judgements, strict=True)]
    apply_silences(conn, kept, now)
    news = {alarm.id for alarm in cleared} - settled.keys()
    end_silences(conn, cleared, {}, news=news, now=now)
    still_raised = [alarm for alarm in alarms if not alarm.is_cleared]
    anew = _judge_anew(conn, still_raised, pipeline, source_names, now=now)
    return (*judgements, *anew), tuple(alarms)


def reconsider_alarms(
    conn: Connection,
    pipeline: Pipeline,
    *,
    tenants: Sequence[TenantId] | None,
    source_names: dict[int, str],
    now: datetime,
) -> tuple[Judgement, ...]:
    """Judge every uncleared alarm of some tenants (None: of all) anew, because rules or windows
    changed. Returns the judgements of those whose silence changed; they alone are written."""
    alarms = alarm_actions.lock_uncleared(conn, tenants)
    return _judge_anew(conn, alarms, pipeline, source_names, now=now)


def _judge_anew(
    conn: Connection,
    alarms: Sequence[Alarm],
    pipeline: Pipeline,
    source_names: dict[int, str],
    *,
    now: datetime,
) -> tuple[Judgement, ...]:
    judgements: list[Judgement] = []
    seen: list[Judgement] = []
    changed: list[Silence] = []
    for alarm in alarms:
        name = source_names.get(alarm.source, "")
        case = Case(alarm=alarm, occasion=Occasion.RECONSIDERED, source_name=name, now=now)
        judgement = pipeline(case)
        seen.append(judgement)
        silence = build_silence(alarm, judgement)
        if silence.is_news:
            judgements.append(judgement)
            changed.append(silence)
    store.add_judgements(conn, judgements)
    note_matches(conn, seen, now=now)
    apply_silences(conn, changed, now)
    return tuple(judgements)
