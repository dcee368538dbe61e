"""Marks in a text what was asked for, and cuts out the stretch that says most of it. Pure."""

from collections.abc import Iterable, Sequence

from yunwei.operate.knowledge.facts.searching import Piece
from yunwei.operate.knowledge.rules.words import Word, read_words

_LENGTH = 160
_STEP = 20


def mark(text: str, question: Sequence[Word]) -> tuple[Piece, ...]:
    """Return a text in pieces, of which some are what was asked for."""
    return tuple(_pieces(text, _spans(text, question)))


def extract(text: str, question: Sequence[Word]) -> tuple[Piece, ...]:
    """Return the stretch of a text with most of what was asked for, in pieces."""
    spans = _spans(text, question)
    if len(text) <= _LENGTH:
        return tuple(_pieces(text, spans))
    starts = range(0, len(text) - _LENGTH + _STEP, _STEP)
    best = max(starts, key=lambda start: (_covered(spans, start, start + _LENGTH), -start))
    end = min(len(text), best + _LENGTH)
    inside = [
        (max(start, best) - best, min(stop, end) - best)
        for start, stop in spans
        if stop > best and start < end
    ]
    pieces = list(_pieces(text[best:end], inside))
    before = [Piece(text="…")] if best else []
    after = [Piece(text="…")] if end < len(text) else []
    return (*before, *pieces, *after)


def _spans(text: str, question: Sequence[Word]) -> list[tuple[int, int]]:
    """Return the places of what was asked for, without overlap, from left to right."""
    wanted = {each.text for each in question if not each.is_weak}
    wanted = wanted or {each.text for each in question}
    found = sorted((each.start, each.end) for each in read_words(text) if each.text in wanted)
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _covered(spans: Iterable[tuple[int, int]], start: int, end: int) -> int:
    return sum(max(0, min(stop, end) - max(begin, start)) for begin, stop in spans)


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Iterable[Piece]:
    at = 0
    for start, end in spans:
        if start > at:
            yield Piece(text=text[at:start])
        yield Piece(text=text[start:end], is_hit=True)
        at = end
    if at < len(text):
        yield Piece(text=text[at:])
