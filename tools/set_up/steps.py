"""How a step of the set-up runs, reports and is skipped; what the steps do is beside this file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterable, Iterator, Union

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"  # what the set-up needs for itself: uv, node
Word = Union[str, Path]

# Nothing of an activated environment or of another project may leak into ours.
_FOREIGN = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON")
_LAST_LINES = 15


class SetUpFailed(Exception):
    """The set-up cannot go on; the message is one line that says what a person can do."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what is being done and, when it is done, the seconds it took."""
    print(f"{title} ...", end=" ", flush=True)
    begin = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - begin:.1f} s", flush=True)


def run(words: list[Word], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it printed.

    Raises SetUpFailed naming the command; its last lines go to stderr first.
    """
    told = [str(word) for word in words]
    inherited = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    done = subprocess.run(
        told,
        cwd=str(cwd),
        env={**inherited, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        print(file=sys.stderr)
        print("\n".join(done.stdout.splitlines()[-_LAST_LINES:]), file=sys.stderr)
        raise SetUpFailed(f"this command failed ({done.returncode}): {' '.join(told)}")
    return done.stdout


def answers(words: list[Word], *, timeout_s: float = 20) -> str | None:
    """Return what a short command printed, or None when it is missing, broken or slow."""
    try:
        done = subprocess.run(
            [str(word) for word in words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def digest(files: Iterable[Path], *words: str) -> str:
    """Return a hash over the contents of `files` and over `words`; a missing file is empty."""
    total = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes() if file.is_file() else b""
        total.update(f"{file.name} {len(content)}\n".encode())
        total.update(content)
    for word in words:
        total.update(f"{word}\n".encode())
    return total.hexdigest()


class Stamp:
    """Remembers inside .venv with which inputs a step was last completed."""

    def __init__(self, name: str, inputs: str) -> None:
        self._file = VENV / ".stamps" / name
        self._inputs = inputs

    def is_fresh(self, *needed: Path) -> bool:
        """Say whether the step was completed with these inputs and all it made is still there."""
        return (
            self._file.is_file()
            and self._file.read_text(encoding="utf-8") == self._inputs
            and all(path.exists() for path in needed)
        )

    def write(self) -> None:
        """Remember the step as completed."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._inputs, encoding="utf-8")


def replace_folder(old: Path, new: Path) -> None:
    """Put the folder `new` where `old` was, so that nobody sees half of it."""
    shutil.rmtree(str(old), ignore_errors=True)
    old.parent.mkdir(parents=True, exist_ok=True)
    new.replace(old)
