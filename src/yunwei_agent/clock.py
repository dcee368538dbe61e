"""The machine's clock; nothing else of the agent looks at it."""

import time


def now_s() -> float:
    """Return seconds since 1970."""
    return time.time()


def now_ms() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000
