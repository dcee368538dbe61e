"""Questions about orders and tasks."""

from collections.abc import Iterable, Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import DesktopId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.agents.facts.tasks import (
    FoundScripts,
    OrderRow,
    ResultGroup,
    TaskRow,
    WholeOrder,
)
from yunwei.operate.agents.store import tasks as store

_MOST_GROUPS = 200


def fetch_tasks(
    viewer: Viewer, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[TaskRow]:
    """Return tasks on agents of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.TASKS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(store.build_task(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_task(viewer: Viewer, task: int) -> TaskRow:
    """Return one task; raises Refused."""
    found = fetch_tasks(viewer, {"id": task}).items
    if not found:
        raise Refused()
    return found[0]


def access_order(viewer: Viewer, order: int) -> OrderRow:
    """Return one order with its tasks counted by state; raises Refused."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.ORDERS,
            tenants=viewer.tenants,
            filters={"id": order},
            request=PageRequest(),
        )
        if not found.items:
            raise Refused()
        return store.build_order(found.items[0], store.count_states(conn, order))


def fetch_groups(viewer: Viewer, order: int) -> tuple[ResultGroup, ...]:
    """Return an order's tasks that ended alike, the largest group first. Raises Refused."""
    access_order(viewer, order)
    with transaction() as conn:
        return store.result_groups(conn, order, _MOST_GROUPS)


def fetch_output(viewer: Viewer, task: int) -> bytes:
    """Return what a task printed, as far as it was kept, both its streams as they came.

    It is bytes of a foreign machine: nothing about them is to be believed. Raises Refused.
    """
    access_task(viewer, task)
    with transaction() as conn:
        return store.output_of_task(conn, task)


def find_agents(viewer: Viewer, desktops: Iterable[DesktopId]) -> dict[DesktopId, int]:
    """Return the agent of each of the viewer's desktops that has one."""
    require(viewer, Permission.SEE_MONITORING)
    with transaction() as conn:
        return store.agents_of_desktops(conn, desktops, viewer.tenants)


def system_whole_orders(orders: Iterable[int], box: SecretBox) -> dict[int, WholeOrder]:
    with transaction() as conn:
        return {each.id: each for each in store.whole_orders(conn, orders, box)}


def system_scripts(wanted: Iterable[tuple[int, bytes]]) -> FoundScripts:
    """Return those of the scripts that agents ask for which a task of theirs needs. wanted: agents,
    and the digest of what each asks for."""
    with transaction() as conn:
        return store.find_scripts(conn, wanted)


def system_count_open() -> Mapping[str, int]:
    with transaction() as conn:
        return store.count_open(conn)
