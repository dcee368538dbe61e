"""Has an operator put the alarm aside?"""

from yunwei.monitor.alarms.facts import OperatorState
from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import Effect

summary = "Keeps shelved alarms quiet until their time is over."


def judge(case: Case) -> Decision:
    alarm = case.alarm
    if alarm.operator_state is not OperatorState.SHELVED:
        return Decision(stage="shelf", outcome=Outcome.PASS, reason="not_shelved")
    return Decision(
        stage="shelf",
        outcome=Outcome.SUPPRESS,
        reason="shelved",
        effect=Effect.MUTE.value,
        rule_name=alarm.operator,
        until=alarm.shelved_until,
    )
