"""What is to be done about a request, step by step. Pure."""

from collections.abc import Sequence

from yunwei.monitor.inventory.facts import DesktopRow, PoolRow
from yunwei.operate.selfservice.facts.requests import (
    RequestDraft,
    RequestKind,
    Step,
    StepDraft,
    StepKind,
    StepState,
)
from yunwei.operate.selfservice.rules.catalogue import CATALOGUE
from yunwei.plugins.sdk.contract import DesktopAct, DesktopChange


def plan_reclaim(
    desktop: DesktopRow, logins: Sequence[str], *, can: frozenset[str]
) -> tuple[StepDraft, ...]:
    """Return what is to be done to take a desktop back: a snapshot, nobody has access any more, it
    is kept for a while, it is deleted. Each begins when the one before is done."""
    wait = StepDraft(kind=StepKind.WAIT, what="keep")
    if not {"change_desktops", "control_desktops"} <= can:
        by_hand = ("take_snapshot", *(["unassign_desktop"] if logins else []))
        manual = [StepDraft(kind=StepKind.MANUAL, what=each) for each in by_hand]
        return (*manual, wait, StepDraft(kind=StepKind.MANUAL, what="delete_desktop"))
    snapshot = StepDraft(
        kind=StepKind.ACT,
        what=DesktopAct.SNAPSHOT.value,
        source=desktop.source,
        desktop=desktop.native_id,
    )
    taken = (_change(desktop, DesktopChange.UNASSIGN, login) for login in logins)
    return (snapshot, *taken, wait, _change(desktop, DesktopChange.DELETE, ""))


def _change(desktop: DesktopRow, change: DesktopChange, login: str) -> StepDraft:
    return StepDraft(
        kind=StepKind.CHANGE,
        what=change.value,
        source=desktop.source,
        desktop=desktop.native_id,
        login=login,
    )


def plan_withdrawal(steps: Sequence[Step]) -> tuple[StepDraft, ...]:
    """Return what gives a desktop back to those from whom it was taken, or perhaps was."""
    taken = {"unassign": DesktopChange.ASSIGN.value, "unassign_desktop": "assign_desktop"}
    return tuple(
        StepDraft(
            kind=each.kind,
            what=taken[each.what],
            source=each.source,
            desktop=each.desktop,
            login=each.login,
        )
        for each in steps
        if each.what in taken and each.state not in (StepState.TODO, StepState.REFUSED)
    )


def plan_steps(
    draft: RequestDraft, login: str, desktop: DesktopRow | None, *, name: str, can: frozenset[str]
) -> tuple[StepDraft, ...]:
    """Return what is to be done. desktop: the one it is about, or that a new one is made like.
    name: what a new one is called. can: what the desktop's cloud can be told. Where it can not be
    told, the steps are manual."""
    spec = CATALOGUE[draft.kind]
    if spec.own:
        return (StepDraft(kind=StepKind.OWN, what=spec.own),)
    if desktop is not None and spec.change is not None and "change_desktops" in can:
        step = StepDraft(
            kind=StepKind.CHANGE,
            what=spec.change.value,
            source=desktop.source,
            desktop=desktop.native_id,
            name=name if spec.change is DesktopChange.CREATE else "",
            login=draft.details.get("colleague", login),
        )
        return (step,)
    if desktop is not None and spec.act is not None and "control_desktops" in can:
        return (
            StepDraft(
                kind=StepKind.ACT,
                what=spec.act.value,
                source=desktop.source,
                desktop=desktop.native_id,
            ),
        )
    return tuple(StepDraft(kind=StepKind.MANUAL, what=each) for each in spec.manual)


def plan_pools(
    joined: PoolRow, left: PoolRow | None, login: str, *, can: frozenset[str]
) -> tuple[StepDraft, ...]:
    """Return what is to be done so that somebody may use another pool: they are let into it before
    they lose the one they have. can: what the cloud of the pools can be told."""
    if "change_desktops" not in can:
        manual = CATALOGUE[RequestKind.CHANGE_POOL].manual
        return tuple(StepDraft(kind=StepKind.MANUAL, what=each) for each in manual)
    steps = [_pool_step(DesktopChange.JOIN_POOL, joined, login)]
    if left is not None:
        steps.append(_pool_step(DesktopChange.LEAVE_POOL, left, login))
    return tuple(steps)


def _pool_step(change: DesktopChange, pool: PoolRow, login: str) -> StepDraft:
    return StepDraft(
        kind=StepKind.CHANGE,
        what=change.value,
        source=pool.source,
        desktop=pool.native_id,
        name=pool.name,
        login=login,
    )
