"""Does a mask rule match? Any match suppresses; hide is stronger than mute."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache

from yunwei.base.core.condition import Matcher, Row, compile_condition
from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import Effect, MaskRule

summary = "Suppresses what an active mask rule matches, and names the rule."

type CompiledRule = tuple[MaskRule, Matcher]


def build_masks(rules: Iterable[MaskRule]) -> Callable[[Case], tuple[Decision, ...]]:
    """Return the stage for a set of rules. Cost per case: linear in its tenant's rules that hold;
    which ones hold is asked once for an instant, and a batch has one."""
    ordered = sorted(rules, key=lambda each: (each.effect is not Effect.HIDE, each.id))
    compiled = [(rule, compile_condition(rule.condition)) for rule in ordered]

    @lru_cache(maxsize=1)
    def holding_at(now: datetime) -> dict[int, list[CompiledRule]]:
        by_tenant: dict[int, list[CompiledRule]] = {}
        for rule, matches in compiled:
            if rule.is_active(now):
                by_tenant.setdefault(rule.tenant, []).append((rule, matches))
        return by_tenant

    def judge(case: Case) -> tuple[Decision, ...]:
        holding = holding_at(case.now).get(case.alarm.tenant)
        if holding:
            row = build_row(case)
            matching = tuple(_suppress(rule) for rule, matches in holding if matches(row))
            if matching:
                return matching
        return (Decision(stage="masks", outcome=Outcome.PASS, reason="no_mask"),)

    return judge


def _suppress(rule: MaskRule) -> Decision:
    return Decision(
        stage="masks",
        outcome=Outcome.SUPPRESS,
        reason="masked",
        rule_id=rule.id,
        rule_version=rule.version,
        rule_name=rule.name,
        effect=rule.effect.value,
        until=rule.expires_at,
    )


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
        "text": alarm.text,
        "operator_state": alarm.operator_state.value,
    }
