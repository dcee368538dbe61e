"""What the tests need from the machine: browser, fonts, judges, peers. The product needs none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Callable, NamedTuple

from tools.set_up.steps import SetUpFailed, answers, run, step

# Also net-snmp's daemon, in sbin, which is not on everybody's PATH.
SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Need(NamedTuple):
    """A Debian package and how to see that what it brings is there, from wherever it came."""

    package: str
    is_there: Callable[[], bool]


def _has_command(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name, path=SEARCHED) for name in names)


def _has_chinese_font() -> bool:
    return bool(answers(["fc-list", ":lang=zh-cn", "family"]))


def _has_office(library: str) -> Callable[[], bool]:
    """LibreOffice comes in parts; each is a library beside its program."""

    def is_there() -> bool:
        program = shutil.which("soffice", path=SEARCHED)
        return program is not None and (Path(program).resolve().parent / library).exists()

    return is_there


def _has_mibs() -> bool:
    return Path("/usr/share/snmp/mibs/NET-SNMP-AGENT-MIB.txt").exists()


NEEDS = (
    Need("chromium", _has_command(*_BROWSERS)),
    Need("fontconfig", _has_command("fc-list")),
    Need("fonts-noto-cjk", _has_chinese_font),
    Need("procps", _has_command("ps")),
    Need("snmp", _has_command("snmptrap")),
    Need("libsnmp-base", _has_mibs),
    Need("snmptrapd", _has_command("snmptrapd")),
    # a real server for what goes over SSH; the tests start their own on a free port
    Need("openssh-server", _has_command("sshd")),
    # judges of the files that leave the house; without a screen 100 MB, on disk 300
    Need("qpdf", _has_command("qpdf")),
    Need("libreoffice-calc-nogui", _has_office("libsclo.so")),
    Need("libreoffice-writer-nogui", _has_office("libswlo.so")),
    # what tests/bench measures us beside
    Need("prometheus-alertmanager", _has_command("prometheus-alertmanager")),
    Need("snmptt", _has_command("snmptt")),
)


def install_test_packages() -> None:
    """Install with apt-get what is missing. Raises SetUpFailed naming it where that cannot be."""
    missing = [need.package for need in NEEDS if not need.is_there()]
    if not missing:
        return
    apt = _apt_get(missing)
    noninteractive = {"DEBIAN_FRONTEND": "noninteractive"}
    with step("test packages: apt-get update"):
        run([*apt, "update", "-q"], env=noninteractive)
    with step("test packages: apt-get install " + " ".join(missing)):
        run([*apt, "install", "-q", "-y", "--no-install-recommends", *missing], env=noninteractive)
    still = [need.package for need in NEEDS if not need.is_there()]
    if still:
        raise SetUpFailed("installed, yet not to be found: " + ", ".join(still))


def _apt_get(missing: list[str]) -> list[str]:
    """Return how to call apt-get with the rights to install."""
    if shutil.which("apt-get"):
        if os.geteuid() == 0:
            return ["apt-get"]
        if answers(["sudo", "-n", "true"]) is not None:
            return ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    raise SetUpFailed(
        "the tests need these packages of the system: {0}; as an administrator run"
        " `apt-get install {0}` (or your system's equivalents) and try again".format(
            " ".join(missing)
        )
    )
