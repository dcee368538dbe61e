"""One child process: started, waited for, stopped; gone when its parent is gone."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import psutil

logger = logging.getLogger(__name__)

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemUser:
    """The operating system's user that a child runs as."""

    name: str
    uid: int
    gid: int


@dataclass(kw_only=True)
class ChildProcess:
    """A program that ends with this process, however this process ends.

    Spawn it from a thread that lives as long as the process: Linux counts the thread as the
    parent. stop_signal: what asks it to end in order. output: file for what it prints, None:
    where this process prints. environ: added to this process's. Its stdin is a pipe that closes
    when this process ends.
    """

    name: str
    command: Sequence[str]
    stop_signal: signal.Signals = signal.SIGTERM
    user: SystemUser | None = None
    output: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self.wait(0) is None

    def spawn(self) -> None:
        """Start the program; raises OSError when it can not be started."""
        uid, gid = (self.user.uid, self.user.gid) if self.user else (os.geteuid(), os.getegid())
        launch = [sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid())]
        numbers = [str(int(self.stop_signal)), str(uid), str(gid)]
        with self.output.open("wb") if self.output else nullcontext() as output:
            self._process = subprocess.Popen(
                [*launch, *numbers, *self.command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environ},
                pass_fds=self.pass_fds,
                cwd="/",
                # Ctrl-C in the terminal is for the parent, which stops its children in order.
                start_new_session=True,
            )

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Return the exit code (negative: the signal that ended it), None when still running."""
        if self._process is None:
            return 0
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        if self._process.stdin:
            self._process.stdin.close()
        return code

    def stop(self, timeout_s: float = 10.0) -> int:
        """Ask it to end; kill it when it has not ended in time. Returns the exit code."""
        if self._process is None:
            return 0
        if self.is_running:
            self._process.send_signal(self.stop_signal)
        code = self.wait(timeout_s)
        if code is None:
            logger.warning("%s did not end in %.0f s and is killed", self.name, timeout_s)
            self._process.kill()
            code = self.wait() or 0
        return code


def find_leftovers(program: str, argument: str) -> Iterator[psutil.Process]:
    """Yield running processes of `program` (a file name) that were started with `argument`."""
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if command and Path(command[0]).name == program and argument in command[1:]:
            yield process


def end_leftover(process: psutil.Process, stop_signal: signal.Signals, timeout_s: float) -> None:
    """Stop a process that is not our child: in order, then by force."""
    logger.warning("ends %s (process %d), left by a run that is gone", process.name(), process.pid)
    try:
        process.send_signal(stop_signal)
        process.wait(timeout_s)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(timeout_s)
    except psutil.NoSuchProcess:
        pass
