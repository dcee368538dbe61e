"""The last minutes by columns: attempts of each minute, who was connected, what failed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yunwei.operate.usage.rules.attempts import has_failed
from yunwei.operate.usage.rules.frames import Codes, Frame, Numbers
from yunwei.operate.usage.rules.logons import Stages, place_stages


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Attempts that began in each minute, each in one of the three."""

    logons: tuple[int, ...]
    reconnects: tuple[int, ...]
    failures: tuple[int, ...]


def count_minutes(frame: Frame, from_ms: int, minutes: int) -> Minutes:
    """Return attempts by the minute in which they began, from from_ms on."""
    place = (frame.started - from_ms) // 60_000
    frame = frame.take((place >= 0) & (place < minutes))
    place = (frame.started - from_ms) // 60_000
    failed = has_failed(frame)
    again = frame.is_reconnect & ~failed
    counted = (
        tuple(np.bincount(place[chosen], minlength=minutes).tolist())
        for chosen in (~failed & ~again, again, failed)
    )
    logons, reconnects, failures = counted
    return Minutes(logons=logons, reconnects=reconnects, failures=failures)


def count_users_since(
    who: Codes, begin: Numbers, end: Numbers, *, until_ms: int, spans_ms: Sequence[int]
) -> list[int]:
    """Return how many users were connected at any instant of each span that ends at until_ms."""
    is_any = (who != 0) & (end > begin) & (begin < until_ms)
    who, end = who[is_any], end[is_any]
    return [len(np.unique(who[end > until_ms - span])) for span in spans_ms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Failed attempts of one stage and reason. stage: its name, "" where none is told to have
    failed; failure: number of the reason; users: how many different ones."""

    stage: str
    failure: int
    attempts: int
    users: int
    last_ms: int


def count_failed(frame: Frame, stages: Stages) -> list[Failed]:
    """Return failed attempts by stage and reason, most first."""
    failed = frame.take(has_failed(frame))
    if not len(failed):
        return []
    stage = np.full(len(failed), -1, dtype=np.int64)
    told = stages.take(stages.has_failed)
    place = place_stages(failed, told)
    stage[place[place >= 0]] = told.stage[place >= 0]
    found = []
    for name, failure in sorted({*zip(stage.tolist(), failed.failure.tolist(), strict=True)}):
        own = failed.take((stage == name) & (failed.failure == failure))
        found.append(
            Failed(
                stage=stages.names[name] if name >= 0 else "",
                failure=failure,
                attempts=len(own),
                users=len(np.unique(own.who[own.who != 0])),
                last_ms=int(own.started.max()),
            )
        )
    return sorted(found, key=lambda each: (-each.attempts, each.stage, each.failure))
