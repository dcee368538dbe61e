"""What the receiver remembers between datagrams: refusals to be told of, informs already taken.

Bounded, whatever is sent. No sockets, no clock.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.intake import Rejection

# of refusals of so many senders that they can not be kept apart any more
EVERYBODY = "*"
_LONGEST_SAMPLE_BYTES = 1500


class RejectReason(StrEnum):
    """Why a datagram was not taken, as `Rejection.reason` says it."""

    UNKNOWN_COMMUNITY = "unknown_community"
    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    UNSUPPORTED_VERSION = "unsupported_version"
    OVERLOAD = "overload"
    # of SNMP v3
    UNKNOWN_USER = "unknown_user"
    WRONG_DIGEST = "wrong_digest"
    UNDECRYPTABLE = "undecryptable"
    UNSUPPORTED_LEVEL = "unsupported_level"
    NOT_IN_TIME_WINDOW = "not_in_time_window"
    # of webhooks
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105
    WRONG_SIGNATURE = "wrong_signature"
    TOO_LARGE = "too_large"
    TOO_OFTEN = "too_often"


@dataclass(slots=True)
class _Refused:
    count: int
    first_at: datetime
    last_at: datetime
    sample: bytes


type _Key = tuple[str, str, tuple[TenantId, SourceId] | None]


class RejectionTally:
    """Counts refusals per (reason, address, source) until they are taken."""

    def __init__(self, *, max_keys: int = 1000) -> None:
        self._max_keys = max_keys
        self._refused: dict[_Key, _Refused] = {}

    def __bool__(self) -> bool:
        return bool(self._refused)

    def add(
        self,
        reason: RejectReason,
        address: str,
        at: datetime,
        *,
        data: bytes = b"",
        count: int = 1,
        whose: tuple[TenantId, SourceId] | None = None,
    ) -> None:
        """Count. whose: the source that the sender claims to be."""
        key: _Key = (reason.value, address, whose)
        if key not in self._refused and len(self._refused) >= self._max_keys:
            key = (reason.value, EVERYBODY, None)
        known = self._refused.get(key)
        if known is None:
            self._refused[key] = _Refused(count, at, at, data[:_LONGEST_SAMPLE_BYTES])
        else:
            known.count += count
            known.last_at = at

    def take(self) -> tuple[Rejection, ...]:
        """Return all that was counted, and begin anew."""
        taken = tuple(
            Rejection(
                reason=reason,
                address=address,
                count=each.count,
                first_at=each.first_at,
                last_at=each.last_at,
                sample=each.sample,
                tenant=whose[0] if whose else None,
                source=whose[1] if whose else None,
            )
            for (reason, address, whose), each in self._refused.items()
        )
        self._refused.clear()
        return taken


class InformState(StrEnum):
    """What is known of an inform that came."""

    NEW = "new"
    WAITING = "waiting"
    STORED = "stored"


class RecentInforms:
    """Knows informs that come again because their answer is late or was lost.

    One that is not stored yet is known until it is; how many these can be, the queue bounds.
    """

    def __init__(self, *, memory_s: float = 30.0, max_stored: int = 50_000) -> None:
        self._memory_s = memory_s
        self._max_stored = max_stored
        self._waiting: set[Hashable] = set()
        self._forgotten_at_s: dict[Hashable, float] = {}

    def remember(self, key: Hashable, now_s: float) -> InformState:
        """Return how it stands with an inform that came; a new one is waited for from now on.

        now_s: of a clock that never goes back.
        """
        self._forget(now_s)
        if key in self._forgotten_at_s:
            return InformState.STORED
        if key in self._waiting:
            return InformState.WAITING
        self._waiting.add(key)
        return InformState.NEW

    def mark_stored(self, key: Hashable, now_s: float) -> None:
        """From now on the inform is known for `memory_s`."""
        self._waiting.discard(key)
        self._forgotten_at_s[key] = now_s + self._memory_s

    def _forget(self, now_s: float) -> None:
        # the oldest stand first: each stays equally long
        while self._forgotten_at_s:
            oldest = next(iter(self._forgotten_at_s))
            is_over = self._forgotten_at_s[oldest] <= now_s
            if not is_over and len(self._forgotten_at_s) <= self._max_stored:
                return
            del self._forgotten_at_s[oldest]
