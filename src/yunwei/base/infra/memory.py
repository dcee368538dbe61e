"""Memory that is free again goes back to the system, where the C library keeps it for itself."""

import ctypes
import gc
from collections.abc import Callable
from functools import cache

_SELDOM = (10_000, 20, 20)
"""Pages keep answers of ten thousand things: with Python's own numbers all of them were looked
through at every sixth question for such a page. What refers to itself is rare, and waits."""


def give_back() -> None:
    """Give back what is free. After columns of some 10 MB each were worked on this is more than
    all that is in use. Cost: some ms. Does nothing where the C library is not GNU's."""
    _trim()(0)


def settle() -> None:
    """Say that what is there now stays for good: who looks for what is unused passes it over. With
    all modules of the pages that is half a second, in the middle of somebody's request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)


@cache
def _trim() -> Callable[[int], object]:
    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except AttributeError:
        return lambda _kept_bytes: None
    return found
