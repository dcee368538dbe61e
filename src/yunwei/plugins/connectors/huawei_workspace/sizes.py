"""Desktops get more processors, memory or disk through the service.

The service sells sizes, not processors: a desktop is changed to the smallest size that has what is
asked for. A size is looked for among those to which the service says that the desktop can be
changed, so that none is ever asked for that it would refuse for its kind.
"""

from yunwei.base.core.errors import Refused, SourceBabbled
from yunwei.plugins.connectors.huawei_workspace import answers, orders
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient
from yunwei.plugins.connectors.huawei_workspace.mapping.values import (
    parse_count,
    parse_memory_mb,
)
from yunwei.plugins.sdk.contract import ChangeOrder

_MB_PER_GIB = 1024
_ON_SALE = (None, "", "normal")


async def resize(client: WorkspaceClient, order: ChangeOrder) -> answers.ActBegun:
    """Ask for a desktop to be changed to a size that has what the order wants. Raises Refused when
    the service has none, or none of it left."""
    known = await client.fetch_desktop(order.desktop)
    if not known.product_id:
        raise SourceBabbled("the desktop tells no product")
    offered = await client.list_products_like(known.product_id, known.availability_zone or "")
    body = orders.ResizeDesktops(
        desktops=[orders.ResizedDesktop(desktop_id=order.desktop)],
        product_id=choose_product(offered, known, order),
    )
    return await client.change_desktops("/desktops/resize", body)


async def expand(client: WorkspaceClient, order: ChangeOrder) -> answers.ActBegun:
    """Ask for a disk of a desktop to grow, so that all of them together have what the order wants.
    Raises Refused when the desktop has no such disk."""
    known = await client.fetch_desktop(order.desktop)
    if known.root_volume is None:
        raise SourceBabbled("the desktop tells no disk")
    disks = known.data_volumes or [] if order.disk == "data" else [known.root_volume]
    if not disks or not disks[0].volume_id:
        raise Refused("the desktop has no such disk")
    more = order.disk_gib - whole_disk_gib(known)
    grown = orders.ExpandVolume(
        desktop_id=order.desktop,
        volume_id=disks[0].volume_id,
        new_size=disks[0].size + more,
    )
    return await client.change_desktops("/volumes/expand", {"desktop_volumes_expansion": [grown]})


def choose_product(
    offered: list[answers.Product], known: answers.Desktop, order: ChangeOrder
) -> str:
    """Return the id of the smallest size of the desktop's kind that has what is wanted."""
    now = known.product or answers.Product()
    alike = [
        each
        for each in offered
        if each.product_id
        and bool(each.is_gpu) == bool(now.is_gpu)
        and (each.architecture or "") == (now.architecture or each.architecture or "")
        and (each.charge_mode or "") == (now.charge_mode or each.charge_mode or "")
    ]
    fitting = [each for each in alike if has_size(each, order)]
    if not fitting:
        raise Refused("the desktop cloud has no size of that many processors and that much memory")
    left = [each for each in fitting if each.status in _ON_SALE]
    if not left:
        raise Refused("what has that many processors and that much memory is sold out")
    smallest = min(left, key=lambda each: (*_size(each), each.product_id or ""))
    return smallest.product_id or ""


def has_size(product: answers.Product | None, order: ChangeOrder) -> bool:
    """Say whether a size has what an order wants."""
    if product is None:
        return False
    cpu, memory_mb = _size(product)
    return cpu >= order.cpu and memory_mb >= order.memory_gib * _MB_PER_GIB


def whole_disk_gib(desktop: answers.Desktop) -> int:
    """Return the size of all its disks together; 0 where none is told."""
    disks = [desktop.root_volume, *(desktop.data_volumes or [])]
    return sum(each.size for each in disks if each is not None)


def _size(product: answers.Product) -> tuple[int, int]:
    return parse_count(product.cpu) or 0, parse_memory_mb(product.memory) or 0
