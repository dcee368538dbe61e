"""Questions that people put together themselves: one measure by any one or two dimensions."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.usage.facts.use import (
    LONGEST,
    By,
    Cell,
    Counted,
    Dimension,
    Explored,
    Measure,
    Progress,
    Question,
)
from yunwei.operate.usage.queries.ground import Ground, in_ms, limit_wait, remembered
from yunwei.operate.usage.queries.numbering import name_part, name_parts
from yunwei.operate.usage.queries.use import Use, fetch_use
from yunwei.operate.usage.rules import days, exploring
from yunwei.operate.usage.rules.exploring import Bins, Values
from yunwei.operate.usage.rules.frames import Frame, Labels, Numbers, Pieces
from yunwei.operate.usage.store import frames

MOST_CELLS = 100_000
MOST_S = 20.0
"""Who waits for an answer waits no longer: it is refused, and what to narrow is said."""
_MOST_NAMED = 1000
TIMES = (Dimension.DAY, Dimension.WEEKDAY, Dimension.HOUR)
_BY = {
    Dimension.TENANT: By.TENANT,
    Dimension.SITE: By.SITE,
    Dimension.DEPARTMENT: By.DEPARTMENT,
    Dimension.POOL: By.POOL,
    Dimension.CLIENT: By.CLIENT,
    Dimension.CLIENT_VERSION: By.CLIENT_VERSION,
    Dimension.IMAGE: By.IMAGE,
    Dimension.HOST: By.HOST,
}
_PEAKS = (Measure.PEAK_USERS, Measure.PEAK_SESSIONS)
_OF_USE = (Measure.USERS, Measure.PEAK_USERS, Measure.PEAK_SESSIONS, Measure.HOURS)
_HOUR = timedelta(hours=1)


def check_question(question: Question) -> None:
    """Raise Invalid unless it has one or two different dimensions."""
    if not 1 <= len(question.by) <= 2:
        raise Invalid("by", "one or two dimensions")
    if len(set(question.by)) != len(question.by):
        raise Invalid("and", "choose two different dimensions")


def read_ahead(
    grounds: Sequence[Ground], *, for_s: float = 1.0, clock: Clock | None = None
) -> Progress:
    """Read days that the grounds' questions stand on, for about so long; the days that are read
    are kept for a while, so that asked again it goes on from there. Raises as `explore`."""
    clock = clock or SystemClock()
    until_s = clock.monotonic_s() + for_s

    def is_enough() -> bool:
        return clock.monotonic_s() >= until_s

    read = days = 0
    for ground in grounds:
        from_ms, to_ms = in_ms((ground.asked.from_at - LONGEST, ground.asked.to_at))
        own = frames.read_days(ground.minute, ground.tenants, from_ms, to_ms, is_enough=is_enough)
        read, days = read + own[0], days + own[1]
        if own[0] < own[1]:
            # of the others nothing is read yet
            days += sum(_count_days(each) for each in grounds[grounds.index(ground) + 1 :])
            break
    return Progress(read=read, days=days)


def _count_days(ground: Ground) -> int:
    length = ground.asked.to_at - ground.asked.from_at + LONGEST
    return -(-length // timedelta(days=1)) * len(ground.tenants)


def explore(
    ground: Ground, question: Question, *, most_s: float = math.inf, clock: Clock | None = None
) -> Explored:
    """Return a measure by its dimensions, cells in order of their keys.

    Exact, by the same rules as the page of activity. Raises Invalid where it would be more than
    100,000 cells, or too many connections, or takes longer than `most_s`. Cost: linear in the
    connections of the time.
    """
    check_question(question)
    impatient = replace(ground, check=limit_wait(most_s, clock))
    return remembered(ground, ("explored", question), lambda: _explore(impatient, question))


def _explore(ground: Ground, question: Question) -> Explored:
    use = fetch_use(ground)
    times = [each for each in question.by if each in TIMES]
    others = [each for each in question.by if each not in TIMES]
    bins, kinds = _cut_time(ground, times)
    part, shape = _number_parts(use, others)
    what = _counted(use, question.measure, part if others else None)
    values = _measure(what, question.measure, bins, ground.check)
    ground.check()
    if len(values) > MOST_CELLS:
        raise Invalid("by", "these are too many parts; choose a shorter time or another dimension")
    cells = []
    for group, value in values.items():
        number, kind = divmod(group, bins.kinds)
        told = _keys_of_part(ground, others, shape, number) | dict(
            zip(times, kinds[kind], strict=True)
        )
        cells.append(Cell(keys=tuple(told[each] for each in question.by), value=value))
    if others:
        del what
        what = _counted(use, question.measure, None)
    whole = _whole(what, question.measure, bins, values if not others else {}, ground.check)
    ordered = tuple(sorted(cells, key=lambda each: each.keys))
    return Explored(
        question=question,
        cells=ordered,
        whole=whole,
        names=_name(ground, question, ordered),
    )


def _nothing(measure: Measure) -> float | None:
    is_count = measure not in {Measure.FAILED_RATIO, Measure.LOGON_P50, Measure.LOGON_P95}
    return 0.0 if is_count else None


type _Counted = tuple[Frame, Labels] | Pieces
"""Attempts with the part of each, or connected time by parts."""


def _counted(use: Use, measure: Measure, part: Numbers | None) -> _Counted:
    """Return what is counted. part: of each connection, None where all are one."""
    if measure not in _OF_USE:
        began = use.began
        own = use.frame.take(began)
        return own, np.zeros(len(own), dtype=np.int64) if part is None else part[began]
    counted = Counted.SESSIONS if measure is Measure.PEAK_SESSIONS else Counted.USERS
    return use.pieces(counted=counted) if part is None else use.cut(part, counted)


def _measure(what: _Counted, measure: Measure, bins: Bins, check: Callable[[], None]) -> Values:
    if isinstance(what, tuple):
        return exploring.measure_attempts(measure, *what, bins)
    if measure in _PEAKS:
        return exploring.find_peaks(what, bins, check)
    if measure is Measure.USERS:
        return exploring.count_users(what, bins)
    return exploring.add_up_time(what, bins)


def _whole(
    what: _Counted, measure: Measure, bins: Bins, values: Values, check: Callable[[], None]
) -> float | None:
    """Return the measure of all at any time. values: of all by times, where they are known."""
    if values and measure in _PEAKS:
        return max(each or 0.0 for each in values.values())
    at_all = Bins(bounds=bins.bounds[[0, -1]], kind=np.zeros(1, dtype=np.int64), kinds=1)
    return _measure(what, measure, at_all, check).get(0, _nothing(measure))


def _cut_time(ground: Ground, times: list[Dimension]) -> tuple[Bins, list[tuple[str, ...]]]:
    """Return the bins of time, and the keys of each of their kinds."""
    asked, zone = ground.asked, ZoneInfo(ground.asked.time_zone)
    instants = _bounds(asked.from_at, asked.to_at, times, zone)
    keys = [tuple(_key_of(each, at.astimezone(zone)) for each in times) for at in instants[:-1]]
    kinds = sorted(set(keys))
    number = {key: place for place, key in enumerate(kinds)}
    bounds = np.array(in_ms(instants), dtype=np.int64)
    kind = np.array([number[key] for key in keys], dtype=np.int64)
    return Bins(bounds=bounds, kind=kind, kinds=len(kinds)), kinds


def _bounds(
    from_at: datetime, to_at: datetime, times: list[Dimension], zone: ZoneInfo
) -> list[datetime]:
    if Dimension.HOUR in times:
        first = days.first_hour(from_at, zone)
        places = -((first - to_at) // _HOUR)
        inner = [first + place * _HOUR for place in range(1, places)]
    elif times:
        inner = days.day_bounds(days.days_between(from_at, to_at, zone), zone)[1:-1]
    else:
        inner = []
    return [from_at, *inner, to_at]


def _key_of(time: Dimension, local: datetime) -> str:
    if time is Dimension.DAY:
        return local.date().isoformat()
    return str(local.isoweekday()) if time is Dimension.WEEKDAY else f"{local.hour:02d}"


def _number_parts(use: Use, others: list[Dimension]) -> tuple[Numbers, list[int]]:
    """Return the part of each connection, and how many each dimension has."""
    part: Numbers = np.zeros(len(use.frame), dtype=np.int64)
    shape = []
    for each in others:
        own = use.frame.who.astype(np.int64) if each not in _BY else use.parts(_BY[each])
        size = int(own.max(initial=0)) + 1
        part = part * size + own
        shape.append(size)
    return part, shape


def _keys_of_part(
    ground: Ground, others: list[Dimension], shape: list[int], number: int
) -> dict[Dimension, str]:
    keys: dict[Dimension, str] = {}
    for each, size in zip(reversed(others), reversed(shape), strict=True):
        number, own = divmod(number, size)
        keys[each] = _key_of_part(ground, each, own)
    return keys


def _key_of_part(ground: Ground, dimension: Dimension, number: int) -> str:
    if dimension in _BY:
        return name_part(ground, _BY[dimension], number)
    found = frames.logins()[number]
    return f"{found[0]}:{found[1]}" if found else ""


def _name(ground: Ground, question: Question, cells: Iterable[Cell]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for each in question.by:
        if each in _BY:
            names |= name_parts(ground, _BY[each])
    if Dimension.USER in question.by:
        names |= _name_users(ground, cells, question.by.index(Dimension.USER))
    return names


def _name_users(ground: Ground, cells: Iterable[Cell], place: int) -> Mapping[str, str]:
    ranked = sorted(cells, key=lambda each: -(each.value or 0.0))
    keys = dict.fromkeys(each.keys[place] for each in ranked if each.keys[place])
    wanted = [_read_user(key) for key in list(keys)[:_MOST_NAMED]]
    known = inventory.name_desktop_users(ground.viewer, wanted)
    return {f"{source}:{login}": who.name or login for (source, login), who in known.items()}


def _read_user(key: str) -> tuple[SourceId, str]:
    source, _colon, login = key.partition(":")
    return SourceId(int(source)), login
