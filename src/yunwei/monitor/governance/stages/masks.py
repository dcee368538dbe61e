"""Which mask rules match? All of them are recorded; the strongest effect wins.

Rules that downgrade are asked first, with the severity as it came; all others see the effective
severity that results.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from yunwei.base.core.condition import Matcher, Row, compile_condition
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import (
    Effect,
    Holding,
    HoldingAt,
    MaskRule,
    RuleState,
)

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
    matchers = {rule.id: compile_condition(rule.matched) for rule in rules}

    def compile_all(held: Iterable[MaskRule]) -> list[Compiled]:
        return [(rule, matchers[rule.id]) for rule in held]

    @lru_cache(maxsize=1)
    def compile_held(holding: Holding) -> dict[int, _Held]:
        tenants = holding.by_tenant.keys() | holding.shadow_by_tenant.keys()
        return {
            tenant: _Held(
                lowering=compile_all(each for each in active if each.effect is Effect.DOWNGRADE),
                others=compile_all(each for each in active if each.effect is not Effect.DOWNGRADE),
                shadow=compile_all(holding.shadow_by_tenant.get(tenant, ())),
            )
            for tenant in tenants
            for active in [holding.by_tenant.get(tenant, ())]
        }

    def judge(case: Case) -> tuple[Decision, ...]:
        held = compile_held(holding_at(case.now)).get(case.alarm.tenant)
        if held is None:
            return _NO_MASK
        lowered = _match(held.lowering, case)
        if lowered:
            case = replace(case, alarm=lower_severity(case.alarm, lowered))
        matching = (*_match(held.others, case), *lowered)
        return (*(matching or _NO_MASK), *_match(held.shadow, case))

    return judge


@dataclass(frozen=True, slots=True)
class _Held:
    """The rules of one tenant that hold at a moment, each with its matcher, strongest first."""

    lowering: list[Compiled]
    others: list[Compiled]
    shadow: list[Compiled]


_NO_MASK = (Decision(stage="masks", outcome=Outcome.PASS, reason="no_mask"),)


def _match(held: list[Compiled], case: Case) -> tuple[Decision, ...]:
    if not held:
        return ()
    row = build_row(case)
    return tuple(decide(rule, case.now) for rule, matches in held if matches(row))


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
