"""Alarms are judged: what came, what a person did, what changed rules make anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from yunwei.base.core.ids import AlarmId, TenantId
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm, Silence, Step, Suppression, Verdict
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
    wanted: dict[AlarmId, Silence] = {}
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
        if occasion is not Occasion.RECONSIDERED or _silence(step.after, judgement).is_news:
            judgements.append(judgement)
        if occasion is not Occasion.CLEARED:
            wanted[step.after.id] = _silence(latest[step.after.id], judgement)
    store.add_judgements(conn, judgements)
    _apply_silence(conn, list(wanted.values()), now)
    _end_all(conn, [alarm for alarm in latest.values() if alarm.is_cleared], wanted, now)
    return tuple(judgements)


def _occasion(step: Step) -> Occasion | None:
    """Return why a step is judged. Other words or an eased severity may no longer be what a rule
    keeps quiet."""
    is_quiet = step.before is not None and bool(
        step.before.suppressed_by or step.before.softened_by
    )
    if step.verdict is Verdict.EASED or (step.verdict is Verdict.REPEATED and is_quiet):
        return Occasion.RECONSIDERED
    return OCCASIONS.get(step.verdict)


def _silence(alarm: Alarm, judgement: Judgement) -> Silence:
    return Silence(
        alarm=alarm,
        suppressed_by=judgement.suppressed_by,
        softened_by=judgement.softened_by,
        severity=judgement.case.alarm.severity,
    )


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
    changed: list[Silence] = []
    for alarm in alarms:
        name = source_names.get(alarm.source, "")
        case = Case(alarm=alarm, occasion=Occasion.RECONSIDERED, source_name=name, now=now)
        judgement = pipeline(case)
        silence = _silence(alarm, judgement)
        if silence.is_news:
            judgements.append(judgement)
            changed.append(silence)
    store.add_judgements(conn, judgements)
    _apply_silence(conn, changed, now)
    return tuple(judgements)


def _apply_silence(conn: Connection, wanted: Sequence[Silence], now: datetime) -> None:
    ended = [
        _suppression_row(each.alarm, reason)
        for each in wanted
        for reason in _reasons(each.alarm)
        if reason not in _reasons(each)
    ]
    begun = [
        _suppression_row(each.alarm, reason)
        for each in wanted
        for reason in _reasons(each)
        if reason not in _reasons(each.alarm)
    ]
    store.end_suppressions(conn, ended, now)
    store.add_suppressions(conn, begun)
    alarm_actions.set_silence(conn, wanted, now=now)


def _reasons(holder: Alarm | Silence) -> tuple[Suppression, ...]:
    return (*holder.suppressed_by, *holder.softened_by)


def _end_all(
    conn: Connection, cleared: Iterable[Alarm], wanted: dict[AlarmId, Silence], now: datetime
) -> None:
    """Close the audit rows of alarms that are over; the alarm itself keeps saying who hid it."""
    rows = [
        _suppression_row(alarm, each)
        for alarm in cleared
        for each in _reasons(wanted.get(alarm.id, alarm))
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
