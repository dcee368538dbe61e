"""Ends a task with all that it started: its session, its descendants, and whatever else carries its
mark. On Windows taskkill does so (written, not tried)."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MARK = "YW_TASK_ID"
_PROC = Path("/proc")
_ROUNDS = 5


def find_tree(task: int, root: int | None) -> set[int]:
    """Return the processes of a task, wherever they went. root: the first of them, when known."""
    marked = set(_marked(f"{MARK}={task}".encode()))
    parents = dict(_parents())
    found = marked | ({root} if root in parents else set())
    grown = True
    while grown:
        more = {id for id, parent in parents.items() if parent in found and id not in found}
        grown = bool(more)
        found |= more
    return found - {os.getpid()}


def kill_tree(task: int, root: int | None) -> None:
    """Kill all of them; those that were started meanwhile, too."""
    if sys.platform == "win32":
        if root is not None:
            words = ["taskkill", "/T", "/F", "/PID", str(root)]
            subprocess.run(words, capture_output=True, check=False)
        return
    for _ in range(_ROUNDS):
        found = find_tree(task, root)
        if not found:
            return
        for id in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(id, signal.SIGKILL)


def _marked(mark: bytes) -> Iterator[int]:
    for id in _ids():
        try:
            environ = (_PROC / str(id) / "environ").read_bytes()
        except OSError:
            continue
        if mark in environ.split(b"\0"):
            yield id


def _parents() -> Iterator[tuple[int, int]]:
    for id in _ids():
        try:
            text = (_PROC / str(id) / "stat").read_text("utf-8", "replace")
        except OSError:
            continue
        words = text.rpartition(")")[2].split()
        # what has ended and was not asked for yet does nothing any more
        if len(words) > 1 and words[0] not in ("Z", "X"):
            yield id, int(words[1])


def _ids() -> Iterator[int]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)
