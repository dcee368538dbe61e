"""The ordered list of stages on one screen, and how their decisions add up. Pure."""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from yunwei.monitor.alarms.facts import Alarm, Suppression
from yunwei.monitor.governance.facts.decisions import (
    Case,
    Decision,
    Judgement,
    Occasion,
    Outcome,
    Pipeline,
    Snapshot,
)
from yunwei.monitor.governance.facts.masks import Effect, HoldingAt
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.governance.rules.gathering import find_present_scope
from yunwei.monitor.governance.rules.holding import build_holding
from yunwei.monitor.governance.rules.noise_book import NoiseBook
from yunwei.monitor.governance.stages import ending, news, service, shelf
from yunwei.monitor.governance.stages.flapping import build_flapping
from yunwei.monitor.governance.stages.gathering import build_gathering
from yunwei.monitor.governance.stages.hold_down import build_hold_down
from yunwei.monitor.governance.stages.inhibition import build_inhibition
from yunwei.monitor.governance.stages.masks import (
    MaskIndexes,
    build_mask_indexes,
    build_masks,
    lower_severity,
)

KINDS = {
    "masks": "mask",
    "shelf": "shelved",
    "hold_down": "transient",
    "flapping": "flapping",
    "service": "out_of_service",
    "inhibition": "inhibited",
    "storm": "storm",
    "grouping": "grouped",
}
"""What a stage's silence is called on the alarm."""
WAITING = frozenset({"waits_for_parent"})
"""Reasons that only put off, whatever the stage."""
_QUIET = frozenset({Outcome.SUPPRESS, Outcome.ANNOUNCE})

_SILENT = frozenset({*_QUIET, Outcome.STOP})

type Stage = Callable[[Case], tuple[Decision, ...]]
type Gather = Callable[[Case, Alarm], tuple[Decision, ...]]


def build_pipeline(snapshot: Snapshot, mask_indexes: MaskIndexes | None = None) -> Pipeline:
    """Return the pipeline for one snapshot; a newer snapshot gets a new pipeline. mask_indexes: of
    the snapshot's mask rules, where they are known already."""
    book = NoiseBook(snapshot.noise_rules, snapshot.provider, snapshot.sets)
    holding_at = build_holding(snapshot.mask_rules, snapshot.calendars)
    if mask_indexes is None:
        mask_indexes = build_mask_indexes(snapshot.mask_rules)
    flapping = build_flapping(book.flapping, book.limits)
    stages: tuple[Stage, ...] = (
        _one(news.judge),
        _one(shelf.judge),
        build_hold_down(book.hold_down),
        flapping,
        build_masks(snapshot.mask_rules, holding_at, mask_indexes),
        service.judge,
        build_inhibition(book.inhibitions, build_row),
    )
    gather = build_gathering(book.gatherings, find_present_scope)
    # people who were told of the raise learn of its end, whatever was masked since
    of_clears = (stages[0], flapping)

    def judge(case: Case) -> Judgement:
        if case.occasion is Occasion.CLEARED and not case.begins_flapping:
            decisions = _ask(of_clears, case)
            return _add_up(case, case.alarm, decisions, is_digested=case.alarm.is_digested)
        return _run(stages, case, gather, holding_at)

    return judge


def _one(judge: Callable[[Case], Decision]) -> Stage:
    return lambda case: (judge(case),)


def _run(stages: tuple[Stage, ...], case: Case, gather: Gather, holding_at: HoldingAt) -> Judgement:
    """Ask every stage, so that an alarm with two reasons to be quiet shows both; only STOP
    ends the round. What nothing keeps quiet may be one of too many."""
    before = case.alarm
    if before.severity is not before.reported_severity:
        case = replace(case, alarm=replace(before, severity=before.reported_severity))
    decisions = _ask(stages, case)
    lowered = lower_severity(case.alarm, decisions)
    if lowered is not case.alarm:
        case = replace(case, alarm=lowered)
    if not any(each.outcome in _SILENT for each in decisions):
        decisions.extend(gather(case, before))
    decisions.extend(ending.judge(case, before, decisions, holding_at(case.now)))
    is_digested = any(
        each.effect == Effect.DIGEST and each.outcome is Outcome.SOFTEN for each in decisions
    )
    return _add_up(case, before, decisions, is_digested=is_digested)


def _ask(stages: Iterable[Stage], case: Case) -> list[Decision]:
    decisions: list[Decision] = []
    for stage in stages:
        said = stage(case)
        decisions.extend(said)
        if said and said[-1].outcome is Outcome.STOP:
            break
    return decisions


def _add_up(
    case: Case, before: Alarm, decisions: list[Decision], *, is_digested: bool
) -> Judgement:
    outcomes = {decision.outcome for decision in decisions}
    return Judgement(
        case=case,
        decisions=tuple(decisions),
        suppressed_by=_reasons(case, before, decisions, _QUIET),
        softened_by=_reasons(case, before, decisions, {Outcome.SOFTEN}),
        is_to_be_told=outcomes <= {Outcome.PASS, Outcome.SOFTEN, Outcome.ANNOUNCE},
        is_digested=is_digested,
    )


def _reasons(
    case: Case, before: Alarm, decisions: Iterable[Decision], outcomes: Container[Outcome]
) -> tuple[Suppression, ...]:
    return tuple(
        _suppression(case, before, decision)
        for decision in decisions
        if decision.outcome in outcomes and decision.stage != "ending"
    )


def _suppression(case: Case, before: Alarm, decision: Decision) -> Suppression:
    """Return the reason for silence; one that held before keeps its start."""
    kind = "waiting" if decision.reason in WAITING else KINDS[decision.stage]
    for earlier in (*before.suppressed_by, *before.softened_by):
        if (earlier.kind, earlier.rule_id, earlier.rule_version) == (
            kind,
            decision.rule_id,
            decision.rule_version,
        ):
            return earlier
    return Suppression(
        kind=kind,
        effect=decision.effect,
        severity=decision.severity,
        on_end=decision.on_end,
        rule_id=decision.rule_id,
        rule_version=decision.rule_version,
        rule_name=decision.rule_name,
        since=case.now,
        until=decision.until,
    )
