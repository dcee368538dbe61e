"""What is uneven about pools, what is wrong with machines, which images are behind. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from yunwei.operate.posture.facts import (
    Failing,
    FailingPool,
    Failures,
    Health,
    ImageCount,
    ImagePosture,
    Imbalance,
    PoolPosture,
)

TIGHT_RATIO, SPARE_RATIO = 0.9, 0.5
_SPARE_FROM = 20
_SPARE_DAYS = 6
"""A weekend alone does not say that a pool is too large."""
_TIGHT_FROM = 5
_LOPSIDED_TIMES = 2.0
_LOPSIDED_FROM = 6
_FAULTY_RATIO = 0.05
_SHOWN_POOLS = 3


def judge_pool(pool: PoolPosture, peaks: Iterable[float]) -> PoolPosture:
    """Return a pool with what is uneven about it and how it stands.

    peaks: the most sessions at once of each of the last days that were measured.
    """
    known = tuple(peaks)
    pool = replace(pool, peak=int(max(known)) if known else None, days_known=len(known))
    found = tuple(_imbalances(pool)) if pool.id is not None else ()
    return replace(pool, imbalances=found, health=_judge(pool, found))


def _imbalances(pool: PoolPosture) -> Iterable[Imbalance]:
    ratios = [each for each in (pool.busy_ratio, pool.peak_ratio) if each is not None]
    if pool.usable >= _TIGHT_FROM and any(each >= TIGHT_RATIO for each in ratios):
        yield Imbalance.TIGHT
    elif _is_big_and_known(pool) and max(ratios, default=1.0) <= SPARE_RATIO:
        yield Imbalance.SPARE
    if is_lopsided(pool):
        yield Imbalance.LOPSIDED
    if pool.wrong_image:
        yield Imbalance.IMAGES


def _is_big_and_known(pool: PoolPosture) -> bool:
    return pool.usable >= _SPARE_FROM and pool.days_known >= _SPARE_DAYS


def is_lopsided(pool: PoolPosture) -> bool:
    """Whether one host has twice as much of a pool as it would have were it spread evenly."""
    if pool.hosts <= 1 or pool.most_on_host < _LOPSIDED_FROM:
        return False
    return pool.most_on_host >= _LOPSIDED_TIMES * pool.desktops / pool.hosts


def _judge(pool: PoolPosture, found: tuple[Imbalance, ...]) -> Health:
    if not pool.desktops:
        return Health.UNKNOWN
    unusable = (pool.faulty + pool.unregistered) / pool.desktops
    if unusable > _FAULTY_RATIO or Imbalance.TIGHT in found:
        return Health.BAD
    if unusable or any(each is not Imbalance.SPARE for each in found):
        return Health.WATCH
    return Health.GOOD


def gather_failures(rows: Iterable[FailingPool]) -> tuple[Failures, ...]:
    """Return every kind of failure, those without a desktop included."""
    members: dict[Failing, list[FailingPool]] = defaultdict(list)
    for row in rows:
        members[row.kind].append(row)
    return tuple(_gather(kind, members[kind]) for kind in Failing)


def _gather(kind: Failing, rows: list[FailingPool]) -> Failures:
    return Failures(
        kind=kind,
        desktops=sum(row.desktops for row in rows),
        since=min((row.since for row in rows), default=None),
        pools=tuple(sorted(rows, key=lambda row: -row.desktops)[:_SHOWN_POOLS]),
    )


def judge_desktops(
    failures: Iterable[Failures], images: Iterable[ImagePosture], desktops: int
) -> Health:
    """Return how all machines together stand."""
    if not desktops:
        return Health.UNKNOWN
    counts: Mapping[Failing, int] = {each.kind: each.desktops for each in failures}
    unusable = counts.get(Failing.FAULTY, 0) + counts.get(Failing.UNREGISTERED, 0)
    if counts.get(Failing.HOST_DOWN) or unusable / desktops > _FAULTY_RATIO:
        return Health.BAD
    if unusable or counts.get(Failing.STUCK) or any(each.wrong or each.behind for each in images):
        return Health.WATCH
    return Health.GOOD


def gather_images(rows: Iterable[ImageCount]) -> tuple[ImagePosture, ...]:
    """Return each image with how many of its desktops have an older agent than its newest."""
    members: dict[tuple[int, str], list[ImageCount]] = defaultdict(list)
    for row in rows:
        members[row.source, row.image].append(row)
    return tuple(_gather_image(mine) for mine in members.values())


def _gather_image(rows: list[ImageCount]) -> ImagePosture:
    newest = max((row.agent_version for row in rows), key=order_version)
    behind = [row for row in rows if row.agent_version and row.agent_version != newest]
    return ImagePosture(
        source=rows[0].source,
        source_name=rows[0].source_name,
        image=rows[0].image,
        desktops=sum(row.desktops for row in rows),
        newest=newest,
        behind=sum(row.desktops for row in behind),
        behind_versions=tuple(sorted((row.agent_version for row in behind), key=order_version)),
        wrong=sum(row.wrong for row in rows),
    )


def order_version(text: str) -> tuple[tuple[int, str], ...]:
    """Return what orders versions as people do: 25.10 after 25.9."""
    parts = re.findall(r"\d+|[^\d.]+", text)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def days_between(at: datetime, ends_at: datetime) -> int:
    """Return whole days that are left; negative when it is over."""
    return (ends_at - at).days
