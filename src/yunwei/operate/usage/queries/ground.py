"""What every question about use stands on: whose it is, which time, how much of it is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.telemetry.queries import parse_zone
from yunwei.operate.usage.facts.use import Asked, Known, Reaches
from yunwei.operate.usage.rules import days
from yunwei.operate.usage.store import door
from yunwei.operate.usage.store.prints import fetch_reaches

MOST_PARTS = 1000


def _wait() -> None:
    """Who asks has time."""


def limit_wait(seconds: float, clock: Clock | None = None) -> Callable[[], None]:
    """Return a check that raises Invalid once so much time has passed from now on."""
    clock = clock or SystemClock()
    until_s = clock.monotonic_s() + seconds

    def check() -> None:
        if clock.monotonic_s() > until_s:
            raise Invalid("since", "this takes too long; choose a shorter time or fewer parts")

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A question that may be asked, made by `lay_ground`; the others take it.

    asked: its time ends now at the latest. tenants: those of the viewer that are meant. minute:
    in which it is asked. uses: what was fetched for it, for as long as it is asked, by its
    stretch of time. keeps_one_use: only what was asked for last; who asks of two stretches in turn,
    and may share `uses`, holds one of them. check: raises when who asks has waited long enough.
    """

    viewer: Viewer
    asked: Asked
    tenants: tuple[TenantId, ...]
    reaches: Reaches
    minute: datetime
    uses: dict[tuple[int, int], Any] = field(default_factory=dict, compare=False)
    check: Callable[[], None] = field(default=_wait, compare=False)
    keeps_one_use: bool = False

    @property
    def known(self) -> Known:
        return days.build_known(self.reaches, self.asked.from_at, self.asked.to_at)


def choose_zone(viewer: Viewer, tenant: TenantId | None = None) -> str:
    """Return the zone whose days and hours count: that of the tenant that is meant, or of the only
    one that the viewer sees; else the viewer's own. Raises Refused for a tenant that is not theirs.
    """
    if tenant is None and len(viewer.tenants) != 1:
        return viewer.time_zone
    return people.access_tenant(viewer, tenant or viewer.tenants[0]).time_zone


def lay_ground(viewer: Viewer, asked: Asked, *, clock: Clock | None = None) -> Ground:
    """Return what questions about some use stand on. Raises Invalid for a time that is out of
    order, to come, or of more than 92 days; Refused; EngineAway.

    Cost of each question: linear in the connections that began in the time or the 7 days before;
    of these only the days are read that have changed since they were read last.
    """
    require(viewer, Permission.SEE_MONITORING)
    parse_zone(asked.time_zone)
    days.check_asked(asked.from_at, asked.to_at)
    minute = (clock or SystemClock()).now().replace(second=0, microsecond=0)
    if asked.from_at >= minute:
        raise Invalid("since", "this is still to come")
    chosen = asked.chosen.tenant
    tenants = tuple(each for each in viewer.tenants if chosen in (None, each))
    asked = replace(asked, from_at=_whole(asked.from_at), to_at=_whole(min(asked.to_at, minute)))
    reaches = fetch_reaches(minute, tenants, door.to_ms(asked.from_at))
    return Ground(viewer=viewer, asked=asked, tenants=tenants, reaches=reaches, minute=minute)


def until_by_source(ground: Ground, to_ms: int) -> dict[int, int]:
    """Return until when each source has been read, not beyond an instant: a time that is over
    stays the same question."""
    return {
        int(source): min(to_ms, door.to_ms(reach.until_at))
        for source, reach in ground.reaches.items()
    }


def forget_uses(uses: dict[tuple[int, int], Any]) -> None:
    """Forget connections that were fetched, and give back their memory."""
    uses.clear()
    door.give_back()


def remembered[Answer](ground: Ground, question: object, answer: Callable[[], Answer]) -> Answer:
    """Return what `answer` says, or said about the same use within the minute.

    question: what is asked, beside whose and when; hashable.
    """
    asked = ground.asked
    whole = question, ground.tenants, asked, tuple(sorted(ground.reaches.items()))
    return door.remember(ground.minute, whole, answer)


def _whole(at: datetime) -> datetime:
    """Return an instant in whole milliseconds, as ClickHouse knows them."""
    return door.from_ms(door.to_ms(at))


def in_ms(instants: Sequence[datetime]) -> list[int]:
    return [door.to_ms(each) for each in instants]
