"""How channels and routes do: what has become of their messages."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFigures:
    """What became of the messages of a channel that were written in some time.

    dead: given up. waiting: not sent yet. undelivered: sent, and their receipts say that they did
    not arrive. usual_s, slow_s: the median and the 95th percentile of the seconds from being
    written to being sent, of those that nothing held back; None when there was none.
    """

    sent: int = 0
    dead: int = 0
    waiting: int = 0
    undelivered: int = 0
    usual_s: float | None = None
    slow_s: float | None = None

    @property
    def success(self) -> float | None:
        """The share that got through of those whose end is known; None before the first."""
        ended = self.sent + self.dead
        return (self.sent - self.undelivered) / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFigures:
    """What a route led to in some time. messages: those of its escalations are among them.
    last_at: of the latest message."""

    messages: int = 0
    last_at: datetime | None = None
