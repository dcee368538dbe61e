"""Where scripts run: an empty folder for each, and the script's text in the machine's memory, not
on its disk, where the machine can do that (Linux)."""

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from yunwei_wire.commands import Language

_SUFFIXES = {
    Language.SHELL: "sh",
    Language.PYTHON: "py",
    Language.POWERSHELL: "ps1",
    Language.BATCH: "cmd",
}
_FROM_MEMORY = (Language.SHELL, Language.PYTHON)
_PRIVATE = 0o700
_PASSED_THROUGH = 0o711
_MOST_SPARE = 4


@dataclass
class Place:
    """Where tasks run, and as whom. user: None is the agent's own.

    A folder that a task left as it found it is the next one's: to make one and to remove it again
    costs a desktop more than a short script.
    """

    folder: Path
    user: str | None
    _spare: list[Path] = field(default_factory=list)

    def sweep(self) -> None:
        """Remove what tasks of an earlier life left, and let the user of tasks in."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.user is not None:
            self.folder.mkdir(mode=_PASSED_THROUGH, parents=True, exist_ok=True)
            for each in (self.folder.parent, self.folder):
                each.chmod(_PASSED_THROUGH)

    def take(self, task: int) -> Path:
        """Return an empty folder that is this task's until it is given back."""
        while self._spare:
            folder = self._spare.pop()
            with suppress(OSError):
                if _is_new(folder):
                    return folder
        folder = self.folder / str(task)
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if self.user is not None:
            shutil.chown(folder, self.user)
        return folder

    async def give_back(self, folder: Path) -> None:
        with suppress(OSError):
            if len(self._spare) < _MOST_SPARE and _is_new(folder):
                self._spare.append(folder)
                return
        await asyncio.to_thread(shutil.rmtree, folder, True)


def _is_new(folder: Path) -> bool:
    """Say whether a folder is as it was made: empty, and nobody else's."""
    return stat.S_IMODE(folder.lstat().st_mode) == _PRIVATE and not any(folder.iterdir())


class ScriptText:
    """A script's text while its task runs. word: how its interpreter finds it. passed: the
    descriptors that the interpreter has to be handed for that."""

    def __init__(self, language: Language, text: str, folder: Path, user: str | None) -> None:
        self._user = user
        self._file: Path | None = None
        self.passed: Sequence[int] = ()
        if sys.platform == "linux" and language in _FROM_MEMORY:
            try:
                self._keep_in_memory(text)
            except OSError:  # a kernel that has it not, or does not let us
                self._keep_in_file(language, text, folder)
        else:
            self._keep_in_file(language, text, folder)

    def _keep_in_memory(self, text: str) -> None:
        descriptor = os.memfd_create("script")
        self.passed = (descriptor,)
        self.word = f"/dev/fd/{descriptor}"
        with open(descriptor, "wb", closefd=False) as file:
            file.write(text.encode())
        os.fchmod(descriptor, 0o400)
        if self._user is not None:
            shutil.chown(descriptor, self._user)

    def _keep_in_file(self, language: Language, text: str, folder: Path) -> None:
        self.forget()
        file = self._file = folder / f"script.{_SUFFIXES[language]}"
        self.word = str(file)
        if language in (Language.POWERSHELL, Language.BATCH):
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        mark = "\ufeff" if language is Language.POWERSHELL else ""
        file.write_text(mark + text, "utf-8", newline="")
        file.chmod(0o500)
        if self._user is not None:
            shutil.chown(file, self._user)

    def forget(self) -> None:
        for descriptor in self.passed:
            os.close(descriptor)
        self.passed = ()
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()
