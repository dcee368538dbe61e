"""What follows from connected time: nobody counted twice, peaks, days. Pure; columns
(`frames.py`, `sweeps.py`) are held to it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from yunwei.operate.usage.facts.use import Counted, Interval, Piece


def cut_pieces(
    intervals: Iterable[Interval], counted: Counted, from_ms: int, to_ms: int
) -> list[Piece]:
    """Return each one's connected time within a stretch of time as pieces without overlap."""
    whole: dict[tuple[int, str], list[Interval]] = {}
    for each in intervals:
        name = each.login if counted is Counted.USERS else each.native_id
        if name:
            whole.setdefault((each.source, name), []).append(each)
    pieces: list[Piece] = []
    for who, own in whole.items():
        covered_ms = from_ms
        for each in sorted(own, key=lambda each: (each.begin_ms, each.end_ms)):
            begin_ms, end_ms = max(each.begin_ms, covered_ms), min(each.end_ms, to_ms)
            if end_ms > begin_ms:
                pieces.append(Piece(who, begin_ms, end_ms))
                covered_ms = end_ms
    return pieces


def sweep(pieces: Iterable[Piece]) -> list[tuple[int, int]]:
    """Return how many there are from each instant on at which anything changes, in order."""
    changes: dict[int, int] = {}
    for piece in pieces:
        changes[piece.begin_ms] = changes.get(piece.begin_ms, 0) + 1
        changes[piece.end_ms] = changes.get(piece.end_ms, 0) - 1
    standing, steps = 0, []
    for at_ms in sorted(changes):
        standing += changes[at_ms]
        steps.append((at_ms, standing))
    return steps


def highest_of(steps: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the first instant of the highest count, and that; None when it is never above 0."""
    highest = max(steps, key=lambda step: (step[1], -step[0]), default=None)
    return highest if highest and highest[1] > 0 else None


def carry_over(
    steps: Mapping[int, tuple[int, int, int, int]], places: int
) -> list[tuple[int, int | None]]:
    """Return the highest count of each step of time, and its instant where it rose to it.

    steps: place → (first change within it, highest after a change, its instant, count at the
    end), changes counted from the beginning of the step. What stood before the first change of
    a step stands at its beginning, too.
    """
    standing = 0
    told: list[tuple[int, int | None]] = []
    for place in range(places):
        if place not in steps:
            told.append((standing, None))
            continue
        first_ms, highest, at_ms, last = steps[place]
        before = standing if first_ms > 0 else 0
        told.append((highest, at_ms) if highest > before else (before, None))
        standing = last
    return told


def split_by(pieces: Iterable[Piece], bounds_ms: Sequence[int]) -> list[tuple[int, Piece]]:
    """Return pieces cut at instants: (number of the stretch between two of them, piece)."""
    return [
        (number, Piece(piece.who, max(piece.begin_ms, start), min(piece.end_ms, end)))
        for piece in pieces
        for number, (start, end) in enumerate(pairwise(bounds_ms))
        if piece.begin_ms < end and piece.end_ms > start
    ]
