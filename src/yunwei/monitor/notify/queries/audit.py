"""Questions about what the auditor found."""

from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.notify.facts.audit import Audit
from yunwei.monitor.notify.store import audit as store


def fetch_audit(viewer: Viewer) -> Audit:
    """Return the last round, of the whole platform; without `at` before the first one."""
    require(viewer, Permission.MANAGE_TENANTS)
    with transaction() as conn:
        return store.fetch_audit(conn) or Audit()
