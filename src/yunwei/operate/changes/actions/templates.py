"""Templates of standard changes are written, changed, removed."""

from datetime import datetime

from yunwei.base.core.errors import Conflict
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.changes import store
from yunwei.operate.changes.actions.telling import tell_template
from yunwei.operate.changes.queries import changes as queries
from yunwei.operate.changes.rules import digest, parse_template

_MANAGE = Permission.MANAGE_SERVICE


def add_template(viewer: Viewer, tenant: TenantId, text: str, *, now: datetime) -> int:
    """Write a template, as TOML, and return its id. One of the provider's can be taken for every
    customer. Raises Refused, Invalid."""
    require(viewer, _MANAGE, tenant)
    template = parse_template(text)
    with transaction() as conn:
        values = store.template_values(template, text, digest(text))
        told = {**values, "tenant": tenant, "now": now, "by": viewer.name}
        made = int(store.rows(conn, "add_template", told)[0]["id"])
        tell_template(conn, viewer, "changes.add_template", (made, template.title.zh), tenant)
    return made


def change_template(
    viewer: Viewer, template: int, text: str, *, version: int, now: datetime
) -> None:
    """Let a template say something else; changes that were planned keep what they were planned by.
    Raises Refused, Invalid; Conflict when somebody else changed it meanwhile."""
    known = queries.access_template(viewer, template)
    require(viewer, _MANAGE, known.tenant)
    parsed = parse_template(text)
    with transaction() as conn:
        values = store.template_values(parsed, text, digest(text))
        told = {**values, "id": template, "version": version, "now": now, "by": viewer.name}
        if not store.rows(conn, "change_template", told):
            raise Conflict("somebody changed it in the meantime")
        tell_template(
            conn, viewer, "changes.change_template", (template, parsed.title.zh), known.tenant
        )


def remove_template(viewer: Viewer, template: int, *, now: datetime) -> None:
    """Take a template for no change any more; its changes stay. Raises Refused."""
    known = queries.access_template(viewer, template)
    require(viewer, _MANAGE, known.tenant)
    with transaction() as conn:
        store.rows(conn, "remove_template", {"id": template, "now": now})
        tell_template(
            conn, viewer, "changes.remove_template", (template, known.title.zh), known.tenant
        )
