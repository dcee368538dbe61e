"""Folders that an engine's own system user can reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.folders import open_folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with open_folder() as made:
        yield made
