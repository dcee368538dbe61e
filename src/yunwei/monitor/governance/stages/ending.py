"""An alarm is looked at again and stands: is that worth telling, and how?

What kept it quiet may be over because the alarm changed (told at once), or because the rule did:
then the rule's own end policy says what is told.
"""

from collections.abc import Iterable

from yunwei.monitor.alarms.facts import Alarm, Suppression
from yunwei.monitor.governance.facts.decisions import Case, Decision, Occasion, Outcome
from yunwei.monitor.governance.facts.masks import EndPolicy, Holding

summary = "Says what is told when silence ends while the alarm stands."

_ANSWERS = {
    EndPolicy.EACH: (Outcome.PASS, "mask_ended_each"),
    EndPolicy.DIGEST: (Outcome.SOFTEN, "mask_ended_digest"),
    EndPolicy.SILENT: (Outcome.STOP, "mask_ended_silent"),
}


def judge(
    case: Case, before: Alarm, decisions: Iterable[Decision], holding: Holding
) -> tuple[Decision, ...]:
    """Return () where there is nothing to add. before: the alarm as it was stored."""
    if case.occasion is not Occasion.RECONSIDERED:
        return ()
    if any(each.outcome in (Outcome.SUPPRESS, Outcome.STOP) for each in decisions):
        return ()
    is_worse = case.alarm.severity.rank > before.severity.rank
    if not before.suppressed_by and not is_worse:
        return (_decide(Outcome.STOP, "nothing_new"),)
    policies = [_read_policy(each, holding) for each in _gone(before, decisions)]
    if None in policies or not policies:
        return (_decide(Outcome.PASS, "loud_again"),)
    # the loudest of the rules that ended decides
    loudest = next(each for each in (EndPolicy.EACH, *EndPolicy) if each in policies)
    outcome, reason = _ANSWERS[loudest]
    return (_decide(outcome, reason, effect="digest" if outcome is Outcome.SOFTEN else ""),)


def _gone(before: Alarm, decisions: Iterable[Decision]) -> list[Suppression]:
    """Return the reasons that kept it quiet or low and do so no longer. Here nothing keeps it
    quiet, but a mask rule may still soften it."""
    now = {
        (each.rule_id, each.rule_version)
        for each in decisions
        if each.stage == "masks" and each.outcome is not Outcome.PASS
    }
    return [
        each
        for each in (*before.suppressed_by, *before.softened_by)
        if each.kind != "mask" or (each.rule_id, each.rule_version) not in now
    ]


def _read_policy(gone: Suppression, holding: Holding) -> EndPolicy | None:
    """Return the end policy of a rule that is over; None when it was no rule's end: a shelf, or
    the alarm no longer is what the rule is about."""
    if gone.kind != "mask" or holding.has(gone.rule_id, gone.rule_version):
        return None
    return EndPolicy(gone.on_end) if gone.on_end else EndPolicy.EACH


def _decide(outcome: Outcome, reason: str, *, effect: str = "") -> Decision:
    return Decision(stage="ending", outcome=outcome, reason=reason, effect=effect)
