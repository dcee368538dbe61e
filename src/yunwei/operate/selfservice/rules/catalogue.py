"""The catalogue: what each kind of request asks for, and what is to be done about it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from yunwei.base.core.acts import Act as GateAct
from yunwei.base.core.acts import ActObject, Operation
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.selfservice.facts.requests import (
    RequestDraft,
    RequestKind,
    RequestRule,
    Step,
    StepDraft,
    StepKind,
    StepState,
)
from yunwei.operate.selfservice.rules.acts import OPERATIONS, clean_text
from yunwei.plugins.sdk.contract import DesktopAct, DesktopChange

WITHIN = timedelta(days=30)
"""The time that quotas of requests count."""
_K = RequestKind
_LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """What a kind asks for besides why. needs_desktop: one of the asker's own. details: names of
    its fields; numbers: those of them that are whole numbers, with the least and the most. manual:
    what a person does about it, where no desktop cloud does. is_risky: what is on the desktop may
    be lost. is_providers: the provider asks for it, nobody in the portal."""

    needs_desktop: bool = True
    details: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    change: DesktopChange | None = None
    act: DesktopAct | None = None
    manual: tuple[str, ...] = ()
    is_risky: bool = False
    is_providers: bool = False


CATALOGUE: Mapping[RequestKind, KindSpec] = {
    _K.NEW_DESKTOP: KindSpec(
        needs_desktop=False,
        change=DesktopChange.CREATE,
        manual=("make_desktop", "assign_desktop", "tell_user"),
    ),
    _K.RETURN_DESKTOP: KindSpec(
        change=DesktopChange.DELETE,
        manual=("save_data", "delete_desktop"),
        is_risky=True,
    ),
    _K.SHARE_DESKTOP: KindSpec(
        details=("colleague",),
        change=DesktopChange.ASSIGN,
        manual=("assign_desktop", "tell_user"),
    ),
    _K.UNSHARE_DESKTOP: KindSpec(
        details=("colleague",),
        change=DesktopChange.UNASSIGN,
        manual=("unassign_desktop",),
    ),
    _K.REBUILD: KindSpec(
        act=DesktopAct.REBUILD,
        manual=("save_data", "rebuild_desktop"),
        is_risky=True,
    ),
    _K.SNAPSHOT: KindSpec(act=DesktopAct.SNAPSHOT, manual=("take_snapshot",)),
    _K.RESTORE: KindSpec(
        act=DesktopAct.RESTORE,
        manual=("save_data", "restore_snapshot", "check_with_user"),
        is_risky=True,
    ),
    _K.MORE_POWER: KindSpec(
        details=("cpu", "memory_gib"),
        numbers={"cpu": (1, 64), "memory_gib": (1, 512)},
        manual=("check_capacity", "change_size", "check_with_user"),
    ),
    _K.MORE_DISK: KindSpec(
        details=("disk_gib",),
        numbers={"disk_gib": (10, 4096)},
        manual=("check_capacity", "enlarge_disk", "check_with_user"),
    ),
    _K.SOFTWARE: KindSpec(
        details=("software",),
        manual=("check_licence", "install_software", "check_with_user"),
    ),
    _K.OTHER: KindSpec(needs_desktop=False, manual=("deal_with",)),
    _K.UNLOCK: KindSpec(change=DesktopChange.UNLOCK, manual=("check_person", "unlock_account")),
    _K.RECLAIM: KindSpec(is_risky=True, is_providers=True),
}


def build_gate_act(
    kind: RequestKind, tenant: TenantId, thing: ActObject | None, *, title: str, is_again: bool
) -> GateAct:
    """Return what the gate is asked about a request: it is self-service, and a freeze of what it
    comes to holds it as well. What the provider asks for is a change that it makes."""
    spec = CATALOGUE[kind]
    if spec.is_providers:
        return GateAct(
            operation=Operation.CONFIGURE,
            tenant=tenant,
            things=() if thing is None else (thing,),
            title=title,
            is_again=is_again,
        )
    comes_to = Operation.CONFIGURE if spec.act is None else OPERATIONS[spec.act]
    return GateAct(
        operation=Operation.SELF_SERVICE,
        tenant=tenant,
        things=() if thing is None else (thing,),
        title=title,
        is_customers=True,
        comes_to=(comes_to,) if is_again and kind is not _K.OTHER else (),
        is_again=is_again,
    )


def check_draft(draft: RequestDraft) -> RequestDraft:
    """Return what is asked as it is kept; raises Invalid at the field."""
    spec = CATALOGUE[draft.kind]
    if spec.is_providers:
        raise Conflict("this is not offered")
    if spec.needs_desktop and draft.desktop is None:
        raise Invalid("desktop", "say which desktop")
    reason = clean_text(draft.reason, "reason")
    if not reason:
        raise Invalid("reason", "say what it is for")
    details = {
        name: _check_detail(spec, name, draft.details.get(name, "")) for name in spec.details
    }
    return RequestDraft(
        kind=draft.kind,
        desktop=draft.desktop if spec.needs_desktop else None,
        reason=reason,
        details=details,
    )


def _check_detail(spec: KindSpec, name: str, typed: str) -> str:
    text = clean_text(typed, name).replace("\n", " ")
    if not text:
        raise Invalid(name, "this is needed")
    if len(text) > _LONGEST_DETAIL:
        raise Invalid(name, "at most 200 characters")
    limits = spec.numbers.get(name)
    if limits is None:
        return text
    least, most = limits
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
        raise Invalid(name, f"between {least} and {most}")
    return str(int(text))


def default_rule(kind: RequestKind) -> RequestRule:
    """Return how a kind goes where a tenant has said nothing: the provider approves. That desktops
    are asked back a customer has to agree to first, and to name who approves."""
    if CATALOGUE[kind].is_providers:
        return RequestRule(kind=kind, is_offered=False, needs_provider=False)
    most_open = 3 if kind in (_K.SOFTWARE, _K.OTHER) else 1
    return RequestRule(kind=kind, most_open=most_open)


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
