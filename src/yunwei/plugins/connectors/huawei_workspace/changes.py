"""Desktops are made, changed, given back and assigned through the service.

Each change can be looked up: a made desktop by its computer name, which the service takes once; one
that was given back by its absence; what it is made of and whose it is by its record.
"""

from msgspec.structs import replace

from yunwei.base.core.errors import Refused, SourceBabbled
from yunwei.plugins.connectors.huawei_workspace import answers, orders, sizes
from yunwei.plugins.connectors.huawei_workspace.acts import read_job
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient
from yunwei.plugins.sdk.contract import ChangeOrder, DesktopChange, FarAct, FarOutcome, FarState
from yunwei.plugins.sdk.http import AnswerNotFound

_GROUPS = {"Linux": "sudo"}
_USUAL_GROUP = "users"
_SIGNED_IN = ("CONNECTED", "DISCONNECTED")
_C = DesktopChange
_POOL_WORDS = {_C.JOIN_POOL: "ADD", _C.LEAVE_POOL: "REMOVE"}


async def begin_change(client: WorkspaceClient, order: ChangeOrder) -> str:
    """See `sdk.contract.ChangesDesktops`."""
    if order.change is _C.DELETE:
        await client.delete_desktop(order.desktop)
        return ""
    if order.change is _C.UNLOCK:
        await client.unlock_user((await _account(client, order)).id)
        return ""
    if order.change in _POOL_WORDS:
        await _change_pool(client, order)
        return ""
    begun = await _begin_job(client, order)
    failed = begun.failed_operation_list or []
    if failed:
        first = failed[0]
        raise Refused(" ".join(each for each in (first.error_code, first.error_msg) if each))
    return begun.job_id or ""


async def _begin_job(client: WorkspaceClient, order: ChangeOrder) -> answers.ActBegun:
    if order.change is _C.RESIZE:
        return await sizes.resize(client, order)
    if order.change is _C.EXPAND_DISK:
        return await sizes.expand(client, order)
    if order.change is _C.CREATE:
        like = await client.fetch_desktop(order.desktop)
        return await client.change_desktops("/desktops", _body(like, order))
    if order.change is _C.ASSIGN:
        known = await client.fetch_desktop(order.desktop)
        one = orders.AttachDesktop(
            desktop_id=order.desktop,
            user_name=order.user,
            user_group=_group_of(known),
            computer_name=known.computer_name or "",
        )
        return await client.change_desktops("/desktops/attach", {"desktops": [one]})
    user = orders.DetachUser(user_name=order.user)
    one_less = orders.DetachDesktop(desktop_id=order.desktop, detach_user_infos=[user])
    return await client.change_desktops("/desktops/batch-detach", {"desktops": [one_less]})


async def _change_pool(client: WorkspaceClient, order: ChangeOrder) -> None:
    user = await _account(client, order)
    person = orders.PoolUser(object_id=user.id, object_name=user.user_name or order.user)
    body = orders.ChangePoolUsers(action=_POOL_WORDS[order.change], objects=[person])
    await client.change_pool_users(order.desktop, body)


async def read_change(client: WorkspaceClient, order: ChangeOrder, number: str) -> FarAct:
    """See `sdk.contract.ChangesDesktops`."""
    if not number:
        return FarAct(state=FarState.UNKNOWN)
    return await read_job(client, number)


async def look_up_change(client: WorkspaceClient, order: ChangeOrder) -> FarOutcome:
    """See `sdk.contract.ChangesDesktops`."""
    if order.change is _C.UNLOCK:
        user = await client.find_user(order.user)
        return FarOutcome(is_so=user is not None and not user.locked, desktop=order.desktop)
    if order.change in _POOL_WORDS:
        pools = await client.list_pools_of((await _account(client, order)).id)
        is_in = order.desktop in pools
        return FarOutcome(is_so=is_in is (order.change is _C.JOIN_POOL), desktop=order.desktop)
    if order.change is _C.CREATE:
        made = await client.find_desktop(order.name)
        if made is None:
            return FarOutcome(is_so=False)
        return FarOutcome(is_so=order.user in _users_of(made), desktop=made.desktop_id)
    try:
        known = await client.fetch_desktop(order.desktop)
    except AnswerNotFound:
        return FarOutcome(is_so=order.change is _C.DELETE)
    return FarOutcome(
        is_so=_is_so(known, order),
        desktop=known.desktop_id,
        is_in_use=known.login_status in _SIGNED_IN,
    )


def _is_so(known: answers.Desktop, order: ChangeOrder) -> bool:
    is_theirs = order.user.casefold() in {each.casefold() for each in _users_of(known)}
    return {
        _C.DELETE: False,
        _C.ASSIGN: is_theirs,
        _C.UNASSIGN: not is_theirs,
        _C.RESIZE: sizes.has_size(known.product, order),
        _C.EXPAND_DISK: sizes.whole_disk_gib(known) >= order.disk_gib,
    }[order.change]


async def _account(client: WorkspaceClient, order: ChangeOrder) -> answers.User:
    user = await client.find_user(order.user)
    if user is None:
        raise Refused()
    return user


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
        root_volume=replace(like.root_volume, volume_id=None),
        nics=nics,
        desktops=[owner],
    )


def _group_of(desktop: answers.Desktop) -> str:
    return _GROUPS.get((desktop.metadata or {}).get("os_type") or "", _USUAL_GROUP)


def _users_of(desktop: answers.Desktop) -> list[str]:
    named = [each.user_name or each.name or "" for each in desktop.attach_user_infos or []]
    return [each for each in (*named, desktop.user_name or "") if each]
