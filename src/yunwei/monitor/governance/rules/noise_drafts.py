"""What makes a noise rule acceptable. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from typing import assert_never

import msgspec

from yunwei.base.core.condition import parse_text
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.monitor.governance.facts.noise import (
    CONTENT_TYPES,
    FlapRule,
    GroupRule,
    HoldDown,
    InhibitionRule,
    NoiseContent,
    NoiseKind,
    NoiseRuleDraft,
    StormRule,
)

LONGEST_HOLD_S = 3600
_NAME_LENGTH = 200


def check_noise_draft(draft: NoiseRuleDraft) -> None:
    """Raise Invalid naming the first field that is wrong."""
    if not draft.name.strip():
        raise Invalid("name", "a rule needs a name")
    if len(draft.name) > _NAME_LENGTH:
        raise Invalid("name", f"at most {_NAME_LENGTH} characters")
    content = draft.content
    match content:
        case HoldDown():
            _check_hold_down(content)
        case FlapRule():
            _check_flap_rule(content)
        case InhibitionRule():
            _check_inhibition(content)
        case GroupRule():
            _check_grouping(content)
        case StormRule():
            _check_storm(content)
        case _:
            assert_never(content)


def kind_of(content: NoiseContent) -> NoiseKind:
    """Return the kind of rule that has such a content."""
    return next(kind for kind, each in CONTENT_TYPES.items() if isinstance(content, each))


def _check_hold_down(content: HoldDown) -> None:
    _check_type(content.alarm_type)
    for severity in Severity:
        _check_range(f"{severity.value}_s", content.wait_s(severity), 0, LONGEST_HOLD_S)


def _check_flap_rule(content: FlapRule) -> None:
    _check_type(content.alarm_type)
    _check_range("fade_s", content.fade_s, 60, 86_400)
    _check_range("enter", content.enter, 1.5, 100)
    _check_range("leave", content.leave, 0.1, 100)
    if content.leave >= content.enter:
        raise Invalid("leave", "it must be smaller than the beginning")


def _check_inhibition(content: InhibitionRule) -> None:
    _check_condition("parents", content.parents)
    _check_condition("children", content.children)
    if not content.relations:
        raise Invalid("relations", "name at least one way to depend")
    _check_range("hops", content.hops, 1, 4)
    _check_range("before_s", content.before_s, 0, 86_400)
    _check_range("after_s", content.after_s, 0, 30 * 86_400)
    _check_range("settle_s", content.settle_s, 0, LONGEST_HOLD_S)
    _check_range("wait_s", content.wait_s, 0, LONGEST_HOLD_S)
    _check_range("critical_wait_s", content.critical_wait_s, 0, LONGEST_HOLD_S)


def _check_grouping(content: GroupRule) -> None:
    _check_condition("condition", content.condition)
    if not content.keys:
        raise Invalid("keys", "name at least one thing that they have in common")
    _check_range("window_s", content.window_s, 10, LONGEST_HOLD_S)
    _check_range("least", content.least, 3, 10_000)
    _check_range("update_s", content.update_s, 60, 7 * 86_400)


def _check_storm(content: StormRule) -> None:
    _check_range("enter", content.enter, 3, 1_000_000)
    _check_range("leave", content.leave, 1, 1_000_000)
    if content.leave >= content.enter:
        raise Invalid("leave", "it must be smaller than the beginning")
    _check_range("digest_s", content.digest_s, 30, 86_400)


def _check_condition(field: str, text: str) -> None:
    try:
        parse_text(text)
    except Invalid as error:
        raise Invalid(field, error.why) from error


def _check_type(pattern: str) -> None:
    if not pattern.strip():
        raise Invalid("alarm_type", "name a type, or * for all")


def _check_range(field: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise Invalid(field, f"between {least:g} and {most:g}")


def build_content(kind: NoiseKind, typed: Mapping[str, object]) -> NoiseContent:
    """Return the content that values make; raises Invalid naming the first that does not fit."""
    content_type = CONTENT_TYPES[kind]
    usual = {each.name for each in fields(content_type)}
    for name in typed:
        if name not in usual:
            raise Invalid(name, "there is no such field")
    try:
        return msgspec.convert(typed, content_type, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(_place(str(error), usual), "this does not fit here") from error


def _place(text: str, names: set[str]) -> str:
    """msgspec tells the place as `… - at `$.name``."""
    return next((name for name in names if f"$.{name}" in text or f"`{name}`" in text), "content")
