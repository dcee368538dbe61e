"""A mask rule in words: one sentence, and what changed between two of its versions. No page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from yunwei.base.core.calendar_texts import say_times
from yunwei.base.core.calendar_times import CalendarTimes, parse_times
from yunwei.base.core.condition import parse_condition
from yunwei.base.core.errors import Invalid
from yunwei.faces.web.shared.conditions import say_condition
from yunwei.faces.web.shared.say import NOTHING, say_time
from yunwei.faces.web.shared.words import Text, word
from yunwei.monitor.governance.facts.masks import MaskRule, MaskRuleRow, MaskRuleVersion

LABELS: Mapping[str, Text] = {
    "name": gettext_lazy("Name"),
    "condition": gettext_lazy("Which alarms"),
    "hides_critical": gettext_lazy("Critical alarms, too"),
    "effect": gettext_lazy("Effect"),
    "downgrade_to": gettext_lazy("Lowered to"),
    "times": gettext_lazy("Days and hours"),
    "lasts_minutes": gettext_lazy("Minutes from the first alarm on"),
    "end_policy": gettext_lazy("When it ends and alarms still stand"),
    "starts_at": gettext_lazy("From"),
    "expires_at": gettext_lazy("Until"),
    "reason": gettext_lazy("Reason"),
    "ticket": gettext_lazy("Ticket"),
    "owner": gettext_lazy("Owner"),
}
"""What a person may say of a rule, in the order of the form."""

_WORDS = {"effect": "effect_short", "downgrade_to": "severity", "end_policy": "end_policy"}


def say_state(row: MaskRuleRow, now: datetime) -> str:
    """Return the word of `rule_state` for a rule: its state, and what it waits for."""
    state = row.rule.state_at(now)
    if row.asked_by:
        return "asked"
    if row.pending is not None and state in ("active", "shadow"):
        return "pending"
    if state == "active" and not row.is_active:
        return "waiting"
    return state.value


def say_rule(rule: MaskRule) -> SafeString:
    """Return what a rule does in one sentence."""
    effect = word("effect_verb", rule.effect).label
    if rule.downgrade_to is not None:
        effect = format_html("{} {}", effect, word("severity", rule.downgrade_to).label)
    # the condition is safe already: what it holds was escaped when it was said
    which = format_html(_("alarms for which {condition}."), condition=say_condition(rule.condition))
    told = [
        "" if rule.hides_critical else _("Critical is spared."),
        say_when(rule.times),
        _say_flexible(rule.lasts_minutes),
    ]
    rest = " ".join(each for each in told if each)
    return format_html("<b>{}</b>{}{} {}", effect, _(": "), which, rest)


def say_when(times: CalendarTimes | None) -> str:
    """Return when a rule holds within its life."""
    if times is None:
        return _("At any time.")
    return say_times(times, get_language() or "zh")


def _say_flexible(minutes: int | None) -> str:
    if minutes is None:
        return ""
    told = ngettext(
        "It begins with the first such alarm and lasts %(count)s minute.",
        "It begins with the first such alarm and lasts %(count)s minutes.",
        minutes,
    )
    return told % {"count": minutes}


@dataclass(frozen=True, slots=True)
class Difference:
    label: Text
    before: Text
    after: Text


@dataclass(frozen=True, slots=True)
class ToldVersion:
    """A version with what it changed. is_current: it is the one that the rule goes by."""

    version: MaskRuleVersion
    differences: tuple[Difference, ...]
    is_current: bool


def tell_versions(rule: MaskRule, versions: tuple[MaskRuleVersion, ...]) -> list[ToldVersion]:
    """Return a rule's versions, newest first, each with what it changed."""
    earlier = [*versions[1:], None]
    return [
        ToldVersion(
            version,
            tuple(compare(before.content, version.content)) if before else (),
            version.version == rule.version,
        )
        for version, before in zip(versions, earlier, strict=True)
    ]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs between the contents of two versions, in words."""
    for name, label in LABELS.items():
        old, new = before.get(name), after.get(name)
        if old != new:
            yield Difference(label, _say_value(name, old), _say_value(name, new))


def _say_value(name: str, value: Any) -> Text:
    if value in (None, ""):
        return _("At any time.") if name == "times" else NOTHING
    try:
        match name:
            case "condition":
                return say_condition(parse_condition(value))
            case "times":
                return say_when(parse_times(value))
            case "starts_at" | "expires_at":
                return say_time(datetime.fromisoformat(value))
            case "hides_critical":
                return word("yes_no", "yes" if value else "no").label
    except Invalid:
        return str(value)
    return word(_WORDS[name], value).label if name in _WORDS else str(value)
