"""Which mask rules match? All of them are recorded; the strongest effect wins.

Rules that downgrade are asked first, with the severity as it came; all others see the effective
severity that results.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from yunwei.base.core.condition import Matcher, Row, compile_condition
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import Effect, Holding, HoldingAt, MaskRule

summary = "Suppresses or softens what an active mask rule matches, and names the rule."

type Compiled = tuple[MaskRule, Matcher]

_OUTCOMES = {
    Effect.HIDE: (Outcome.SUPPRESS, "masked"),
    Effect.MUTE: (Outcome.SUPPRESS, "masked"),
    Effect.DIGEST: (Outcome.SOFTEN, "digested"),
    Effect.DOWNGRADE: (Outcome.SOFTEN, "downgraded"),
}


def build_masks(
    rules: Iterable[MaskRule], holding_at: HoldingAt
) -> Callable[[Case], tuple[Decision, ...]]:
    """Return the stage for a set of rules. Cost per case: linear in its tenant's rules that
    hold."""
    matchers = {rule.id: compile_condition(rule.condition) for rule in rules}

    @lru_cache(maxsize=1)
    def compile_held(holding: Holding) -> dict[int, tuple[list[Compiled], list[Compiled]]]:
        held: dict[int, tuple[list[Compiled], list[Compiled]]] = {}
        for tenant, its_rules in holding.by_tenant.items():
            lowering, others = held[tenant] = [], []
            for rule in its_rules:
                is_lowering = rule.effect is Effect.DOWNGRADE
                (lowering if is_lowering else others).append((rule, matchers[rule.id]))
        return held

    def judge(case: Case) -> tuple[Decision, ...]:
        lowering, others = compile_held(holding_at(case.now)).get(case.alarm.tenant, _NONE)
        lowered = _match(lowering, case) if lowering else ()
        if lowered:
            case = replace(case, alarm=lower_severity(case.alarm, lowered))
        matching = (*(_match(others, case) if others else ()), *lowered)
        return matching or _NO_MASK

    return judge


_NONE: tuple[list[Compiled], list[Compiled]] = ([], [])
_NO_MASK = (Decision(stage="masks", outcome=Outcome.PASS, reason="no_mask"),)


def _match(held: Iterable[Compiled], case: Case) -> tuple[Decision, ...]:
    row = build_row(case)
    return tuple(_decide(rule) for rule, matches in held if matches(row))


def _decide(rule: MaskRule) -> Decision:
    outcome, reason = _OUTCOMES[rule.effect]
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
        until=rule.expires_at,
    )


def lower_severity(alarm: Alarm, decisions: Iterable[Decision]) -> Alarm:
    """Return the alarm with the lowest severity that decisions ask for, its own when none does.
    Nothing is ever raised."""
    asked = [Severity(each.severity) for each in decisions if each.severity]
    lowest = min((*asked, alarm.severity), key=lambda each: each.rank)
    return alarm if lowest is alarm.severity else replace(alarm, severity=lowest)


def build_row(case: Case) -> Row:
    """Return the fields that conditions on alarms may name (`ALARM_FIELDS`)."""
    alarm = case.alarm
    return {
        "source": str(alarm.source),
        "source_name": case.source_name,
        "managed_object": alarm.managed_object,
        "alarm_type": alarm.alarm_type,
        "qualifier": alarm.qualifier,
        "severity": alarm.severity.value,
        "reported_severity": alarm.reported_severity.value,
        "text": alarm.text,
        "operator_state": alarm.operator_state.value,
    }
