"""Has the alarm stood for long enough? What is over within a moment wakes nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta

from yunwei.monitor.governance.facts.decisions import Case, Decision, Occasion, Outcome
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.facts.noise import HoldDownOf, NoiseRule

summary = "Waits a moment by type and severity; what is over by then is told to nobody."

_STOOD = Decision(stage="hold_down", outcome=Outcome.PASS, reason="stood_long_enough")


def build_hold_down(hold_down: HoldDownOf) -> Callable[[Case], tuple[Decision, ...]]:
    """Return the stage for one snapshot; it is silent where nothing has to wait. Cost per case:
    one look-up."""

    def judge(case: Case) -> tuple[Decision, ...]:
        alarm = case.alarm
        is_held = any(each.kind == "transient" for each in alarm.suppressed_by)
        is_asked = is_held or case.occasion is Occasion.RAISED
        is_restless = alarm.flapping is not None and alarm.flapping.since is not None
        if not is_asked or is_restless or alarm.is_cleared:
            return ()
        rule, wait_s = hold_down(alarm.tenant, alarm.alarm_type, alarm.severity)
        until = alarm.heard_at + timedelta(seconds=wait_s)
        if rule is None or until <= case.now:
            return (_STOOD,) if is_held else ()
        return (_hold(rule, until),)

    return judge


def _hold(rule: NoiseRule, until: datetime) -> Decision:
    return Decision(
        stage="hold_down",
        outcome=Outcome.SUPPRESS,
        reason="held_down",
        rule_id=rule.id,
        rule_version=rule.version,
        rule_name=rule.name,
        effect=Effect.MUTE.value,
        until=until,
    )
