"""Whether a script made things worse for the people on the canary's desktops. Pure.

The canary is held against itself before and against desktops that were not touched: a morning on
which everything gets slower stops nothing. `tests/property/test_watching.py` holds the laws.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import fmean

from yunwei.operate.runs.facts.runs import Blind, Plan
from yunwei.operate.runs.facts.watching import (
    Finding,
    GuardMeasure,
    Measured,
    Pair,
    Verdict,
    Watched,
)

FLOORS: Mapping[GuardMeasure, float] = {
    GuardMeasure.CPU: 0.10,
    GuardMeasure.LOGON: 3.0,
    GuardMeasure.ROUND_TRIP: 0.03,
    GuardMeasure.FAILURES: 2.0,
}
"""What is less than this is noise, whatever its share."""
_LEAST_BEFORE = timedelta(minutes=30)


def before_length(plan: Plan) -> timedelta:
    """Return how far back the canary is looked at."""
    return max(_LEAST_BEFORE, timedelta(minutes=plan.watch_minutes))


def judge(
    canary: Measured, control: Measured, plan: Plan, *, over_at: datetime, now: datetime
) -> Watched:
    """Return what is seen now. What got worse is said as soon as it is seen; that nothing did, or
    that nothing was measured, once the time to watch is over."""
    findings = tuple(
        _find(measure, canary[measure], control.get(measure, ()), plan.watch_worse)
        for measure in GuardMeasure
        if canary.get(measure)
    )
    is_over = now >= over_at + timedelta(minutes=plan.watch_minutes)
    verdict = Verdict.WATCHING
    if any(each.is_worse for each in findings):
        verdict = Verdict.HARMFUL
    elif is_over:
        verdict = Verdict.FINE if findings else Verdict.BLIND
    return Watched(verdict=verdict, looked_at=now, findings=findings)


def _find(
    measure: GuardMeasure, canary: tuple[Pair, ...], control: tuple[Pair, ...], worse_percent: int
) -> Finding:
    before, after = _means(canary)
    others = _means(control) if control else None
    rose = max(0.0, others[1] - others[0]) if others else 0.0
    excess = after - before - rose
    is_worse = excess >= FLOORS[measure] and excess >= before * worse_percent / 100
    return Finding(
        measure=measure,
        canary=len(canary),
        canary_before=before,
        canary_after=after,
        control=len(control),
        control_before=others[0] if others else None,
        control_after=others[1] if others else None,
        excess=excess,
        is_worse=is_worse,
    )


def _means(pairs: tuple[Pair, ...]) -> tuple[float, float]:
    return fmean(each.before for each in pairs), fmean(each.after for each in pairs)


def why_guard_stops(plan: Plan, watched: Watched | None) -> str:
    """Return why nothing more is begun, "" when the guard says nothing against it."""
    if watched is None:
        return ""
    if watched.verdict is Verdict.HARMFUL:
        return "harmful"
    is_blind = watched.verdict is Verdict.BLIND and plan.watch_blind is Blind.STOP
    return "blind" if is_blind else ""


def is_watching(plan: Plan, watched: Watched | None) -> bool:
    """Say whether what follows the canary still waits for the guard."""
    if not plan.watch_minutes:
        return False
    return watched is None or watched.verdict is Verdict.WATCHING
