"""Does the alarm come and go? Then people are told so once, and once more when it has settled."""

from collections.abc import Callable

from yunwei.monitor.alarms.facts import Limits
from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import Effect
from yunwei.monitor.governance.facts.noise import NoiseRuleOf

summary = "Tells once that an alarm flaps, keeps it quiet, and tells how it ended."

_SETTLED = Decision(stage="flapping", outcome=Outcome.PASS, reason="settled")


def build_flapping(rule_of: NoiseRuleOf, limits: Limits) -> Callable[[Case], tuple[Decision, ...]]:
    """Return the stage for one snapshot; it is silent about what does not flap. Cost per case:
    O(1); the score is the alarm's own."""

    def judge(case: Case) -> tuple[Decision, ...]:
        alarm = case.alarm
        flapping = alarm.flapping
        if flapping is None or flapping.since is None:
            return ()
        rule = rule_of(alarm.tenant, alarm.alarm_type)
        if rule is None:
            return ()
        until = flapping.calm_at(limits(alarm.tenant, alarm.alarm_type))
        if until <= case.now:
            return (_SETTLED,)
        begins = case.begins_flapping
        decision = Decision(
            stage="flapping",
            outcome=Outcome.ANNOUNCE if begins else Outcome.SUPPRESS,
            reason="begins_flapping" if begins else "flapping",
            rule_id=rule.id,
            rule_version=rule.version,
            rule_name=rule.name,
            effect=Effect.MUTE.value,
            until=until,
        )
        return (decision,)

    return judge
