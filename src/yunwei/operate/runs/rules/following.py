"""Chains of runs: which outcomes can be asked for, and how they are typed. Pure."""

import re
from collections.abc import Sequence

from yunwei.base.core.errors import Invalid
from yunwei.operate.runs.facts.runs import OPEN, FollowUpDraft, Outcome, RunState

MOST_FOLLOW_UPS = 4
"""With the run itself a chain is of five at most."""
_MOST_CODES = 50
_LONGEST_MINUTES = 7 * 24 * 60
_RANGE = re.compile(r"(-?\d{1,10})(?:\s*(?:-|\.\.|~|～)\s*(-?\d{1,10}))?")
_BREAKS = re.compile(r"[\s,;，；、]+")
_NOT_FOLLOWED = (RunState.CANCELLED, RunState.DECLINED, RunState.LAPSED)


def check_outcome(outcome: Outcome) -> Outcome:
    """Return an outcome in its one form; raises Invalid naming the field."""
    if any(state in OPEN for state in outcome.states):
        raise Invalid("states", "this is not a state in which a desktop ends")
    if len(outcome.exit_codes) > _MOST_CODES:
        raise Invalid("exit_codes", "at most 50 exit codes")
    if any(not -(2**31) <= code < 2**31 for code in outcome.exit_codes):
        raise Invalid("exit_codes", "this is no exit code")
    return Outcome(
        states=tuple(dict.fromkeys(outcome.states)),
        exit_codes=tuple(sorted(set(outcome.exit_codes))),
        digest=outcome.digest,
        reason=outcome.reason,
    )


def check_follow_ups(drafts: Sequence[FollowUpDraft]) -> None:
    """Raise Invalid naming the field: of a follow-up `then.PLACE.FIELD`."""
    if len(drafts) > MOST_FOLLOW_UPS:
        raise Invalid("then", "a chain is of five runs at most")
    for place, each in enumerate(drafts, start=1):
        try:
            check_outcome(each.outcome)
        except Invalid as error:
            raise Invalid(f"then.{place}.{error.field}", error.why) from error
        if not each.outcome.states and not each.outcome.exit_codes:
            raise Invalid(f"then.{place}.states", "say how a desktop has to have ended")
        if not 1 <= each.within_minutes <= _LONGEST_MINUTES:
            raise Invalid(f"then.{place}.within_minutes", "between a minute and a week")


def read_exit_codes(text: str) -> tuple[int, ...]:
    """Return the exit codes of a list such as `1, 3-5`; raises Invalid."""
    found: list[int] = []
    for part in _BREAKS.split(text.strip()):
        if not part:
            continue
        matched = _RANGE.fullmatch(part)
        if matched is None:
            raise Invalid("exit_codes", "numbers between commas, such as 1, 3-5")
        low = int(matched[1])
        high = int(matched[2]) if matched[2] is not None else low
        if not 0 <= high - low < _MOST_CODES:
            raise Invalid("exit_codes", "at most 50 exit codes")
        found.extend(range(low, high + 1))
    return tuple(dict.fromkeys(found))


def why_not_followed(state: RunState) -> str:
    """Return why nothing is run after a run that ended so; "" when something may be. One that was
    stopped ended its canary or some batches: what is to be done about these may be done."""
    return state.value if state in _NOT_FOLLOWED else ""
