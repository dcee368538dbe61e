"""Carries out one task: the script's process, what it prints, its end. Nothing of the script's
parameters is ever part of its text or of a command line: they are in its environment."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yunwei_agent.clock import now_ms
from yunwei_agent.trees import MARK, kill_tree
from yunwei_wire.commands import Command, Language
from yunwei_wire.events import End, Event, What
from yunwei_wire.output import Bounded

_READ_BYTES = 64 * 1024
_DRAIN_S = 1.0
_LOOK_AGAIN_S = 1.0
_SUFFIXES = {
    Language.SHELL: "sh",
    Language.PYTHON: "py",
    Language.POWERSHELL: "ps1",
    Language.BATCH: "cmd",
}
_KEPT_ENVIRON = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "WINDIR")


class NotRunnable(Exception):
    """This machine can not carry it out; the text is the reason, in a word."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where tasks run, and as whom. user: None is the agent's own."""

    folder: Path
    user: str | None


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
        self._process: asyncio.subprocess.Process | None = None
        self._called_off = asyncio.Event()

    def call_off(self) -> None:
        """End it with all that it started; `run` says so."""
        self._called_off.set()

    async def run(self) -> tuple[Event, list[Event]]:
        """Carry it out; returns its end and the last of its output. Never raises but for
        cancelling, which kills it."""
        folder = self._place.folder / str(self._command.task)
        try:
            self._process = await self._spawn(folder)
        except NotRunnable as error:
            return self._end(End.REFUSED, reason=str(error)), []
        except OSError as error:
            return self._end(End.FAILED, reason=f"not started: {error.strerror}"), []
        try:
            return await self._follow(self._process)
        finally:
            if self._process.returncode is None:
                self._kill()
            await asyncio.to_thread(shutil.rmtree, folder, True)

    async def _follow(self, process: asyncio.subprocess.Process) -> tuple[Event, list[Event]]:
        reading = asyncio.create_task(self._read(process))
        looking = asyncio.create_task(self._look_again())
        ending = asyncio.create_task(process.wait())
        off = asyncio.create_task(self._called_off.wait())
        try:
            await asyncio.wait(
                [ending, off],
                timeout=self._command.timeout_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            forced = None
            if not ending.done():
                forced = End.CANCELLED if off.done() else End.TIMED_OUT
                self._kill()
            await ending
            # who still holds the pipe is something that the script left behind on purpose
            await asyncio.wait([reading], timeout=_DRAIN_S)
        finally:
            for task in (reading, looking, ending, off):
                task.cancel()
            await asyncio.gather(reading, looking, ending, off, return_exceptions=True)
        pieces = [self._piece(data) for data in self._output.finish()]
        end = forced or (End.SUCCEEDED if process.returncode == 0 else End.FAILED)
        return self._end(end, exit_code=process.returncode), pieces

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        stream = process.stdout
        while stream is not None and (data := await stream.read(_READ_BYTES)):
            self._take(data)

    async def _look_again(self) -> None:
        """Let go on what was printed before the script fell silent."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN_S)
            self._take(b"")

    def _take(self, data: bytes) -> None:
        for piece in self._output.feed(data):
            self._keep(self._piece(piece))

    def _kill(self) -> None:
        kill_tree(self._command.task, self._process.pid if self._process else None)
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

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

    async def _spawn(self, folder: Path) -> asyncio.subprocess.Process:
        words = _interpreter(self._command.language)
        file = self._write_script(folder)
        return await asyncio.create_subprocess_exec(
            *words,
            str(file),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env=self._environ(folder),
            limit=_READ_BYTES * 2,
            **_session(self._place.user),
        )

    def _write_script(self, folder: Path) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"script.{_SUFFIXES[self._command.language]}"
        text = self._script
        if self._command.language in (Language.POWERSHELL, Language.BATCH):
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        mark = "\ufeff" if self._command.language is Language.POWERSHELL else ""
        file.write_text(mark + text, "utf-8", newline="")
        file.chmod(0o500)
        user = self._place.user
        if user is not None:
            shutil.chown(folder, user)
            shutil.chown(file, user)
        return file

    def _environ(self, folder: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRON if name in os.environ}
        given = {f"YW_PARAM_{name}": text for name, text in self._command.parameters.items()}
        marks = {MARK: str(self._command.task), "PYTHONUNBUFFERED": "1", "HOME": str(folder)}
        return {**kept, **marks, **given}


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
