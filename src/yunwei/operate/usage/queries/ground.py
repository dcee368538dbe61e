"""What every question about use stands on: whose it is, which time, how much of it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.people import queries as people
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.telemetry.queries import parse_zone
from yunwei.operate.usage import store
from yunwei.operate.usage.facts import LONGEST, Asked, By, Counted, Known, Reaches
from yunwei.operate.usage.rules import days

MOST_PARTS = 200
_LONGEST_MS = int(LONGEST.total_seconds() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A question that may be asked, made by `lay_ground`; the others take it.

    asked: its time ends now at the latest. tenants: those of the viewer that are meant. minute:
    in which it is asked.
    """

    viewer: Viewer
    asked: Asked
    tenants: tuple[TenantId, ...]
    reaches: Reaches
    minute: datetime

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

    Cost of each question: linear in the connections that began in the time or the 7 days before,
    by the primary key; nothing else is read.
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
    told = {"tenants": list(tenants), "from_ms": store.to_ms(asked.from_at)}
    reaches = store.fetch_reaches(told)
    return Ground(viewer=viewer, asked=asked, tenants=tenants, reaches=reaches, minute=minute)


def ask(ground: Ground, statement: str, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a statement, not older than the minute."""
    return store.ask_within(ground.minute, statement, told)


def _whole(at: datetime) -> datetime:
    """Return an instant in whole milliseconds, as ClickHouse knows them."""
    return store.from_ms(store.to_ms(at))


def parameters(
    ground: Ground,
    *,
    by: By = By.NOTHING,
    counted: Counted = Counted.USERS,
    from_at: datetime | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return what the statements take. from_at: an earlier beginning than the asked one."""
    asked, chosen = ground.asked, ground.asked.chosen
    source, pool = chosen.pool or (0, "")
    to_ms = store.to_ms(asked.to_at)
    return {
        "tenants": list(ground.tenants),
        "from_ms": store.to_ms(from_at or asked.from_at),
        "to_ms": to_ms,
        "before_ms": _LONGEST_MS,
        "sources": list(ground.reaches) or [0],
        # not beyond the time asked for, so that a time that is over stays the same question
        "until_ms": [min(to_ms, store.to_ms(each.until_at)) for each in ground.reaches.values()]
        or [0],
        "login": chosen.login,
        "department": chosen.department,
        "client": chosen.client,
        "pool": pool,
        "pool_source": source,
        "by": by.value,
        "counted": counted.value,
        **more,
    }


def in_ms(instants: Sequence[datetime]) -> list[int]:
    return [store.to_ms(each) for each in instants]
