"""What the pages say of a month that was lived through, line by line beside the cloud's own truth.

Every figure is asked for by the questions of the pages, and compared with what the cloud knows,
worked out second by second. They must be equal; where a page states a bound, within that.
"""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from tests.integration.usage.comparing import Line, compare
from tests.integration.usage.month import FIRST, LAST, ZONE, Month
from tests.integration.usage.truth import DAY_S, MonthTruth
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import FakeClock
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.idle import Idle, IdleKind
from yunwei.operate.usage.facts.use import Asked, By, Counted
from yunwei.operate.usage.queries import activity, idle, parts
from yunwei.operate.usage.queries.ground import Ground, lay_ground


def compare_month(month: Month) -> None:
    """Compare every figure, print the table, and fail for what is not right."""
    asked = Asked(from_at=FIRST, to_at=LAST, time_zone=ZONE)
    ground = lay_ground(month.viewer, asked, clock=FakeClock(LAST))
    world = month.cloud.simulation.cloud.world
    truth = MonthTruth(world, int(FIRST.timestamp()), int(LAST.timestamp()))
    compare(
        [
            *_people(ground, truth),
            *_hours(ground, truth),
            *_logons(ground, truth),
            *_failures(ground, truth),
            *_idle(month, truth),
            *_licences(month),
        ]
    )


def _people(ground: Ground, truth: MonthTruth) -> Iterator[Line]:
    online, active = truth.seconds.online, activity.fetch_active(ground)
    top = activity.fetch_concurrency(ground, Counted.USERS).top
    sessions = activity.fetch_concurrency(ground, Counted.SESSIONS).top
    assert top is not None
    assert sessions is not None
    days = [(FIRST + timedelta(days=number)).date() for number in range((LAST - FIRST).days)]
    daily = [len(truth.active([day])) for day in days]
    month = len(truth.active(days[-28:]))
    yield Line("share of the month that is covered", ground.known.coverage, 1.0)
    yield Line("most users at once", top.count, int(online.max()))
    yield Line("its first second", int(top.at.timestamp()), truth.from_s + int(online.argmax()))
    yield Line("most sessions at once", sessions.count, truth.most_sessions())
    yield Line("active in the whole month", active.users, len(truth.active(days)))
    yield Line("active in 28 days", active.month, month)
    yield Line("active in 7 days", active.week, len(truth.active(days[-7:])))
    yield Line("active on the last day", active.day, daily[-1])
    yield Line("stickiness", active.stickiness, sum(daily[-28:]) / 28 / month)
    told = activity.fetch_days(ground)
    yield Line("days", [each.day for each in told] == days, True)
    for each, count in zip(told, daily, strict=True):
        yield Line(f"active on {each.day}", each.users, count)
    together = float(truth.seconds.online.sum())
    yield Line("hours of all users", sum(each.connected_s for each in told), together)


def _hours(ground: Ground, truth: MonthTruth) -> Iterator[Line]:
    logins = truth.world.people.logins
    true = {logins[user]: count for user, count in truth.seconds.connected.items()}
    told: dict[str, float] = {}
    while rows := activity.fetch_user_times(ground, limit=1000, offset=len(told)).rows:
        told |= {row.login: row.connected_s for row in rows}
    for login in sorted(true, key=lambda login: (-true[login], login))[:5]:
        yield Line(f"seconds of {login}", told.get(login), true[login])
    yield Line("users connected", len(told), len(true))
    yield Line("users with other seconds", len({*told.items()} ^ {*true.items()}), 0)


def _logons(ground: Ground, truth: MonthTruth) -> Iterator[Line]:
    told, logons = parts.fetch_all_attempts(ground), truth.logons()
    attempts = truth.attempts()
    yield Line("attempts", told.attempts, len(attempts))
    yield Line("failed", told.failures, sum(1 for each in attempts if each.failure))
    again = sum(1 for each in attempts if each.is_reconnect and not each.failure)
    yield Line("reconnects", told.reconnects, again)
    yield from _times("all", told.timed, told.p50_s, told.p95_s, logons)
    by_pool = {each.part: each for each in parts.fetch_attempts(ground, By.POOL)}
    source = next(iter(ground.reaches))
    for pool, own in sorted(truth.logons_by(truth.pool).items()):
        found = by_pool[f"{source}:{pool}"]
        yield from _times(f"pool {pool[:8]}", found.timed, found.p50_s, found.p95_s, own)


def _times(
    what: str, timed: int, p50_s: float | None, p95_s: float | None, logons: list[float]
) -> Iterator[Line]:
    yield Line(f"{what}: first logons", timed, len(logons))
    yield Line(f"{what}: median logon", p50_s, float(np.percentile(logons, 50)))
    told, true = round(p95_s or 0, 6), round(float(np.percentile(logons, 95)), 6)
    yield Line(f"{what}: logon p95", told, true)


def _failures(ground: Ground, truth: MonthTruth) -> Iterator[Line]:
    true = truth.failures()
    told = {each.reason: each.attempts for each in parts.fetch_failures(ground)}
    yield Line("reasons", len(told), len(true))
    for reason in sorted({*told} | {*true}):
        yield Line(f"failed: {reason[:30]}", told.get(reason), true.get(reason))


def _idle(month: Month, truth: MonthTruth) -> Iterator[Line]:
    for days in (7, 14, 30):
        limits = {"unused_days": days}
        found = [
            *_found(month, kind=IdleKind.UNUSED, **limits),
            *_found(month, kind=IdleKind.NEVER_USED, **limits),
        ]
        told = {each.desktop.name: each.unused_s for each in found}
        true = {name: unused for name, unused in truth.unused().items() if unused >= days * DAY_S}
        yield Line(f"unused for {days} days", len(told), len(true))
        yield Line("of these, others than true", len({*told.items()} ^ {*true.items()}), 0)
    nobody = {each.desktop.name for each in _found(month, kind=IdleKind.UNASSIGNED)}
    yield Line("assigned to nobody", len(nobody), len(truth.unassigned()))
    yield Line("of these, others than true", len(nobody ^ {*truth.unassigned()}), 0)
    yield from _left(month, truth)


def _found(month: Month, **filters: object) -> tuple[Idle, ...]:
    page = PageRequest(limit=1000)
    found = idle.fetch_idle(month.viewer, filters, page, clock=FakeClock(LAST))
    assert found.next is None
    return found.items


def _left(month: Month, truth: MonthTruth) -> Iterator[Line]:
    """Yield who is left without logging off; ages of sessions are right to one reading."""
    told = {each.desktop.name for each in _found(month, kind=IdleKind.LEFT_BEHIND)}
    left_s = {name: int(LAST.timestamp()) - since for name, since in truth.left().items()}
    surely = {name for name, s in left_s.items() if s >= DAY_S + month.every.total_seconds()}
    perhaps = {name for name, s in left_s.items() if s >= DAY_S}
    yield Line("left without logging off", len(told), len(perhaps), len(perhaps - surely))
    yield Line("of these, not left at all", len(told - perhaps), 0)
    yield Line("surely left, and not told", len(surely - told), 0)


def _licences(month: Month) -> Iterator[Line]:
    true = sorted(
        (each.at, each.licence.rpartition("/")[2], each.field, each.before, each.after)
        for each in month.changed
    )
    found = inventory.fetch_all_licence_changes(month.viewer, {}, PageRequest(limit=1000)).items
    told = sorted(
        (each.at, each.licence_name, each.field, each.before, each.after) for each in found
    )
    yield Line("licence changes", len(told), len(true))
    for mine, theirs in zip(told, true, strict=True):
        what = f"{theirs[1]}: {theirs[2]}"
        yield Line(what[:44], f"{mine[3]} → {mine[4]}", f"{theirs[3]} → {theirs[4]}")
        yield Line("  known at", mine[0].timestamp(), theirs[0].timestamp())
