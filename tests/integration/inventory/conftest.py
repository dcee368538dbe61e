"""A source whose pages are applied by hand, at instants that the test chooses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.alarms import build_viewer
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    Reading,
    ReadingPage,
    SeenKind,
)
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.tenants import bootstrap, create_tenant
from yunwei.base.people.facts import SYSTEM, Viewer
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.collect.store import sources as collect_store
from yunwei.monitor.inventory import actions
from yunwei.plugins.sdk.contract import Read

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def desktop(
    native_id: str, state: DesktopState = DesktopState.RUNNING, **more: object
) -> DesktopSeen:
    given = {
        "name": f"PC-{native_id}",
        "kind": DesktopKind.DEDICATED,
        "login_state": LoginState.READY,
        **more,
    }
    return DesktopSeen(native_id=native_id, state=state, **given)  # type: ignore[arg-type]


@dataclass
class Cloud:
    """One source. `polled` applies one poll's pages and returns what follows from them."""

    tenant: TenantId
    source: SourceId
    viewer: Viewer
    given: frozenset[str] = field(default_factory=frozenset)

    def polled(
        self,
        minutes: float,
        *readings: Reading,
        completes: SeenKind | None = None,
        read: Read = Read.INVENTORY,
    ) -> tuple[Reading, ...]:
        poll = Poll(
            source=self.source,
            tenant=self.tenant,
            source_name="Cloud",
            connector="scripted",
            read=read,
            started_at=at(minutes),
            given=self.given,
        )
        done = frozenset({completes}) if completes else frozenset()
        page = ReadingPage(readings=readings, read_at=at(minutes + 0.1), completes=done)
        with transaction() as conn:
            return actions.apply_page(conn, poll, page)


@pytest.fixture
def make_cloud(database_pool: str) -> Callable[[str], Cloud]:
    bootstrap()

    def make(name: str) -> Cloud:
        tenant = create_tenant(SYSTEM, slug=name, name=name).id
        with transaction() as conn:
            source = collect_store.add_source(
                conn,
                tenant=tenant,
                connector="scripted",
                name=f"Cloud {name}",
                settings={},
                secrets={},
                history_days=0,
            )
        assert source is not None
        return Cloud(tenant=tenant, source=source, viewer=build_viewer(tenant))

    return make


@pytest.fixture
def cloud(make_cloud: Callable[[str], Cloud]) -> Cloud:
    return make_cloud("north")
