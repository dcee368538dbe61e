"""What is sent to the service to have desktops made, changed and given to people."""

import msgspec

from yunwei.plugins.connectors.huawei_workspace.answers import Disk


class Nic(msgspec.Struct):
    subnet_id: str


class NewDesktop(msgspec.Struct, omit_defaults=True):
    """One of those that POST /desktops makes."""

    user_name: str
    user_group: str
    computer_name: str


class CreateDesktops(msgspec.Struct, omit_defaults=True):
    """What is sent to POST /desktops."""

    desktop_type: str
    availability_zone: str
    product_id: str
    image_type: str
    image_id: str
    root_volume: Disk
    desktops: list[NewDesktop]
    nics: list[Nic] | None = None


class AttachDesktop(msgspec.Struct, omit_defaults=True):
    """One item of POST /desktops/attach."""

    desktop_id: str
    user_name: str
    user_group: str
    computer_name: str


class DetachUser(msgspec.Struct):
    user_name: str


class DetachDesktop(msgspec.Struct):
    """One item of POST /desktops/batch-detach."""

    desktop_id: str
    detach_user_infos: list[DetachUser]
    is_detach_all_users: bool = False


class ResizedDesktop(msgspec.Struct):
    desktop_id: str


class ResizeDesktops(msgspec.Struct):
    """What is sent to POST /desktops/resize. mode: the one word that the service takes; a desktop
    that is on is shut down first."""

    desktops: list[ResizedDesktop]
    product_id: str
    mode: str = "STOP_DESKTOP"


class ExpandVolume(msgspec.Struct):
    """One item of POST /volumes/expand. new_size: GB, afterwards."""

    desktop_id: str
    volume_id: str
    new_size: int


class PoolUser(msgspec.Struct):
    """A user who may use a pool."""

    object_id: str
    object_name: str
    object_type: str = "USER"
    user_group: str = "users"


class ChangePoolUsers(msgspec.Struct):
    """What is sent to POST /desktop-pools/{pool_id}/users. action: ADD or REMOVE."""

    action: str
    objects: list[PoolUser]
