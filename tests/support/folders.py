"""Folders for tests whose PostgreSQL runs as a system user of its own.

Not pytest's: every session that starts closes `/tmp/pytest-of-USER` to other users, and with it
the data of a server that a test of another session runs.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that other users may pass through; it is gone after the block."""
    made = Path(tempfile.mkdtemp(prefix="yw-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
