"""When a failed message is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

from yunwei.base.core.errors import SendError
from yunwei.monitor.notify.facts.messages import MessageState, Verdict

LONGEST_LIFE = timedelta(hours=24)
_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 900.0


def after_failure(
    error: SendError, *, attempts: int, created_at: datetime, now: datetime
) -> Verdict:
    """Return what becomes of a message whose `attempts`-th attempt failed."""
    is_old = now - created_at > LONGEST_LIFE
    if error.permanent or is_old:
        return Verdict(state=MessageState.DEAD, error=error.message)
    wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(attempts - 1, 10))
    if error.retry_after_s is not None:
        wait_s = max(wait_s, min(error.retry_after_s, _LONGEST_WAIT_S))
    return Verdict(
        state=MessageState.PENDING,
        next_at=now + timedelta(seconds=wait_s),
        error=error.message,
        is_doubtful=error.is_doubtful,
    )
