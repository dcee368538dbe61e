"""Which triggers something sets off, and what became of what they started. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from yunwei.base.core import brakes
from yunwei.base.core.condition import Condition, Row, compile_condition
from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import DesktopId
from yunwei.monitor.inventory.facts import DescribedDesktop, TakenChange
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS, read_condition
from yunwei.operate.agents.facts.agents import TakenEnrolment
from yunwei.operate.runs.facts.runs import FAILURES, Run, RunState, TargetState
from yunwei.operate.triggers.facts import (
    FiringState,
    Happening,
    NewFiring,
    Occasion,
    Trigger,
    TriggerDraft,
)

_LONGEST_NAME = 100
_LONGEST_TEXT = 200
_WEEK_S = 7 * 86_400
_BOUNDS = {
    **brakes.BOUNDS,
    "off_s": (0, 365 * 86_400),
    "wait_s": (0, 86_400),
    "within_s": (300, _WEEK_S),
}


def check_draft(draft: TriggerDraft) -> None:
    """Raise Invalid naming the field."""
    if not 1 <= len(draft.name.strip()) <= _LONGEST_NAME:
        raise Invalid("name", "between 1 and 100 characters")
    read_text(draft.condition)
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(draft, name) <= most:
            raise Invalid(name, f"between {least} and {most}")
    if draft.wait_s >= draft.within_s:
        raise Invalid("wait_s", "shorter than the time within which it must begin")


def read_text(condition: str) -> Condition | None:
    """Return a condition on desktops, None for all; raises Invalid (condition), with the place."""
    return read_condition(condition) if condition.strip() else None


def read_move(move: TakenChange) -> Happening | None:
    """Return what a change of a desktop is as an occasion, None for none."""
    occasion = {
        "exists": Occasion.APPEARED,
        "image": Occasion.REBUILT,
        "login": Occasion.ASSIGNED,
        "state": Occasion.STARTED,
    }.get(move.field)
    off_s = (move.at - move.off_since).total_seconds() if move.off_since is not None else None
    if occasion is None or (occasion is Occasion.STARTED and off_s is None):
        return None
    return Happening(
        occasion=occasion,
        tenant=move.tenant,
        desktop=move.desktop,
        at=move.at,
        before=move.before[:_LONGEST_TEXT],
        after=move.after[:_LONGEST_TEXT],
        off_s=off_s,
    )


def read_enrolment(taken: TakenEnrolment) -> tuple[Happening, ...]:
    """Return what an enrolment is as occasions: of a machine other than before, also a rebuild."""

    def happened(occasion: Occasion) -> Happening:
        return Happening(occasion=occasion, tenant=taken.tenant, desktop=taken.desktop, at=taken.at)

    is_other = taken.machine_before not in ("", taken.machine)
    rebuilt = (happened(Occasion.REBUILT),) if is_other else ()
    return (happened(Occasion.ENROLLED), *rebuilt)


def choose_firings(
    trigger: Trigger,
    happenings: Iterable[Happening],
    desktops: Mapping[DesktopId, DescribedDesktop],
) -> tuple[NewFiring, ...]:
    """Return what sets a trigger off, each desktop once, in the order in which it happened."""
    condition = read_text(trigger.condition)
    matches = None if condition is None else compile_condition(condition, fields=DESKTOP_FIELDS)

    def is_meant(each: Happening, row: Row) -> bool:
        if each.occasion is not trigger.occasion or each.tenant != trigger.tenant:
            return False
        if each.occasion is Occasion.STARTED and (each.off_s or 0) < trigger.off_s:
            return False
        return matches is None or matches(row)

    found: dict[DesktopId, NewFiring] = {}
    for each in happenings:
        desktop = desktops.get(each.desktop)
        if desktop is None or each.desktop in found or desktop.tenant != trigger.tenant:
            continue
        if is_meant(each, desktop.row):
            found[each.desktop] = NewFiring(
                desktop=each.desktop,
                name=desktop.name,
                before=each.before,
                after=each.after,
                happened_at=each.at,
                due_at=each.at + timedelta(seconds=trigger.wait_s),
                until_at=each.at + timedelta(seconds=trigger.within_s),
            )
    return tuple(found.values())


def next_state(run: Run | None, target: TargetState | None) -> tuple[FiringState, str]:
    """Return what a firing is by now, and why. target: what became of its desktop in its run, None
    where the run has none."""
    if run is None:
        return FiringState.FAILED, "run_gone"
    if target is TargetState.SUCCEEDED:
        return FiringState.DONE, ""
    if run.state in (RunState.DECLINED, RunState.LAPSED):
        return FiringState.REFUSED, run.state.value
    if target is None:
        return FiringState.REFUSED, "left_out"
    if target.is_open:
        return FiringState.RUNNING, ""
    if target in (TargetState.EXPIRED, TargetState.SKIPPED, TargetState.CANCELLED):
        return FiringState.LAPSED, target.value
    return FiringState.FAILED, target.value


def counts_as_miss(state: FiringState, reason: str) -> bool:
    """Say whether an end is counted for the breaker: what a script did wrong, or what can not even
    be started; not a desktop that was not reached."""
    if state is FiringState.REFUSED:
        return True
    return state is FiringState.FAILED and reason in {each.value for each in FAILURES}
