"""What stays for good is passed over when unused memory is looked for; what comes later is not."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from yunwei.base.infra import memory


class Knot:
    """Refers to itself, so that only who looks for the unused finds it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


def test_only_what_came_later_is_looked_through() -> None:
    early = Knot()
    memory.settle()
    seen_early = weakref.ref(early)
    late = Knot()
    seen_late = weakref.ref(late)
    del early, late
    gc.collect()
    assert seen_early() is not None
    assert seen_late() is None
