"""Which mask rules match? All of them are recorded; the strongest effect wins.

Rules that downgrade are asked first, with the severity as it came; all others see the effective
severity that results.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.condition import Condition, Index, build_indexes
from yunwei.base.core.ids import MaskRuleId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import Effect, HoldingAt, MaskRule, RuleState
from yunwei.monitor.governance.facts.rows import build_row

summary = "Suppresses or softens what an active mask rule matches, and names the rule."

type MaskIndexes = Mapping[TenantId, Index[MaskRuleId]]
"""Of each tenant with rules, which of them match a row."""

_OUTCOMES = {
    Effect.HIDE: (Outcome.SUPPRESS, "masked"),
    Effect.MUTE: (Outcome.SUPPRESS, "masked"),
    Effect.DIGEST: (Outcome.SOFTEN, "digested"),
    Effect.DOWNGRADE: (Outcome.SOFTEN, "downgraded"),
}


def build_mask_indexes(rules: Iterable[MaskRule], before: MaskIndexes | None = None) -> MaskIndexes:
    """Return what finds the rules that match, strongest first. before: what was built for
    earlier rules; it must not be asked any more. Cost: linear in the rules that changed, and a
    little in all."""
    tables: dict[TenantId, list[tuple[MaskRuleId, Condition]]] = {}
    for rule in sorted(rules, key=lambda each: (each.effect.strength, each.id)):
        tables.setdefault(rule.tenant, []).append((rule.id, rule.matched))
    return build_indexes(tables, before=before)


def build_masks(
    rules: Iterable[MaskRule], holding_at: HoldingAt, indexes: MaskIndexes
) -> Callable[[Case], tuple[Decision, ...]]:
    """Return the stage for a set of rules and their indexes. Whether a rule holds at the moment is
    asked only of those that match, which are few."""
    by_id = {rule.id: rule for rule in rules}

    def find(case: Case) -> list[MaskRule]:
        matching = indexes[case.alarm.tenant].match(build_row(case))
        return [by_id[id] for id in matching]

    def judge(case: Case) -> tuple[Decision, ...]:
        matching = find(case) if case.alarm.tenant in indexes else []
        if not matching:
            return _NO_MASK
        holding, now = holding_at(case.now), case.now
        lowered = tuple(
            decide(rule, now)
            for rule in matching
            if rule.effect is Effect.DOWNGRADE and holding.has(rule.id, rule.version)
        )
        if lowered:
            # the others see the severity that results
            matching = find(replace(case, alarm=lower_severity(case.alarm, lowered)))
        others = tuple(
            decide(rule, now)
            for rule in matching
            if rule.effect is not Effect.DOWNGRADE and holding.has(rule.id, rule.version)
        )
        shadow = tuple(decide(rule, now) for rule in matching if rule.id in holding.shadow)
        return (*((*others, *lowered) or _NO_MASK), *shadow)

    return judge


_NO_MASK = (Decision(stage="masks", outcome=Outcome.PASS, reason="no_mask"),)


def decide(rule: MaskRule, now: datetime) -> Decision:
    """Return what a rule that matches says."""
    outcome, reason = _OUTCOMES[rule.effect]
    if rule.state is RuleState.SHADOW:
        outcome, reason = Outcome.PASS, "would_mask"
    until, begins = rule.expires_at, False
    if rule.lasts_minutes is not None:
        lasts = timedelta(minutes=rule.lasts_minutes)
        begins = rule.flexible_since is None or now >= rule.flexible_since + lasts
        until = min(until, (now if begins else rule.flexible_since or now) + lasts)
    return Decision(
        stage="masks",
        outcome=outcome,
        reason=reason,
        rule_id=rule.id,
        rule_version=rule.version,
        rule_name=rule.name,
        effect=rule.effect.value,
        severity=rule.downgrade_to.value if rule.downgrade_to else "",
        on_end=rule.end_policy.value,
        begins=begins,
        until=until,
    )


def lower_severity(alarm: Alarm, decisions: Iterable[Decision]) -> Alarm:
    """Return the alarm with the lowest severity that decisions ask for, its own when none does.
    Nothing is ever raised."""
    asked = [
        Severity(each.severity)
        for each in decisions
        if each.severity and each.outcome is Outcome.SOFTEN
    ]
    lowest = min((*asked, alarm.severity), key=lambda each: each.rank)
    return alarm if lowest is alarm.severity else replace(alarm, severity=lowest)
