"""Links in messages by which one person acknowledges one occurrence of an alarm."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import AlarmId, OccurrenceId, UserId
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms.facts import AlarmRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AckLink:
    """What a link stands for. nonce: tells it apart from every other link."""

    alarm: AlarmId
    occurrence: OccurrenceId
    user: UserId
    nonce: int
    expires_at: datetime


class LinkState(StrEnum):
    """What can come of a link. over: the occurrence that it is about has ended."""

    READY = "ready"
    USED = "used"
    EXPIRED = "expired"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLink:
    """A link that was signed here, with whose it is and what it is about. used_at: when it was."""

    link: AckLink
    state: LinkState
    viewer: Viewer
    row: AlarmRow
    used_at: datetime | None = None
