"""Who was connected when, how many at once, and for how long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import (
    MONTH_DAYS,
    WEEK_DAYS,
    Active,
    Concurrency,
    Counted,
    Day,
    Heat,
    Top,
    UserTime,
    UserTimes,
)
from yunwei.operate.usage.queries.ground import Ground, in_ms, remembered
from yunwei.operate.usage.queries.use import fetch_use
from yunwei.operate.usage.rules import days, pieces, sweeps
from yunwei.operate.usage.rules.frames import clip
from yunwei.operate.usage.store import door, frames

MOST_ROWS = 1000
_STEPS_S = (300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 12 * 3600)
_MOST_POINTS = 300


def fetch_concurrency(ground: Ground, counted: Counted = Counted.USERS) -> Concurrency:
    """Return how many desktop users, or sessions, were connected at once.

    Exact: worked out from beginnings and ends, not from samples.
    """
    return remembered(ground, ("concurrency", counted), lambda: _concurrency(ground, counted))


def _concurrency(ground: Ground, counted: Counted) -> Concurrency:
    asked = ground.asked
    length_s = (asked.to_at - asked.from_at).total_seconds()
    step_s = next((step for step in _STEPS_S if length_s / step <= _MOST_POINTS), _STEPS_S[-1])
    step = timedelta(seconds=step_s)
    places = -((asked.from_at - asked.to_at) // step)
    use = fetch_use(ground)
    steps = sweeps.step_through(use.sweep(counted), use.from_ms, use.to_ms, step_s * 1000)
    told = pieces.carry_over(steps, places)
    times = tuple(asked.from_at + number * step for number in range(places))
    top = max(
        (
            (count, -number, at + timedelta(milliseconds=at_ms or 0))
            for number, (at, (count, at_ms)) in enumerate(zip(times, told, strict=True))
        ),
        default=None,
    )
    return Concurrency(
        counted=counted,
        step_s=step_s,
        times=times,
        highest=tuple(
            count if _is_known(ground, at, at + step) else None
            for at, (count, _) in zip(times, told, strict=True)
        ),
        top=Top(count=top[0], at=top[2]) if top and top[0] else None,
    )


def _is_known(ground: Ground, from_at: datetime, to_at: datetime) -> bool:
    return any(
        each.first_at < to_at and each.until_at > from_at for each in ground.reaches.values()
    )


def fetch_days(ground: Ground, *, more_days: int = 0) -> tuple[Day, ...]:
    """Return every local day of the time, those without anybody included.

    more_days: as many days before it, too.
    """
    return remembered(ground, ("days", more_days), lambda: _days(ground, more_days))


def _days(ground: Ground, more_days: int) -> tuple[Day, ...]:
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    first = asked.from_at - timedelta(days=more_days)
    listed = days.days_between(first, asked.to_at, zone)
    bounds = days.day_bounds(listed, zone)
    use = fetch_use(ground, door.to_ms(bounds[0]) if more_days else None)
    number, who = sweeps.name_days(use.pieces(), in_ms(bounds))
    users = sweeps.count_by_group(number, who, len(listed))
    together = sweeps.add_up_between(use.sweep(), in_ms(bounds))
    return tuple(
        Day(day=day, users=count, connected_s=ms / 1000)
        for day, count, ms in zip(listed, users, together, strict=True)
    )


def fetch_active(ground: Ground) -> Active:
    """Return how many different users there were, and how many of a month come on a day."""
    return remembered(ground, "active", lambda: _active(ground))


def _active(ground: Ground) -> Active:
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    last = days.days_between(asked.from_at, asked.to_at, zone)[-1]
    month = [last - timedelta(days=back) for back in reversed(range(MONTH_DAYS))]
    bounds = in_ms(days.day_bounds(month, zone))
    use = fetch_use(ground, min(door.to_ms(asked.from_at), bounds[0]))
    # who was there at all asks for no pieces: overlaps do not matter, and take long to find; where
    # the time asked for needs them anyhow, a second copy of a month would be 22 MB
    there = use.pieces() if use.from_ms == door.to_ms(asked.from_at) else use.stays()
    of_month = clip(there, bounds[0], door.to_ms(asked.to_at))
    number, who = sweeps.name_days(of_month, bounds)
    users = sweeps.count_by_group(number, who, MONTH_DAYS)
    whole = sweeps.count_different(of_month.who)
    own = fetch_use(ground).pieces()
    return Active(
        users=sweeps.count_different(own.who),
        day=users[-1],
        week=sweeps.count_different(of_month.who[of_month.end > bounds[-1 - WEEK_DAYS]]),
        month=whole,
        stickiness=sum(users) / MONTH_DAYS / whole if whole else None,
        connected_s=int((own.end - own.begin).sum()) / 1000,
    )


def fetch_user_times(ground: Ground, *, limit: int = 50, offset: int = 0) -> UserTimes:
    """Return the users with the most connected time, most first."""
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid("limit", f"between 1 and {MOST_ROWS}")
    ranked, totals = remembered(ground, "user_times", lambda: _rank_users(ground))
    rows = ranked[offset : offset + limit]
    named = inventory.name_desktop_users(
        ground.viewer, [(source, login) for source, login, _ in rows]
    )
    return UserTimes(
        rows=tuple(
            UserTime(
                source=source,
                login=login,
                connected_s=int(totals.connected_ms[place]) / 1000,
                days=int(totals.days[place]),
                first_in_s=medians[0] / 1000,
                last_out_s=medians[1] / 1000,
                desktop_user=who.id if who else None,
                name=who.name if who else "",
                department=who.department if who else "",
            )
            for source, login, place in rows
            for who, medians in ((named.get((source, login)), totals.medians(place)),)
        ),
        total=len(ranked),
    )


def _rank_users(ground: Ground) -> tuple[list[tuple[SourceId, str, int]], sweeps.Totals]:
    """Return (source, login, row of the totals) of all users, the longest connected first."""
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    bounds = days.day_bounds(days.days_between(asked.from_at, asked.to_at, zone), zone)
    totals = sweeps.total_by_user(fetch_use(ground).pieces(), in_ms(bounds))
    logins = frames.logins()
    whose = [(*logins[who], place) for place, who in enumerate(totals.who.tolist())]
    connected = totals.connected_ms.tolist()
    return sorted(whose, key=lambda each: (-connected[each[2]], each[0], each[1])), totals


def fetch_heat(ground: Ground) -> Heat:
    """Return mean users connected by weekday and hour of the local day."""
    return remembered(ground, "heat", lambda: _heat(ground))


def _heat(ground: Ground) -> Heat:
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    first_at = days.first_hour(asked.from_at, zone)
    places = -((first_at - asked.to_at) // timedelta(hours=1))
    bounds = in_ms([first_at + place * timedelta(hours=1) for place in range(places + 1)])
    together = sweeps.add_up_between(fetch_use(ground).sweep(), bounds)
    known = days.known_seconds(ground.reaches, asked.from_at, asked.to_at, first_at=first_at)
    return days.build_heat([each / 1000 for each in together], known, first_at, zone)


def fetch_clients(viewer: Viewer, from_at: datetime, to_at: datetime) -> tuple[str, ...]:
    """Return the kinds of client that were used in a stretch of time, for a filter."""
    require(viewer, Permission.SEE_MONITORING)
    days.check_asked(from_at, to_at)
    told = {
        "tenants": list(viewer.tenants),
        "from_ms": door.to_ms(from_at),
        "to_ms": door.to_ms(to_at),
    }
    return frames.fetch_clients(told)
