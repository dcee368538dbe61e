"""What became of tasks, from an agent's journal to the platform's ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yunwei_wire.errors import WireError
from yunwei_wire.messages import read_bytes, read_number, read_text

MOST_PIECES = 4096
LARGEST_PIECE_BYTES = 64 * 1024


class What(StrEnum):
    STARTED = "started"
    OUTPUT = "output"
    ENDED = "ended"


class End(StrEnum):
    """How a task ended, as its agent knows it. interrupted: it had begun when the agent or its
    machine went down, so that nobody knows how far it came."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    EXPIRED = "expired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """place: of a piece of output, from 0. end, exit_code, reason, size_bytes, is_cut: of the end;
    size_bytes is what was printed in all, is_cut that not all of it was kept. digest: of what was
    kept, with what differs by chance made alike."""

    task: int
    what: What
    at_ms: int
    place: int = 0
    data: bytes = b""
    end: End | None = None
    exit_code: int | None = None
    reason: str = ""
    size_bytes: int = 0
    is_cut: bool = False
    digest: str = ""

    def as_message(self) -> dict[str, Any]:
        """Return only what is not as usual."""
        message: dict[str, Any] = {"task": self.task, "what": self.what.value, "at": self.at_ms}
        if self.what is What.OUTPUT:
            message |= {"place": self.place, "data": self.data}
        if self.end is not None:
            message |= {"end": self.end.value, "exit": self.exit_code, "reason": self.reason}
            message |= {"size": self.size_bytes, "cut": self.is_cut, "digest": self.digest}
        return message


def read_event(message: object) -> Event:
    """Raises WireError."""
    if not isinstance(message, Mapping):
        raise WireError("an event is a map")
    try:
        what = What(str(message.get("what")))
        end = End(message["end"]) if what is What.ENDED else None
    except (ValueError, KeyError) as error:
        raise WireError("an event that is not known") from error
    exit_code = message.get("exit")
    if exit_code is not None:
        exit_code = max(-(2**31), min(2**31 - 1, read_number(message, "exit")))
    data = read_bytes(message, "data")
    place = read_number(message, "place")
    if len(data) > LARGEST_PIECE_BYTES or not 0 <= place < MOST_PIECES:
        raise WireError("a piece of output that is too large")
    return Event(
        task=read_number(message, "task"),
        what=what,
        at_ms=read_number(message, "at"),
        place=place,
        data=data,
        end=end,
        exit_code=exit_code,
        reason=read_text(message, "reason", longest=500),
        size_bytes=max(0, read_number(message, "size")),
        is_cut=bool(message.get("cut")),
        digest=read_text(message, "digest", longest=64),
    )
