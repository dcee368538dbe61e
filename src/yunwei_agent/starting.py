"""Which program runs: the agent that was installed, or a newer release that lies in its folder.

What was installed is always started first, and hands over. Where a process can become another
program (not on Windows) it keeps its number, so that whatever started it notices nothing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from yunwei_agent.clock import now_s
from yunwei_agent.releases import Releases

_RELEASE = "YUNWEI_AGENT_RELEASE"
_INSTALLED = "YUNWEI_AGENT_INSTALLED"
START_AGAIN = 75
"""The exit code by which a release on Windows asks the program that started it to choose anew."""


def running_release() -> str:
    """Return the digest of the release that this program is, "" for what was installed."""
    return os.environ.get(_RELEASE, "")


def hand_over(releases: Releases, words: Sequence[str]) -> int | None:
    """Start the release that is to run, with the same words; None where this program is the one.
    Returns its exit code where it is a process of its own, and does not return where it is not."""
    if running_release():
        return None
    while (path := releases.choose(now_s())) is not None:
        told = {_RELEASE: path.stem, _INSTALLED: json.dumps(sys.orig_argv[1:])}
        code = _become([str(path), *words], {**os.environ, **told})
        if code != START_AGAIN:
            return code
    return None


def start_again() -> int:
    """Start what was installed anew, which chooses. Returns the exit code for where this process
    can not become it."""
    if sys.platform == "win32" and running_release():
        return START_AGAIN
    installed = json.loads(os.environ.get(_INSTALLED, "null")) or sys.orig_argv[1:]
    left = {name: text for name, text in os.environ.items() if name not in (_RELEASE, _INSTALLED)}
    return _become(installed, left)


def _become(words: Sequence[str], environment: dict[str, str]) -> int:
    whole = [sys.executable, *words]
    if sys.platform == "win32":
        return subprocess.run(whole, env=environment, check=False).returncode
    sys.stderr.flush()
    return os.execve(sys.executable, whole, environment)  # noqa: S606
