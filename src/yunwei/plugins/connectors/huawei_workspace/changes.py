"""Desktops are made, given back and assigned through the service.

Each change can be looked up: a made desktop by its computer name, which the service takes once; one
that was given back by its absence; whose a desktop is by its record.
"""

from yunwei.base.core.errors import Refused, SourceBabbled
from yunwei.plugins.connectors.huawei_workspace import answers, orders
from yunwei.plugins.connectors.huawei_workspace.acts import read_job
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient
from yunwei.plugins.sdk.contract import ChangeOrder, DesktopChange, FarAct, FarOutcome, FarState
from yunwei.plugins.sdk.http import AnswerNotFound

_GROUPS = {"Linux": "sudo"}
_USUAL_GROUP = "users"


async def begin_change(client: WorkspaceClient, order: ChangeOrder) -> str:
    """See `sdk.contract.ChangesDesktops`."""
    if order.change is DesktopChange.DELETE:
        await client.delete_desktop(order.desktop)
        return ""
    if order.change is DesktopChange.UNLOCK:
        await client.unlock_user(await _account(client, order))
        return ""
    if order.change is DesktopChange.CREATE:
        like = await client.fetch_desktop(order.desktop)
        begun = await client.change_desktops("/desktops", _body(like, order))
    elif order.change is DesktopChange.ASSIGN:
        known = await client.fetch_desktop(order.desktop)
        one = orders.AttachDesktop(
            desktop_id=order.desktop,
            user_name=order.user,
            user_group=_group_of(known),
            computer_name=known.computer_name or "",
        )
        begun = await client.change_desktops("/desktops/attach", {"desktops": [one]})
    else:
        user = orders.DetachUser(user_name=order.user)
        one_less = orders.DetachDesktop(desktop_id=order.desktop, detach_user_infos=[user])
        begun = await client.change_desktops("/desktops/batch-detach", {"desktops": [one_less]})
    failed = begun.failed_operation_list or []
    if failed:
        first = failed[0]
        raise Refused(" ".join(each for each in (first.error_code, first.error_msg) if each))
    return begun.job_id or ""


async def read_change(client: WorkspaceClient, order: ChangeOrder, number: str) -> FarAct:
    """See `sdk.contract.ChangesDesktops`."""
    if not number:
        return FarAct(state=FarState.UNKNOWN)
    return await read_job(client, number)


async def look_up_change(client: WorkspaceClient, order: ChangeOrder) -> FarOutcome:
    """See `sdk.contract.ChangesDesktops`."""
    if order.change is DesktopChange.UNLOCK:
        user = await client.find_user(order.user)
        return FarOutcome(is_so=user is not None and not user.locked, desktop=order.desktop)
    if order.change is DesktopChange.CREATE:
        made = await client.find_desktop(order.name)
        if made is None:
            return FarOutcome(is_so=False)
        return FarOutcome(is_so=order.user in _users_of(made), desktop=made.desktop_id)
    try:
        known = await client.fetch_desktop(order.desktop)
    except AnswerNotFound:
        return FarOutcome(is_so=order.change is DesktopChange.DELETE)
    is_theirs = order.user.casefold() in {each.casefold() for each in _users_of(known)}
    is_so = {
        DesktopChange.DELETE: False,
        DesktopChange.ASSIGN: is_theirs,
        DesktopChange.UNASSIGN: not is_theirs,
    }[order.change]
    return FarOutcome(is_so=is_so, desktop=known.desktop_id)


async def _account(client: WorkspaceClient, order: ChangeOrder) -> str:
    user = await client.find_user(order.user)
    if user is None:
        raise Refused()
    return user.id


def _body(like: answers.Desktop, order: ChangeOrder) -> orders.CreateDesktops:
    image = (like.metadata or {}).get("metering.image_id") or ""
    if not like.product_id or not image or like.root_volume is None:
        raise SourceBabbled("the desktop to be made like tells no product, image or disk")
    owner = orders.NewDesktop(
        user_name=order.user, user_group=_group_of(like), computer_name=order.name
    )
    nics = [orders.Nic(subnet_id=like.subnet_id)] if like.subnet_id else None
    return orders.CreateDesktops(
        desktop_type="DEDICATED",
        availability_zone=like.availability_zone or "",
        product_id=like.product_id,
        image_type=(like.metadata or {}).get("metering.imagetype") or "private",
        image_id=image,
        root_volume=like.root_volume,
        nics=nics,
        desktops=[owner],
    )


def _group_of(desktop: answers.Desktop) -> str:
    return _GROUPS.get((desktop.metadata or {}).get("os_type") or "", _USUAL_GROUP)


def _users_of(desktop: answers.Desktop) -> list[str]:
    named = [each.user_name or each.name or "" for each in desktop.attach_user_infos or []]
    return [each for each in (*named, desktop.user_name or "") if each]
