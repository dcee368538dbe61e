"""Is there anything to tell at all? A cleared alarm that is reconsidered has nothing to say."""

from yunwei.monitor.governance.facts import Case, Decision, Occasion, Outcome

summary = "Stops what is no news."


def judge(case: Case) -> Decision:
    if case.occasion is Occasion.RECONSIDERED:
        if case.alarm.is_cleared:
            return Decision(stage="news", outcome=Outcome.STOP, reason="cleared")
        return Decision(stage="news", outcome=Outcome.PASS, reason="still_raised")
    reason = "cleared" if case.occasion is Occasion.CLEARED else "worth_telling"
    return Decision(stage="news", outcome=Outcome.PASS, reason=reason)
