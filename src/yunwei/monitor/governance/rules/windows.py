"""When mask rules hold, as windows of time, and which of those meet. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from yunwei.base.core.calendar import Calendar
from yunwei.base.core.condition import All, Condition, Op, Term
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.governance.facts.windows import Overlap, Window, WindowKind
from yunwei.monitor.governance.rules.holding import hold_of

_AROUND = timedelta(days=10)


def kind_of(rule: MaskRule) -> WindowKind:
    if rule.lasts_minutes is not None:
        return WindowKind.FLEXIBLE
    return WindowKind.ONCE if rule.times is None else WindowKind.RECURRING


def windows_of(rule: MaskRule, within: Span, calendar: Calendar) -> tuple[Window, ...]:
    """Return a rule's windows that lie in or reach into a time, in order. Days that nobody has
    published have none. Cost: the days within times the clauses of its hours."""
    if rule.expires_at <= rule.starts_at:
        return ()
    life = Span(rule.starts_at, rule.expires_at)
    spans: tuple[Span, ...] = (life,)
    if rule.times is not None:
        # a little more than asked, so that a window over its edge is not cut there
        around = Span(within.start - _AROUND, within.end + _AROUND)
        held = rule.times.spans(around, calendar)
        spans = tuple(cut for span in held if (cut := span.cut(life)))
    kind = kind_of(rule)
    return tuple(
        Window(rule=rule, kind=kind, span=span) for span in spans if span.cut(within) is not None
    )


def is_running(window: Window, now: datetime, calendar: Calendar) -> bool:
    """Say whether a window's rule keeps alarms quiet at this instant; a flexible one that lasted
    its time does not, though its window goes on."""
    if window.is_planned or not window.span.holds(now):
        return False
    return hold_of(window.rule, now, calendar).holds


def find_overlaps(windows: Iterable[Window]) -> tuple[Overlap, ...]:
    """Return which windows of rules that act meet, by beginning; of two rules the first meeting
    only. Cost: the pairs of windows that meet in time."""
    found: dict[tuple[int, int], Overlap] = {}
    open_ones: list[Window] = []
    acting = (each for each in windows if not each.is_planned)
    for window in sorted(acting, key=lambda each: each.span.start):
        open_ones = [each for each in open_ones if each.span.end > window.span.start]
        for other in open_ones:
            meeting = _meet(other, window)
            if meeting is not None:
                found.setdefault((meeting.winner.rule.id, meeting.other.rule.id), meeting)
        open_ones.append(window)
    return tuple(found.values())


def _meet(first: Window, second: Window) -> Overlap | None:
    one, two = first.rule, second.rule
    span = first.span.cut(second.span)
    if span is None or one.id == two.id or one.tenant != two.tenant:
        return None
    if not may_meet(one.condition, two.condition):
        return None
    ordered = sorted((first, second), key=lambda each: (each.rule.effect.strength, each.rule.id))
    return Overlap(winner=ordered[0], other=ordered[1], span=span)


def may_meet(one: Condition, two: Condition) -> bool:
    """Say whether one alarm might match both; False only where the conditions themselves exclude
    it: both ask the same field for different values, or for paths apart from each other."""
    asked = _asked(one)
    return all(
        _may_agree(mine, theirs)
        for field, wanted in _asked(two).items()
        for theirs in wanted
        for mine in asked.get(field, ())
    )


def _asked(condition: Condition) -> Mapping[str, list[Term]]:
    """The terms that every match must fulfil, by field."""
    found: dict[str, list[Term]] = {}
    for term in _needed(condition):
        found.setdefault(term.field, []).append(term)
    return found


def _needed(condition: Condition) -> Iterator[Term]:
    match condition:
        case Term():
            yield condition
        case All(parts=parts):
            for each in parts:
                yield from _needed(each)


def _may_agree(one: Term, two: Term) -> bool:
    for first, second in ((one, two), (two, one)):
        if first.op in (Op.EQ, Op.IN):
            return any(_allows(second, value) for value in first.values)
    if one.op is two.op is Op.UNDER:
        pairs = ((a, b) for a in one.values for b in two.values)
        return any(_is_under(a, b) or _is_under(b, a) for a, b in pairs)
    return True


def _allows(term: Term, value: object) -> bool:
    if term.op in (Op.EQ, Op.IN):
        return value in term.values
    if term.op is Op.UNDER:
        return any(_is_under(value, each) for each in term.values)
    return True


def _is_under(path: object, root: object) -> bool:
    above = str(root).rstrip("/")
    return str(path) == above or str(path).startswith(f"{above}/")
