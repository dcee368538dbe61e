"""The catalogue: what each kind of request asks for, and what is to be done about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from yunwei.base.core.acts import Act as GateAct
from yunwei.base.core.acts import ActObject, Operation
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.selfservice.facts.requests import (
    UNTIL,
    RequestDraft,
    RequestKind,
    RequestRule,
)
from yunwei.operate.selfservice.rules.acts import OPERATIONS, clean_text
from yunwei.plugins.sdk.contract import DesktopAct, DesktopChange

WITHIN = timedelta(days=30)
"""The time that quotas of requests count."""
_K = RequestKind
LONGEST_EXTRA = timedelta(days=366)
_LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """What a kind asks for besides why. needs_desktop: one of the asker's own. details: names of
    its fields; numbers: those of them that are whole numbers, with the least and the most; choices:
    those that are one of some words; optional: those that may stay empty. manual: what a person
    does about it, where no desktop cloud does. own: what the platform itself does. is_risky: what
    is on the desktop may be lost. is_providers: the provider asks for it, nobody in the portal."""

    needs_desktop: bool = True
    details: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    change: DesktopChange | None = None
    act: DesktopAct | None = None
    manual: tuple[str, ...] = ()
    own: str = ""
    is_risky: bool = False
    is_providers: bool = False

    @property
    def ends_work(self) -> bool:
        """Whether nobody may work on the desktop while it is done."""
        return self.is_providers or (self.change is not None and self.change.ends_work)


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
        change=DesktopChange.RESIZE,
        manual=("check_capacity", "change_size", "check_with_user"),
    ),
    _K.MORE_DISK: KindSpec(
        details=("disk_gib", "disk"),
        numbers={"disk_gib": (10, 4096)},
        choices={"disk": ("system", "data")},
        optional=frozenset({"disk"}),
        change=DesktopChange.EXPAND_DISK,
        manual=("check_capacity", "enlarge_disk", "check_with_user"),
    ),
    _K.SOFTWARE: KindSpec(
        details=("software",),
        manual=("check_licence", "install_software", "check_with_user"),
    ),
    _K.OTHER: KindSpec(needs_desktop=False, manual=("deal_with",)),
    _K.UNLOCK: KindSpec(change=DesktopChange.UNLOCK, manual=("check_person", "unlock_account")),
    _K.CHANGE_POOL: KindSpec(
        needs_desktop=False,
        details=("pool", "from_pool"),
        optional=frozenset({"from_pool"}),
        change=DesktopChange.JOIN_POOL,
        manual=("check_capacity", "change_pool", "tell_user"),
    ),
    _K.EXTRA_TIME: KindSpec(details=(UNTIL,), own="keep_until"),
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
        comes_to=(comes_to,) if is_again and kind is not _K.OTHER and not spec.own else (),
        is_again=is_again,
    )


def check_draft(draft: RequestDraft, *, today: date) -> RequestDraft:
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
    if UNTIL in details:
        _check_until(details[UNTIL], today)
    return RequestDraft(
        kind=draft.kind,
        desktop=draft.desktop if spec.needs_desktop else None,
        reason=reason,
        details={name: text for name, text in details.items() if text},
    )


def _check_detail(spec: KindSpec, name: str, typed: str) -> str:
    text = clean_text(typed, name).replace("\n", " ")
    if not text:
        if name in spec.optional:
            return ""
        raise Invalid(name, "this is needed")
    if name in spec.choices and text not in spec.choices[name]:
        raise Invalid(name, "choose one of these")
    if len(text) > _LONGEST_DETAIL:
        raise Invalid(name, "at most 200 characters")
    limits = spec.numbers.get(name)
    if limits is None:
        return text
    least, most = limits
    if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
        raise Invalid(name, f"between {least} and {most}")
    return str(int(text))


def _check_until(text: str, today: date) -> None:
    try:
        until = date.fromisoformat(text)
    except ValueError:
        raise Invalid(UNTIL, "this is not a day") from None
    if not today < until <= today + LONGEST_EXTRA:
        raise Invalid(UNTIL, "after today and within a year")


def check_growth(draft: RequestDraft, desktop: DesktopRow) -> None:
    """Raise Invalid when a desktop has already what is asked for, so far as it is known."""
    details = draft.details
    if draft.kind is _K.MORE_POWER and desktop.cpu and desktop.memory_mb:
        has_cpu = desktop.cpu >= int(details["cpu"])
        if has_cpu and desktop.memory_mb >= int(details["memory_gib"]) * 1024:
            raise Invalid("cpu", "the desktop has as much already")
    if draft.kind is _K.MORE_DISK:
        told = desktop.raw.get("disk_gib", "")
        if told.isdecimal() and int(told) >= int(details["disk_gib"]):
            raise Invalid("disk_gib", "the desktop has as much already")


def default_rule(kind: RequestKind) -> RequestRule:
    """Return how a kind goes where a tenant has said nothing: the provider approves. That desktops
    are asked back a customer has to agree to first, and to name who approves."""
    if CATALOGUE[kind].is_providers:
        return RequestRule(kind=kind, is_offered=False, needs_provider=False)
    most_open = 3 if kind in (_K.SOFTWARE, _K.OTHER) else 1
    return RequestRule(kind=kind, most_open=most_open)
