"""Whose post is it: the token in its address to a source; whether it is signed, and not too often.

A search, no network. Tokens are compared by their hashes, so that time tells nothing of them.
"""

import hashlib
import hmac
from collections.abc import Iterable

from yunwei.base.core.ids import SourceId
from yunwei.monitor.collect.facts import PayloadSource

_PREFIX = "sha256="


class PayloadSources:
    """An unchanging snapshot of all sources that others post to."""

    def __init__(self, sources: Iterable[PayloadSource] = ()) -> None:
        self._by_hash = {_hash(each.token): each for each in sources}

    def find(self, token: str) -> PayloadSource | None:
        return self._by_hash.get(_hash(token))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def is_signed(source: PayloadSource, body: bytes, signature: str) -> bool:
    """Return whether `signature` is the body's HMAC-SHA256 in hex; True when none is asked for."""
    if not source.signature_secret:
        return True
    wanted = hmac.new(source.signature_secret.encode(), body, hashlib.sha256).hexdigest()
    given = signature.strip().lower().removeprefix(_PREFIX)
    return hmac.compare_digest(wanted, given.encode("ascii", "replace").decode())


class Allowances:
    """How many posts each source may still send: a bucket that fills evenly, a tenth of a
    minute's worth at once at least."""

    def __init__(self) -> None:
        self._left: dict[SourceId, tuple[float, float]] = {}

    def take(self, source: PayloadSource, now_s: float) -> bool:
        """Return whether one more is allowed. now_s: of a clock that never goes back."""
        most = max(10.0, source.per_minute / 10)
        left, at_s = self._left.get(source.source, (most, now_s))
        left = min(most, left + (now_s - at_s) * source.per_minute / 60)
        is_allowed = left >= 1
        self._left[source.source] = (left - is_allowed, now_s)
        return is_allowed
