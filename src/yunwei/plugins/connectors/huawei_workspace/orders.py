"""What is sent to the service to have desktops made and given to people."""

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
