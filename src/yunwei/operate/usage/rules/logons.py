"""Where the time of logons goes: stages, what they leave over, medians over time. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yunwei.operate.usage.facts.use import LogonStage, Phase, Phases
from yunwei.operate.usage.rules.attempts import has_failed, is_timed, median_and_p95
from yunwei.operate.usage.rules.frames import Flags, Frame, Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Stages of logons by columns; a logon is found by source, beginning and number of its id.

    stage: place in `names`.
    """

    source: Numbers
    started: Numbers
    session: NDArray[np.uint64]
    stage: NDArray[np.int32]
    names: tuple[str, ...]
    seconds: NDArray[np.float64]
    has_failed: Flags

    def take(self, chosen: Flags) -> "Stages":
        columns = {name: getattr(self, name)[chosen] for name in STAGE_COLUMNS}
        return Stages(**columns, names=self.names)


STAGE_COLUMNS = ("source", "started", "session", "stage", "seconds", "has_failed")


def order_stages(stages: Iterable[LogonStage]) -> tuple[LogonStage, ...]:
    """Return the stages of one logon as they came; those without a beginning last, by name."""
    return tuple(
        sorted(
            stages,
            key=lambda each: (
                each.began_at is None,
                each.began_at.timestamp() if each.began_at else 0.0,
                each.name,
            ),
        )
    )


def build_phases(frame: Frame, stages: Stages) -> Phases:
    """Return where the time of the frame's first logons went."""
    timed = frame.take(is_timed(frame))
    logons_s = (timed.setup - timed.started) / 1000
    place = place_stages(timed, stages)
    is_known = place >= 0
    place, seconds, stage = place[is_known], stages.seconds[is_known], stages.stage[is_known]
    staged_s = np.bincount(place, weights=seconds, minlength=len(timed))
    is_staged = np.bincount(place, minlength=len(timed)) > 0
    whole_s = float(logons_s[is_staged].sum())
    rows = [
        _phase(stages.names[each], seconds[stage == each], whole_s)
        for each in np.unique(stage).tolist()
    ]
    gaps_s = np.maximum(0.0, logons_s - staged_s)[is_staged]
    return Phases(
        rows=tuple(sorted(rows, key=lambda row: (-row.total_s, row.name))),
        gap=_phase("", gaps_s, whole_s) if len(gaps_s) else None,
        timed=len(timed),
        staged=len(gaps_s),
        p50_s=median_and_p95(logons_s[is_staged])[0],
        total_s=whole_s,
        failed=_count_failed(frame, stages),
    )


def _phase(name: str, seconds: NDArray[np.float64], whole_s: float) -> Phase:
    p50_s, p95_s = np.percentile(seconds, (50, 95)).tolist()
    total_s = float(seconds.sum())
    return Phase(
        name=name,
        logons=len(seconds),
        p50_s=p50_s,
        p95_s=p95_s,
        total_s=total_s,
        share=total_s / whole_s if whole_s else 0.0,
    )


def place_stages(frame: Frame, stages: Stages) -> Numbers:
    """Return which connection of the frame each stage belongs to, -1: none."""
    if not len(frame) or not len(stages.started):
        return np.full(len(stages.started), -1)
    own = _names(frame.source, frame.started, frame.session)
    wanted = _names(stages.source, stages.started, stages.session)
    order = np.argsort(own)
    found = order[np.minimum(np.searchsorted(own[order], wanted), len(own) - 1)]
    return np.where(own[found] == wanted, found, -1)


def _names(source: Numbers, started: Numbers, session: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return one number for what names a connection."""
    with np.errstate(over="ignore"):
        mixed: NDArray[np.uint64] = (
            session
            + source.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            + started.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        )
    return mixed


def _count_failed(frame: Frame, stages: Stages) -> dict[str, int]:
    failed, own = frame.take(has_failed(frame)), stages.take(stages.has_failed)
    counted = own.stage[place_stages(failed, own) >= 0]
    counts = np.bincount(counted, minlength=len(stages.names)).tolist()
    found = {name: count for name, count in zip(stages.names, counts, strict=True) if count}
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def medians_between(
    frame: Frame, bounds_ms: Sequence[int]
) -> list[tuple[int, float | None, float | None]]:
    """Return (logons, median, p95) of first logons that began in each stretch between instants."""
    timed = frame.take(is_timed(frame))
    order = np.argsort(timed.started)
    started = timed.started[order]
    logons_s = ((timed.setup - timed.started) / 1000)[order]
    cuts = np.searchsorted(started, np.asarray(bounds_ms, dtype=np.int64))
    parts = np.split(logons_s, cuts)[1:-1]
    return [(len(part), *median_and_p95(part)) for part in parts]


def slowest(frame: Frame, limit: int, offset: int = 0) -> list[tuple[int, int, int]]:
    """Return the first logons that took longest: (source, when it began, number of its id)."""
    timed = frame.take(is_timed(frame))
    least = timed.started - timed.setup
    if len(least) > limit + offset:
        # only what may be among them is put in order
        timed = timed.take(least <= np.partition(least, limit + offset - 1)[limit + offset - 1])
        least = timed.started - timed.setup
    order = np.lexsort((timed.session, timed.started, least))
    chosen = order[offset : offset + limit]
    return list(
        zip(
            timed.source[chosen].tolist(),
            timed.started[chosen].tolist(),
            timed.session[chosen].tolist(),
            strict=True,
        )
    )
