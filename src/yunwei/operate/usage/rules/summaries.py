"""What a day of use comes to, in few numbers, and what several days come to. Pure, exact: days put
together say the same as all their connected time at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from yunwei.operate.usage.rules.frames import Codes, Numbers, Pieces
from yunwei.operate.usage.rules.pieces import carry_over
from yunwei.operate.usage.rules.sweeps import (
    Sweep,
    Totals,
    add_up_between,
    heads_of,
    highest_of,
    no_totals,
    split_parts,
    step_through,
    sweep,
)

STEP_MS = 300_000
"""No zone's day has another length than a whole number of these."""
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How many there were at once, by steps of five minutes. highest: within each step; at: the
    first instant of it."""

    highest: Codes
    at: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A stretch of time within one local day. together_ms: of all users, by the steps of curves.
    who: those who were connected, in order; the other columns are theirs: how long, and since the
    stretch began from when until when."""

    from_ms: int
    to_ms: int
    users: Curve
    sessions: Curve
    together_ms: Numbers
    who: Codes
    connected_ms: Codes
    first_ms: Codes
    last_ms: Codes

    def __len__(self) -> int:
        return len(self.who)


def summarize(users: Pieces, sessions: Pieces, from_ms: int, to_ms: int) -> Summary:
    """Return what pieces within a stretch come to. users: in the order of who and time."""
    found = sweep(users)
    heads = heads_of(users.who)
    nobody = np.zeros(0, dtype=np.int64)
    lengths = users.end - users.begin
    return Summary(
        from_ms=from_ms,
        to_ms=to_ms,
        users=_draw(found, from_ms, to_ms),
        sessions=_draw(sweep(sessions), from_ms, to_ms),
        together_ms=np.array(
            add_up_between(found, [*range(from_ms, to_ms, STEP_MS), to_ms]), dtype=np.int64
        ),
        who=users.who[heads].astype(np.int32),
        connected_ms=(np.add.reduceat(lengths, heads) if len(heads) else nobody).astype(np.int32),
        first_ms=(users.begin[heads] - from_ms).astype(np.int32),
        last_ms=(np.maximum.reduceat(users.end, heads) - from_ms if len(heads) else nobody).astype(
            np.int32
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSummary:
    """What one part comes to in a stretch of time. who: those who were connected, in order; most,
    at_ms: how many at once, and the first instant of it."""

    part: int
    who: Codes
    connected_ms: int
    most: int
    at_ms: int

    def __len__(self) -> int:
        return len(self.who)


def summarize_parts(pieces: Pieces) -> tuple[PartSummary, ...]:
    """Return what each part comes to. pieces: in the order of parts, who and time."""
    found = []
    for number, own in split_parts(pieces):
        at_ms, most = highest_of(sweep(own)) or (0, 0)
        found.append(
            PartSummary(
                part=number,
                who=own.who[heads_of(own.who)].astype(np.int32),
                connected_ms=int((own.end - own.begin).sum()),
                most=most,
                at_ms=at_ms,
            )
        )
    return tuple(found)


def join_parts(told: Iterable[Sequence[PartSummary]]) -> list[PartSummary]:
    """Return what each part comes to in stretches that follow each other."""
    by_part: dict[int, list[PartSummary]] = {}
    for stretch in told:
        for each in stretch:
            by_part.setdefault(each.part, []).append(each)
    return [
        PartSummary(
            part=part,
            who=all_of(own),
            connected_ms=sum(each.connected_ms for each in own),
            most=(top := max(own, key=lambda each: (each.most, -each.at_ms))).most,
            at_ms=top.at_ms,
        )
        for part, own in sorted(by_part.items())
    ]


def _draw(found: Sweep, from_ms: int, to_ms: int) -> Curve:
    places = -((from_ms - to_ms) // STEP_MS)
    told = carry_over(step_through(found, from_ms, to_ms, STEP_MS), places)
    begins = range(from_ms, to_ms, STEP_MS)
    return Curve(
        highest=np.array([count for count, _ in told], dtype=np.int32),
        at=np.array(
            [begin + (at_ms or 0) for begin, (_, at_ms) in zip(begins, told, strict=True)],
            dtype=np.int64,
        ),
    )


def are_whole(told: Sequence[Summary]) -> bool:
    """Return whether their steps follow each other as those of one stretch do."""
    return all((each.to_ms - each.from_ms) % STEP_MS == 0 for each in told[:-1])


def join_curves(curves: Sequence[Curve], steps: int) -> Curve:
    """Return the curve of stretches that follow each other, so many of their steps as one."""
    highest = np.concatenate([each.highest for each in curves])
    at = np.concatenate([each.at for each in curves])
    starts = np.arange(0, len(highest), steps)
    most = np.maximum.reduceat(highest, starts)
    is_most = highest == np.repeat(most, np.diff(np.r_[starts, len(highest)]))
    return Curve(highest=most, at=np.minimum.reduceat(np.where(is_most, at, _LAST), starts))


def add_up_steps(told: Sequence[Summary], first_ms: int, length_ms: int) -> list[int]:
    """Return the time that all were there together, in stretches of a length from an instant on.
    Both must fall on steps of the summaries."""
    together = np.concatenate([each.together_ms for each in told])
    before = (told[0].from_ms - first_ms) // STEP_MS
    place = (np.arange(len(together)) + before) * STEP_MS // length_ms
    found = np.zeros(-((first_ms - told[-1].to_ms) // length_ms), dtype=np.int64)
    np.add.at(found, place, together)
    return [int(each) for each in found]


def all_of(told: Sequence[Summary | PartSummary]) -> Codes:
    """Return who was connected in any of them, in order."""
    if not told:
        return np.zeros(0, dtype=np.int32)
    most = max(int(each.who.max(initial=0)) for each in told) + 1
    is_there = np.zeros(most, dtype=bool)
    for each in told:
        is_there[each.who] = True
    return np.flatnonzero(is_there).astype(np.int32)


def total_users(told: Sequence[Summary], midnights_ms: Sequence[int]) -> Totals:
    """Return the time of each user. midnights_ms: the beginning of each one's day."""
    who = np.concatenate([each.who for each in told])
    if not len(who):
        return no_totals()
    order = np.argsort(who, kind="stable")
    who = who[order]
    heads = heads_of(who)
    connected = np.concatenate([each.connected_ms for each in told]).astype(np.int64)[order]
    late = [each.from_ms - midnight for each, midnight in zip(told, midnights_ms, strict=True)]
    first, last = (
        np.concatenate(
            [getattr(each, name).astype(np.int64) + by for each, by in zip(told, late, strict=True)]
        )[order]
        for name in ("first_ms", "last_ms")
    )
    return Totals(
        who=who[heads],
        connected_ms=np.add.reduceat(connected, heads),
        days=np.diff(np.r_[heads, len(who)]),
        starts=heads,
        first=first,
        last=last,
    )
