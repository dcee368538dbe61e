"""Rest days shared out evenly: each goes to whoever has had the fewest of its kind. Pure.

What was served before is counted from the record; from there on it is played forward, so that the
plan of a coming month is the one that will happen, unless somebody changes it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.calendar import RESTING, Calendar, DayKind
from yunwei.base.core.ids import UserId
from yunwei.base.core.wall_clock import Span, instant_at, local_day
from yunwei.monitor.duty.facts.schedules import Layer
from yunwei.monitor.duty.facts.shifts import RestCount, RestCounts
from yunwei.monitor.duty.rules.rotation import life_of, turns_within

type Takes = Callable[[int, Span], bool]
"""(number of a group, a time) → can it serve then? Not while it is on leave."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestPiece:
    """A time of a layer on one rest day. group: None when it is not shared out but by turn."""

    span: Span
    kind: DayKind
    group: int


class RestShare:
    """Who takes the rest days of one fair layer, played forward as far as somebody asks."""

    def __init__(
        self,
        layer: Layer,
        zone: ZoneInfo,
        calendar: Calendar,
        *,
        counts: RestCounts,
        since: datetime,
        takes: Takes,
    ) -> None:
        self._layer = layer
        self._zone = zone
        self._calendar = calendar.filled()
        self._takes = takes
        self._counts = [_count_of(group[0], counts) for group in layer.groups]
        life = life_of(layer, zone)
        self._next = duty_day(layer, max(since, life.start), zone)
        self._end = life.end
        self._pieces: list[RestPiece] = []

    def pieces(self, within: Span) -> list[RestPiece]:
        """Return the shared pieces that touch a time. Before the start there are none."""
        self._play_to(within.end)
        return [each for each in self._pieces if each.span.cut(within)]

    def _play_to(self, end: datetime) -> None:
        layer, zone = self._layer, self._zone
        while True:
            span = duty_day_span(layer, self._next, zone)
            if span.start >= min(end, self._end):
                return
            kind = self._calendar.kind_of(self._next)
            if kind is not None and kind in RESTING:
                for held in held_spans(layer, span, zone, self._calendar):
                    self._share(held, kind)
            self._next += _ONE_DAY

    def _share(self, held: Span, kind: DayKind) -> None:
        for turn in turns_within(self._layer, held, self._zone):
            span = turn.span.cut(held)
            if span is None:
                continue
            chosen = self._choose(span, kind, turn.number)
            self._pieces.append(RestPiece(span=span, kind=kind, group=chosen))
            self._counts[chosen] = add_rest(self._counts[chosen], span, kind)

    def _choose(self, span: Span, kind: DayKind, turn: int) -> int:
        """Return whose it is: fewest of the kind, then fewest of all, then longest ago, then by
        turn. Whoever has never served begins where the others are, not far behind them."""
        count = len(self._counts)
        able = [number for number in range(count) if self._takes(number, span)]
        candidates = able or list(range(count))
        floor = _floor(self._counts)

        def rank(number: int) -> tuple[float, float, float, int]:
            own = self._counts[number]
            begun = own if own.last_at else RestCount(weekends=floor[0], holidays=floor[1])
            of_kind = begun.holidays if kind is DayKind.STATUTORY_HOLIDAY else begun.weekends
            last = own.last_at.timestamp() if own.last_at else 0.0
            return (round(of_kind, 3), round(begun.days, 3), last, (number - turn) % count)

        return min(candidates, key=rank)


def _floor(counts: Iterable[RestCount]) -> tuple[float, float]:
    begun = [each for each in counts if each.last_at is not None]
    if not begun:
        return 0.0, 0.0
    return min(each.weekends for each in begun), min(each.holidays for each in begun)


def _count_of(user: UserId, counts: RestCounts) -> RestCount:
    return counts.get(user, RestCount())


def add_rest(count: RestCount, span: Span, kind: DayKind) -> RestCount:
    """Return the count with a time served on a day of a kind, in days of 24 hours."""
    days = span.length / _ONE_DAY
    if kind is DayKind.STATUTORY_HOLIDAY:
        return replace(count, holidays=count.holidays + days, last_at=span.end)
    return replace(count, weekends=count.weekends + days, last_at=span.end)


def duty_day(layer: Layer, at: datetime, zone: ZoneInfo) -> date:
    """Return the day whose duty an instant belongs to: duty days run from handoff to handoff."""
    day = local_day(at, zone)
    return day if instant_at(day, layer.handoff_minute, zone) <= at else day - _ONE_DAY


def duty_day_span(layer: Layer, day: date, zone: ZoneInfo) -> Span:
    start = instant_at(day, layer.handoff_minute, zone)
    return Span(start, instant_at(day + _ONE_DAY, layer.handoff_minute, zone))


def held_spans(layer: Layer, within: Span, zone: ZoneInfo, calendar: Calendar) -> tuple[Span, ...]:
    """Return when a layer holds within a time: its life and its restrictions."""
    common = within.cut(life_of(layer, zone))
    if common is None:
        return ()
    return (common,) if layer.times is None else layer.times.spans(common, calendar)


def count_rest(
    spans: Iterable[tuple[UserId, Span]],
    layer: Layer,
    zone: ZoneInfo,
    calendar: Calendar,
    *,
    before: datetime,
) -> dict[UserId, RestCount]:
    """Return what people served on rest days, from the spans of their shifts, as `RestShare` needs
    it that begins at `before`: up to the beginning of that duty day."""
    filled = calendar.filled()
    end = duty_day_span(layer, duty_day(layer, before, zone), zone).start
    counts: dict[UserId, RestCount] = {}
    for user, span in sorted(spans, key=lambda pair: pair[1]):
        day = duty_day(layer, span.start, zone)
        while (whole := duty_day_span(layer, day, zone)).start < min(span.end, end):
            kind, part = filled.kind_of(day), whole.cut(span)
            if part is not None and kind is not None and kind in RESTING:
                counts[user] = add_rest(counts.get(user, RestCount()), part, kind)
            day += _ONE_DAY
    return counts
