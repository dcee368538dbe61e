"""A real OpenSSH server of this machine's, on a free port of the loopback addresses."""

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.support.platform import wait_until
from tools.set_up.debian_packages import SEARCHED

_PRIVSEP = Path("/run/sshd")
_LISTENS = "Server listening on"


@dataclass
class Sshd:
    """One that runs. key: its host key, as known_hosts has it; login_key: what opens it."""

    folder: Path
    port: int
    key: str
    login_key: str
    user: str
    options: str = ""
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        assert self.try_to_start(), self.log

    def try_to_start(self) -> bool:
        """Start it; False where somebody else has its port."""
        program = shutil.which("sshd", path=SEARCHED)
        assert program is not None, "the set-up installs openssh-server"
        words = [program, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        path = self.folder / "log"
        before = len(self.log) if path.exists() else 0
        with path.open("ab") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._process = process
        wait_until(
            lambda: process.poll() is not None or _LISTENS in self.log[before:], timeout_s=20
        )
        return process.poll() is None

    def stop(self) -> None:
        """End it with the connections that it holds."""
        process, self._process = self._process, None
        if process is not None:
            for child in _children(process.pid):
                os.kill(child, signal.SIGKILL)
            process.kill()
            process.wait()

    def change_host_key(self) -> str:
        """Become another machine at the same address; returns the new key."""
        self.stop()
        self.key = _write_key(self.folder / "host_key")
        self.start()
        return self.key

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")


def _children(pid: int) -> list[int]:
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == pid:
            child = int(each.parent.name)
            found += [child, *_children(child)]
    return [each for each in found if _is_sshd(each)]


def _is_sshd(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith("sshd")
    except OSError:
        return False


@contextmanager
def running_sshd(
    folder: Path, *, options: str = "", logins: tuple[str, ...] = ()
) -> Iterator[Sshd]:
    """A server for as long as the block lasts. options: more lines of its configuration. logins:
    more lines of authorized_keys."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0:
        _PRIVSEP.mkdir(mode=0o755, exist_ok=True)
    login = asyncssh.generate_private_key("ssh-ed25519")
    allowed = [login.export_public_key().decode(), *logins]
    (folder / "authorized_keys").write_text("\n".join(allowed))
    server = Sshd(
        folder=folder,
        port=_free_port(),
        key=_write_key(folder / "host_key"),
        login_key=login.export_private_key().decode(),
        user=pwd.getpwuid(os.geteuid()).pw_name,
    )
    for _attempt in range(20):
        _write_configuration(server, options)
        if server.try_to_start():
            break
        server.port = _free_port()
    else:
        raise AssertionError(server.log)
    try:
        yield server
    finally:
        server.stop()


def _write_configuration(server: Sshd, options: str) -> None:
    folder = server.folder
    (folder / "sshd_config").write_text(
        f"Port {server.port}\nListenAddress 0.0.0.0\nHostKey {folder}/host_key\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPidFile none\nUsePAM no\n"
        "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nMaxStartups 1000\nMaxSessions 100\n"
        "LogLevel INFO\nSubsystem sftp internal-sftp\n"
        # bash would read the profile of whoever tests, which can take longer than all else
        f"SetEnv SHLVL=1\n{options}\n"
    )


class _Shared:
    server: Sshd | None = None


def shared_sshd() -> Sshd:
    """One for the whole process, for tables of tests that have no fixtures; it ends with it."""
    if _Shared.server is None:
        opened = contextlib.ExitStack()
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="yw-sshd-"))
        _Shared.server = opened.enter_context(running_sshd(Path(folder)))
        atexit.register(opened.close)
    return _Shared.server


def _write_key(path: Path) -> str:
    key = asyncssh.generate_private_key("ssh-ed25519")
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return " ".join(key.export_public_key().decode().split()[:2])


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port
