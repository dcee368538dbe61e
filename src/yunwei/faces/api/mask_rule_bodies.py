"""Bodies of mask rules in REST: as they are written, and as they travel in a file."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.calendar_times import CalendarTimes, parse_times, times_to_json
from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.severity import Severity
from yunwei.faces.api.lists import Body
from yunwei.monitor.governance.actions.quick_masks import LONGEST_HOURS, QuickMask
from yunwei.monitor.governance.facts.masks import Effect, EndPolicy, MaskRule, MaskRuleDraft
from yunwei.monitor.governance.rules.quick import QuickScope


class RuleBody(Body):
    """What a rule says, but for its life."""

    name: str
    condition: dict[str, Any] = Field(description="all / any / not over {field, op, value}.")
    effect: Effect = Effect.HIDE
    downgrade_to: Severity | None = Field(None, description="Of the effect downgrade only.")
    hides_critical: bool = Field(
        default=False, description="Critical alarms, too; another person then has to approve."
    )
    end_policy: EndPolicy = EndPolicy.DIGEST
    times: dict[str, Any] | str | None = Field(
        None,
        description="Only then: {time_zone, clauses}, or a text such as `workday 22:00-06:00`.",
    )
    lasts_minutes: int | None = Field(
        None, description="It begins with the first alarm that matches and lasts so long."
    )
    reason: str
    ticket: str = Field("", description="Needed when the rule lives longer than a day.")

    def read_times(self, time_zone: str) -> CalendarTimes | None:
        if isinstance(self.times, str):
            return parse_times_text(self.times, time_zone=time_zone)
        return parse_times(self.times) if self.times is not None else None


class MaskRuleIn(RuleBody):
    starts_at: datetime | None = Field(None, description="null: now, or as it was.")
    expires_at: datetime
    owner: str = Field("", description="Sign-in name of whoever answers for it; absent: you.")

    def draft(self, time_zone: str) -> MaskRuleDraft:
        fields = self.dict(exclude={"times", "tenant", "state", "days"})
        return MaskRuleDraft(**fields, times=self.read_times(time_zone))


class QuickMaskIn(Body):
    """A mask made from alarms at hand."""

    alarms: list[int] = Field(min_length=1)
    scope: QuickScope = Field(
        QuickScope.EXACT,
        description="exact: their type on their object. beneath: and beneath it. device: on what "
        "their object is a part of. object: every type on it. type: everywhere.",
    )
    hours: int = Field(4, ge=1, le=LONGEST_HOURS)
    reason: str
    ticket: str = ""
    name: str = Field("", description="Absent: the first alarm's words.")
    effect: Effect = Effect.HIDE
    hides_critical: bool | None = Field(None, description="null: where one of them is Critical.")

    def wanted(self) -> QuickMask:
        return QuickMask(**self.dict(exclude={"alarms"}))


class FiledRule(RuleBody):
    """A rule in a file. life_minutes: how long it lives from its import on."""

    life_minutes: int = Field(gt=0)


class RulesFile(Schema):
    """Mask rules to carry elsewhere; without ids, owners or states."""

    format: Literal["yunwei.mask-rules.1"]
    rules: list[FiledRule]

    def drafts(self, time_zone: str, *, now: datetime) -> list[MaskRuleDraft]:
        return [
            MaskRuleDraft(
                **filed.dict(exclude={"times", "life_minutes"}),
                times=filed.read_times(time_zone),
                expires_at=now + timedelta(minutes=filed.life_minutes),
            )
            for filed in self.rules
        ]


def build_file(rules: Iterable[MaskRule]) -> dict[str, Any]:
    """Return rules as they travel in a file."""
    return {"format": "yunwei.mask-rules.1", "rules": [_file(rule) for rule in rules]}


def _file(rule: MaskRule) -> dict[str, Any]:
    plain = ("name", "effect", "downgrade_to", "hides_critical", "end_policy", "lasts_minutes")
    life = rule.expires_at - rule.starts_at
    return {name: getattr(rule, name) for name in (*plain, "reason", "ticket")} | {
        "condition": condition_to_json(rule.condition),
        "times": times_to_json(rule.times) if rule.times else None,
        "life_minutes": max(1, round(life.total_seconds() / 60)),
    }
