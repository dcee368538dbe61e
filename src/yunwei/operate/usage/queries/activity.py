"""Who was connected when, how many at once, and for how long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage import store
from yunwei.operate.usage.facts import (
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
from yunwei.operate.usage.queries.ground import Ground, ask, in_ms, parameters
from yunwei.operate.usage.rules import days, pieces

MOST_ROWS = 1000
_STEPS_S = (300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 12 * 3600)
_MOST_POINTS = 300


def fetch_concurrency(ground: Ground, counted: Counted = Counted.USERS) -> Concurrency:
    """Return how many desktop users, or sessions, were connected at once.

    Exact: worked out from beginnings and ends, not from samples.
    """
    asked = ground.asked
    length_s = (asked.to_at - asked.from_at).total_seconds()
    step_s = next((step for step in _STEPS_S if length_s / step <= _MOST_POINTS), _STEPS_S[-1])
    step = timedelta(seconds=step_s)
    places = -((asked.from_at - asked.to_at) // step)
    rows = ask(ground, "concurrency", parameters(ground, counted=counted, step_ms=step_s * 1000))
    steps = {
        row["place"]: (row["first_ms"], row["highest"], row["highest_ms"], row["last"])
        for row in rows
    }
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
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    first = asked.from_at - timedelta(days=more_days)
    listed = days.days_between(first, asked.to_at, zone)
    bounds = days.day_bounds(listed, zone)
    from_at = bounds[0] if more_days else asked.from_at
    told = parameters(ground, from_at=from_at, days_ms=in_ms(bounds))
    found = {row["number"]: row for row in ask(ground, "days", told)}
    return tuple(
        Day(
            day=day,
            users=found[number]["users"] if number in found else 0,
            connected_s=found[number]["connected_ms"] / 1000 if number in found else 0.0,
        )
        for number, day in enumerate(listed, start=1)
    )


def fetch_active(ground: Ground) -> Active:
    """Return how many different users there were, and how many of a month come on a day."""
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    last = days.days_between(asked.from_at, asked.to_at, zone)[-1]
    month = [last - timedelta(days=back) for back in reversed(range(MONTH_DAYS))]
    bounds = days.day_bounds(month, zone)
    from_at = min(asked.from_at, bounds[0])
    told = parameters(
        ground,
        from_at=from_at,
        since_ms=store.to_ms(asked.from_at),
        week_ms=store.to_ms(bounds[-1 - WEEK_DAYS]),
        month_ms=store.to_ms(bounds[0]),
    )
    [row] = ask(ground, "active", told)
    by_day = ask(ground, "days", parameters(ground, from_at=bounds[0], days_ms=in_ms(bounds)))
    users = [each["users"] for each in by_day]
    return Active(
        users=row["users"],
        day=next((each["users"] for each in by_day if each["number"] == MONTH_DAYS), 0),
        week=row["week"],
        month=row["month"],
        stickiness=sum(users) / MONTH_DAYS / row["month"] if row["month"] else None,
        connected_s=row["connected_ms"] / 1000,
    )


def fetch_user_times(ground: Ground, *, limit: int = 50, offset: int = 0) -> UserTimes:
    """Return the users with the most connected time, most first."""
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid("limit", f"between 1 and {MOST_ROWS}")
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    bounds = days.day_bounds(days.days_between(asked.from_at, asked.to_at, zone), zone)
    told = parameters(ground, days_ms=in_ms(bounds), limit=limit, offset=offset)
    rows = ask(ground, "user_times", told)
    named = inventory.name_desktop_users(
        ground.viewer, [(SourceId(row["source"]), row["login"]) for row in rows]
    )
    return UserTimes(
        rows=tuple(
            UserTime(
                source=SourceId(row["source"]),
                login=row["login"],
                connected_s=row["connected_ms"] / 1000,
                days=row["days"],
                first_in_s=row["first_in_ms"] / 1000,
                last_out_s=row["last_out_ms"] / 1000,
                desktop_user=who.id if who else None,
                name=who.name if who else "",
                department=who.department if who else "",
            )
            for row in rows
            for who in (named.get((SourceId(row["source"]), row["login"])),)
        ),
        total=rows[0]["total"] if rows else 0,
    )


def fetch_heat(ground: Ground) -> Heat:
    """Return mean users connected by weekday and hour of the local day."""
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    first_at = days.first_hour(asked.from_at, zone)
    places = -((first_at - asked.to_at) // timedelta(hours=1))
    rows = ask(ground, "hours", parameters(ground, hour_ms=store.to_ms(first_at)))
    found = {row["place"]: row["connected_ms"] / 1000 for row in rows}
    known = days.known_seconds(ground.reaches, asked.from_at, asked.to_at, first_at=first_at)
    return days.build_heat(
        [found.get(place, 0.0) for place in range(places)], known, first_at, zone
    )


def fetch_clients(viewer: Viewer, from_at: datetime, to_at: datetime) -> tuple[str, ...]:
    """Return the kinds of client that were used in a stretch of time, for a filter."""
    require(viewer, Permission.SEE_MONITORING)
    days.check_asked(from_at, to_at)
    told = {
        "tenants": list(viewer.tenants),
        "from_ms": store.to_ms(from_at),
        "to_ms": store.to_ms(to_at),
    }
    return tuple(row["client_type"] for row in store.ask("clients", told))
