"""An installation with a provider, a customer, and a source of a scripted cloud."""

from dataclasses import dataclass

import pytest

from tests.support.alarms import build_viewer
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.actions.tenants import bootstrap, create_tenant
from yunwei.base.people.facts import SYSTEM, Viewer
from yunwei.monitor.collect.store import sources as store


@dataclass(frozen=True, kw_only=True)
class Site:
    provider: TenantId
    customer: TenantId
    viewer: Viewer
    stranger: Viewer

    def add_source(self, name: str = "Cloud", connector: str = "scripted") -> SourceId:
        """Add a source past the form, since no such connector is installed."""
        with transaction() as conn:
            added = store.add_source(
                conn,
                tenant=self.customer,
                connector=connector,
                name=name,
                settings={"url": "http://cloud"},
                secrets={"key": "s3cret"},
                history_days=30,
            )
        assert added is not None
        return added


@pytest.fixture
def site(database_pool: str) -> Site:
    provider = bootstrap().id
    customer = create_tenant(SYSTEM, slug="north", name="North").id
    stranger = create_tenant(SYSTEM, slug="south", name="South").id
    return Site(
        provider=provider,
        customer=customer,
        viewer=build_viewer(provider, tenants=[provider, customer]),
        stranger=build_viewer(stranger),
    )
