"""Questions about comparisons of sources with their own lists of current alarms."""

from dataclasses import replace

from yunwei.base.core.ids import SourceId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.facts import Reconciliation
from yunwei.monitor.collect.queries.sources import access_source
from yunwei.monitor.collect.store import reconciliation as store
from yunwei.plugins.sdk.manifest import CONNECTORS, manifests


def fetch_reconciliation(viewer: Viewer, source: SourceId) -> Reconciliation | None:
    """Return how the comparisons of a source go, None for one whose kind has no list.

    Raises Refused.
    """
    row = access_source(viewer, source)
    manifest = manifests(CONNECTORS).get(row.connector)
    if manifest is None or not manifest.reconcile_every_s:
        return None
    with transaction() as conn:
        found = store.of_source(conn, source) or Reconciliation(source=source)
    return replace(found, every_s=manifest.reconcile_every_s)
