"""Carries out one task: the script's process, what it prints, its end. Nothing of the script's
parameters is ever part of its text or of a command line: they are in its environment."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from yunwei_agent.clock import now_ms
from yunwei_agent.places import Place, ScriptText
from yunwei_agent.trees import MARK, kill_tree
from yunwei_wire.commands import Command, Language
from yunwei_wire.events import End, Event, What
from yunwei_wire.output import Bounded

_READ_BYTES = 64 * 1024
_DRAIN_S = 1.0
_LOOK_AGAIN_S = 1.0
_KEPT_ENVIRON = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "WINDIR")


class NotRunnable(Exception):
    """This machine can not carry it out; the text is the reason, in a word."""


class Run:
    """One task while it is carried out. keep: takes each piece of output as it comes."""

    def __init__(
        self, command: Command, script: str, place: Place, keep: Callable[[Event], None]
    ) -> None:
        self._command = command
        self._script = script
        self._place = place
        self._keep = keep
        self._output = Bounded(
            command.output_limit_bytes,
            [command.parameters[name] for name in command.secrets if name in command.parameters],
        )
        self._pieces = 0
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._forced: End | None = None

    def call_off(self) -> None:
        """End it with all that it started; `run` says so."""
        self._force(End.CANCELLED)

    async def run(self) -> tuple[Event, list[Event]]:
        """Carry it out; returns its end and the last of its output. Never raises but for
        cancelling, which kills it."""
        try:
            words = _interpreter(self._command.language)
            folder = self._place.take(self._command.task)
        except NotRunnable as error:
            return self._end(End.REFUSED, reason=str(error)), []
        except OSError as error:
            return self._end(End.FAILED, reason=f"not started: {error.strerror}"), []
        try:
            return await self._run_in(folder, words)
        except OSError as error:
            return self._end(End.FAILED, reason=f"not started: {error.strerror}"), []
        finally:
            await self._place.give_back(folder)

    async def _run_in(self, folder: Path, words: Sequence[str]) -> tuple[Event, list[Event]]:
        heard = _Heard(self._loop, self._take)
        command, user = self._command, self._place.user
        script = ScriptText(command.language, self._script, folder, user)
        try:
            process = await self._spawn(folder, [*words, script.word], script.passed, heard)
            try:
                return await self._follow(process, heard)
            finally:
                if process.get_returncode() is None:
                    self._kill(process)
                process.close()
        finally:
            script.forget()

    async def _follow(
        self, process: asyncio.SubprocessTransport, heard: "_Heard"
    ) -> tuple[Event, list[Event]]:
        self._looking = self._loop.call_later(_LOOK_AGAIN_S, self._look_again)
        too_late = self._loop.call_later(self._command.timeout_s, self._force, End.TIMED_OUT)
        heard.ended.add_done_callback(lambda _ended: _settle(self._over))
        try:
            await self._over
            if heard.ended.done():
                self._forced = None
            else:
                self._kill(process)
            await heard.ended
            if not heard.silent.done():
                # who still holds the pipe is something that the script left behind on purpose
                await asyncio.wait([heard.silent], timeout=_DRAIN_S)
        finally:
            heard.take = _ignore
            too_late.cancel()
            self._looking.cancel()
        code = process.get_returncode()
        pieces = [self._piece(data) for data in self._output.finish()]
        end = self._forced or (End.SUCCEEDED if code == 0 else End.FAILED)
        return self._end(end, exit_code=code), pieces

    def _force(self, end: End) -> None:
        """Have it end, and say so."""
        if not self._over.done():
            self._forced = end
            self._over.set_result(None)

    def _look_again(self) -> None:
        """Let go on what was printed before the script fell silent."""
        self._looking = self._loop.call_later(_LOOK_AGAIN_S, self._look_again)
        self._take(b"")

    def _take(self, data: bytes) -> None:
        for piece in self._output.feed(data):
            self._keep(self._piece(piece))

    def _kill(self, process: asyncio.SubprocessTransport) -> None:
        kill_tree(self._command.task, process.get_pid())
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    def _piece(self, data: bytes) -> Event:
        place, self._pieces = self._pieces, self._pieces + 1
        return Event(
            task=self._command.task, what=What.OUTPUT, at_ms=now_ms(), place=place, data=data
        )

    def _end(self, end: End, *, exit_code: int | None = None, reason: str = "") -> Event:
        return Event(
            task=self._command.task,
            what=What.ENDED,
            at_ms=now_ms(),
            end=end,
            exit_code=exit_code,
            reason=reason,
            size_bytes=self._output.size_bytes,
            is_cut=self._output.is_cut,
            digest=self._output.digest,
        )

    async def _spawn(
        self, folder: Path, words: Sequence[str], passed: Sequence[int], heard: "_Heard"
    ) -> asyncio.SubprocessTransport:
        process, _heard = await self._loop.subprocess_exec(
            lambda: heard,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env=self._environ(folder),
            pass_fds=passed,
            **_session(self._place.user),
        )
        return process

    def _environ(self, folder: Path) -> dict[str, str]:
        given = {f"YW_PARAM_{name}": text for name, text in self._command.parameters.items()}
        marks = {MARK: str(self._command.task), "PYTHONUNBUFFERED": "1", "HOME": str(folder)}
        return {**_kept_environ(), **marks, **given}


class _Heard(asyncio.SubprocessProtocol):
    """What is heard of a process: what it prints, that nobody prints any more, that it ended.
    Without a task of its own for each, which would cost more than a short script."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[bytes], None]) -> None:
        self.take = take
        self.silent: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.take(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        _settle(self.silent)

    def process_exited(self) -> None:
        _settle(self.ended)


@cache
def _kept_environ() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT_ENVIRON if name in os.environ}


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _ignore(_data: bytes) -> None:
    """What comes after the end is nobody's."""


def _session(user: str | None) -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": 0x08000200}  # no window, a group of its own
    session: dict[str, Any] = {"start_new_session": True}
    if user is not None:
        session |= {"user": user, "group": _group_of(user), "extra_groups": []}
    return session


def _group_of(user: str) -> int:
    import pwd  # noqa: PLC0415  there is none on Windows

    return pwd.getpwnam(user).pw_gid


def _interpreter(language: Language) -> list[str]:
    """Return what carries out a script's file; raises NotRunnable."""
    match language:
        case Language.SHELL if sys.platform != "win32":
            return ["/bin/sh"]
        case Language.PYTHON:
            return [sys.executable, "-I"]
        case Language.BATCH if sys.platform == "win32":
            return ["cmd.exe", "/d", "/c"]
        case Language.POWERSHELL:
            found = shutil.which("powershell.exe" if sys.platform == "win32" else "pwsh")
            if found:
                return [found, "-NoProfile", "-NonInteractive", "-File"]
    raise NotRunnable(f"no_{language.value}")
