"""Is the managed object out of service? Its source says so: maintenance that is known there."""

from yunwei.monitor.governance.facts.decisions import Case, Decision, Outcome
from yunwei.monitor.governance.facts.masks import Effect

summary = "Keeps quiet what is about something in maintenance, as its source says."


def judge(case: Case) -> tuple[Decision, ...]:
    """Silent about what is in service. Cost: one look-up."""
    alarm = case.alarm
    name = case.memory.topology.out_of_service(alarm.tenant, alarm.managed_object)
    if not name or alarm.is_cleared:
        return ()
    return (
        Decision(
            stage="service",
            outcome=Outcome.SUPPRESS,
            reason="out_of_service",
            rule_name=name,
            effect=Effect.MUTE.value,
        ),
    )
