"""What a check is and how it says what it saw. Each check is one file in `checks`; copy one.

A check looks at the evidence and returns one of: `clear` (measured, and well), `unmeasured`
(nothing tells), or `accuse` with grounds. The score is 100 * (1 - product of (1 - weight)): grounds
are independent reasons, each with the weight that it has alone, so that two of 0.6 make 84.
From 60 on a part is guilty, from 25 on suspect.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import (
    Finding,
    Ground,
    Measurement,
    Part,
    Remedy,
    Said,
    Standing,
)

GUILTY_FROM, SUSPECT_FROM = 60.0, 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a check returns. grounds: () of a part that was measured and is well. is_measured: no
    when nothing tells."""

    grounds: tuple[Ground, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    is_measured: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. name: unique, its file's. title: the cause that it may accuse. source: where it
    looks. explains: names of checks whose accusations follow from this cause. is_ours: whether the
    cause lies within the desktop cloud."""

    name: str
    part: Part
    title: Said
    source: Said
    judge: Callable[[Evidence], Seen]
    remedies: tuple[Remedy, ...] = ()
    explains: tuple[str, ...] = ()
    is_ours: bool = True


def clear(*measurements: Measurement) -> Seen:
    return Seen(measurements=measurements)


def unmeasured() -> Seen:
    return Seen(is_measured=False)


def accuse(grounds: Sequence[Ground | None], *measurements: Measurement) -> Seen:
    """Return what was seen; grounds that are None do not hold."""
    return Seen(grounds=tuple(each for each in grounds if each), measurements=measurements)


def ground(
    holds: object, weight: float, zh: str, en: str, alarm: int | None = None
) -> Ground | None:
    """Return a ground when it holds."""
    return Ground(weight=weight, text=Said(zh=zh, en=en), alarm=alarm) if holds else None


def score_of(grounds: Sequence[Ground]) -> float:
    doubt = 1.0
    for each in grounds:
        doubt *= 1.0 - each.weight
    return round(100.0 * (1.0 - doubt), 1)


def standing_of(score: float) -> Standing:
    if score >= GUILTY_FROM:
        return Standing.GUILTY
    return Standing.SUSPECT if score >= SUSPECT_FROM else Standing.CLEARED


_WELL = Said(zh="测量过，未见异常。", en="Measured; nothing unusual.")
_NOT_MEASURED = Said(
    zh="没有可用的测量数据，不下结论。", en="Nothing measures it, so nothing is said."
)


def run_check(check: Check, evidence: Evidence) -> Finding:
    """Return what a check says of the evidence."""
    seen = check.judge(evidence)
    score = score_of(seen.grounds)
    standing = standing_of(score) if seen.is_measured else Standing.NOT_MEASURED
    accuses = standing in (Standing.GUILTY, Standing.SUSPECT)
    return Finding(
        check=check.name,
        part=check.part,
        standing=standing,
        title=check.title,
        text=_text_of(seen, accuses=accuses),
        source=check.source,
        score=score if seen.is_measured else 0.0,
        grounds=seen.grounds,
        measurements=seen.measurements,
        remedies=tuple(sorted(check.remedies, key=_risk)) if accuses else (),
    )


def _text_of(seen: Seen, *, accuses: bool) -> Said:
    if not seen.is_measured:
        return _NOT_MEASURED
    if not accuses:
        return _WELL
    return Said(
        zh="；".join(each.text.zh for each in seen.grounds) + "。",
        en="; ".join(each.text.en for each in seen.grounds) + ".",
    )


def _risk(remedy: Remedy) -> int:
    return list(type(remedy.risk)).index(remedy.risk)
