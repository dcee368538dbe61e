"""The shape of one connection in the ledger, and what its numbers mean. Data only.

A row is one attempt of a person to reach a desktop. Times are whole seconds since 1970 UTC.
`start` is the click, `setup` the moment the desktop shows, `end` the moment the connection is
gone, `logoff` the moment the session behind it is gone: between `end` and `logoff` the desktop is
"disconnected". A failed attempt has `failure` set and `setup == end == logoff == start`.
"""

from enum import IntEnum, IntFlag
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

NEVER = 1 << 61

ROW = np.dtype(
    [
        ("uid", np.int32),  # unique within its block, never used twice
        ("user", np.int32),
        ("desktop", np.int32),
        ("start", np.int64),
        ("setup", np.int64),
        ("end", np.int64),
        ("logoff", np.int64),
        ("logon_s", np.int16),  # how long the logon takes on a good day
        ("rtt_ms", np.int16),  # network round trip on a good day
        ("delay_s", np.int16),  # what active faults add to the logon
        ("rtt_add_ms", np.int16),  # what active faults add to the round trip
        ("failure", np.uint8),
        ("flags", np.uint8),
    ]
)

type Rows = npt.NDArray[np.void]
type Mask = npt.NDArray[np.bool_]


class Flag(IntFlag):
    """What is special about a row."""

    RECONNECT = 1  # the session was still there
    HOME = 2  # from outside the office
    FORCED = 4  # asked for through the control face


class Failure(IntEnum):
    """Why an attempt failed. NONE is success."""

    NONE = 0
    WRONG_PASSWORD = 1
    TIMED_OUT = 2
    NO_FREE_DESKTOP = 3
    DESKTOP_DOWN = 4
    AGENT_GONE = 5
    BROKER_DOWN = 6
    NO_LICENCE = 7
    NETWORK_LOST = 8
    OVERLOADED = 9
    DIRECTORY_DOWN = 10
    CLOCK_SKEW = 11
    BAD_CERTIFICATE = 12
    NAME_UNKNOWN = 13
    ACCOUNT_LOCKED = 14


# Plain numbers: the operators of IntFlag cost more than everything else about an attempt.
_RECONNECT, _HOME = int(Flag.RECONNECT), int(Flag.HOME)


class Attempt(NamedTuple):
    """One row as plain numbers, in the order of ROW: a hundred times quicker to read than a row."""

    uid: int
    user: int
    desktop: int
    start: int
    setup: int
    end: int
    logoff: int
    logon_s: int
    rtt_ms: int
    delay_s: int
    rtt_add_ms: int
    failure: int
    flags: int

    @property
    def is_reconnect(self) -> bool:
        """Whether the session was still there."""
        return bool(self.flags & _RECONNECT)

    @property
    def is_from_home(self) -> bool:
        """Whether it comes from outside the office."""
        return bool(self.flags & _HOME)


def as_attempts(rows: Rows) -> list[Attempt]:
    """Return rows as plain numbers."""
    return [Attempt(*row) for row in rows.tolist()]


def empty_rows() -> Rows:
    """Return no rows."""
    return np.empty(0, dtype=ROW)


def succeeded(rows: Rows) -> Mask:
    """Return which rows became connections."""
    mask: Mask = rows["failure"] == Failure.NONE
    return mask


def connected_at(rows: Rows, at_s: int) -> Mask:
    """Return which rows are connections that stand at that instant."""
    mask: Mask = (rows["setup"] <= at_s) & (rows["end"] > at_s)
    return mask
