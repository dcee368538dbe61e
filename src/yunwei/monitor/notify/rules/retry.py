"""When a failed message is tried again, when it goes another way, and when it is given up. Pure."""

import zlib
from datetime import datetime, timedelta

from yunwei.base.core.errors import SendError
from yunwei.monitor.notify.facts.messages import DueMessage, MessageState, Verdict

LONGEST_LIFE = timedelta(hours=24)
_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 900.0
_JITTER = 0.2

_PATIENCE = {
    "critical": timedelta(minutes=5),
    "major": timedelta(minutes=15),
    "minor": timedelta(hours=1),
    "warning": timedelta(hours=4),
}


def patience_of(severity: str) -> timedelta:
    """Return how long a channel may fail before a message goes by its fallback."""
    return _PATIENCE.get(severity, timedelta(hours=4))


def after_failure(
    error: SendError, message: DueMessage, *, has_fallback: bool, now: datetime
) -> Verdict:
    """Return what becomes of a message whose last attempt failed.

    It is tried again, later each time; with a fallback, it goes that way once it can not arrive or
    is too old for its severity; without, it is given up then, or after a day.
    """
    age = now - message.created_at
    if has_fallback and (error.permanent or age > patience_of(message.severity)):
        return Verdict(state=MessageState.REPLACED, error=error.message)
    if error.permanent or age > LONGEST_LIFE:
        return Verdict(state=MessageState.DEAD, error=error.message)
    wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(message.attempts - 1, 10))
    if error.retry_after_s is not None:
        wait_s = max(wait_s, min(error.retry_after_s, _LONGEST_WAIT_S))
    wait_s *= 1 + _JITTER * _spread(message)
    return Verdict(
        state=MessageState.PENDING,
        next_at=now + timedelta(seconds=wait_s),
        error=error.message,
        is_doubtful=error.is_doubtful,
    )


def _spread(message: DueMessage) -> float:
    """Return 0 to 1, another for each message and attempt, so that all do not come at once."""
    return zlib.crc32(f"{message.dedupe} {message.attempts}".encode()) / 2**32
