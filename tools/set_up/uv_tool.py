"""Gets the package manager uv and lets it fill .venv; which packages, uv.lock says."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Iterator

from tools.set_up.interpreters import Python, find_python
from tools.set_up.steps import ROOT, TOOLS, VENV, SetUpFailed, Stamp, answers, digest, run, step

OLDEST_UV = (0, 9)  # the first that reads our uv.lock; also in pyproject.toml
UV_ENV = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}


def sync_packages(*groups: str) -> None:
    """Bring .venv to what uv.lock says, with the project itself installed from its own tree.

    groups: of pyproject.toml, besides those that everybody has.
    """
    inputs = [ROOT / name for name in ("pyproject.toml", "uv.lock", "CHANGELOG.md", "README.md")]
    stamp = Stamp("packages", digest(inputs, *groups))
    if stamp.is_fresh(VENV / "bin" / "python", VENV / "bin" / "yunwei"):
        return
    with step("python: look for the newest one that runs"):
        python = find_python()
    print("python: {} at {}".format(".".join(map(str, python.version)), python.path))
    uv = get_uv(python)
    with step("packages: uv sync into .venv (some 430 MB the first time)"):
        wanted = [word for group in groups for word in ("--group", group)]
        run([uv, "sync", "--frozen", "--python", python.path, *wanted], env=UV_ENV)
    stamp.write()


def get_uv(python: Python) -> str:
    """Return a uv that runs and is new enough: the machine's, else one of our own in .tools."""
    for path in _places_of_uv():
        if _uv_version(path) >= OLDEST_UV:
            return path
    with step("uv: install into .tools"):
        return _install_uv(python)


def _places_of_uv() -> Iterator[str]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = Path(folder, "uv")
        if folder and os.access(str(path), os.X_OK):
            yield str(path)
    yield str(TOOLS / "uv" / "bin" / "uv")
    yield str(Path.home() / ".local" / "bin" / "uv")


def _uv_version(path: str) -> tuple[int, ...]:
    found = re.match(r"uv (\d+)\.(\d+)", answers([path, "--version"]) or "")
    return tuple(map(int, found.groups())) if found else (0, 0)


def _install_uv(python: Python) -> str:
    """Try an environment of its own, then a plain folder; neither touches the machine's Python.

    Debian splits `venv` from Python, and marks Python as managed by apt; pip's --target is allowed
    nevertheless. As root both work, since neither writes outside .tools.
    """
    home = TOOLS / "uv"
    wanted = "uv>={}.{}".format(*OLDEST_UV)
    shutil.rmtree(str(home), ignore_errors=True)
    if answers([python.path, "-m", "venv", home], timeout_s=180) is not None:
        run([home / "bin" / "python", "-m", "pip", "install", "--quiet", wanted])
        return str(home / "bin" / "uv")
    shutil.rmtree(str(home), ignore_errors=True)
    for path in (python.path, sys.executable, "python3"):
        if answers([path, "-m", "pip", "--version"]) is not None:
            run([path, "-m", "pip", "install", "--quiet", "--target", home, wanted])
            return str(home / "bin" / "uv")
    raise SetUpFailed(
        "uv is missing, and neither venv nor pip is there to fetch it; install one of them"
        " (Debian: apt install python3-venv; or see https://docs.astral.sh/uv/)"
    )
