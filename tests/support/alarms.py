"""Builders of raw alarms, and an installation's first tenants, sources and people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.actions.tenants import bootstrap as bootstrap_people
from yunwei.base.people.facts import Permission, Role, Viewer

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after the start."""
    return START + timedelta(minutes=minutes)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What a new installation holds: the provider, one source, and somebody who may all."""

    tenant: TenantId
    source: SourceId
    viewer: Viewer


def build_raw(
    act: AlarmAct = AlarmAct.RAISE,
    minutes: float = 0,
    *,
    managed_object: str = "/host/H-03",
    alarm_type: str = "host.down",
    severity: Severity = Severity.MAJOR,
    native_id: str = "",
    text: str = "host H-03 is down",
    tenant: int = 1,
    source: int = 1,
    qualifier: str = "",
) -> RawAlarm:
    when = at(minutes)
    return RawAlarm(
        tenant=TenantId(tenant),
        source=SourceId(source),
        native_id=native_id or f"{act}-{managed_object}-{minutes}-{severity}",
        act=act,
        managed_object=managed_object,
        alarm_type=alarm_type,
        qualifier=qualifier,
        severity=severity,
        text=text,
        event_at=when,
        received_at=when,
        raw={"where": managed_object},
    )


def build_viewer(tenant: int, *, tenants: Sequence[int] | None = None) -> Viewer:
    return Viewer(
        user_id=None,
        name="olga",
        role=Role.OPERATOR,
        tenant=TenantId(tenant),
        tenants=tuple(map(TenantId, tenants if tenants is not None else [tenant])),
        permissions=frozenset(Permission),
    )


@pytest.fixture
def installation(database_pool: str) -> Installation:
    """A fresh database with a provider and one source."""
    provider = bootstrap_people()
    with transaction() as conn, cursor(conn) as opened:
        row = opened.execute(
            "INSERT INTO collect_source (tenant_id, connector, name)"
            " VALUES (%s, 'snmp_trap', 'SNMP') RETURNING id",
            (provider.id,),
        ).fetchone()
    assert row is not None
    return Installation(
        tenant=provider.id, source=SourceId(row["id"]), viewer=build_viewer(provider.id)
    )
