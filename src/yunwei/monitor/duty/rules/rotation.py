"""Turns of a layer: when each begins on the schedule's wall clock, and whose it is. Pure."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from yunwei.base.core.wall_clock import Span, instant_at
from yunwei.monitor.duty.facts.schedules import Group, Layer, RotationUnit

FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)
_UNIT_DAYS = {RotationUnit.DAY: 1, RotationUnit.WEEK: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """number: from 0, in the order of time; its group is that number around the groups."""

    number: int
    span: Span


def turn_start(layer: Layer, number: int, zone: ZoneInfo) -> datetime:
    """Return when a turn begins. Wall-clock arithmetic: a change of clocks makes a turn longer or
    shorter, it never moves a handoff."""
    steps = number * layer.length
    if layer.unit is RotationUnit.HOUR:
        return instant_at(layer.starts_on, layer.handoff_minute + steps * 60, zone)
    if layer.unit is RotationUnit.MONTH:
        return instant_at(add_months(layer.starts_on, steps), layer.handoff_minute, zone)
    day = layer.starts_on + timedelta(days=steps * _UNIT_DAYS[layer.unit])
    return instant_at(day, layer.handoff_minute, zone)


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or the last one where that month is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def turn_number(layer: Layer, at: datetime, zone: ZoneInfo) -> int:
    """Return the number of the turn that an instant lies in; negative before the first.

    Of turns without length, which a change of clocks makes of single hours, none.
    """
    number = _guess(layer, at, zone)
    while turn_start(layer, number, zone) > at:
        number -= 1
    while turn_start(layer, number + 1, zone) <= at:
        number += 1
    return number


def _guess(layer: Layer, at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    if layer.unit is RotationUnit.MONTH:
        start = layer.starts_on
        months = (local.year - start.year) * 12 + local.month - start.month
        return months // layer.length
    days = (local.date() - layer.starts_on).days
    if layer.unit is RotationUnit.HOUR:
        minutes = days * 1440 + local.hour * 60 + local.minute - layer.handoff_minute
        return minutes // (layer.length * 60)
    return days // (layer.length * _UNIT_DAYS[layer.unit])


def life_of(layer: Layer, zone: ZoneInfo) -> Span:
    """Return from the first handoff to the one after the last day."""
    start = turn_start(layer, 0, zone)
    if layer.ends_on is None:
        return Span(start, FOR_EVER)
    end = instant_at(layer.ends_on + timedelta(days=1), layer.handoff_minute, zone)
    return Span(start, max(start, end))


def turns_within(layer: Layer, within: Span, zone: ZoneInfo) -> Iterator[Turn]:
    """Yield the turns that touch a time, in order, cut to the layer's life; never one without
    length. Cost: the number of turns."""
    life = life_of(layer, zone)
    common = within.cut(life)
    if common is None or not layer.groups:
        return
    number = turn_number(layer, common.start, zone)
    start = turn_start(layer, number, zone)
    while start < common.end:
        end = turn_start(layer, number + 1, zone)
        cut = Span(start, end).cut(life)
        if cut is not None:
            yield Turn(number=number, span=cut)
        number, start = number + 1, end


def group_of(layer: Layer, number: int) -> Group:
    return layer.groups[number % len(layer.groups)]
