"""What may be done to a desktop, by whom and how often; what to do about a verdict. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from yunwei.base.core.acts import Act as GateAct
from yunwei.base.core.acts import Operation
from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.diagnosis.facts.verdicts import Act, Part, Standing, Verdict
from yunwei.plugins.sdk.contract import DesktopAct, FarDesktop

REPAIR_LIMITS = ((2, timedelta(hours=1)), (5, timedelta(hours=24)))
"""How many repairs a person may have within which time."""
LOOKED_AT_FOR = timedelta(minutes=5)
"""So long a desktop may take to be as it should after the cloud said that it is done."""
LOOKED_FOR = timedelta(minutes=2)
"""So long it is looked for whether an act was begun whose answer was lost."""
FOLLOWED_FOR = timedelta(minutes=30)
LONGEST_TEXT = 2000

_REPAIRS = {
    Act.START: DesktopAct.START,
    Act.RESTART: DesktopAct.RESTART,
    Act.FORCE_RESTART: DesktopAct.FORCE_RESTART,
    Act.LOG_OFF: DesktopAct.LOG_OFF,
}
"""What desktop users may do themselves. Rebuilding wipes data; it is left to operators."""


_OF_THE_DESKTOP = (Part.SESSION, Part.DESKTOP, Part.IMAGE)


def choose_repairs(verdict: Verdict, desktop: DesktopRow, login: str) -> tuple[DesktopAct, ...]:
    """Return what a desktop user may do, first about the best founded cause. What helps most often
    is offered besides, unless something else than the desktop was found guilty."""
    top = verdict.top
    if top is None or top.standing is not Standing.GUILTY:
        return _usual_repairs(desktop, login)
    wanted = tuple(_REPAIRS[each.act] for each in top.remedies if each.act in _REPAIRS)
    if top.part not in _OF_THE_DESKTOP:
        return wanted
    return tuple(dict.fromkeys((*wanted, *_usual_repairs(desktop, login))))


def _usual_repairs(desktop: DesktopRow, login: str) -> tuple[DesktopAct, ...]:
    if desktop.state in (DesktopState.STOPPED, DesktopState.HIBERNATED):
        return (DesktopAct.START,)
    if desktop.state is DesktopState.ERROR:
        return (DesktopAct.FORCE_RESTART,)
    is_on_it = login in desktop.users_now
    return (DesktopAct.LOG_OFF, DesktopAct.RESTART) if is_on_it else (DesktopAct.RESTART,)


def check_act(*, open_acts: int) -> None:
    """Raise Conflict when something is being done to the desktop already."""
    if open_acts:
        raise Conflict("something is being done to this desktop already")


def check_repair(
    desktop: DesktopRow,
    login: str,
    act: DesktopAct,
    offered: tuple[DesktopAct, ...],
    *,
    done: Sequence[int],
) -> None:
    """Raise Conflict or Invalid unless a desktop user may do this now. done: repairs of this person
    within the time of each of REPAIR_LIMITS."""
    if act not in offered:
        raise Invalid("act", "this is not one of the choices")
    if desktop.is_in_maintenance:
        raise Conflict("the desktop is being serviced")
    if any(user != login for user in desktop.users_now):
        raise Conflict("somebody else works on this desktop")
    for count, (most, _within), text in zip(done, REPAIR_LIMITS, _TOO_MANY, strict=True):
        if count >= most:
            raise Conflict(text)


_TOO_MANY = (
    "too many repairs within the hour; wait, or write to support",
    "too many repairs today; write to support",
)
OPERATIONS: Mapping[DesktopAct, Operation] = {
    DesktopAct.START: Operation.POWER,
    DesktopAct.STOP: Operation.POWER,
    DesktopAct.RESTART: Operation.POWER,
    DesktopAct.FORCE_RESTART: Operation.POWER,
    DesktopAct.LOG_OFF: Operation.SESSION,
    DesktopAct.REBUILD: Operation.CONFIGURE,
    DesktopAct.SNAPSHOT: Operation.CONFIGURE,
    DesktopAct.RESTORE: Operation.CONFIGURE,
}


def build_gate_act(
    desktop: DesktopRow,
    act: DesktopAct,
    *,
    is_repair: bool,
    is_customers: bool,
    is_again: bool = False,
) -> GateAct:
    """Return what the gate is asked about an act."""
    return GateAct(
        operation=Operation.SELF_SERVICE if is_repair else OPERATIONS[act],
        tenant=desktop.tenant,
        things=(desktop.act_object,),
        title=act.value,
        is_customers=is_customers,
        is_again=is_again,
    )


def is_as_meant(act: DesktopAct, seen: FarDesktop) -> bool:
    """Say whether a desktop is as it should be after an act."""
    if act is DesktopAct.STOP:
        return seen.state in (DesktopState.STOPPED, DesktopState.HIBERNATED)
    if act is DesktopAct.LOG_OFF:
        return seen.login_state not in (LoginState.CONNECTED, LoginState.DISCONNECTED)
    if act is DesktopAct.SNAPSHOT:
        return True
    if act is DesktopAct.RESTORE:
        # whether it is started afterwards is the cloud's affair
        return seen.state is not DesktopState.ERROR
    return seen.state is DesktopState.RUNNING and seen.login_state is not LoginState.UNREGISTERED


def clean_text(text: str, field: str) -> str:
    """Return what somebody wrote; raises Invalid when it is too long."""
    kept = "".join(sign for sign in text.strip() if sign == "\n" or sign.isprintable())
    if len(kept) > LONGEST_TEXT:
        raise Invalid(field, f"at most {LONGEST_TEXT} characters")
    return kept
