"""Changes of desktops that somebody acts upon: each is taken once, in the taker's transaction."""

from collections.abc import Iterable

from yunwei.base.core.ids import DesktopId, TenantId
from yunwei.base.infra.postgres import Connection, cursor, load_statements
from yunwei.monitor.inventory.facts import DescribedDesktop, TakenChange
from yunwei.monitor.inventory.rules.conditions import describe_desktop

SQL = load_statements("yunwei.monitor.inventory", "events")


def take_changes(conn: Connection, limit: int) -> tuple[TakenChange, ...]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["take_changes"], {"limit": limit}).fetchall()
    return tuple(TakenChange(**row) for row in rows)


def describe_desktops(
    conn: Connection, desktops: Iterable[DesktopId]
) -> dict[DesktopId, DescribedDesktop]:
    with cursor(conn) as opened:
        rows = opened.execute(SQL["describe_desktops"], {"ids": list(desktops)}).fetchall()
    return {
        DesktopId(row["id"]): DescribedDesktop(
            id=DesktopId(row["id"]),
            tenant=TenantId(row["tenant"]),
            name=row["name"],
            row=describe_desktop(row),
        )
        for row in rows
    }
