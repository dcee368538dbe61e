"""Connections by columns: the rule of `intervals.py` for hundreds of thousands at once.

Everything here is held to the plain rule by property tests. Texts are numbers (see `Frame`), so
that nothing is compared letter by letter. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yunwei.operate.usage.facts.use import LONGEST

type Numbers = NDArray[np.int64]
type Codes = NDArray[np.int32]
type Labels = Codes | Numbers
"""Numbers that stand for parts or people, in the width in which they come."""
type Flags = NDArray[np.bool_]

MISSING = -(2**63)
"""Stands for an instant that is not told."""
_NEVER = 2**62
_MOST_SPREAD = 4
_MOST_COPIED = 4
_LONGEST_MS = int(LONGEST.total_seconds() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Connections, each as it was read last; columns equally long, times in milliseconds.

    who, desktop: numbers for (source, login) and (source, desktop); who is 0 where no login is
    told. session: for the source's own id. client, version, failure: for texts, 0 for "".
    rtt_s: nan where it was not measured.
    """

    source: Numbers
    started: Numbers
    setup: Numbers
    ended: Numbers
    session: NDArray[np.uint64]
    who: Codes
    desktop: Codes
    client: Codes
    version: Codes
    failure: Codes
    is_reconnect: Flags
    rtt_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.started)

    def take(self, chosen: Flags | Numbers | slice) -> "Frame":
        return Frame(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})


def make_empty() -> Frame:
    kinds: dict[str, type] = {"session": np.uint64, "is_reconnect": np.bool_, "rtt_s": np.float64}
    kinds |= dict.fromkeys(("who", "desktop", "client", "version", "failure"), np.int32)
    return Frame(
        **{each.name: np.zeros(0, kinds.get(each.name, np.int64)) for each in fields(Frame)}
    )


class Join(Frame):
    """Rows of several frames as one. A column is put together whenever it is asked for and kept
    nowhere: of a month of 10,000 desktops all of them are 80 MB, and one takes 2 ms."""

    __slots__ = ("_chosen", "_frames", "_length")

    _chosen: Numbers | None
    _frames: tuple[Frame, ...]
    _length: int

    def __init__(self, frames: Sequence[Frame], chosen: Numbers | None = None) -> None:
        whole = sum(map(len, frames))
        for name, value in (
            ("_frames", tuple(frames)),
            ("_chosen", chosen),
            ("_length", whole if chosen is None else len(chosen)),
        ):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        # asked for what is in no slot: the columns, which are in none here
        if name not in _COLUMNS:
            raise AttributeError(name)
        column = np.concatenate([getattr(frame, name) for frame in self._frames])
        return column if self._chosen is None else column[self._chosen]

    def __len__(self) -> int:
        return self._length

    def take(self, chosen: Flags | Numbers | slice) -> Frame:
        """Return some of the rows; few of them are copied, so that they may be asked often."""
        places = np.arange(len(self))[chosen]
        if len(places) * _MOST_COPIED < len(self):
            return super().take(places)
        if self._chosen is not None:
            places = self._chosen[places]
        return Join(self._frames, places)


_COLUMNS = frozenset(each.name for each in fields(Frame))


def join_frames(frames: Sequence[Frame]) -> Frame:
    """Return the rows of all, in order."""
    return Join(frames)


def find_ends(frame: Frame, until_ms: Mapping[int, int]) -> tuple[Numbers, Numbers]:
    """Return when each connection began and ended to be connected time (rules 2 to 5); it has
    none where the end is not after the beginning.

    until_ms: until when each source has been read.
    """
    is_usable = frame.setup != MISSING
    begin = np.maximum(frame.started, frame.setup)
    over = np.where(frame.ended != MISSING, frame.ended, _NEVER)
    is_open = is_usable & (frame.ended == MISSING) & (frame.who != 0)
    if is_open.any():
        over[is_open] = _find_next(frame, is_usable, is_open)
    until = np.zeros(len(frame), dtype=np.int64)
    for source, at_ms in until_ms.items():
        until[frame.source == source] = at_ms
    end = np.minimum(np.minimum(over, until), frame.started + _LONGEST_MS)
    return begin, np.where(is_usable, np.maximum(begin, end), begin)


def _find_next(frame: Frame, is_usable: Flags, is_open: Flags) -> Numbers:
    """Return when the same user next connected to the same desktop, for the open ones."""
    own = np.zeros(int(frame.who.max()) + 1, dtype=bool)
    own[frame.who[is_open]] = True
    near = np.flatnonzero(
        is_usable & own[frame.who] & (frame.started >= frame.started[is_open].min())
    )
    place = (frame.who[near].astype(np.int64) << 32) | frame.desktop[near]
    started = frame.started[near]
    order = np.lexsort((started, place))
    place, started = place[order], started[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (place[1:] != place[:-1]) | (started[1:] != started[:-1])
    heads = np.flatnonzero(is_new)
    following = np.full(len(heads), _NEVER)
    is_same = place[heads[1:]] == place[heads[:-1]]
    following[:-1][is_same] = started[heads[1:]][is_same]
    found = np.full(len(frame), _NEVER)
    found[near[order]] = following[np.cumsum(is_new) - 1]
    return found[is_open]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Connected time without overlap: whose (who or session, by number), and of which part."""

    part: Labels
    who: Labels
    begin: Numbers
    end: Numbers

    def __len__(self) -> int:
        return len(self.begin)

    def take(self, chosen: Flags | Numbers | slice) -> "Pieces":
        return Pieces(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})


def cut(stays: Pieces, from_ms: int, to_ms: int, *, chosen: Flags | None = None) -> Pieces:
    """Return stays, which may overlap, as pieces of a stretch of time that do not: of each stay of
    one in a part, in order, what no earlier one of them has covered. They are in the order of
    part, who and time. chosen: which of them count, None for all."""
    is_meant = (stays.end > stays.begin) & (stays.end > from_ms) & (stays.begin < to_ms)
    stays = stays.take(is_meant if chosen is None else is_meant & chosen)
    if not len(stays):
        return stays
    order, is_first = _in_order(stays)
    stays = stays.take(order)
    # copies of ours, changed in place: each column of a month of 10,000 desktops is 7 MB
    begin, end = stays.begin, stays.end
    np.maximum(begin, from_ms, out=begin)
    np.minimum(end, to_ms, out=end)
    # a running maximum for each one: their ends are moved apart, so that nobody's reaches another's
    group = np.cumsum(is_first)
    group *= to_ms - from_ms + 1
    reached = np.maximum.accumulate(end + group)
    reached[:-1] -= group[1:]
    reached[:-1][is_first[1:]] = from_ms
    np.maximum(begin[1:], reached[:-1], out=begin[1:])
    return stays.take(end > begin)


def _in_order(stays: Pieces) -> tuple[Numbers, Flags]:
    """Return the order by part, who and beginning, and which begin another one's."""
    base = int(stays.begin.min())
    bits = int(stays.begin.max() - base).bit_length()
    whose = number_of(stays.part, stays.who)
    if int(whose.max()).bit_length() + bits <= 63:
        order = np.argsort((whose << bits) | (stays.begin - base))
    else:
        order = np.lexsort((stays.begin, whose))
    sorted_whose = whose[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = sorted_whose[1:] != sorted_whose[:-1]
    return order, is_first


def number_of(high: Labels, low: Labels) -> Numbers:
    """Return one number for each pair of numbers, in their order."""
    return (high.astype(np.int64) << bits_of(low)) | low


def bits_of(numbers: Labels) -> int:
    return int(numbers.max(initial=0)).bit_length()


def gather(numbers: Labels) -> tuple[Numbers, Numbers]:
    """Return the different numbers in their order, and the place among them of each of all.
    numbers: none below 0. Cost: linear where they lie close together, as those of parts do."""
    size = int(numbers.max(initial=0)) + 1
    if size > _MOST_SPREAD * len(numbers):
        found, places = np.unique(numbers.astype(np.int64), return_inverse=True)
        return found, places
    is_there = np.zeros(size, dtype=bool)
    is_there[numbers] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[numbers]


def cut_sessions(
    stays: Pieces, source: Numbers, sessions: NDArray[np.uint64], *, from_ms: int, to_ms: int
) -> Pieces:
    """Return pieces of sessions: hardly any has more than one connection, so only those that do
    are put in order. sessions: numbers of the sources' own ids."""
    with np.errstate(over="ignore"):
        names = sessions + source.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    ordered = np.sort(names)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return clip(stays, from_ms, to_ms)
    is_again = np.isin(names, again)
    numbers = np.searchsorted(np.unique(again), names[is_again]).astype(np.int32)
    del names, ordered, again
    several = stays.take(is_again)
    whole = Pieces(part=several.part, who=numbers, begin=several.begin, end=several.end)
    once = clip(stays, from_ms, to_ms, chosen=~is_again)
    return join_pieces([once, cut(whole, from_ms, to_ms)])


def join_pieces(pieces: Sequence[Pieces]) -> Pieces:
    return Pieces(
        **{
            each.name: np.concatenate([getattr(own, each.name) for own in pieces])
            for each in fields(Pieces)
        }
    )


def clip(stays: Pieces, from_ms: int, to_ms: int, *, chosen: Flags | None = None) -> Pieces:
    """Return what of them is within a stretch of time. chosen: as in `cut`."""
    is_more = (stays.end > stays.begin) & (stays.end > from_ms) & (stays.begin < to_ms)
    found = stays.take(is_more if chosen is None else is_more & chosen)
    # copies of ours, changed in place
    np.maximum(found.begin, from_ms, out=found.begin)
    np.minimum(found.end, to_ms, out=found.end)
    return found
