"""The life of a mask rule: what it needs before it holds, and which way it may go. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from yunwei.base.core.calendar_times import times_to_json
from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.errors import Conflict
from yunwei.monitor.governance.facts.masks import (
    MaskRule,
    MaskRuleVersion,
    Missing,
    Risk,
    RuleState,
)
from yunwei.monitor.governance.rules.breadth import is_about_everything

QUICK_LIFE = timedelta(hours=24)
"""A rule that lives no longer needs neither a ticket nor a simulation."""
USUAL_LIFE = timedelta(days=90)
"""A rule that lives longer needs a second person."""

_WAYS: Mapping[RuleState, frozenset[RuleState]] = {
    RuleState.DRAFT: frozenset({RuleState.SHADOW, RuleState.ACTIVE, RuleState.ARCHIVED}),
    RuleState.SHADOW: frozenset({RuleState.DRAFT, RuleState.ACTIVE, RuleState.ARCHIVED}),
    RuleState.ACTIVE: frozenset({RuleState.DRAFT, RuleState.SHADOW, RuleState.ARCHIVED}),
    RuleState.EXPIRED: frozenset({RuleState.ARCHIVED}),
    RuleState.ARCHIVED: frozenset(),
}


def check_way(before: RuleState, after: RuleState) -> None:
    """Raise Conflict when a rule can not go from one state to another."""
    if before is after:
        raise Conflict("the rule is so already")
    if after in _WAYS[before]:
        return
    if before is RuleState.EXPIRED:
        raise Conflict("the rule is over; give it a new end first")
    raise Conflict("the rule is archived; duplicate it to use it again")


def is_quick(rule: MaskRule) -> bool:
    return rule.expires_at - rule.starts_at <= QUICK_LIFE


def find_risks(rule: MaskRule) -> tuple[Risk, ...]:
    """Return why a second person has to approve the rule; () when nobody has to."""
    risks = {
        Risk.EVERYTHING: is_about_everything(rule.condition),
        Risk.CRITICAL: rule.hides_critical,
        Risk.LONG: rule.expires_at - rule.starts_at > USUAL_LIFE,
    }
    return tuple(risk for risk, is_there in risks.items() if is_there)


def find_missing(rule: MaskRule, versions: Iterable[MaskRuleVersion]) -> tuple[Missing, ...]:
    """Return what the rule, as it stands here, still needs before it may become active.

    What was simulated or approved of another version counts when that one matches and does the
    same, and was approved for at least as long.
    """
    mark = fingerprint(rule)
    same = [each for each in versions if each.fingerprint == mark]
    needed: list[Missing] = []
    if not is_quick(rule) and not any(each.simulated_at for each in same):
        needed.append(Missing.SIMULATION)
    if find_risks(rule) and not any(_covers(each, rule) for each in same):
        needed.append(Missing.APPROVAL)
    return tuple(needed)


def _covers(version: MaskRuleVersion, rule: MaskRule) -> bool:
    if version.approved_at is None:
        return False
    return datetime.fromisoformat(version.content["expires_at"]) >= rule.expires_at


def fingerprint(rule: MaskRule) -> str:
    """Return the same text for rules that match and do the same."""
    said: dict[str, Any] = {
        "condition": condition_to_json(rule.condition),
        "effect": rule.effect.value,
        "downgrade_to": rule.downgrade_to.value if rule.downgrade_to else "",
        "hides_critical": rule.hides_critical,
        "times": times_to_json(rule.times) if rule.times else None,
        "lasts_minutes": rule.lasts_minutes,
    }
    return hashlib.blake2b(msgspec.json.encode(said, order="sorted"), digest_size=16).hexdigest()
