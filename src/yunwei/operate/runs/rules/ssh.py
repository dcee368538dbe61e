"""What happened over SSH, as states of targets. Pure."""

from datetime import timedelta

from yunwei.operate.runs.facts.runs import TargetState

TRIED_AGAIN = frozenset({"ssh_unreachable", "ssh_jump_host"})
"""What may be otherwise a moment later; nothing was begun."""
MOST_TRIES = 3
_T = TargetState


def is_tried_again(reason: str, tries: int) -> bool:
    return reason in TRIED_AGAIN and tries < MOST_TRIES


def wait_before(tries: int) -> timedelta:
    """Return how long a desktop that was not reached is left alone. tries: so far."""
    return timedelta(seconds=5 * 3 ** (tries - 1))


def state_of_end(
    code: int | None, *, is_late: bool, is_stopped: bool, refusal: str
) -> tuple[TargetState, str]:
    """Return what a target that was begun is, and why. code: None when its end was not seen: what
    became of it nobody knows, and it is not run again by itself."""
    if refusal:
        return _T.REFUSED, refusal
    if code is None:
        return _T.INTERRUPTED, "ssh_lost"
    if is_stopped:
        return _T.CANCELLED, ""
    if is_late:
        return _T.TIMED_OUT, ""
    return (_T.SUCCEEDED if code == 0 else _T.FAILED), ""
