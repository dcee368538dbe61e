"""Runs every check but the tests, all of them even when one fails. `make check` calls it.

What each one refuses is in its own file or in pyproject.toml.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.findings import ROOT

BIN = Path(sys.executable).parent
CHECKS: dict[str, Sequence[str]] = {
    "format": (f"{BIN}/ruff", "format", "--check", "--quiet"),
    "lint": (f"{BIN}/ruff", "check", "--quiet", "--output-format=concise"),
    "types": (f"{BIN}/mypy",),
    "contracts": (f"{BIN}/lint-imports", "--no-logo"),
    "rules": (sys.executable, "-m", "tools.check_rules"),
    "sizes": (sys.executable, "-m", "tools.check_sizes"),
    "words": (sys.executable, "-m", "tools.check_words"),
    "messages": (sys.executable, "-m", "tools.check_messages"),
    "changes": (sys.executable, "-m", "tools.changelog", "check"),
    "connectors": (sys.executable, "-m", "tools.check_connectors"),
    "docs": (sys.executable, "-m", "tools.build_docs", "--check"),
}


def run_check(name: str, words: Sequence[str]) -> bool:
    """Run one check; print one line, and all that it said when it fails."""
    begin = time.monotonic()
    done = subprocess.run(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    verdict = "failed" if done.returncode else "passed"
    print(f"{name:<12}{verdict}  {time.monotonic() - begin:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout.rstrip(), flush=True)
    return done.returncode == 0


def _is_written(words: Sequence[str]) -> bool:
    """Say whether the checker is there: those of the plug-ins and of the docs may come later."""
    module = next((word for word in words if word.startswith("tools.")), "")
    return not module or (ROOT / f"{module.replace('.', '/')}.py").is_file()


def main(chosen: list[str]) -> int:
    """Run the chosen checks, or all."""
    unknown = set(chosen) - set(CHECKS)
    if unknown:
        print(f"check: no such check: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    names = chosen or [name for name, words in CHECKS.items() if _is_written(words)]
    failed = [name for name in names if not run_check(name, CHECKS[name])]
    print(f"check: {', '.join(failed)} failed" if failed else "check: all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
