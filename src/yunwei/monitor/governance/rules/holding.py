"""Which mask rules hold at an instant, and until when that stays so. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.calendar import Calendar
from yunwei.base.core.ids import TenantId
from yunwei.base.core.wall_clock import Span
from yunwei.monitor.governance.facts.masks import LIVE, Holding, HoldingAt, MaskRule, RuleState

_AHEAD = timedelta(days=1)
_BEHIND = timedelta(days=2)
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hold:
    """Whether a rule holds, and until when that answer stays right. since: the beginning of the
    window it is in, None outside."""

    holds: bool
    until: datetime
    since: datetime | None = None


def hold_of(rule: MaskRule, now: datetime, calendar: Calendar) -> Hold:
    """Say whether a rule that is live holds. A day that nobody has published counts as one on
    which it does not. Cost: two days' hours where it has times."""
    if rule.state not in LIVE or now >= rule.expires_at:
        return Hold(False, _FOR_EVER)
    if now < rule.starts_at:
        return Hold(False, rule.starts_at)
    window = _window_of(rule, now, calendar)
    if window.since is None or rule.lasts_minutes is None:
        return window
    return _flexible(rule, now, window)


def _window_of(rule: MaskRule, now: datetime, calendar: Calendar) -> Hold:
    if rule.times is None:
        return Hold(True, rule.expires_at, rule.starts_at)
    around = Span(now - _BEHIND, now + _AHEAD)
    for span in rule.times.spans(around, calendar):
        if span.holds(now):
            return Hold(True, min(span.end, rule.expires_at), max(span.start, rule.starts_at))
        if span.start > now:
            return Hold(False, min(span.start, rule.expires_at))
    return Hold(False, min(around.end, rule.expires_at))


def _flexible(rule: MaskRule, now: datetime, window: Hold) -> Hold:
    """Say whether a flexible rule holds in a window: until its first match it waits for one."""
    began, since = rule.flexible_since, window.since
    if began is None or rule.lasts_minutes is None or (since is not None and began < since):
        return window
    end = began + timedelta(minutes=rule.lasts_minutes)
    if now < end:
        return Hold(True, min(end, window.until), since)
    return Hold(False, window.until)


def build_holding(rules: Iterable[MaskRule], calendars: Calendars) -> HoldingAt:
    """Return the question which of some rules hold at an instant. Only at an instant at which
    something begins or ends is anything looked at; and then only the rules concerned."""
    ordered = sorted(rules, key=lambda each: (each.effect.strength, each.id))
    keeper = _Keeper(ordered, calendars)
    return keeper.ask


class _Keeper:
    """What is known of each rule, and until when."""

    def __init__(self, rules: list[MaskRule], calendars: Calendars) -> None:
        self._rules = rules
        self._calendars = calendars
        self._known: list[Hold | None] = [None] * len(rules)
        self._asked_at = _FOR_EVER
        self._holding: Holding | None = None

    def ask(self, now: datetime) -> Holding:
        known = self._holding
        if known is not None and self._asked_at <= now < known.changes_at:
            return known
        if now < self._asked_at:
            # the clock went back: what was known is of no use
            self._known = [None] * len(self._rules)
        for place, rule in enumerate(self._rules):
            hold = self._known[place]
            if hold is None or now >= hold.until:
                self._known[place] = hold_of(rule, now, self._calendars.of(rule.tenant))
        self._asked_at, self._holding = now, self._collect()
        return self._holding

    def _collect(self) -> Holding:
        active: dict[TenantId, list[MaskRule]] = {}
        shadow: dict[TenantId, list[MaskRule]] = {}
        changes_at = _FOR_EVER
        for rule, hold in zip(self._rules, self._known, strict=True):
            if hold is None:
                continue
            changes_at = min(changes_at, hold.until)
            if hold.holds:
                place = active if rule.state is RuleState.ACTIVE else shadow
                place.setdefault(rule.tenant, []).append(rule)
        return Holding(
            by_tenant={tenant: tuple(held) for tenant, held in active.items()},
            shadow_by_tenant={tenant: tuple(held) for tenant, held in shadow.items()},
            shadow=frozenset(each.id for held in shadow.values() for each in held),
            versions=frozenset(
                (each.id, each.version) for held in active.values() for each in held
            ),
            changes_at=changes_at,
        )
