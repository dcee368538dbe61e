"""Storms of logons, machines that fail whoever comes, and sizes that would have done."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.readings import DesktopKind
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import HeldDesktop
from yunwei.operate.usage.facts.load import BlackHole, Burst, Hole, RightSize, Rush, Storm, Storms
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.queries.ground import Ground, in_ms, remembered
from yunwei.operate.usage.queries.numbering import name_part, number_parts
from yunwei.operate.usage.queries.use import fetch_began, fetch_use
from yunwei.operate.usage.rules import days, storms
from yunwei.operate.usage.rules.attempts import has_failed, is_timed, median_and_p95
from yunwei.operate.usage.rules.black_holes import find_holes
from yunwei.operate.usage.rules.frames import Frame, Numbers
from yunwei.operate.usage.rules.sizing import find_size, join_touching
from yunwei.operate.usage.rules.sweeps import split_parts
from yunwei.operate.usage.store import door, frames

LOOK_BACK_DAYS = 28
MOST_ROWS = 1000
_POOLS = PageRequest(limit=1000)


def fetch_storms(ground: Ground) -> Storms:
    """Return the storms of logons in the time, and the rush of the day after it.

    What is usual is worked out from up to 28 days before each day, as far as they are known.
    """
    return remembered(ground, "storms", lambda: _storms(ground))


def _storms(ground: Ground) -> Storms:
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    known = min((each.first_at for each in ground.reaches.values()), default=asked.from_at)
    listed, place = list_days(ground, known)
    last = listed[-1]
    bounds = in_ms(days.day_bounds(listed, zone))
    began = fetch_began(ground, bounds[0])
    table = storms.count_steps(began.started, bounds)
    found = [
        _tell(began, burst, bounds[day])
        for day in range(place, len(listed))
        if (usual := storms.usual_steps(table, listed, day)) is not None
        for burst in storms.find_bursts(table[day], usual)
    ]
    is_over = asked.to_at >= days.day_bounds(listed, zone)[-1]
    whole = len(listed) if is_over else len(listed) - 1
    wrong = storms.try_foretelling(table[:whole], listed[:whole], place)
    return Storms(
        storms=tuple(sorted(found, key=lambda each: each.from_at, reverse=True)),
        rush=foretell_rush(table[:whole], listed[:whole], last + timedelta(days=1), zone),
        days_known=place,
        error_ratio=median(wrong) if wrong else None,
        tried=len(wrong),
    )


def list_days(ground: Ground, known: datetime) -> tuple[list[date], int]:
    """Return the days that are looked at for what is usual and those asked for, and the place of
    the first of these. known: since when anything is."""
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    first = asked.from_at.astimezone(zone).date()
    # the day of the first record is not whole
    since = max(
        first - timedelta(days=LOOK_BACK_DAYS),
        min(first, known.astimezone(zone).date() + timedelta(days=1)),
    )
    last = days.days_between(asked.from_at, asked.to_at, zone)[-1]
    listed = [since + timedelta(days=each) for each in range((last - since).days + 1)]
    return listed, listed.index(first)


def _tell(began: Frame, burst: Burst, midnight_ms: int) -> Storm:
    from_ms = midnight_ms + burst.first * storms.STEP_MS
    until_ms = midnight_ms + (burst.last + 1) * storms.STEP_MS
    started = began.started
    own = began.take((started >= from_ms) & (started < until_ms))
    timed = own.take(is_timed(own))
    return Storm(
        from_at=door.from_ms(from_ms),
        until_at=door.from_ms(until_ms),
        attempts=burst.attempts,
        usual=burst.usual,
        per_minute=burst.peak * 60_000 / storms.STEP_MS,
        failures=int(has_failed(own).sum()),
        users=len(np.unique(own.who[own.who != 0])),
        logon_p50_s=median_and_p95((timed.setup - timed.started) / 1000)[0],
    )


def foretell_rush(table: Numbers, listed: Sequence[date], day: date, zone: ZoneInfo) -> Rush | None:
    """Return the rush of a day to come, None where too few such days are known."""
    told = storms.foretell(table, listed, day)
    if told is None:
        return None
    step, attempts, low, high = told
    midnight = days.day_bounds([day], zone)[0]
    return Rush(
        day=day,
        at=midnight + timedelta(milliseconds=step * storms.STEP_MS),
        attempts=attempts,
        low=low,
        high=high,
    )


def fetch_black_holes(ground: Ground) -> tuple[BlackHole, ...]:
    """Return machines on which whoever came failed, those with most failures first."""
    return remembered(ground, "black_holes", lambda: _black_holes(ground))


def _black_holes(ground: Ground) -> tuple[BlackHole, ...]:
    own = fetch_began(ground)
    found = find_holes(own, number_parts(ground, own, By.POOL))[:MOST_ROWS]
    if not found:
        return ()
    listed = frames.desktops()
    wanted = {tuple(listed[hole.desktop]) for hole in found}
    known = {
        (each.source, each.native_id): each
        for each in inventory.fetch_held_desktops(ground.viewer, ground.tenants)
        if (each.source, each.native_id) in wanted
    }
    return tuple(_tell_hole(hole, listed[hole.desktop], known) for hole in found)


def _tell_hole(
    hole: Hole,
    of_source: tuple[int, str],
    known: Mapping[tuple[SourceId, str], HeldDesktop],
) -> BlackHole:
    source, native_id = of_source
    desktop = known.get((SourceId(source), native_id))
    return BlackHole(
        id=desktop.id if desktop else None,
        source=SourceId(source),
        native_id=native_id,
        name=desktop.name if desktop else native_id,
        pool=desktop.pool_name if desktop else "",
        attempts=hole.attempts,
        failures=hole.failures,
        users=hole.users,
        last_at=door.from_ms(hole.last_ms),
        others_ratio=hole.others_ratio,
    )


def fetch_right_sizes(ground: Ground) -> tuple[RightSize, ...]:
    """Return what size would have done for each pool whose desktops are anybody's, the most spare
    first. Its sessions are those of the time; who is disconnected and holds a desktop is not known
    of the past, and does not count.
    """
    return remembered(ground, "right_sizes", lambda: _right_sizes(ground))


def _right_sizes(ground: Ground) -> tuple[RightSize, ...]:
    rows = inventory.fetch_pools(ground.viewer, page=_POOLS).items
    pools = {
        f"{row.source}:{row.native_id}": row
        for row in rows
        if row.kind is DesktopKind.POOLED and row.desktops_count
    }
    found = []
    pieces = join_touching(fetch_use(ground).pieces(By.POOL))
    for number, own in split_parts(pieces):
        pool = pools.get(name_part(ground, By.POOL, number))
        if pool is None:
            continue
        sizing = find_size(own.begin, own.end)
        found.append(
            RightSize(
                pool=pool.id,
                name=pool.name,
                source_name=pool.source_name,
                desktops=pool.desktops_count,
                **sizing._asdict(),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.spare, each.name)))
