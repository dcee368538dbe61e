"""Counts requests per access key and second. Holds no clock; it is told the time."""

from yunwei_sim.rest.errors import throttled


class Throttle:
    """Lets `limit` requests through in each second of real time; 0 lets everything through.

    retry_after_s: what a refusal tells in Retry-After; None leaves the header out.
    """

    def __init__(self, limit: int, *, retry_after_s: int | None = 1) -> None:
        self.limit = limit
        self.retry_after_s = retry_after_s
        self._second = -1
        self._counts: dict[str, int] = {}

    def count(self, access_key: str, *, ticks_s: float) -> None:
        """Count one request. Raises ApiError 429 APIGW.0308 when it is one too many."""
        second = int(ticks_s)
        if second != self._second:
            self._second = second
            self._counts.clear()
        self._counts[access_key] = self._counts.get(access_key, 0) + 1
        if self.limit and self._counts[access_key] > self.limit:
            raise throttled(self.limit, retry_after_s=self.retry_after_s)
