"""How processes log: one line per event on stderr, UTC, the process's name first."""

import logging
import sys
import time

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)-7s {process}: %(message)s"
_TIME = "%Y-%m-%dT%H:%M:%S"
# What these say below that level is said by our own loops, once per change.
_QUIET = {
    "asyncio": logging.WARNING,
    "clickhouse_connect": logging.CRITICAL,
    "django.request": logging.ERROR,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "nats": logging.CRITICAL,
    "psycopg.pool": logging.CRITICAL,
    "uvicorn.access": logging.WARNING,
    "uvicorn.error": logging.WARNING,
}


def set_up_logging(process: str, level: str = "INFO") -> None:
    """Send what is logged at `level` and above to stderr, as lines of the named process."""
    formatter = logging.Formatter(_FORMAT.format(process=process), _TIME)
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    if level != "DEBUG":
        for name, quiet in _QUIET.items():
            logging.getLogger(name).setLevel(quiet)
