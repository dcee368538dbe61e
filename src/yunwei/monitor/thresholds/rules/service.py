"""When a desktop was not in service, by what inventory knows of it: that is no fault. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from yunwei.base.core.readings import DesktopState
from yunwei.monitor.inventory.facts import Change
from yunwei.monitor.thresholds.facts import Out

_IN_SERVICE = frozenset({DesktopState.RUNNING, DesktopState.ERROR, DesktopState.UNKNOWN})
_ALWAYS = float("inf")


def stretches_out(
    *,
    state: str,
    is_in_maintenance: bool,
    is_gone: bool,
    changes: Sequence[Change],
    since: datetime,
    grace_s: int,
) -> tuple[Out, ...]:
    """Return when a desktop was switched off, hibernated, being changed, in maintenance or not
    there, each with the grace after it.

    state, is_in_maintenance, is_gone: as it is now. changes: since `since`, oldest first. What
    was before is found by undoing them.
    """
    now = {
        "state": state,
        "is_in_maintenance": str(is_in_maintenance).lower(),
        "exists": "no" if is_gone else "yes",
    }
    known = [each for each in changes if each.field in now]
    before = dict(now)
    for change in reversed(known):
        before[change.field] = change.before
    return tuple(_merge(_walk(before, known, since), grace_s))


def _walk(facts: dict[str, str], changes: Iterable[Change], since: datetime) -> Iterable[Out]:
    began = -_ALWAYS if _is_out(facts) else None
    for change in changes:
        facts[change.field] = change.after
        at = max(change.at, since).timestamp()
        if _is_out(facts):
            began = at if began is None else began
        elif began is not None:
            yield Out(began, at)
            began = None
    if began is not None:
        yield Out(began, _ALWAYS)


def _is_out(facts: dict[str, str]) -> bool:
    return (
        facts["state"] not in _IN_SERVICE
        or facts["is_in_maintenance"] == "true"
        or facts["exists"] == "no"
    )


def _merge(stretches: Iterable[Out], grace_s: int) -> Iterable[Out]:
    last: Out | None = None
    for each in stretches:
        wide = Out(each.from_s, each.until_s + grace_s)
        if last is not None and wide.from_s <= last.until_s:
            last = Out(last.from_s, max(last.until_s, wide.until_s))
            continue
        if last is not None:
            yield last
        last = wide
    if last is not None:
        yield last
