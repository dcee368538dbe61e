"""Sets up everything from a fresh clone: `make setup`. Starts nothing; each step is in set_up/.

Runs on any Python from 3.8 on; finds the newer one that the platform needs. A step whose inputs
have not changed since it was completed is skipped.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.set_up.browser_assets import fetch_browser_assets
from tools.set_up.debian_packages import install_test_packages
from tools.set_up.steps import SetUpFailed
from tools.set_up.translations import compile_translations
from tools.set_up.uv_tool import sync_packages


def main() -> int:
    """Run the steps; exit code 1 with one clear line when one of them cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tests", action="store_true", help="also install what the tests need of the system"
    )
    parser.add_argument(
        "--bench", action="store_true", help="also install what the benchmarks measure us beside"
    )
    wish = parser.parse_args()
    begin = time.monotonic()
    try:
        if wish.tests:
            install_test_packages()
        sync_packages(*(["bench"] if wish.bench else []))
        fetch_browser_assets()
        compile_translations()
    except SetUpFailed as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    print(f"set-up: complete ({time.monotonic() - begin:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
