"""What the local days of a question come to, kept until a row changes that they stand on.

A day that is over is worked out once, and again when any of the days (of UTC) changes in which its
connections may have begun, or when a source tells further into it. So a page over a month costs
what its last day costs, exactly.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from yunwei.operate.usage.facts.use import By, Chosen, Counted
from yunwei.operate.usage.queries.ground import Ground, until_by_source
from yunwei.operate.usage.queries.numbering import print_labels
from yunwei.operate.usage.queries.use import LONGEST_MS, Use, read_use
from yunwei.operate.usage.rules import days
from yunwei.operate.usage.rules.frames import Pieces, clip
from yunwei.operate.usage.rules.summaries import (
    PartSummary,
    Summary,
    summarize,
    summarize_parts,
)
from yunwei.operate.usage.store import door
from yunwei.operate.usage.store.prints import Prints, days_of, tell_prints

type Span = tuple[int, int]
type _Key = tuple[tuple[int, ...], int, int, By | None]
type _Shelf = dict[_Key, tuple[object, int, Any]]
"""By whose, when and what is kept: what it stands on, how many users it holds, and itself."""

_MOST_KEPT = 4_000_000
"""Users of days, 16 bytes each: those of 100 days of 40,000 users."""
_MOST_DAYS = 1000
_MOST_OPEN = 16
_AT_ONCE = 7
"""Days that are worked out together: each reads the 7 days before it, too."""

_lock = threading.Lock()
_kept: _Shelf = {}
"""The one used longest ago stands first."""
_open: _Shelf = {}
"""The same of days that are not over, which hold for the minute."""
door.at_change(_kept.clear)
door.at_change(_open.clear)


def are_kept(ground: Ground) -> bool:
    """Return whether a question may be answered from days that are kept: it is about everybody's
    use, and who asks has not asked to hold as little as possible."""
    # which tenants are meant is said by the ground
    chosen = replace(ground.asked.chosen, tenant=None)
    return chosen == Chosen() and not ground.keeps_one_use


def split_days(ground: Ground, from_ms: int, to_ms: int) -> list[Span]:
    """Return the local days of a stretch of time, the first and last as far as they lie in it."""
    zone = ZoneInfo(ground.asked.time_zone)
    listed = days.days_between(door.from_ms(from_ms), door.from_ms(to_ms), zone)
    bounds = [door.to_ms(each) for each in days.day_bounds(listed, zone)]
    return [(max(begin, from_ms), min(end, to_ms)) for begin, end in pairwise(bounds)]


def fetch_summaries(ground: Ground, spans: Sequence[Span]) -> list[Summary]:
    """Return what some stretches of time come to, in order; each lies within one local day.

    Raises as `fetch_use`. Cost: of those that are not kept, as that.
    """

    def work_out(use: Use) -> Callable[[Span], tuple[int, Summary]]:
        users, sessions = use.pieces(), use.pieces(counted=Counted.SESSIONS)

        def of(span: Span) -> tuple[int, Summary]:
            found = summarize(clip(users, *span), clip(sessions, *span), *span)
            return len(found), found

        return of

    return _fetch(ground, spans, None, (), work_out)


def fetch_part_summaries(
    ground: Ground, by: By, spans: Sequence[Span]
) -> list[tuple[PartSummary, ...]] | None:
    """Return what each part comes to in some stretches of time, None where that is not kept."""
    labels = print_labels(ground, by) if are_kept(ground) else None
    if labels is None:
        return None

    def work_out(use: Use) -> Callable[[Span], tuple[int, tuple[PartSummary, ...]]]:
        pieces: Pieces = use.pieces(by)

        def of(span: Span) -> tuple[int, tuple[PartSummary, ...]]:
            found = summarize_parts(clip(pieces, *span))
            return sum(len(each) for each in found), found

        return of

    return _fetch(ground, spans, by, labels, work_out)


def _fetch(
    ground: Ground,
    spans: Sequence[Span],
    by: By | None,
    labels: object,
    work_out: Callable[[Use], Callable[[Span], tuple[int, Any]]],
) -> list[Any]:
    first_ms, last_ms = spans[0][0] - LONGEST_MS, spans[-1][1]
    prints = tell_prints(ground.minute, ground.tenants, days_of(first_ms, last_ms))
    tenants = tuple(int(each) for each in ground.tenants)
    states = {span: (labels, _state(ground, span, prints)) for span in spans}
    found: dict[Span, Any] = {}
    with _lock:
        for span in spans:
            key, shelf = (tenants, *span, by), _shelf(ground, span)
            kept = shelf.pop(key, None)
            if kept is not None and kept[0] == states[span]:
                found[span], shelf[key] = kept[2], kept
    for run in _runs([span for span in spans if span not in found]):
        of = work_out(_use_of(ground, run))
        told = {span: of(span) for span in run}
        found |= {span: value for span, (_, value) in told.items()}
        with _lock:
            for span, (size, value) in told.items():
                _shelf(ground, span)[tenants, *span, by] = states[span], size, value
            _forget_oldest()
    return [found[span] for span in spans]


def _state(ground: Ground, span: Span, prints: Prints) -> tuple[object, ...]:
    """Return what a day depends on: its rows, and until when open connections go on."""
    own = days_of(span[0] - LONGEST_MS, span[1])
    rows = tuple((key, told) for key, told in prints.items() if key[1] in own)
    return rows, tuple(sorted(until_by_source(ground, span[1]).items()))


def _shelf(ground: Ground, span: Span) -> _Shelf:
    end = door.from_ms(span[1]).astimezone(ZoneInfo(ground.asked.time_zone))
    return _kept if end.time() == time() else _open


def _runs(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield stretches that follow each other, not too many at once."""
    run: list[Span] = []
    for span in spans:
        if run and (run[-1][1] != span[0] or len(run) == _AT_ONCE):
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _use_of(ground: Ground, run: Sequence[Span]) -> Use:
    """Return the use of a run of stretches; of a single one it is asked again in the minute."""
    key = run[0][0], run[-1][1]
    if len(run) > 1:
        return read_use(ground, *key)
    if key not in ground.uses:
        ground.uses[key] = read_use(ground, *key)
    use: Use = ground.uses[key]
    return use


def _forget_oldest() -> None:
    users = sum(size for _, size, _ in _kept.values())
    for key in [*_kept]:
        if users <= _MOST_KEPT and len(_kept) <= _MOST_DAYS:
            break
        users -= _kept.pop(key)[1]
    for key in [*_open][:-_MOST_OPEN]:
        del _open[key]
