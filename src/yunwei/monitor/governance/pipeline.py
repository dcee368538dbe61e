"""The ordered list of stages on one screen, and how their decisions add up. Pure."""

from collections.abc import Callable

from yunwei.monitor.alarms.facts import Suppression
from yunwei.monitor.governance.facts.decisions import (
    Case,
    Decision,
    Judgement,
    Occasion,
    Outcome,
    Pipeline,
    Snapshot,
)
from yunwei.monitor.governance.stages import news, shelf
from yunwei.monitor.governance.stages.masks import build_masks

type Stage = Callable[[Case], tuple[Decision, ...]]


def build_pipeline(snapshot: Snapshot) -> Pipeline:
    """Return the pipeline for one snapshot; a newer snapshot gets a new pipeline."""
    stages: tuple[Stage, ...] = (
        _one(news.judge),
        _one(shelf.judge),
        build_masks(snapshot.mask_rules),
    )
    return lambda case: _run(stages, case)


def _one(judge: Callable[[Case], Decision]) -> Stage:
    return lambda case: (judge(case),)


def _run(stages: tuple[Stage, ...], case: Case) -> Judgement:
    """Ask every stage, so that an alarm with two reasons to be quiet shows both; only STOP
    ends the round."""
    decisions: list[Decision] = []
    # people who were told of the raise learn of its end, whatever was masked since
    asked = stages[:1] if case.occasion is Occasion.CLEARED else stages
    for stage in asked:
        decisions.extend(stage(case))
        if decisions[-1].outcome is Outcome.STOP:
            break
    outcomes = {decision.outcome for decision in decisions}
    return Judgement(
        case=case,
        decisions=tuple(decisions),
        suppressed_by=tuple(
            _suppression(case, decision)
            for decision in decisions
            if decision.outcome is Outcome.SUPPRESS
        ),
        is_to_be_told=outcomes == {Outcome.PASS},
    )


def _suppression(case: Case, decision: Decision) -> Suppression:
    """Return the reason for silence; one that held before keeps its start."""
    kind = "mask" if decision.stage == "masks" else "shelved"
    for earlier in case.alarm.suppressed_by:
        if (earlier.kind, earlier.rule_id, earlier.rule_version) == (
            kind,
            decision.rule_id,
            decision.rule_version,
        ):
            return earlier
    return Suppression(
        kind=kind,
        effect=decision.effect,
        rule_id=decision.rule_id,
        rule_version=decision.rule_version,
        rule_name=decision.rule_name,
        since=case.now,
        until=decision.until,
    )
