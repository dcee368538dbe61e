"""The words of idle desktops: the ways of being idle, and what is said of each desktop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from yunwei.monitor.inventory.facts import HeldDesktop


class IdleKind(StrEnum):
    """A way in which a desktop is idle; `rules/idle.py` says when each holds."""

    UNASSIGNED = "unassigned"
    OWNER_GONE = "owner_gone"
    NEVER_USED = "never_used"
    UNUSED = "unused"
    ZOMBIE = "zombie"
    LEFT_BEHIND = "left_behind"
    LEFT_ON = "left_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleLimits:
    """From when on a desktop counts as idle: days without use, hours powered on without a session,
    hours of a session without its user."""

    unused_days: int = 30
    on_hours: int = 24
    disconnected_hours: int = 24


class LastUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The latest use of a desktop that connection records tell of. until_at: its end, or when it
    was last seen to go on."""

    login: str
    until_at: datetime


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one desktop's use; made of each desktop, so it is of a kind made quickly.

    last_at: until when it was last used, None where no use is known. known_from: since when its
    source's connections are known, as far as is looked back; None: not at all. unused_s: since its
    last use, else for as long as it is there and known. is_judged: whether records reach back far
    enough to call it unused. could_return: nobody would miss it.
    """

    desktop: HeldDesktop
    kinds: tuple[IdleKind, ...]
    last_at: datetime | None
    last_login: str
    known_from: datetime | None
    unused_s: float | None
    is_judged: bool
    could_return: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleCounts:
    """How many desktops there are, are idle, and could be given back (with their processors and
    memory). by_kind: one desktop may be idle in several ways. not_judged: of which too little is
    known to call them unused. known_from: since when the connections of all sources are known."""

    desktops: int
    idle: int
    by_kind: Mapping[IdleKind, int]
    could_return: int
    cpu: int
    memory_mb: int
    not_judged: int
    known_from: datetime | None
