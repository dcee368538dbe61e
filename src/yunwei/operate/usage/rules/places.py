"""What held of a desktop when somebody connected to it: its host or image as of then. Pure.

A change tells what was before it. What held at an instant is what the first change after it says
was before, or what is said now where none came after. Where nothing was said then (a desktop that
is off stands on no host), it is what was said next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from yunwei.operate.usage.rules.frames import Numbers

_AT_BITS = 42
"""Milliseconds since 1970 until the year 2109; that leaves 2 million desktops."""


class Move(NamedTuple):
    """A desktop, by number, had another place until an instant."""

    desktop: int
    at_ms: int
    before: str


@dataclass(frozen=True, kw_only=True)
class History:
    """names: places, "" first. now: the present one of each desktop. moves, before: in the order
    of desktop and time."""

    names: tuple[str, ...]
    now: Numbers
    moves: Numbers
    before: Numbers


def build_history(now: Sequence[str], moves: Iterable[Move]) -> History:
    """Return the places of desktops over time. now: by the desktops' numbers."""
    told: list[tuple[int, str]] = []
    following = dict(enumerate(now))
    # newest first, so that what was said next is known
    for move in sorted(moves, key=lambda each: -each.at_ms):
        before = move.before or following[move.desktop]
        following[move.desktop] = before
        told.append(((move.desktop << _AT_BITS) | move.at_ms, before))
    # of changes at one instant the one that was told first comes first
    told.reverse()
    told.sort(key=lambda each: each[0])
    names = ("", *sorted({*now, *(name for _, name in told)} - {""}))
    places = {name: place for place, name in enumerate(names)}
    return History(
        names=names,
        now=np.array([places[name] for name in now], dtype=np.int64),
        moves=np.array([key for key, _ in told], dtype=np.int64),
        before=np.array([places[name] for _, name in told], dtype=np.int64),
    )


def find_as_of(history: History, desktop: Numbers, at_ms: Numbers) -> Numbers:
    """Return the place, as a place in `names`, of some desktops at some instants."""
    found = history.now[desktop]
    if not len(history.moves):
        return found
    asked = (desktop.astype(np.int64) << _AT_BITS) | at_ms
    following = np.searchsorted(history.moves, asked, side="right")
    nearest = np.minimum(following, len(history.moves) - 1)
    is_own = (following < len(history.moves)) & (history.moves[nearest] >> _AT_BITS == desktop)
    return np.where(is_own, history.before[nearest], found)
