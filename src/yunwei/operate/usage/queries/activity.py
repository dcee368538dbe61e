"""Who was connected when, how many at once, and for how long."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clock import Clock, SystemClock
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
from yunwei.operate.usage.queries.summaries import are_kept, fetch_summaries, split_days
from yunwei.operate.usage.queries.use import fetch_use
from yunwei.operate.usage.rules import days, pieces, summaries, sweeps
from yunwei.operate.usage.rules.frames import clip
from yunwei.operate.usage.rules.summaries import Summary
from yunwei.operate.usage.store import door, frames
from yunwei.operate.usage.store.prints import days_of, tell_clients

MOST_ROWS = 1000
_STEPS_S = (300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 12 * 3600)
_MOST_POINTS = 300
_MOST_CLIENTS = 100
_HOUR_MS = 3_600_000


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
    told = _rises(ground, counted, step_s * 1000, places)
    times = tuple(asked.from_at + number * step for number in range(places))
    top = max(
        ((count, -number, rise) for number, (count, rise) in enumerate(told)),
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


def _rises(
    ground: Ground, counted: Counted, step_ms: int, places: int
) -> list[tuple[int, datetime]]:
    """Return the highest count of each step of time, and its first instant in it."""
    kept = _kept_days(ground)
    from_at = ground.asked.from_at
    if kept is not None:
        curve = summaries.join_curves(
            [each.users if counted is Counted.USERS else each.sessions for each in kept],
            step_ms // summaries.STEP_MS,
        )
        rises = (curve.at - kept[0].from_ms).tolist()
        return [
            (count, from_at + timedelta(milliseconds=rise))
            for count, rise in zip(curve.highest.tolist(), rises, strict=True)
        ]
    use = fetch_use(ground)
    steps = sweeps.step_through(use.sweep(counted), use.from_ms, use.to_ms, step_ms)
    return [
        (count, from_at + timedelta(milliseconds=number * step_ms + (at_ms or 0)))
        for number, (count, at_ms) in enumerate(pieces.carry_over(steps, places))
    ]


def _kept_days(ground: Ground, more_days: int = 0) -> list[Summary] | None:
    """Return what the local days of the question, and some before it, come to; None where that is
    not kept, or does not fall on steps."""
    if not are_kept(ground):
        return None
    from_ms, to_ms = in_ms((ground.asked.from_at, ground.asked.to_at))
    if more_days:
        from_ms = _midnight_ms(ground, more_days)
    found = fetch_summaries(ground, split_days(ground, from_ms, to_ms))
    return found if summaries.are_whole(found) else None


def _midnight_ms(ground: Ground, days_before: int) -> int:
    """Return when the local day began that is so many days before the question's first."""
    zone = ZoneInfo(ground.asked.time_zone)
    first = ground.asked.from_at.astimezone(zone).date() - timedelta(days=days_before)
    return door.to_ms(days.day_bounds([first], zone)[0])


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
    kept = _kept_days(ground, more_days)
    if kept is not None and len(kept) == len(listed):
        return tuple(
            Day(day=day, users=len(each), connected_s=int(each.together_ms.sum()) / 1000)
            for day, each in zip(listed, kept, strict=True)
        )
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
    if are_kept(ground):
        return _active_of_days(ground, bounds)
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


def _active_of_days(ground: Ground, bounds: list[int]) -> Active:
    """bounds: of the days of the month."""
    from_ms, to_ms = in_ms((ground.asked.from_at, ground.asked.to_at))
    month = [(begin, min(end, to_ms)) for begin, end in pairwise(bounds)]
    spans = split_days(ground, from_ms, to_ms)
    told = dict(
        zip(wanted := sorted({*month, *spans}), fetch_summaries(ground, wanted), strict=True)
    )
    of_month, own = [told[span] for span in month], [told[span] for span in spans]
    whole = len(summaries.all_of(of_month))
    return Active(
        users=len(summaries.all_of(own)),
        day=len(of_month[-1]),
        week=len(summaries.all_of(of_month[-WEEK_DAYS:])),
        month=whole,
        stickiness=sum(map(len, of_month)) / MONTH_DAYS / whole if whole else None,
        connected_s=sum(int(each.together_ms.sum()) for each in own) / 1000,
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
    kept = _kept_days(ground)
    if kept is not None:
        totals = summaries.total_users(kept, in_ms(bounds)[:-1])
    else:
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
    kept, first_ms = _kept_days(ground), door.to_ms(first_at)
    if kept is not None and (kept[0].from_ms - first_ms) % summaries.STEP_MS == 0:
        together = summaries.add_up_steps(kept, first_ms, _HOUR_MS)
    else:
        bounds = in_ms([first_at + place * timedelta(hours=1) for place in range(places + 1)])
        together = sweeps.add_up_between(fetch_use(ground).sweep(), bounds)
    known = days.known_seconds(ground.reaches, asked.from_at, asked.to_at, first_at=first_at)
    return days.build_heat([each / 1000 for each in together], known, first_at, zone)


def fetch_clients(
    viewer: Viewer, from_at: datetime, to_at: datetime, *, clock: Clock | None = None
) -> tuple[str, ...]:
    """Return the kinds of client that were used on the days (of UTC) of a stretch of time, for a
    filter; at most 100."""
    require(viewer, Permission.SEE_MONITORING)
    days.check_asked(from_at, to_at)
    minute = (clock or SystemClock()).now().replace(second=0, microsecond=0)
    found = tell_clients(minute, viewer.tenants, days_of(*in_ms((from_at, to_at))))
    return tuple(sorted(found)[:_MOST_CLIENTS])
