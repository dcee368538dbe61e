"""When a message is due that does not go at once. Pure."""

from datetime import UTC, datetime, timedelta

DIGEST_EVERY = timedelta(minutes=15)


def next_digest_at(now: datetime, *, every: timedelta = DIGEST_EVERY) -> datetime:
    """Return the next instant at which digests are sent: the same for all that wait for it."""
    gone_s = now.timestamp() % every.total_seconds()
    return (now - timedelta(seconds=gone_s) + every).astimezone(UTC)
