"""What an agent can say of its machine: who it is, what it is, how it is. Linux reads /proc; on
Windows it says less (that side has been written, and not been tried)."""

import getpass
import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from yunwei_wire.identity import machine_digest

_MOST_PROCESSES = 10
_PROC = Path("/proc")


def read_machine() -> str:
    """Return what tells this machine from others; a copy that was made properly has another."""
    if sys.platform == "win32":
        return machine_digest("windows", _registry_machine())
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        text = _read(path).strip()
        if text:
            return machine_digest("linux", text, _read(Path("/sys/class/dmi/id/product_uuid")))
    return machine_digest("host", socket.gethostname())


def _registry_machine() -> str:
    words = ["reg", "query", r"HKLM\SOFTWARE\Microsoft\Cryptography", "/v", "MachineGuid"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.split()[-1] if done.stdout.split() else socket.gethostname()


def read_boot() -> str:
    """Return what differs after each start of the machine."""
    return _read(_PROC / "sys/kernel/random/boot_id").strip() or platform.node()


def read_name() -> str:
    return socket.gethostname()


def read_user() -> str:
    """Return as whom the agent itself runs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "–"


def read_system() -> str:
    if sys.platform == "linux":
        for line in _read(Path("/etc/os-release")).splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip('"')
    return f"{platform.system()} {platform.release()}"


def read_facts(run_as: str) -> dict[str, Any]:
    """Return what does not change from minute to minute."""
    memory = _memory()
    return {
        "system": read_system(),
        "kernel": platform.release(),
        "host": socket.gethostname(),
        "cpus": os.cpu_count() or 0,
        "memory_mb": memory.get("MemTotal", 0) // 1024,
        "run_as": run_as,
        "languages": ", ".join(find_languages()),
    }


def find_languages() -> list[str]:
    """Return in which languages scripts can be run here."""
    found = ["python"]
    if sys.platform == "win32":
        return [*found, "powershell", "batch"]
    if Path("/bin/sh").exists():
        found.append("shell")
    if shutil.which("pwsh"):
        found.append("powershell")
    return found


class Sampler:
    """Figures of now; what is a rate is over the time since it was asked before."""

    def __init__(self) -> None:
        self._cpu = _cpu_times()
        self._processes = _process_times()

    def sample(self) -> dict[str, Any]:
        """Return metrics by name (ratios), who is logged on, and the busiest processes."""
        told: dict[str, Any] = {"sessions": read_sessions()}
        before, self._cpu = self._cpu, _cpu_times()
        span = self._cpu[1] - before[1]
        if span > 0:
            told["desktop.cpu"] = round(1 - (self._cpu[0] - before[0]) / span, 4)
        memory = _memory()
        if memory.get("MemTotal"):
            free = memory.get("MemAvailable", 0) / memory["MemTotal"]
            told["desktop.memory"] = round(1 - free, 4)
        usage = shutil.disk_usage(Path.home().anchor or "/")
        told["desktop.disk"] = round(usage.used / usage.total, 4) if usage.total else 0.0
        told["processes"] = self._busiest(span)
        return told

    def _busiest(self, span: float) -> list[dict[str, Any]]:
        before, self._processes = self._processes, _process_times()
        if span <= 0:
            return []
        shares = {
            id: (ticks - before.get(id, (0, ""))[0]) / span
            for id, (ticks, _) in self._processes.items()
        }
        busiest = sorted(shares, key=lambda id: shares[id], reverse=True)[:_MOST_PROCESSES]
        return [
            {
                "id": id,
                "name": self._processes[id][1],
                "cpu": round(shares[id], 4),
                "memory_mb": _resident_mb(id),
            }
            for id in busiest
        ]


def read_sessions() -> list[str]:
    """Return the users who are logged on, each once."""
    try:
        done = subprocess.run(["who"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    users = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    return list(dict.fromkeys(users))[:50]


def _cpu_times() -> tuple[float, float]:
    """Return (idle, all) in ticks, zeros where it is not known."""
    first = _read(_PROC / "stat").partition("\n")[0].split()[1:]
    ticks = [int(word) for word in first]
    return (float(sum(ticks[3:5])), float(sum(ticks[:8]))) if len(ticks) >= 8 else (0.0, 0.0)


def _memory() -> dict[str, int]:
    lines = (line.partition(":") for line in _read(_PROC / "meminfo").splitlines())
    return {name: int(rest.split()[0]) for name, _, rest in lines if rest.split()}


def _process_times() -> dict[int, tuple[int, str]]:
    """Return ticks of CPU and the name of each process. Command lines are not read: they may hold
    what is not ours to tell."""
    found: dict[int, tuple[int, str]] = {}
    for entry in _PROC.iterdir() if _PROC.exists() else ():
        if not entry.name.isdigit():
            continue
        text = _read(entry / "stat")
        name, _, rest = text.partition("(")[2].rpartition(")")
        words = rest.split()
        if len(words) > 12:
            found[int(entry.name)] = (int(words[11]) + int(words[12]), name[:60])
    return found


def _resident_mb(id: int) -> int:
    words = _read(_PROC / str(id) / "statm").split()
    return int(words[1]) * 4096 // 1024**2 if len(words) > 1 else 0


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
