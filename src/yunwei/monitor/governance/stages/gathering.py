"""Is it one of too many, or of many alike? Then it is gathered into their situation, of which
people hear as a whole. Asked last, of what nothing else keeps quiet."""

from collections.abc import Callable

from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import WAITING_KINDS, Alarm, Suppression
from yunwei.monitor.governance.facts.decisions import Case, Decision, Occasion, Outcome
from yunwei.monitor.governance.facts.gathering import Gathering, GatheringsOf
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.facts.situations import SituationKind

summary = "Gathers alarms of a storm, and alike ones, into a situation that is told as a whole."

STAGES = {SituationKind.STORM: "storm", SituationKind.GROUP: "grouping"}
GATHERED = {"storm": "storm", "grouped": "grouping"}
"""kind of suppression → stage"""
_REASONS = {"storm": "in_storm", "grouping": "grouped"}
_FREED_BY = WAITING_KINDS | {"inhibited"}
_NEWS = frozenset({Occasion.RAISED, Occasion.NOTICED, Occasion.WORSENED})


type FindScope = Callable[[Gathering, Case], str | None]
"""(rule, case) → what it has in common with those that it is gathered with now; None: it is not"""


def build_gathering(
    gatherings_of: GatheringsOf, find_scope: FindScope
) -> Callable[[Case, Alarm], tuple[Decision, ...]]:
    """Return the stage for one snapshot. Cost per case: a look-up for each rule of the tenant.

    The stage is asked with the case and the alarm as it was stored.
    """

    def judge(case: Case, before: Alarm) -> tuple[Decision, ...]:
        pin = case.memory.pin(before.id)
        is_pinned = pin is not None and pin.occurrence == before.occurrence
        if case.alarm.is_cleared or is_pinned:
            return ()
        kept = find_gathered(before)
        if kept is not None and case.occasion is not Occasion.WORSENED:
            return (_keep(kept),)
        if not is_news(case, before):
            return ()
        spared: list[Decision] = []
        for each in gatherings_of(case.alarm.tenant):
            scope = find_scope(each, case)
            if scope is None:
                continue
            if not _is_exception(each, scope, case):
                return (*spared, _gather(each, scope))
            spared.append(_spare(each))
        return tuple(spared)

    return judge


def is_news(case: Case, before: Alarm) -> bool:
    """Say whether people would hear of it now: it came, or what put it off is over."""
    if case.occasion in _NEWS:
        return not case.is_over
    kinds = {each.kind for each in before.suppressed_by}
    return case.occasion is Occasion.RECONSIDERED and bool(kinds) and kinds <= _FREED_BY


def find_gathered(alarm: Alarm) -> Suppression | None:
    return next((each for each in alarm.suppressed_by if each.kind in GATHERED), None)


def _is_exception(each: Gathering, scope: str, case: Case) -> bool:
    if not each.has_exceptions or case.alarm.severity is not Severity.CRITICAL:
        return False
    return not case.memory.has_seen(each.rule.id, scope, case.alarm.alarm_type)


def _gather(each: Gathering, scope: str) -> Decision:
    stage = STAGES[each.kind]
    return Decision(
        stage=stage,
        outcome=Outcome.SUPPRESS,
        reason=_REASONS[stage],
        rule_id=each.rule.id,
        rule_version=each.rule.version,
        rule_name=each.rule.name,
        effect=Effect.MUTE.value,
        scope=scope,
    )


def _spare(each: Gathering) -> Decision:
    return Decision(
        stage=STAGES[each.kind],
        outcome=Outcome.PASS,
        reason="first_of_type",
        rule_id=each.rule.id,
        rule_version=each.rule.version,
        rule_name=each.rule.name,
    )


def _keep(kept: Suppression) -> Decision:
    """What was gathered stays so until it clears or gets worse: people heard of it."""
    stage = GATHERED[kept.kind]
    return Decision(
        stage=stage,
        outcome=Outcome.SUPPRESS,
        reason=_REASONS[stage],
        rule_id=kept.rule_id,
        rule_version=kept.rule_version,
        rule_name=kept.rule_name,
        effect=kept.effect,
    )
