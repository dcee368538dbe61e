"""net-snmp's snmptrapd with snmptt behind it, Debian's packages, as most set them up: the handler
that is embedded in snmptrapd puts each trap into a spool, the daemon reads it and logs.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.governing import cpu_s

HANDLER = Path("/usr/lib/snmptt/snmptthandler-embedded")
_INI = """\
[General]
mode = daemon
multiple_event = 1
dns_enable = 0
net_snmp_perl_enable = 0
ipv6_enable = 0
[DaemonMode]
daemon_fork = 0
daemon_uid =
pid_file = {folder}/snmptt.pid
spool_directory = {folder}/spool/
sleep = 1
use_trap_time = 1
keep_unlogged_traps = 1
duplicate_trap_window = 0
[Logging]
stdout_enable = 0
log_enable = 1
log_file = {log}
log_system_enable = 1
log_system_file = {folder}/system.log
unknown_trap_log_enable = 1
unknown_trap_log_file = {folder}/unknown.log
statistics_interval = 0
syslog_enable = 0
syslog_system_enable = 0
[SQL]
[Exec]
exec_enable = 0
[Debugging]
DEBUGGING = 0
[TrapFiles]
snmptt_conf_files = <<END
{folder}/snmptt.conf
END
"""
_EVENT = 'EVENT any .1.3.6.1.4.1.* "measured" Normal\nFORMAT LOGGED $*\n'
_TRAPD = 'disableAuthorization yes\nperl do "{folder}/handler"\n'


@dataclass(frozen=True, kw_only=True)
class Snmptt:
    """Both processes at work. log: one line a trap."""

    port: int
    log: Path
    pids: tuple[int, ...]

    @property
    def logged(self) -> int:
        return self.log.read_bytes().count(b"LOGGED") if self.log.exists() else 0

    @property
    def cpu_s(self) -> float:
        return cpu_s(self.pids)


def _write_files(folder: Path) -> Path:
    """Write what both processes read, and return where the traps are logged."""
    log = folder / "snmptt.log"
    (folder / "spool").mkdir()
    (folder / "snmptt.ini").write_text(_INI.format(folder=folder, log=log))
    (folder / "snmptt.conf").write_text(_EVENT)
    (folder / "trapd.conf").write_text(_TRAPD.format(folder=folder))
    # the handler knows its file by a line that everybody is told to edit
    handler = HANDLER.read_text("latin-1")
    own = re.sub(
        r"^my \$ini = .*$", f"my $ini = '{folder}/snmptt.ini';", handler, flags=re.MULTILINE
    )
    assert own != handler
    (folder / "handler").write_text(own, "latin-1")
    return log


def _listens(log: Path) -> bool:
    return log.exists() and b"NET-SNMP version" in log.read_bytes()


@asynccontextmanager
async def run_snmptt(folder: Path, port: int) -> AsyncIterator[Snmptt]:
    """Run the chain with all its files in a folder, without any right of an administrator."""
    log = _write_files(folder)
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    trapd_log = folder / "trapd.log"
    processes = [
        await asyncio.create_subprocess_exec(
            *("snmptt", "--daemon", f"--ini={folder}/snmptt.ini"), **quiet
        ),
        await asyncio.create_subprocess_exec(
            *("snmptrapd", "-f", "-C", "-On", "-m", "", "-c", str(folder / "trapd.conf")),
            *("-Lf", str(trapd_log), f"udp:127.0.0.1:{port}"),
            **quiet,
        ),
    ]
    try:
        async with asyncio.timeout(20):
            while not _listens(trapd_log):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        yield Snmptt(port=port, log=log, pids=tuple(each.pid for each in processes))
    finally:
        for process in processes:
            process.terminate()
            await process.wait()
