"""What licences are called, in the viewer's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.monitor.inventory.facts import LicenceRow

# Quotas of Huawei Workspace as its SDK names and explains them (model ResourceNoLimit, `type`);
# the certificate is the connector's own name.
_NATIVE: Mapping[str, Any] = {
    "general_instances": pgettext_lazy("quota", "Ordinary desktops"),
    "gpu_instances": pgettext_lazy("quota", "GPU desktops"),
    "Memory": pgettext_lazy("quota", "Memory"),
    "cores": pgettext_lazy("quota", "CPU cores"),
    "volumes": pgettext_lazy("quota", "Disks"),
    "volume_gigabytes": pgettext_lazy("quota", "Disk space"),
    "deh": pgettext_lazy("quota", "Dedicated hosts"),
    "users": pgettext_lazy("quota", "Users"),
    "policy_groups": pgettext_lazy("quota", "Policy groups"),
    "directory_certificate": _("Certificate of the directory"),
}


def say_native(name: str) -> str:
    """Return what a licence is called; its own name where nobody gave it another."""
    return str(_NATIVE.get(name, name))


def find_native(text: str) -> list[str]:
    """Return the names of which this is a part of what they are called, whatever the case."""
    wanted = text.casefold()
    return [name for name, called in _NATIVE.items() if wanted in str(called).casefold()]


def say_licence(licence: LicenceRow) -> str:
    """Return what a licence is called. That of a site is told apart by the beginning of its id."""
    site, slash, _type = licence.native_id.rpartition("/")
    name = say_native(licence.name)
    return f"{name} ({site[:4]}…)" if slash and licence.kind == "quota" else name
