"""How long logons take, where their time goes, and which were the slowest."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SourceId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.queries.sources import fetch_expected_sources
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import Logon, LogonTimes, Phases
from yunwei.operate.usage.queries.ground import Ground, in_ms, remembered
from yunwei.operate.usage.queries.use import fetch_began
from yunwei.operate.usage.rules import days
from yunwei.operate.usage.rules.attempts import is_timed
from yunwei.operate.usage.rules.logons import Stages, build_phases, medians_between, slowest
from yunwei.operate.usage.store import door
from yunwei.operate.usage.store import logons as store

MOST_ROWS = 1000
_LAST_MS = 4_102_444_800_000
_HOUR, _SHORT = timedelta(hours=1), timedelta(hours=12)
_BY_HOURS = timedelta(days=3)


def fetch_phases(ground: Ground) -> Phases:
    """Return where the time of first logons goes, by stage, and what no stage accounts for."""
    return remembered(
        ground, "phases", lambda: build_phases(fetch_began(ground), fetch_stages(ground))
    )


def fetch_stages(ground: Ground) -> Stages:
    """Return all stages of logons in the time, whoever's they are, by columns; kept for the
    minute."""
    asked = ground.asked
    question = "stages", ground.tenants, asked.from_at, asked.to_at
    from_ms, to_ms = in_ms((asked.from_at, asked.to_at))
    # who holds as little as possible, and who asks for an hour, reads no more than that
    is_short = asked.to_at - asked.from_at <= _SHORT or ground.keeps_one_use
    read = store.fetch_stages if is_short else store.fetch_days_of_stages
    return door.remember(ground.minute, question, lambda: read(ground.tenants, from_ms, to_ms))


def fetch_logon_times(ground: Ground) -> LogonTimes:
    """Return how long first logons took, by hours, or by local days over more than three days."""
    return remembered(ground, "logon_times", lambda: _logon_times(ground))


def _logon_times(ground: Ground) -> LogonTimes:
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    if asked.to_at - asked.from_at > _BY_HOURS:
        bounds = days.day_bounds(days.days_between(asked.from_at, asked.to_at, zone), zone)
        step_s = 86_400
    else:
        first = days.first_hour(asked.from_at, zone)
        places = -((first - asked.to_at) // _HOUR)
        bounds, step_s = [first + place * _HOUR for place in range(places + 1)], 3600
    rows = medians_between(fetch_began(ground), in_ms(bounds))
    return LogonTimes(
        step_s=step_s,
        times=tuple(bounds[:-1]),
        logons=tuple(count for count, _, _ in rows),
        p50_s=tuple(p50 for _, p50, _ in rows),
        p95_s=tuple(p95 for _, _, p95 in rows),
    )


def fetch_slowest(ground: Ground, *, limit: int = 20, offset: int = 0) -> tuple[Logon, ...]:
    """Return the first logons that took longest, with their stages."""
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid("limit", f"between 1 and {MOST_ROWS}")
    return remembered(ground, ("slowest", limit, offset), lambda: _slowest(ground, limit, offset))


def _slowest(ground: Ground, limit: int, offset: int) -> tuple[Logon, ...]:
    wanted = slowest(fetch_began(ground), limit, offset)
    found = store.fetch_attempts(ground.tenants, wanted)
    return _name(ground.viewer, [found[key] for key in wanted if key in found])


def count_timed(ground: Ground) -> int:
    """Return how many first logons there are to choose from."""
    return remembered(ground, "timed", lambda: int(is_timed(fetch_began(ground)).sum()))


def fetch_logon(viewer: Viewer, source: SourceId, started_ms: int, native_id: str) -> Logon:
    """Return one attempt with the stages of its logon. started_ms: when it began, since 1970.

    Raises Refused, EngineAway.
    """
    require(viewer, Permission.SEE_MONITORING)
    if source not in fetch_expected_sources(viewer) or started_ms > _LAST_MS:
        raise Refused()
    found = store.fetch_attempt(viewer.tenants, source, started_ms, native_id)
    if found is None:
        raise Refused()
    return _name(viewer, [found])[0]


def _name(viewer: Viewer, found: list[Logon]) -> tuple[Logon, ...]:
    """Return attempts with what our inventory says of their users."""
    known = inventory.name_desktop_users(viewer, [(each.source, each.login) for each in found])
    return tuple(
        replace(each, desktop_user=who.id, name=who.name, department=who.department)
        if (who := known.get((each.source, each.login)))
        else each
        for each in found
    )
