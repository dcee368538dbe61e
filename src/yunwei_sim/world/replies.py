"""What well-known scripts say on a made-up desktop: figures that stay the same for a desktop.

A script is known by a command in its text. Nothing is run; who wants the truth asks a real desktop.
"""

import re
import zlib
from collections.abc import Callable, Mapping

type Values = Mapping[str, str]
type Reply = Callable[["Desk", Values], tuple[str, int]]

_VALUE = re.compile(
    r"(?m)^(?:\$env:|export |@set \")YW_PARAM_(?P<name>[A-Z0-9_]+)"
    r"\s*=\s*'?(?P<text>[^'\"\n]*)['\"]?$"
)
_SERVICES = ("wuauserv", "Spooler", "HDPService", "W32Time", "Dnscache", "gpsvc")
_PROGRAMS = (
    ("HUAWEI CLOUD Workspace Agent", "23.5.0.6", "Huawei Cloud"),
    ("Microsoft Edge", "131.0.2903.70", "Microsoft Corporation"),
    ("WPS Office", "12.1.0.18608", "Kingsoft Corp."),
    ("7-Zip 24.08 (x64)", "24.08", "Igor Pavlov"),
    ("WeCom", "4.1.31.6017", "Tencent"),
    ("Microsoft Visual C++ 2015-2022 Redistributable (x64)", "14.40.33810", "Microsoft"),
)
_PROCESSES = (
    ("chrome", 812, 341.2),
    ("wps", 466, 120.4),
    ("HDPServer", 301, 98.7),
    ("explorer", 188, 40.1),
    ("MsMpEng", 176, 215.9),
    ("WXWork", 154, 33.0),
    ("SearchIndexer", 92, 12.2),
    ("svchost", 61, 8.8),
)
_PACKAGES = ("bash 5.1-6", "coreutils 8.32-4", "openssh-server 8.4p1-5", "systemd 247.3-7")


class Desk:
    """A desktop as its figures are drawn."""

    def __init__(self, id: str, name: str) -> None:
        self.name = name
        self._id = id

    def draw(self, what: str, least: int, most: int) -> int:
        """Return a whole number of this desktop, the same each time."""
        return least + zlib.crc32(f"{self._id}/{what}".encode()) % (most - least + 1)

    @property
    def address(self) -> str:
        return f"10.{self.draw('a', 0, 31)}.{self.draw('b', 0, 255)}.{self.draw('c', 2, 254)}"


def values_of(content: str) -> dict[str, str]:
    """Return the parameters that stand at the head of a script."""
    return {found["name"]: found["text"] for found in _VALUE.finditer(content)}


def reply_to(content: str, desk: Desk) -> tuple[str, int] | None:
    """Return what a well-known script says and its exit code; None for one that is not known."""
    for mark, reply in _REPLIES.items():
        if mark in content:
            return reply(desk, values_of(content))
    return None


def heals(content: str) -> str:
    """Return the kind of fault that a script mends on its desktop, "" for none."""
    if "Restart-Service -InputObject" in content:
        return "cpu_hog"  # it was the service that took all of it
    is_clean_up = "AppData\\Local\\Temp" in content and values_of(content).get("MODE") == "delete"
    return "disk_full" if is_clean_up else ""


def harms(content: str) -> str:
    """Return the kind of fault that a script begins on its desktop, "" for none."""
    return "cpu_hog" if "while ($true) {}" in content else ""  # a loop that never rests


def _number(values: Values, name: str, usual: int) -> int:
    text = values.get(name, "")
    return int(text) if text.isdigit() else usual


def _free_space(desk: Desk, values: Values) -> tuple[str, int]:
    shares = {"C:": desk.draw("disk c", 50, 620) / 10, "D:": desk.draw("disk d", 200, 900) / 10}
    sizes = {"C:": 80, "D:": 200}
    text = "".join(
        f"{name} {share}% free, {sizes[name] * share / 100:.1f} GB\n"
        for name, share in shares.items()
    )
    return text, int(min(shares.values()) < _number(values, "PERCENT", 10))


def _linux_space(desk: Desk, values: Values) -> tuple[str, int]:
    share = desk.draw("disk /", 50, 620) / 10
    text = f"/ {share:.1f}% free, {share * 819.2:.0f} MB\n"
    return text, int(share < _number(values, "PERCENT", 10))


def _temporary(desk: Desk, values: Values) -> tuple[str, int]:
    mode, files = values.get("MODE", "report"), desk.draw("temp", 40, 4000)
    left = desk.draw("temp left", 0, 9) if mode == "delete" else files
    return f"mode: {mode}\nfiles: {files}\nbytes: {files * 61_440}\nleft: {left}\n", 0


def _linux_temporary(desk: Desk, values: Values) -> tuple[str, int]:
    files = desk.draw("temp", 10, 900)
    return f"mode: {values.get('MODE', 'report')}\nfiles: {files}\nkilobytes: {files * 48}\n", 0


def _profiles(desk: Desk, values: Values) -> tuple[str, int]:
    size = desk.draw("profile", 900, 9000)
    head = "\n  MB LastUse             Profile\n  -- -------             -------\n"
    return f"{head}{size:4} 2026/11/27 18:02:11 C:\\Users\\{desk.name.lower()}\n\n", 0


def _spooler(desk: Desk, values: Values) -> tuple[str, int]:
    return f"cleared: {desk.draw('jobs', 0, 6)}\nspooler: Running\n", 0


def _time(desk: Desk, values: Values) -> tuple[str, int]:
    offset = desk.draw("offset", 1, 40)
    return (
        "Sending resync command to local computer\nThe command completed successfully.\n"
        f"Stratum: 3\nPhase Offset: 0.00{offset:02}s\nSource: ntp.corp.example\n",
        0,
    )


def _updates(desk: Desk, values: Values) -> tuple[str, int]:
    is_pending = desk.draw("reboot", 0, 4) == 0
    listed = "HotFixID  InstalledOn\n--------  -----------\nKB5046613 2026/11/13 0:00:00\n"
    return f"restart pending: {is_pending}\nservice: Running\n\n{listed}\n", 0


def _names(desk: Desk, values: Values) -> tuple[str, int]:
    host = values.get("HOST", "example.com")
    return (
        f"\nName         Type IPAddress\n----         ---- ---------\n{host} A    10.1.0.20\n\n",
        0,
    )


def _trust(desk: Desk, values: Values) -> tuple[str, int]:
    works = desk.draw("trust", 0, 39) != 0
    return f"domain: corp.example\nsecure channel: {works}\n", int(not works)


def _events(desk: Desk, values: Values) -> tuple[str, int]:
    many = desk.draw("events", 3, 60)
    return (
        f"\nCount Name\n----- ----\n{many:5} Service Control Manager, 7031\n"
        f"{many // 2:5} Microsoft-Windows-GroupPolicy, 1129\n    2 disk, 153\n\n",
        0,
    )


def _processes(desk: Desk, values: Values) -> tuple[str, int]:
    rows = _PROCESSES[: _number(values, "TOP", 10)]
    said = []
    for name, size, cpu in rows:
        id, used = desk.draw(name, 600, 14000), size + desk.draw(f"m{name}", 0, 60)
        said.append(f"{id}\t{used} MB\t{cpu} s\t{name}\n")
    return "".join(said), 0


def _linux_processes(desk: Desk, values: Values) -> tuple[str, int]:
    head = "    PID USER     %CPU %MEM COMMAND\n"
    first = f"   {desk.draw('p', 900, 9000)} root      1.8  2.4 HDPServer\n"
    return f"{head}{first}      1 root      0.0  0.3 systemd\n", 0


def _network(desk: Desk, values: Values) -> tuple[str, int]:
    return f"address: 10.1.0.20\nfrom: {desk.address}\nport open: True\n", 0


def _certificates(desk: Desk, values: Values) -> tuple[str, int]:
    is_ending = desk.draw("certificate", 0, 11) == 0
    row = f"2026/12/09 8:00:00 CN={desk.name} 5B1F77C0\n" if is_ending else ""
    return f"{row}ending: {int(is_ending)}\n", int(is_ending)


def _software(desk: Desk, values: Values) -> tuple[str, int]:
    rows = _PROGRAMS[: 4 + desk.draw("programs", 0, 2)]
    return "".join("\t".join(row) + "\n" for row in sorted(rows)), 0


def _packages(desk: Desk, values: Values) -> tuple[str, int]:
    return "".join(each.replace(" ", "\t") + "\n" for each in _PACKAGES), 0


def _addresses(desk: Desk, values: Values) -> tuple[str, int]:
    return (
        f"Windows IP Configuration\n\n   Host Name . . . . : {desk.name}\n"
        f"   IPv4 Address. . . : {desk.address}(Preferred)\n   Subnet Mask . . . : 255.255.0.0\n"
        "   DNS Servers . . . : 10.1.0.10\n",
        0,
    )


def _restart(desk: Desk, values: Values) -> tuple[str, int]:
    return f"{values.get('SERVICE', 'Spooler')}: Running\n", 0


def _services(desk: Desk, values: Values) -> tuple[str, int]:
    if desk.draw("services", 0, 5):
        return "", 0
    name = _SERVICES[desk.draw("which", 0, len(_SERVICES) - 1)]
    return (
        f"\nName     State   ExitCode\n----     -----   --------\n{name:8} Stopped     1067\n\n",
        1,
    )


def _sessions(desk: Desk, values: Values) -> tuple[str, int]:
    return f"{desk.name.lower()}\tremote\t11/28/2026 08:{desk.draw('logon', 10, 59)}:12\n", 0


def _policies(desk: Desk, values: Values) -> tuple[str, int]:
    return (
        "Updating policy...\n\nComputer Policy update has completed successfully.\n"
        "Applied Group Policy Objects: Default Domain Policy, VDI Baseline\n",
        0,
    )


def _uptime(desk: Desk, values: Values) -> tuple[str, int]:
    days = desk.draw("days", 0, 40)
    return f"started: 2026/11/28 07:{desk.draw('boot', 10, 59)}:03\nruns for: {days}.03:12:44\n", 0


def _clock(desk: Desk, values: Values) -> tuple[str, int]:
    return "now: 2026-11-28T12:00:00+0800\nNTP=yes\nNTPSynchronized=yes\n", 0


def _log(desk: Desk, values: Values) -> tuple[str, int]:
    return f"{desk.draw('log', 2, 40)} kernel:\n3 sshd\n", 0


def _lookup(desk: Desk, values: Values) -> tuple[str, int]:
    return f"10.1.0.20       {values.get('HOST', 'example.com')}\n", 0


_REPLIES: Mapping[str, Reply] = {
    "Win32_LogicalDisk": _free_space,
    "AppData\\Local\\Temp": _temporary,
    "Win32_UserProfile": _profiles,
    "spool\\PRINTERS": _spooler,
    "w32tm /resync": _time,
    "RebootPending": _updates,
    "Clear-DnsClientCache": _names,
    "Test-ComputerSecureChannel": _trust,
    "Group-Object ProviderName": _events,
    "WorkingSet64": _processes,
    "Test-NetConnection": _network,
    "Cert:\\LocalMachine": _certificates,
    "CurrentVersion\\Uninstall": _software,
    "ipconfig /all": _addresses,
    "Restart-Service -InputObject": _restart,
    "Win32_Service ": _services,
    "Win32_LogonSession": _sessions,
    "gpupdate": _policies,
    "LastBootUpTime": _uptime,
    "timedatectl": _clock,
    "df -P -k": _linux_space,
    "journalctl": _log,
    "getent hosts": _lookup,
    "ps -eo": _linux_processes,
    "dpkg-query": _packages,
    "-xdev -type f": _linux_temporary,
}
