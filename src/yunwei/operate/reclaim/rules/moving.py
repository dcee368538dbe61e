"""How a reclaim goes on: pure decisions about one desktop that is asked back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.readings import DesktopKind
from yunwei.operate.reclaim.facts import Answer, ReclaimRow, ReclaimState, Seen, Terms
from yunwei.operate.selfservice.facts.requests import (
    RequestRule,
    RequestState,
    Step,
    StepState,
    WholeRequest,
)
from yunwei.operate.usage.facts.idle import Idle

WITHIN = timedelta(days=30)
"""The time that a customer's quota of reclaims counts."""
USE_UNKNOWN = "records of its use can not be read; it waits for them"
NOBODY_APPROVES = "nobody is named who approves for the customer; it waits for that"
_LIMITS = {
    "grace_days": (1, 90),
    "remind_days": (0, 60),
    "keep_days": (1, 90),
    "quiet_days": (1, 730),
}
_S, _R = ReclaimState, RequestState


class MoveKind(StrEnum):
    """stay: as it is. remind: its users are told again. ask: whoever approves for the customer is
    asked. withdraw: what is done about it is taken back. end: it is over."""

    STAY = "stay"
    REMIND = "remind"
    ASK = "ask"
    WITHDRAW = "withdraw"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What is to be done about a reclaim now. state: as it stands then. held_by: why nothing is.
    given_back_at: when its desktop was deleted."""

    kind: MoveKind
    state: ReclaimState
    held_by: str = ""
    leaves_as: str = ""
    given_back_at: datetime | None = None


def check_terms(terms: Terms) -> Terms:
    """Return terms as they are kept; raises Invalid at the field."""
    for name, (least, most) in _LIMITS.items():
        if not least <= getattr(terms, name) <= most:
            raise Invalid(name, f"between {least} and {most}")
    if terms.remind_days >= terms.grace_days:
        raise Invalid("remind_days", "fewer days than there are to answer")
    return terms


def check_rule(rule: RequestRule, *, started_by: str) -> None:
    """Raise Conflict unless a customer has agreed to have desktops asked back, and somebody else
    than who begins it approves."""
    if not rule.is_offered:
        raise Conflict("this customer has not agreed to have desktops asked back")
    if not approvers(rule, started_by):
        raise Conflict("nobody is named who approves for the customer")


def approvers(rule: RequestRule, started_by: str) -> tuple[str, ...]:
    """Return who may approve for the customer."""
    return tuple(each for each in rule.approvers if each != started_by)


def check_startable(
    idle: Idle, *, open_now: bool, quiet_until: datetime | None, is_granted: bool = False
) -> None:
    """Raise Conflict unless a desktop may be asked back. idle: what is said of its use.
    is_granted: its user was granted more time for it."""
    if open_now:
        raise Conflict("it is being asked back already")
    if quiet_until is not None:
        raise Conflict("its user has kept it and is not asked again yet")
    if is_granted:
        raise Conflict("its user was granted more time for it")
    if idle.desktop.kind is not DesktopKind.DEDICATED:
        raise Conflict("desktops of pools go with the size of their pool")
    if idle.desktop.is_in_maintenance:
        raise Conflict("the desktop is being serviced")
    if not idle.could_return:
        raise Conflict("it is in use, or not unused for long enough")


def check_quota(rule: RequestRule, *, within: int) -> None:
    """Raise Conflict when as many were asked back within 30 days as the customer allows."""
    if rule.most_of_tenant and within >= rule.most_of_tenant:
        raise Conflict("as many desktops as the customer allows within 30 days are asked back")


def due_at(terms: Terms, logins: Sequence[str], now: datetime) -> datetime:
    """Return until when its users may answer: at once where it has none."""
    return now + timedelta(days=terms.grace_days) if logins else now


def next_move(
    row: ReclaimRow, seen: Seen, whole: WholeRequest | None, *, now: datetime, can_ask: bool
) -> Move:
    """Return what is to be done about a reclaim. whole: its request, None before there is one.
    can_ask: whether somebody is named who approves."""
    if whole is None:
        return _while_asked(row, seen, now=now, can_ask=can_ask)
    if whole.request.ended_at is not None:
        return _after_request(row, whole)
    state = _S.APPROVAL if whole.request.state.awaits_approval else _S.TAKING
    if not row.leaves_as and is_with_users(whole) and (seen.is_granted or _was_used(row, seen)):
        leaves_as = _S.KEPT if seen.is_granted else _S.USED
        return Move(kind=MoveKind.WITHDRAW, state=state, leaves_as=leaves_as.value)
    return Move(kind=MoveKind.STAY, state=state)


def _while_asked(row: ReclaimRow, seen: Seen, *, now: datetime, can_ask: bool) -> Move:
    if seen.is_gone:
        return Move(kind=MoveKind.END, state=_S.GONE)
    if seen.is_granted:
        return Move(kind=MoveKind.END, state=_S.KEPT)
    if _was_used(row, seen):
        return Move(kind=MoveKind.END, state=_S.USED)
    if row.answer is Answer.GIVE_BACK or now >= row.due_at:
        if not seen.is_known:
            return Move(kind=MoveKind.STAY, state=_S.ASKED, held_by=USE_UNKNOWN)
        if not can_ask:
            return Move(kind=MoveKind.STAY, state=_S.ASKED, held_by=NOBODY_APPROVES)
        return Move(kind=MoveKind.ASK, state=_S.APPROVAL)
    is_near = now >= row.due_at - timedelta(days=row.remind_days)
    if row.remind_days and is_near and row.reminded_at is None:
        return Move(kind=MoveKind.REMIND, state=_S.ASKED)
    return Move(kind=MoveKind.STAY, state=_S.ASKED)


def _was_used(row: ReclaimRow, seen: Seen) -> bool:
    return seen.is_in_use or (seen.used_at is not None and seen.used_at > row.started_at)


def _after_request(row: ReclaimRow, whole: WholeRequest) -> Move:
    """Return how it ends whose request has ended."""
    last = deletion(whole)
    if whole.request.state is _R.FULFILLED and last is not None and last.state is StepState.DONE:
        return Move(kind=MoveKind.END, state=_S.RECLAIMED, given_back_at=last.done_at)
    leaves_as = ReclaimState(row.leaves_as or _S.STOPPED.value)
    ends = {
        # its users were given it again
        _R.FULFILLED: _S.UNDONE if leaves_as is _S.STOPPED else leaves_as,
        _R.CANCELLED: leaves_as,
        _R.DECLINED: _S.DECLINED,
        _R.EXPIRED: _S.DECLINED,
    }
    return Move(kind=MoveKind.END, state=ends.get(whole.request.state, _S.FAILED))


def deletion(whole: WholeRequest) -> Step | None:
    """Return the step that deletes the desktop."""
    return next((each for each in whole.steps if each.what in ("delete", "delete_desktop")), None)


def is_with_users(whole: WholeRequest) -> bool:
    """Say whether its users still have the desktop."""
    taken = ("unassign", "unassign_desktop", "delete", "delete_desktop")
    steps = [each for each in whole.steps if each.what in taken]
    return all(each.state is StepState.TODO for each in steps)


def keeps_until(row: ReclaimRow, whole: WholeRequest | None) -> datetime | None:
    """Return until when it can be given again after it was taken; None when it is not waiting."""
    steps = whole.steps if whole else ()
    kept = next((each for each in steps if each.what == "keep"), None)
    if kept is None or kept.state is not StepState.SENT or kept.sending_at is None:
        return None
    return kept.sending_at + timedelta(days=row.keep_days)


def can_withdraw(whole: WholeRequest | None) -> bool:
    """Say whether it can still be taken back: nobody was told to delete the desktop."""
    if whole is None:
        return True
    last = deletion(whole)
    return whole.request.ended_at is None and last is not None and last.state is StepState.TODO


def check_answer(row: ReclaimRow, answer: Answer, note: str) -> None:
    """Raise Conflict or Invalid unless a user may say this now."""
    if not row.state.is_open or row.leaves_as:
        raise Conflict("this is over already")
    if answer is Answer.KEEP and not note:
        raise Invalid("note", "say what it is for")
    if answer is Answer.GIVE_BACK and row.state is not _S.ASKED:
        raise Conflict("this is answered already")
    if answer is Answer.GIVE_BACK and row.answer is Answer.GIVE_BACK:
        raise Conflict("this is answered already")
