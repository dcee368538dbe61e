"""Masks made in a hurry, from alarms at hand: short, and of the narrowest scope that helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yunwei.base.core.condition import condition_to_json
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import AlarmId, MaskRuleId, TenantId
from yunwei.base.core.own_texts import read_alarm
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.alarms.queries import access_alarm
from yunwei.monitor.governance.actions.mask_rules import create_mask_rule
from yunwei.monitor.governance.facts.masks import Effect, MaskRuleDraft
from yunwei.monitor.governance.rules.quick import QuickScope, build_condition

LONGEST_HOURS = 24
_MOST_ALARMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickMask:
    """What a person asks for. name: "" takes the first alarm's words. hides_critical: None is
    yes where one of the alarms is Critical."""

    scope: QuickScope
    hours: int
    reason: str
    ticket: str = ""
    name: str = ""
    effect: Effect = Effect.HIDE
    hides_critical: bool | None = None


def mask_alarms(
    viewer: Viewer, alarms: Sequence[AlarmId], wanted: QuickMask, *, now: datetime
) -> tuple[MaskRuleId, ...]:
    """Mask such alarms as these for some hours, by one rule for each of their tenants.

    Where Critical is meant the rule waits for another person. Raises Refused, Invalid.
    """
    if not alarms:
        raise Invalid("id", "choose at least one alarm")
    if len(alarms) > _MOST_ALARMS:
        raise Invalid("id", f"at most {_MOST_ALARMS}")
    if not 1 <= wanted.hours <= LONGEST_HOURS:
        raise Invalid("hours", f"between 1 and {LONGEST_HOURS}")
    by_tenant: dict[TenantId, list[Alarm]] = {}
    for id in alarms:
        alarm = access_alarm(viewer, id).alarm
        by_tenant.setdefault(alarm.tenant, []).append(alarm)
    with transaction():
        return tuple(
            create_mask_rule(viewer, tenant, _build_draft(viewer, chosen, wanted, now), now=now)
            for tenant, chosen in by_tenant.items()
        )


def _build_draft(
    viewer: Viewer, alarms: Sequence[Alarm], wanted: QuickMask, now: datetime
) -> MaskRuleDraft:
    text = read_alarm(alarms[0], viewer.language)
    more = f" (+{len(alarms) - 1})" if len(alarms) > 1 else ""
    is_critical = any(alarm.reported_severity is Severity.CRITICAL for alarm in alarms)
    return MaskRuleDraft(
        name=wanted.name.strip() or f"{text[:80].strip()}{more}",
        condition=condition_to_json(build_condition(alarms, wanted.scope)),
        effect=wanted.effect,
        hides_critical=is_critical if wanted.hides_critical is None else wanted.hides_critical,
        expires_at=now + timedelta(hours=wanted.hours),
        reason=wanted.reason,
        ticket=wanted.ticket,
    )
