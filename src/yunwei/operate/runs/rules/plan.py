"""Plans of runs: what is acceptable, and how many a share is. Pure."""

import math
import re

from yunwei.base.core.errors import Invalid
from yunwei.operate.runs.facts.runs import Plan

MOST_TARGETS = 100_000
MANY_TARGETS = 500
"""A run on more desktops than this asks for another person's approval, whatever the script."""
_SHARE = re.compile(r"(\d{1,6})\s*([%％]?)")
_LONGEST_PAUSE_S = 24 * 3600
_MOST_PARALLEL = 10_000
_LONGEST_WATCH_MINUTES = 1440


def check_plan(plan: Plan) -> None:
    """Raise Invalid naming the field."""
    for name in ("canary", "batch", "stop_at"):
        _read_share(name, getattr(plan, name))
    if not 1 <= plan.parallel <= _MOST_PARALLEL:
        raise Invalid("parallel", "between 1 and 10,000")
    if not 0 <= plan.pause_s <= _LONGEST_PAUSE_S:
        raise Invalid("pause_s", "between 0 and 86,400 seconds")
    if not 0 <= plan.canary_failures <= _MOST_PARALLEL:
        raise Invalid("canary_failures", "between 0 and 10,000")
    _check_guard(plan)


def _check_guard(plan: Plan) -> None:
    if not 0 <= plan.watch_minutes <= _LONGEST_WATCH_MINUTES:
        raise Invalid("watch_minutes", "between 0 and 1,440 minutes")
    if not 1 <= plan.watch_worse <= 1000:
        raise Invalid("watch_worse", "between 1 and 1,000 percent")
    if plan.watch_minutes and not _read_share("canary", plan.canary)[0]:
        raise Invalid("canary", "the guard watches the canary: say how many go first")


def canary_size(plan: Plan, total: int) -> int:
    """Return how many go first, alone; 0 for none. A run of one desktop is its own canary."""
    return 0 if total < 2 else _size_of(plan.canary, total)


def batch_size(plan: Plan, total: int) -> int:
    return _size_of(plan.batch, total) or total


def stop_limit(plan: Plan, total: int) -> int | None:
    """Return how many may fail and the run still goes on; None: as many as will."""
    number, is_share = _read_share("stop_at", plan.stop_at)
    if number is None:
        return None
    return total * number // 100 if is_share else number


def needs_approval(*, is_dangerous: bool, total: int) -> str:
    """Return why another person has to approve a run, "" when nobody has to."""
    if is_dangerous:
        return "dangerous"
    return "many" if total > MANY_TARGETS else ""


def _size_of(text: str, total: int) -> int:
    number, is_share = _read_share("", text)
    if not number:
        return 0
    return min(total, math.ceil(total * number / 100) if is_share else number)


def _read_share(field: str, text: str) -> tuple[int | None, bool]:
    if not text.strip():
        return None, False
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise Invalid(field, "a number, or a share with a percent sign")
    number, is_share = int(found[1]), bool(found[2])
    if is_share and number > 100:
        raise Invalid(field, "a share is at most 100")
    return number, is_share
