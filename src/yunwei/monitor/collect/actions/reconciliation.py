"""Asking for a comparison of a source with its own list of current alarms, before its time."""

from collections.abc import Sequence
from datetime import datetime

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.announce import held_back
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.actions.sources import lock_source, tell_source
from yunwei.monitor.collect.store import reconciliation as store
from yunwei.plugins.sdk.manifest import CONNECTORS, manifests


def reconcile_soon(viewer: Viewer, source: SourceId, *, now: datetime) -> None:
    """Have a source compared within seconds. Raises Refused; Conflict when it has no list, or is
    switched off."""
    with held_back(), transaction() as conn:
        row = lock_source(conn, viewer, source)
        manifest = manifests(CONNECTORS).get(row["connector"])
        if manifest is None or not manifest.reconcile_every_s:
            raise Conflict("this kind of source has no list of current alarms")
        if not row["is_enabled"]:
            raise Conflict("it is not enabled")
        store.want(conn, [source], now)
        tell_source(
            conn,
            viewer,
            "collect.reconcile_source",
            source=source,
            tenant=row["tenant"],
            name=row["name"],
        )


def system_want_reconciliation(sources: Sequence[SourceId], *, now: datetime) -> None:
    """Have sources compared as soon as may be, since something of them seems to be lost."""
    with transaction() as conn:
        store.want(conn, sources, now)
