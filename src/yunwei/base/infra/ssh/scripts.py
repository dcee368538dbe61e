"""Scripts on a machine over a connection that stands. Script and parameters travel over the input
of one program that is the same for all; nothing of them is on a command line, or in its text.

On its error output that program says what it does, for the script prints to the other one.
"""

import asyncio
import contextlib
import secrets
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
_LONGEST_TOLD_LINE = 1500
_SUFFIXES = {"shell": "sh", "python": "py", "powershell": "ps1"}


@cache
def _program() -> str:
    text = files(__package__).joinpath("far_side.sh").read_text("ascii")
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return "exec /bin/sh -c '" + "\n".join(lines) + "'"


def _payload(task: Task, close: bytes) -> bytes:
    """Return what tells the program of a task: a line where that is short, since the program reads
    a line byte by byte, else so many bytes."""
    suffix = _SUFFIXES.get(task.language, "txt")
    exports = "".join(
        f"export {name}={shlex.quote(text)}; " for name, text in task.environment.items()
    )
    tail = (
        f">$script.{suffix}; script=$script.{suffix}; "
        f"give_parameters() {{ {exports}:; }}; whole=yes\n"
    )
    line = f"printf %b {shlex.quote(_on_one_line(task.body))} {tail}"
    is_line = line.isascii() and line.count("\n") == 1 and len(line) <= _LONGEST_TOLD_LINE
    text = line if is_line else f"printf %s {shlex.quote(task.body)} {tail}"
    given = text.encode()
    size, wait_s = 0 if is_line else len(given), int(task.timeout_s) + _LATER_S
    head = f"yw1 run {size} {wait_s} {task.language} {task.mark} "
    return head.encode("ascii") + close + b"\n" + given


def _on_one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


class _Session(asyncssh.SSHClientSession[bytes]):
    """Hears what tasks print, and what the program says of them."""

    def __init__(self) -> None:
        self._line = b""
        self._take: Callable[[bytes], None] | None = None
        self._close = b""
        self._rest = b""
        self.said: dict[str, str] = {}
        self.here = asyncio.Event()
        self.ended = asyncio.Event()
        self.silent = asyncio.Event()
        self.is_over = False

    def begin(self, take: Callable[[bytes], None], close: bytes) -> None:
        """Hear the next task. close: what stands after the last that it prints."""
        self._take, self._close, self._rest = take, close, b""
        self.said = {}
        self.ended.clear()
        self.silent.clear()
        if self.is_over:
            self._end()

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if datatype is None:
            self._hear_print(data)
            return
        *lines, self._line = (self._line + data).split(b"\n")
        self._line = self._line[-_LONGEST_LINE:]
        for line in lines:
            self._hear(line.decode("utf-8", "replace"))

    def _hear_print(self, data: bytes) -> None:
        if self._take is None:
            return
        whole = self._rest + data
        printed, close, _after = whole.partition(self._close)
        kept = 0 if close else _begun_at_end(whole, self._close)
        self._rest = whole[len(whole) - kept :]
        if printed := printed[: len(whole) - kept]:
            self._take(printed)
        if close:
            self._take = None
            self.silent.set()

    def _hear(self, line: str) -> None:
        if line.startswith(_SAYS):
            word, _space, rest = line.removeprefix(_SAYS).partition(" ")
            self.said[word] = rest
            if word == "here":
                self.here.set()
            if word in ("ended", "refused"):
                self.ended.set()

    def eof_received(self) -> bool:
        self._end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self.ended.set()

    def _end(self) -> None:
        """There is nobody any more who prints; an end that was said is still to be heard."""
        self.is_over = True
        if self._take is not None and self._rest:
            self._take(self._rest)
        self._take, self._rest = None, b""
        self.silent.set()
        self.here.set()


def _begun_at_end(data: bytes, word: bytes) -> int:
    """Return how much of a word may have begun at the end of what came."""
    for length in range(min(len(word) - 1, len(data)), 0, -1):
        if data.endswith(word[:length]):
            return length
    return 0


@dataclass
class FarProgram:
    """The program, started on a machine and waiting for its next task. connection: where it runs.
    is_waiting: it did not begin one, or came to the end of it. tasks: how many it carried out."""

    connection: asyncssh.SSHClientConnection
    channel: asyncssh.SSHClientChannel[bytes]
    session: _Session
    is_waiting: bool = True
    tasks: int = 0

    def leave(self) -> None:
        """Let go of it without a task: its input ends, and so does it."""
        self.channel.close()

    def is_closed(self) -> bool:
        return self.session.is_over or self.connection.is_closed()

    def close(self) -> None:
        """Part from the machine; it ends what still runs."""
        self.connection.close()

    async def is_here(self, *, timeout_s: float) -> bool:
        """Say whether it still listens: its machine may have gone without a word."""
        self.session.here.clear()
        with contextlib.suppress(asyncssh.Error, OSError):
            if not self.is_closed():
                self.channel.write(b"yw1 here\n")
                await _until(self.session.here, timeout_s)
                return self.session.here.is_set() and not self.is_closed()
        return False


async def start_far_program(
    connection: asyncssh.SSHClientConnection, *, timeout_s: float
) -> FarProgram:
    """Start what carries out tasks, one after the other; nothing is begun by that. Raises
    MachineUnreached."""
    session = _Session()
    try:
        async with asyncio.timeout(timeout_s):
            channel, _session = await connection.create_session(
                lambda: session, _program(), encoding=None
            )
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise MachineUnreached("ssh_no_session", str(error)[:300]) from error
    return FarProgram(connection, channel, session)


async def run_far_task(
    program: FarProgram, task: Task, *, take: Callable[[bytes], None], stop: asyncio.Event
) -> Ran:
    """Run a task and return what became of it. take: gets what it prints, piece by piece. Raises
    MachineUnreached when nothing can be begun there. Whoever is cancelled closes the connection:
    then the far side ends it."""
    channel, session = program.channel, program.session
    program.is_waiting = False
    program.tasks += 1
    # nobody over there knows it before
    close = b"yw1 " + secrets.token_hex(16).encode()
    session.begin(take, close + b"\n")
    try:
        channel.write(_payload(task, close))
    except (asyncssh.Error, OSError) as error:
        raise MachineUnreached("ssh_no_session", str(error)[:300]) from error
    is_stopped = is_late = False
    if not await _wait(session, stop, task.timeout_s):
        is_stopped, is_late = stop.is_set(), not stop.is_set()
        with contextlib.suppress(OSError, asyncssh.Error):
            channel.write_eof()
        await _until(session.ended, _KILL_S)
    await _until(session.silent, _DRAIN_S)
    code = session.said.get("ended", "")
    program.is_waiting = session.silent.is_set() and not (
        is_stopped or is_late or program.is_closed()
    )
    if not program.is_waiting:
        channel.close()
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
