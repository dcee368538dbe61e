"""Measurements and connections as a source tells them, written straight into ClickHouse."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import ConnectionRecord, Observation, Reading
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.monitor.telemetry import store
from yunwei.monitor.telemetry.models import TABLES
from yunwei.monitor.telemetry.rules.batches import batches_of_page

MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""The first instant of Monday, 23 November 2026 in Shanghai."""


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def observation(
    hours: float, value: float, metric: str = "users.online", kind: str = "source", name: str = ""
) -> Observation:
    return Observation(metric=metric, object_kind=kind, object_id=name, at=at(hours), value=value)


def connection(
    native_id: str,
    start: float,
    end: float | None,
    *,
    login: str = "li",
    setup: float | None = 0.0,
    **more: object,
) -> ConnectionRecord:
    """A connection from `start` to `end` (hours), usable `setup` hours after its start."""
    return ConnectionRecord(
        native_id=native_id,
        login=login,
        desktop=str(more.pop("desktop", "d1")),
        started_at=at(start),
        setup_at=None if setup is None else at(start + setup),
        ended_at=None if end is None else at(end),
        **more,  # type: ignore[arg-type]
    )


def write(
    door: ClickHouse,
    readings: Iterable[Reading],
    *,
    tenant: int = 2,
    source: int = 1,
    read_at: datetime = MIDNIGHT + timedelta(days=1),
) -> None:
    made = batches_of_page(
        readings, tenant=TenantId(tenant), source=SourceId(source), read_at=read_at
    )
    for batch in made:
        store.insert(door, TABLES[batch.table], [batch])
