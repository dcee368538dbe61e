"""What licences are called in both languages, where a source's name is none for people. Pure."""

from typing import NamedTuple


class Called(NamedTuple):
    """A name in Simplified Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


# Quotas of Huawei Workspace as its SDK names and explains them (model ResourceNoLimit, `type`);
# the certificate is the connector's own name.
_CALLED = {
    "general_instances": Called("普通桌面", "Ordinary desktops"),
    "gpu_instances": Called("GPU 桌面", "GPU desktops"),
    "Memory": Called("内存", "Memory"),
    "cores": Called("CPU 核数", "CPU cores"),
    "volumes": Called("磁盘数量", "Disks"),
    "volume_gigabytes": Called("磁盘容量", "Disk space"),
    "deh": Called("云办公主机", "Dedicated hosts"),
    "users": Called("用户", "Users"),
    "policy_groups": Called("策略组", "Policy groups"),
    "directory_certificate": Called("目录服务证书", "Certificate of the directory"),
}


def call_licence(name: str, native_id: str = "") -> Called:
    """Return what a licence is called; its own name where nobody gave it another.

    native_id: that of a quota of a site is `site/name`; it is told apart by the site's beginning.
    """
    called = _CALLED.get(name, Called(name, name))
    site = native_id.removesuffix(f"/{name}")
    if site == native_id:
        return called
    return Called(*(f"{each} ({site[:4]}…)" for each in called))


def find_names(text: str) -> list[str]:
    """Return the names of which this is a part of what they are called, whatever the case."""
    wanted = text.casefold()
    return [
        name
        for name, called in _CALLED.items()
        if any(wanted in each.casefold() for each in called)
    ]
