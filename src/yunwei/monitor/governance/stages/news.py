"""Is there anything to tell at all? What is over already when it is heard of wakes nobody: a
source read for the first time tells of all its past."""

from yunwei.monitor.governance.facts.decisions import Case, Decision, Occasion, Outcome

summary = "Stops what is no news."


def judge(case: Case) -> Decision:
    if case.occasion is Occasion.RECONSIDERED:
        if case.alarm.is_cleared:
            return Decision(stage="news", outcome=Outcome.STOP, reason="cleared")
        return Decision(stage="news", outcome=Outcome.PASS, reason="still_raised")
    if case.occasion is Occasion.SETTLED:
        return Decision(stage="news", outcome=Outcome.PASS, reason="settled_cleared")
    if case.is_over and not case.begins_flapping:
        return Decision(stage="news", outcome=Outcome.STOP, reason="over_already")
    reason = "cleared" if case.occasion is Occasion.CLEARED else "worth_telling"
    return Decision(stage="news", outcome=Outcome.PASS, reason=reason)
