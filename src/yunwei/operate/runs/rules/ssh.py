"""What happened over SSH or WinRM, as states of targets. Pure."""

from datetime import timedelta

from yunwei.base.core.far import Ran
from yunwei.operate.runs.facts.runs import TargetState

TRIED_AGAIN = frozenset({"ssh_unreachable", "ssh_jump_host", "winrm_unreachable"})
"""What may be otherwise a moment later; nothing was begun."""
MOST_TRIES = 3
_T = TargetState


def is_tried_again(reason: str, tries: int) -> bool:
    return reason in TRIED_AGAIN and tries < MOST_TRIES


def wait_before(tries: int) -> timedelta:
    """Return how long a desktop that was not reached is left alone. tries: so far."""
    return timedelta(seconds=5 * 3 ** (tries - 1))


def state_of_end(ran: Ran) -> tuple[TargetState, str]:
    """Return what a target that was begun is, and why. When its end was not seen, what became of it
    nobody knows, and it is not run again by itself."""
    if ran.refusal:
        return _T.REFUSED, ran.refusal
    if ran.is_lost:
        return _T.INTERRUPTED, "ssh_lost"
    if ran.is_stopped:
        return _T.CANCELLED, ""
    if ran.is_late:
        return _T.TIMED_OUT, ""
    return (_T.SUCCEEDED if ran.code == 0 else _T.FAILED), ""
