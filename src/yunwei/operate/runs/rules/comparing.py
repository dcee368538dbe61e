"""What changed on a desktop from one run to the next. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product

from yunwei.operate.runs.facts.comparing import Change, Pair
from yunwei.operate.runs.facts.runs import FAILURES, TargetState

_STATES = (None, *TargetState)


def change_of(pair: Pair) -> Change:
    """Return what changed on one desktop."""
    before, after = pair.before, pair.after
    if after is None:
        return Change.GONE
    if after.is_open:
        return Change.UNDECIDED
    if after in FAILURES:
        return Change.STILL_FAILS if before in FAILURES else Change.NEWLY_FAILS
    if before is None:
        return Change.APPEARED
    if after is TargetState.SUCCEEDED:
        if before is not TargetState.SUCCEEDED:
            return Change.NEWLY_PASSES
        return Change.PRINTS_OTHER if pair.differs else Change.SAME
    was_reached = before is TargetState.SUCCEEDED or before in FAILURES
    return Change.NOT_REACHED if was_reached else Change.SAME


def count_changes(counted: Iterable[tuple[Pair, int]]) -> Mapping[Change, int]:
    """Return how many desktops changed how, in the order of `Change`."""
    found: Counter[Change] = Counter()
    for pair, count in counted:
        found[change_of(pair)] += count
    return {change: found[change] for change in Change if found[change]}


def pairs_of(change: Change) -> tuple[Pair, ...]:
    """Return all pairs of states that are this change."""
    every = (
        Pair(before=before, after=after, differs=differs)
        for before, after, differs in product(_STATES, _STATES, (False, True))
        if before is not None or after is not None
    )
    return tuple(each for each in every if change_of(each) is change)
