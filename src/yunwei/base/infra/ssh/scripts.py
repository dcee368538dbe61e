"""Scripts on a machine over a connection that stands. Script and parameters travel over the input
of one program that is the same for all; nothing of them is on a command line, or in its text.

On its error output that program says what it does, for the script prints to the other one.
"""

import asyncio
import contextlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import asyncssh

from yunwei.base.core.errors import MachineUnreached
from yunwei.base.core.far import Ran, Task

_SAYS = "yw1 "
_DRAIN_S = 1.0
_KILL_S = 10.0
_LATER_S = 30
"""So much later than we, the far side ends by itself what runs too long."""
_LONGEST_LINE = 4096
_SUFFIXES = {"shell": "sh", "python": "py", "powershell": "ps1"}


@cache
def _program() -> str:
    text = files(__package__).joinpath("far_side.sh").read_text("ascii")
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return "exec /bin/sh -c '" + "\n".join(lines) + "'"


def _payload(task: Task) -> bytes:
    file = f"script.{_SUFFIXES.get(task.language, 'txt')}"
    exports = "".join(
        f"export {name}={shlex.quote(text)}\n" for name, text in task.environment.items()
    )
    given = (
        f"printf %s {shlex.quote(task.body)} >{file}\nscript={file}\n"
        f"give_parameters() {{\n{exports}:\n}}\nwhole=yes\n"
    ).encode()
    wait_s = int(task.timeout_s) + _LATER_S
    head = f"yw1 {len(given)} {wait_s} {task.language} {task.mark}\n"
    return head.encode("ascii") + given


class _Session(asyncssh.SSHClientSession[bytes]):
    """Hears what a task prints, and what the program says of it."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._line = b""
        self.said: dict[str, str] = {}
        self.ended = asyncio.Event()
        self.closed = asyncio.Event()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if datatype is None:
            self._take(data)
            return
        *lines, self._line = (self._line + data).split(b"\n")
        self._line = self._line[-_LONGEST_LINE:]
        for line in lines:
            self._hear(line.decode("utf-8", "replace"))

    def _hear(self, line: str) -> None:
        if line.startswith(_SAYS):
            word, _space, rest = line.removeprefix(_SAYS).partition(" ")
            self.said[word] = rest
            if word in ("ended", "refused"):
                self.ended.set()

    def eof_received(self) -> bool:
        self.closed.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
        self.ended.set()


@dataclass(frozen=True)
class FarProgram:
    """The program, started on a machine and waiting for its task. connection: where it runs."""

    connection: asyncssh.SSHClientConnection
    channel: asyncssh.SSHClientChannel[bytes]
    session: _Session

    def leave(self) -> None:
        """Let go of it without a task: its input ends, and so does it."""
        self.channel.close()


async def start_far_program(
    connection: asyncssh.SSHClientConnection, *, take: Callable[[bytes], None], timeout_s: float
) -> FarProgram:
    """Start what carries out one task; nothing of the task is begun by that. take: gets what the
    task prints, piece by piece. Raises MachineUnreached."""
    session = _Session(take)
    try:
        async with asyncio.timeout(timeout_s):
            channel, _session = await connection.create_session(
                lambda: session, _program(), encoding=None
            )
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise MachineUnreached("ssh_no_session", str(error)[:300]) from error
    return FarProgram(connection, channel, session)


async def run_far_task(program: FarProgram, task: Task, *, stop: asyncio.Event) -> Ran:
    """Run a task and return what became of it. Raises MachineUnreached when nothing can be begun
    there. Whoever is cancelled closes the connection: then the far side ends it."""
    channel, session = program.channel, program.session
    try:
        channel.write(_payload(task))
    except (asyncssh.Error, OSError) as error:
        raise MachineUnreached("ssh_no_session", str(error)[:300]) from error
    is_stopped = is_late = False
    if not await _wait(session, stop, task.timeout_s):
        is_stopped, is_late = stop.is_set(), not stop.is_set()
        with contextlib.suppress(OSError, asyncssh.Error):
            channel.write_eof()
        await _until(session.ended, _KILL_S)
    await _until(session.closed, _DRAIN_S)
    channel.close()
    code = session.said.get("ended", "")
    return Ran(
        code=int(code) if code.isdigit() else None,
        is_late=is_late,
        is_stopped=is_stopped,
        is_lost=not code.isdigit(),
        refusal=session.said.get("refused", ""),
    )


async def _wait(session: _Session, stop: asyncio.Event, timeout_s: float) -> bool:
    """Say whether it came to its end by itself."""
    ending = asyncio.create_task(session.ended.wait())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait(
            (ending, stopping), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        return session.ended.is_set()
    finally:
        ending.cancel()
        stopping.cancel()


async def _until(event: asyncio.Event, timeout_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
