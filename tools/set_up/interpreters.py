"""Finds the Python that the platform runs on. Installs none: that is the machine's affair."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

from tools.set_up.steps import SetUpFailed, answers

OLDEST = (3, 12)
NEWEST_WITH_WHEELS = (3, 14)  # above it some locked package would have to be compiled
SHARED_PLACES = [
    ("/usr/bin", "python3.*[0-9]"),
    ("/usr/local", "bin/python3.*[0-9]"),
    ("/usr/local", "python*/bin/python3"),
    ("/opt", "python*/bin/python3"),
    ("/opt/python", "*/bin/python3"),
]
_PROBE = (
    "import ssl, struct, sys, sysconfig\n"
    "usable = (sys.implementation.name == 'cpython' and struct.calcsize('P') == 8"
    " and sys.version_info.releaselevel == 'final'"
    " and not sysconfig.get_config_var('Py_GIL_DISABLED'))\n"
    # Asked inside a virtual environment, the interpreter names the one that it was made from.
    "home = getattr(sys, '_base_executable', None) or sys.executable\n"
    "print(*sys.version_info[:3], int(usable), home, sep='\\t')\n"
)


class Python(NamedTuple):
    """One interpreter that really runs."""

    version: tuple[int, ...]
    path: str

    @property
    def rank(self) -> tuple[bool, tuple[int, ...]]:
        """Newest first among those that every locked package has a wheel for, then the others."""
        return self.version[:2] <= NEWEST_WITH_WHEELS, self.version


def find_python() -> Python:
    """Return the best interpreter of this machine. Raises SetUpFailed when there is none."""
    found = {python.path: python for python in map(probe, candidates()) if python is not None}
    if not found:
        raise SetUpFailed(
            "no 64-bit CPython {}.{} or newer was found on PATH, under pyenv, /usr/local, /opt or"
            " uv; install one (Debian: apt install python3, or pyenv install 3.13) and try"
            " again".format(*OLDEST)
        )
    return max(found.values(), key=lambda python: python.rank)


def probe(path: str) -> Python | None:
    """Run the interpreter at `path`; None unless it answers and is one that we can use."""
    fields = (answers([path, "-I", "-c", _PROBE]) or "").split("\t")
    if len(fields) != 5 or fields[3] != "1":
        return None
    version = tuple(int(field) for field in fields[:3])
    return Python(version, fields[4]) if version >= OLDEST else None


def candidates() -> Iterator[str]:
    """Yield every path where an interpreter may be, each file once, whatever it turns out to be."""
    seen = set()
    for path in [sys.executable, *_named_on_path(), *_kept_elsewhere(), *_known_to_uv()]:
        target = os.path.realpath(path)
        # A shim is one file with many names: by which name it is called decides what runs.
        key = (target, Path(path).name)
        if path and key not in seen and os.access(path, os.X_OK):
            seen.add(key)
            yield path


def _named_on_path() -> list[str]:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    names = [f"python3.{minor}" for minor in range(OLDEST[1], OLDEST[1] + 10)]
    # Every folder, not the first hit: a pyenv shim of the same name may come first and not run.
    names += ["python3", "python"]
    return [str(Path(folder, name)) for folder in folders if folder for name in names]


def _kept_elsewhere() -> list[str]:
    pyenv = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")
    patterns = [
        (pyenv, "versions/*/bin/python3"),
        *SHARED_PLACES,
        (str(Path.home()), ".local/share/uv/python/*/bin/python3"),
    ]
    return [str(path) for folder, pattern in patterns for path in Path(folder).glob(pattern)]


def _known_to_uv() -> list[str]:
    path = answers(["uv", "python", "find", "--no-project", "--no-python-downloads", ">=3.12"])
    return [path] if path else []
