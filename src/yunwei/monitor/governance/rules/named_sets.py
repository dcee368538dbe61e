"""Mask rules and noise rules read by the named sets of the moment. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from yunwei.base.core.condition import NOTHING, Condition, parse_text
from yunwei.base.core.damage import DamagedRule
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.named_sets.facts import Mark, SetBook, SetUse
from yunwei.base.named_sets.rules.settling import settle, tell_lacking
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.governance.facts.noise import (
    GroupRule,
    InhibitionRule,
    NoiseContent,
    NoiseRule,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMasks:
    """Rules with plain terms, those whose sets are lacking, and by which sets they were read."""

    rules: tuple[MaskRule, ...]
    damaged: tuple[DamagedRule, ...]
    marks: Mapping[TenantId, frozenset[Mark]]


def settle_masks(rules: Iterable[MaskRule], book: SetBook) -> SettledMasks:
    """Read mask rules by the sets. Cost: linear in the terms of all rules."""
    settled: list[MaskRule] = []
    damaged: list[DamagedRule] = []
    marks: dict[TenantId, frozenset[Mark]] = {}
    for rule in rules:
        found = settle(rule.condition, rule.tenant, book)
        if not found.marks:
            settled.append(rule)
            continue
        settled.append(replace(rule, condition=found.condition))
        damaged.extend(tell_lacking(use_of_mask(rule), found.lacking))
        marks[rule.tenant] = marks.get(rule.tenant, frozenset()) | found.marks
    return SettledMasks(rules=tuple(settled), damaged=tuple(damaged), marks=marks)


def settle_mask(rule: MaskRule, book: SetBook) -> MaskRule:
    """Return one rule with plain terms."""
    found = settle(rule.condition, rule.tenant, book)
    return replace(rule, condition=found.condition) if found.marks else rule


def use_of_mask(rule: MaskRule) -> SetUse:
    return SetUse(kind="mask_rule", id=rule.id, tenant=rule.tenant, name=rule.name)


def use_of_noise(rule: NoiseRule) -> SetUse:
    return SetUse(kind="noise_rule", id=rule.id, tenant=rule.tenant, name=rule.name)


def conditions_of(content: NoiseContent) -> dict[str, Condition]:
    """Return the conditions of a noise rule by their field; one that can not be read is none, and
    matches nothing."""
    match content:
        case InhibitionRule():
            written = {"parents": content.parents, "children": content.children}
        case GroupRule():
            written = {"condition": content.condition}
        case _:
            written = {}
    return {field: read_condition(text) for field, text in written.items()}


def read_condition(text: str) -> Condition:
    """Return the condition of a text; what can not be read matches nothing."""
    try:
        return parse_text(text)
    except Invalid:
        return NOTHING


def look_at_noise(
    rules: Iterable[NoiseRule], book: SetBook
) -> tuple[tuple[DamagedRule, ...], frozenset[Mark]]:
    """Return which noise rules lack sets, and by which sets they are read."""
    damaged: list[DamagedRule] = []
    marks: frozenset[Mark] = frozenset()
    for rule in rules:
        found = [settle(each, rule.tenant, book) for each in conditions_of(rule.content).values()]
        damaged.extend(tell_lacking(use_of_noise(rule), (n for s in found for n in s.lacking)))
        marks = marks.union(*(each.marks for each in found))
    return tuple(damaged), marks
