"""`yunwei bench`: the benchmarks, which come with the source."""

import subprocess
import sys
from pathlib import Path

from yunwei.base.core.errors import Misconfigured


def run_benchmarks() -> int:
    """Run them, as `make bench` does; raises Misconfigured where there is no source tree."""
    root = Path(__file__).resolve().parents[4]
    if not (root / "tests/bench").is_dir():
        raise Misconfigured("the benchmarks come with the source: run `make bench` in its folder")
    words = [sys.executable, "-m", "pytest", "tests/bench", "-p", "no:randomly"]
    return subprocess.call([*words, "--timeout", "900"], cwd=root)
