"""Alarms are judged: what came, what a person did, what changed rules make anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import AlarmId, TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm, Step, Suppression, Verdict
from yunwei.monitor.governance.facts.decisions import OCCASIONS, Case, Judgement, Occasion, Pipeline
from yunwei.monitor.governance.store import judgements as store


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
    quiet: dict[AlarmId, tuple[Suppression, ...]] = {}
    judgements: list[Judgement] = []
    for step in steps:
        occasion = _occasion(step)
        if step.after is None or occasion is None:
            continue
        case = Case(
            alarm=step.after,
            occasion=occasion,
            source_name=source_names.get(step.after.source, ""),
            now=now,
            is_over=_is_over(step.after, latest[step.after.id]),
        )
        judgement = pipeline(case)
        if occasion is not Occasion.RECONSIDERED or _changes_silence(judgement):
            judgements.append(judgement)
        if occasion is not Occasion.CLEARED:
            quiet[step.after.id] = judgement.suppressed_by
    store.add_judgements(conn, judgements)
    _apply_suppression(conn, [(latest[id], reasons) for id, reasons in quiet.items()], now)
    _end_all(conn, [alarm for alarm in latest.values() if alarm.is_cleared], quiet, now)
    return tuple(judgements)


def _occasion(step: Step) -> Occasion | None:
    """Return why a step is judged. Other words or an eased severity may no longer be what a rule
    keeps quiet."""
    is_quiet = step.before is not None and step.before.is_suppressed
    if step.verdict is Verdict.EASED or (step.verdict is Verdict.REPEATED and is_quiet):
        return Occasion.RECONSIDERED
    return OCCASIONS.get(step.verdict)


def _changes_silence(judgement: Judgement) -> bool:
    return judgement.suppressed_by != judgement.case.alarm.suppressed_by


def _is_over(alarm: Alarm, latest: Alarm) -> bool:
    """Say whether what was raised is over by the end of the same batch."""
    return not alarm.is_cleared and (latest.is_cleared or latest.occurrence != alarm.occurrence)


def judge_marked(
    conn: Connection, pipeline: Pipeline, *, source_names: dict[int, str], now: datetime
) -> tuple[Judgement, ...]:
    """Judge the alarms that a person cleared, shelved or took off the shelf, or whose time on
    the shelf is over; returns the judgements that change something."""
    alarms = alarm_actions.take_to_be_judged(conn, now=now)
    cleared = [alarm for alarm in alarms if alarm.is_cleared]
    judgements = [
        pipeline(
            Case(
                alarm=alarm,
                occasion=Occasion.CLEARED,
                source_name=source_names.get(alarm.source, ""),
                now=now,
            )
        )
        for alarm in cleared
    ]
    store.add_judgements(conn, judgements)
    _end_all(conn, cleared, {}, now)
    still_raised = [alarm for alarm in alarms if not alarm.is_cleared]
    return (*judgements, *_judge_anew(conn, still_raised, pipeline, source_names, now=now))


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
    for alarm in alarms:
        name = source_names.get(alarm.source, "")
        case = Case(alarm=alarm, occasion=Occasion.RECONSIDERED, source_name=name, now=now)
        judgement = pipeline(case)
        if _changes_silence(judgement):
            judgements.append(judgement)
    store.add_judgements(conn, judgements)
    _apply_suppression(conn, [(each.case.alarm, each.suppressed_by) for each in judgements], now)
    return tuple(judgements)


def _apply_suppression(
    conn: Connection, wanted: Iterable[tuple[Alarm, tuple[Suppression, ...]]], now: datetime
) -> None:
    changed = [(alarm, quiet) for alarm, quiet in wanted if quiet != alarm.suppressed_by]
    ended = [
        _suppression_row(alarm, each)
        for alarm, quiet in changed
        for each in alarm.suppressed_by
        if each not in quiet
    ]
    begun = [
        _suppression_row(alarm, each)
        for alarm, quiet in changed
        for each in quiet
        if each not in alarm.suppressed_by
    ]
    store.end_suppressions(conn, ended, now)
    store.add_suppressions(conn, begun)
    alarm_actions.set_suppression(conn, changed, now=now)


def _end_all(
    conn: Connection,
    cleared: Iterable[Alarm],
    quiet: dict[AlarmId, tuple[Suppression, ...]],
    now: datetime,
) -> None:
    """Close the audit rows of alarms that are over; the alarm itself keeps saying who hid it."""
    rows = [
        _suppression_row(alarm, each)
        for alarm in cleared
        for each in quiet.get(alarm.id, alarm.suppressed_by)
    ]
    store.end_suppressions(conn, rows, now)


def _suppression_row(alarm: Alarm, each: Suppression) -> dict[str, Any]:
    return {
        "tenant": alarm.tenant,
        "alarm": alarm.id,
        "occurrence": alarm.occurrence,
        "kind": each.kind,
        "effect": each.effect,
        "rule_id": each.rule_id,
        "rule_version": each.rule_version,
        "rule_name": each.rule_name,
        "since": each.since,
    }
