"""The words of the experience score: how well people work, and what costs them points."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yunwei.base.core.ids import SourceId


class Cause(StrEnum):
    """What the experience score loses points to; `rules/experience.py` says how many."""

    LOGON = "logon"
    FAILURES = "failures"
    RTT = "rtt"
    DROPS = "drops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """The experience score of the users of a part: 0 to 100, the mean over them, each once.

    users: of whom anything was measured; good, fair, poor: how many of them. measured: mean share
    (0-1) of the causes' weights that was measured. lost: points by cause; they and the score make
    100. key: as the source says it; name: as people know it.
    """

    key: str
    name: str
    users: int
    good: int
    fair: int
    poor: int
    score: float
    measured: float
    lost: Mapping[Cause, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserExperience:
    """One user's experience score. lost: points by cause, None where it was not measured.
    desktop_user: our id, None where inventory does not know them."""

    source: SourceId
    login: str
    desktop_user: int | None
    name: str
    department: str
    score: float
    measured: float
    lost: Mapping[Cause, float | None]
