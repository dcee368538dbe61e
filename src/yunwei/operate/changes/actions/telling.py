"""How what people do about changes is audited and told to open pages."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Viewer
from yunwei.operate.changes.facts import Change

PART = "changes"


def tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    change: Change,
    *,
    after: Mapping[str, Any] | None = None,
    detail: str = "",
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="change",
        object_id=change.id,
        object_name=f"{change.code} {change.title.zh}",
        tenant=change.tenant,
        after=None if after is None else dict(after),
        detail=detail,
    )
    announce_live(PART, change.tenant)


def tell_template(
    conn: Connection, viewer: Viewer, verb: str, about: tuple[int, str], tenant: TenantId
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="change_template",
        object_id=about[0],
        object_name=about[1],
        tenant=tenant,
    )
    announce_live(PART, tenant)
