"""The calendar of maintenance: when mask rules hold, what holds now, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from yunwei.base.calendar import queries as calendar_queries
from yunwei.base.calendar.facts import Calendars
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.wall_clock import Span
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.governance.facts.windows import Window, WindowKind, WindowPlan
from yunwei.monitor.governance.rules.windows import (
    find_overlaps,
    is_running,
    kind_of,
    windows_of,
)
from yunwei.monitor.governance.store import mask_rules as store

LONGEST = timedelta(days=100)
MOST_RULES = 500
_SOON = timedelta(days=31)
_NEXT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsAsked:
    """tenant: None for all that the viewer sees. kinds: () for all."""

    within: Span
    tenant: TenantId | None = None
    kinds: tuple[WindowKind, ...] = ()


def fetch_windows(viewer: Viewer, asked: WindowsAsked, *, now: datetime) -> WindowPlan:
    """Return the windows of mask rules that are not archived. Raises Refused, Invalid (until).
    Cost: two statements, and the days asked for times the rules."""
    require(viewer, Permission.SEE_RULES)
    if not timedelta() < asked.within.length <= LONGEST:
        raise Invalid("until", f"at most {LONGEST.days} days after the beginning")
    if asked.tenant is not None and asked.tenant not in viewer.tenants:
        raise Refused()
    tenants = viewer.tenants if asked.tenant is None else (asked.tenant,)
    soon = Span(now, now + _SOON)
    with transaction() as conn:
        rules, total = store.rules_living(
            conn,
            tenants,
            since=min(asked.within.start, soon.start),
            until=max(asked.within.end, soon.end),
            limit=MOST_RULES,
        )
        calendars = calendar_queries.system_calendars(conn)
    wanted = [each for each in rules if not asked.kinds or kind_of(each) in asked.kinds]
    windows = _windows(wanted, asked.within, calendars)
    coming = _windows(wanted, soon, calendars)
    running = [each for each in coming if is_running(each, now, calendars.of(each.rule.tenant))]
    return WindowPlan(
        windows=windows,
        overlaps=find_overlaps(windows),
        running=tuple(sorted(running, key=lambda each: each.span.end)),
        following=tuple(each for each in coming if each.span.start > now)[:_NEXT],
        left_out=total - len(rules),
        now=now,
    )


def _windows(rules: Iterable[MaskRule], within: Span, calendars: Calendars) -> tuple[Window, ...]:
    found = [
        window for rule in rules for window in windows_of(rule, within, calendars.of(rule.tenant))
    ]
    return tuple(sorted(found, key=lambda each: (each.span, each.rule.id)))
