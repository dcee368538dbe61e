"""Storms of starts: when far more desktops began to run at once than usually do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from yunwei.base.core.ids import SourceId
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.load import BootStorm, BootStorms, Burst
from yunwei.operate.usage.queries.ground import Ground, in_ms, remembered
from yunwei.operate.usage.queries.load import foretell_rush, list_days
from yunwei.operate.usage.rules import days, storms
from yunwei.operate.usage.rules.frames import Numbers
from yunwei.operate.usage.store import door

MOST_STORMS = 100

type Names = Mapping[tuple[SourceId, str], str]
"""Names of hosts or pools, by (source, id in the source)."""


def fetch_boot_storms(ground: Ground) -> BootStorms:
    """Return the storms of starts in the time, and the rush of the day after it.

    A start is known when inventory finds the desktop running that was off or changing. Of whose
    use is meant, tenant and pool count: a start is nobody's. What is usual is worked out as for
    storms of logons. Cost: linear in the starts of the time and the 28 days before it.
    """
    return remembered(ground, "boot_storms", lambda: _boot_storms(ground))


def _boot_storms(ground: Ground) -> BootStorms:
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    earliest = asked.from_at - timedelta(days=35)
    counted = inventory.count_desktop_starts(
        ground.viewer, ground.tenants, asked.chosen.pool, earliest, asked.to_at
    )
    known = door.from_ms(min(counted) * 1000) if counted else asked.from_at
    listed, place = list_days(ground, known)
    midnights = days.day_bounds(listed, zone)
    bounds = in_ms(midnights)
    table = storms.fill_steps({begin_s * 1000: many for begin_s, many in counted.items()}, bounds)
    found = [
        (bounds[day], burst)
        for day in range(place, len(listed))
        if (usual := storms.usual_steps(table, listed, day)) is not None
        for burst in storms.find_bursts(table[day], usual)
    ]
    whole = len(listed) if asked.to_at >= midnights[-1] else len(listed) - 1
    wrong = storms.try_foretelling(table[:whole], listed[:whole], place)
    busiest = place + int(np.argmax(table[place:].max(axis=1)))
    return BootStorms(
        storms=_tell(ground, found[: -MOST_STORMS - 1 : -1]),
        rush=foretell_rush(table[:whole], listed[:whole], listed[-1] + timedelta(days=1), zone),
        days_known=place,
        error_ratio=median(wrong) if wrong else None,
        tried=len(wrong),
        **_busiest_day(table[busiest], bounds[busiest], door.to_ms(asked.to_at)),
    )


def _busiest_day(steps: Numbers, midnight_ms: int, to_ms: int) -> dict[str, tuple]:
    """Return the steps of a day, as far as it is over."""
    steps = steps[: max(0, -(-(to_ms - midnight_ms) // storms.STEP_MS))]
    if not steps.any():
        return {"times": (), "starts": ()}
    return {
        "times": tuple(
            door.from_ms(midnight_ms + step * storms.STEP_MS) for step in range(len(steps))
        ),
        "starts": tuple(steps.tolist()),
    }


def _tell(ground: Ground, found: Sequence[tuple[int, Burst]]) -> tuple[BootStorm, ...]:
    """Return storms with what started in them. found: (midnight, burst) of each."""
    if not found:
        return ()
    hosts = {
        (each.source, each.native_id): each.name
        for each in inventory.fetch_host_names(ground.viewer)
    }
    pools = {
        (each.source, each.native_id): each.name
        for each in inventory.fetch_pool_names(ground.viewer)
    }
    return tuple(_tell_one(ground, burst, at_ms, hosts, pools) for at_ms, burst in found)


def _tell_one(
    ground: Ground, burst: Burst, midnight_ms: int, host_names: Names, pool_names: Names
) -> BootStorm:
    from_at = door.from_ms(midnight_ms + burst.first * storms.STEP_MS)
    until_at = door.from_ms(midnight_ms + (burst.last + 1) * storms.STEP_MS)
    own = inventory.fetch_desktop_starts(
        ground.viewer, ground.tenants, ground.asked.chosen.pool, from_at, until_at
    )
    hosts = Counter((each.source, each.host) for each in own if each.host)
    pools = Counter((each.source, each.pool) for each in own if each.pool)
    host, most = _first(hosts)
    pool, _most = _first(pools)
    return BootStorm(
        from_at=from_at,
        until_at=until_at,
        starts=burst.attempts,
        usual=burst.usual,
        per_minute=burst.peak * 60_000 / storms.STEP_MS,
        desktops=len({(each.source, each.native_id) for each in own}),
        hosts=len(hosts),
        busiest_host=host_names.get(host) or host[1],
        busiest_starts=most,
        busiest_pool=pool_names.get(pool) or pool[1],
    )


def _first(counted: Counter[tuple[SourceId, str]]) -> tuple[tuple[SourceId, str], int]:
    """Return what was counted most, the first of several by its name."""
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return ranked[0] if ranked else ((SourceId(0), ""), 0)
